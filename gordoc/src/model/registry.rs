//! Every class a definition may name, by today's paths and their aliases.
//!
//! The lists to extend; knows names, defaults and kinds of parameters, not what the classes do.

mod callback;
mod composite;
mod detector;
mod linear;
mod network;
mod scaler;
mod splitter;
mod transformer;
mod tree;

use serde_json::{Value, json};

use super::kind::Kind;

/// What a class denotes here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    // Composites.
    Pipeline,
    FeatureUnion,
    ColumnTransformer,
    TransformedTarget,
    MultiOutput,
    // Transformers.
    MinMaxScaler,
    StandardScaler,
    RobustScaler,
    MaxAbsScaler,
    QuantileTransformer,
    PowerTransformer,
    Normalizer,
    FunctionTransformer,
    PolynomialFeatures,
    Pca,
    TruncatedSvd,
    SimpleImputer,
    InfImputer,
    FeatureAgglomeration,
    // Estimators.
    LinearRegression,
    Ridge,
    Lasso,
    ElasticNet,
    RandomForest,
    RandomForestClassifier,
    GradientBoosting,
    IsolationForest,
    DecisionTree,
    KNeighbors,
    // Networks.
    AutoEncoder,
    LstmAutoEncoder,
    LstmForecast,
    RawNetwork,
    // Detectors.
    Detector,
    FoldsDetector,
    // What is no part of a model.
    TimeSeriesSplit,
    KFold,
    ShuffleSplit,
    EarlyStopping,
    ReduceRateOnPlateau,
    TerminateOnNan,
}

/// Where a class may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Turns columns into columns.
    Transformer,
    /// Learns targets and predicts them.
    Estimator,
    /// A transformer or an estimator, as its last step is.
    Pipeline,
    /// Judges what an estimator predicts.
    Detector,
    /// Splits rows into folds.
    Splitter,
    /// Watches a network learn.
    Callback,
}

impl Role {
    /// Whether a class of this role is part of models.
    pub(super) fn is_of_models(self) -> bool {
        !matches!(self, Self::Splitter | Self::Callback)
    }
}

/// A class of the peer.
#[derive(Debug)]
pub(super) struct Class {
    /// The path an expanded definition has.
    pub(super) path: &'static str,
    /// Other paths, the one people write first.
    pub(super) aliases: &'static [&'static str],
    pub(super) part: Part,
    pub(super) role: Role,
    /// Whether gordoc compiles it.
    pub(super) supported: bool,
    /// In the order of an expanded definition; those of a network depend on its kind.
    pub(super) parameters: &'static [Parameter],
}

/// One constructor parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its value when none is given.
    pub default: Default,
    /// What its value must be.
    pub kind: Kind,
    /// Whether gordoc supports other values than the default.
    pub supported: bool,
}

/// A parameter's value when none is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// There is none: a value must be given.
    Required,
    /// `null`
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a point.
    Float(f64),
    /// Text.
    Text(&'static str),
    /// Two whole numbers.
    Ints(i64, i64),
    /// Two numbers.
    Floats(f64, f64),
    /// Whole numbers.
    Counts(&'static [i64]),
    /// Texts.
    Texts(&'static [&'static str]),
    /// An instance of the class of this path with its defaults.
    Class(&'static str),
}

impl Default {
    /// The plain value; null for what is required or a class.
    pub fn to_json(self) -> Value {
        match self {
            Self::Required | Self::Null | Self::Class(_) => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Int(value) => json!(value),
            Self::Float(value) => json!(value),
            Self::Text(value) => json!(value),
            Self::Ints(low, high) => json!([low, high]),
            Self::Floats(low, high) => json!([low, high]),
            Self::Counts(values) => json!(values),
            Self::Texts(values) => json!(values),
        }
    }
}

impl Class {
    const fn new(
        role: Role,
        part: Part,
        path: &'static str,
        aliases: &'static [&'static str],
        parameters: &'static [Parameter],
    ) -> Self {
        Self {
            path,
            aliases,
            part,
            role,
            supported: true,
            parameters,
        }
    }

    /// A class that is known by name and parameters, but not compiled yet.
    const fn later(mut self) -> Self {
        self.supported = false;
        self
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path people write.
    pub(super) fn public_path(&self) -> &'static str {
        self.aliases.first().copied().unwrap_or(self.path)
    }

    /// Whether the class takes its keywords as they are and has a `kind`.
    pub(super) fn is_network(&self) -> bool {
        matches!(
            self.part,
            Part::AutoEncoder | Part::LstmAutoEncoder | Part::LstmForecast | Part::RawNetwork
        )
    }

    /// The parameter a bare list stands for.
    pub(super) fn list_parameter(&self) -> Option<&'static str> {
        match self.part {
            Part::Pipeline => Some("steps"),
            Part::FeatureUnion => Some("transformer_list"),
            _ => None,
        }
    }

    /// Parameters that have no default.
    pub(super) fn required(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let parameters = self.parameters.iter();
        parameters.filter(|parameter| parameter.default == Default::Required)
    }
}

/// A parameter with a checked kind.
pub(super) const fn parameter(name: &'static str, default: Default, kind: Kind) -> Parameter {
    Parameter {
        name,
        default,
        kind,
        supported: true,
    }
}

impl Parameter {
    /// A parameter whose other values are not supported yet.
    pub(super) const fn later(mut self) -> Self {
        self.supported = false;
        self
    }
}

const fn flag(name: &'static str, default: bool) -> Parameter {
    parameter(name, Default::Bool(default), Kind::Flag)
}

const fn number(name: &'static str, default: f64, kind: Kind) -> Parameter {
    parameter(name, Default::Float(default), kind)
}

const fn count(name: &'static str, default: i64, least: i64) -> Parameter {
    parameter(name, Default::Int(default), Kind::at_least(least))
}

/// A choice; the first name is the default.
const fn choice(name: &'static str, names: &'static [&'static str]) -> Parameter {
    parameter(name, Default::Text(names[0]), Kind::OneOf(names))
}

/// A parameter that is null unless it is given.
const fn optional(name: &'static str, kind: &'static Kind) -> Parameter {
    parameter(name, Default::Null, Kind::Optional(kind))
}

const COPY: Parameter = flag("copy", true);
/// Numbers of threads, counted down from all of them if negative; none at all is refused.
const N_JOBS: Parameter = optional(
    "n_jobs",
    &Kind::Either(&[Kind::POSITIVE, Kind::Count(i64::MIN, -1)]),
);
/// Seeds of numpy's generator.
const RANDOM_STATE: Parameter = optional("random_state", &Kind::Count(0, 4_294_967_295));
const VERBOSE: Parameter = parameter(
    "verbose",
    Default::Int(0),
    Kind::Either(&[Kind::COUNT, Kind::Flag]),
);
const WARM_START: Parameter = flag("warm_start", false);

/// All classes.
pub(super) fn classes() -> impl Iterator<Item = &'static Class> {
    [
        composite::CLASSES,
        detector::CLASSES,
        network::CLASSES,
        scaler::CLASSES,
        transformer::CLASSES,
        linear::CLASSES,
        tree::CLASSES,
        splitter::CLASSES,
        callback::CLASSES,
    ]
    .into_iter()
    .flatten()
}

/// The class of a path or alias.
pub(super) fn find_class(path: &str) -> Option<&'static Class> {
    classes().find(|class| class.path == path || class.aliases.contains(&path))
}

/// Today's path for a path of an earlier release of the peer or of scikit-learn.
pub(super) fn find_renamed(path: &str) -> Option<String> {
    const RENAMED: &[(&str, &str)] = &[
        ("gordo.model.", "gordo.machine.model."),
        ("gordo_components.model.", "gordo.machine.model."),
        ("sklearn.preprocessing.data.", "sklearn.preprocessing."),
        ("sklearn.decomposition.pca.", "sklearn.decomposition."),
        ("sklearn.linear_model.base.", "sklearn.linear_model."),
        ("sklearn.ensemble.forest.", "sklearn.ensemble."),
        ("sklearn.preprocessing.imputation.", "sklearn.impute."),
    ];
    RENAMED
        .iter()
        .filter_map(|(old, new)| Some(format!("{new}{}", path.strip_prefix(old)?)))
        .find_map(|today| find_class(&today).map(|class| class.public_path().to_owned()))
}
