//! Every class a definition may name, by today's paths and their aliases.
//!
//! The lists to extend; knows names, defaults and kinds of parameters, not what the classes do.

mod callback;
mod composite;
mod detector;
mod layer;
mod linear;
mod network;
mod parameter;
mod scaler;
mod splitter;
mod transformer;
mod tree;

use super::kind::Kind;

use parameter::{COPY, N_JOBS, RANDOM_STATE, VERBOSE, WARM_START, choice, count};
pub use parameter::{Default, Parameter};
pub(super) use parameter::{flag, number, optional, parameter};

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
    // What raw networks are written in.
    Sequential,
    InputLayer,
    DenseLayer,
    LstmLayer,
    ReshapeLayer,
    FlattenLayer,
    RepeatLayer,
    DropoutLayer,
    ActivationLayer,
    Regularizer,
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
    /// The layers of a raw network.
    Network,
    /// One of them.
    Layer,
    /// Holds the weights or answers of a layer down.
    Regularizer,
}

impl Role {
    /// Whether a class of this role is part of models.
    pub(super) fn is_of_models(self) -> bool {
        matches!(
            self,
            Self::Transformer | Self::Estimator | Self::Pipeline | Self::Detector
        )
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
        layer::CLASSES,
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
