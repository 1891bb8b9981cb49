//! Every class a definition may name, by today's paths and their aliases.
//!
//! The one list to extend; knows names and defaults, not what the classes do.

mod later;

use serde_json::{Value, json};

use super::parameters::Kind;

/// What a class denotes here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Pipeline,
    MinMaxScaler,
    StandardScaler,
    RobustScaler,
    MaxAbsScaler,
    TransformedTarget,
    Detector,
    AutoEncoder,
    TimeSeriesSplit,
    KFold,
    EarlyStopping,
    /// Known by name and parameters, not compiled yet.
    Later,
}

/// A class of the peer.
#[derive(Debug)]
pub(super) struct Class {
    /// The path an expanded definition has.
    pub(super) path: &'static str,
    /// Other paths, the one people write first.
    pub(super) aliases: &'static [&'static str],
    pub(super) part: Part,
    /// In the order of an expanded definition.
    pub(super) parameters: &'static [Parameter],
}

/// One constructor parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) default: Default,
    pub(super) kind: Kind,
}

/// A parameter's value when none is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Default {
    Required,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'static str),
    Ints(i64, i64),
    Floats(f64, f64),
    /// An instance of the class of this path with its defaults.
    Class(&'static str),
}

impl Default {
    /// The plain value; null for what is required or a class.
    pub(super) fn to_json(self) -> Value {
        match self {
            Self::Required | Self::Null | Self::Class(_) => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Int(value) => json!(value),
            Self::Float(value) => json!(value),
            Self::Text(value) => json!(value),
            Self::Ints(low, high) => json!([low, high]),
            Self::Floats(low, high) => json!([low, high]),
        }
    }
}

impl Class {
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
        self.path.starts_with("gordo.machine.model.models.")
    }

    /// Whether gordoc compiles it.
    pub(super) fn is_supported(&self) -> bool {
        self.part != Part::Later
    }
}

/// A parameter with a checked kind.
pub(super) const fn parameter(name: &'static str, default: Default, kind: Kind) -> Parameter {
    Parameter {
        name,
        default,
        kind,
    }
}

/// A parameter whose value is not looked at.
const fn any(name: &'static str, default: Default) -> Parameter {
    parameter(name, default, Kind::Any)
}

/// All classes.
pub(super) fn classes() -> impl Iterator<Item = &'static Class> {
    SUPPORTED.iter().chain(later::CLASSES)
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

const SCALER: Default = Default::Class("sklearn.preprocessing._data.MinMaxScaler");
const NETWORK: Default = Default::Class("gordo.machine.model.models.KerasAutoEncoder");
const DEFINITION: Kind = Kind::Optional(&Kind::Definition);
const METHODS: Kind = Kind::Optional(&Kind::OneOf(&["smm", "sma", "ewma"]));

static SUPPORTED: &[Class] = &[
    Class {
        path: "sklearn.pipeline.Pipeline",
        aliases: &[],
        part: Part::Pipeline,
        parameters: &[
            any("memory", Default::Null),
            parameter("steps", Default::Required, Kind::List),
            parameter("verbose", Default::Bool(false), Kind::Flag),
        ],
    },
    Class {
        path: "sklearn.preprocessing._data.MinMaxScaler",
        aliases: &["sklearn.preprocessing.MinMaxScaler"],
        part: Part::MinMaxScaler,
        parameters: &[
            parameter("clip", Default::Bool(false), Kind::Flag),
            parameter("copy", Default::Bool(true), Kind::Flag),
            parameter("feature_range", Default::Ints(0, 1), Kind::Range),
        ],
    },
    Class {
        path: "sklearn.preprocessing._data.StandardScaler",
        aliases: &["sklearn.preprocessing.StandardScaler"],
        part: Part::StandardScaler,
        parameters: &[
            parameter("copy", Default::Bool(true), Kind::Flag),
            parameter("with_mean", Default::Bool(true), Kind::Flag),
            parameter("with_std", Default::Bool(true), Kind::Flag),
        ],
    },
    Class {
        path: "sklearn.preprocessing._data.RobustScaler",
        aliases: &["sklearn.preprocessing.RobustScaler"],
        part: Part::RobustScaler,
        parameters: &[
            parameter("copy", Default::Bool(true), Kind::Flag),
            parameter(
                "quantile_range",
                Default::Floats(25.0, 75.0),
                Kind::Percentiles,
            ),
            parameter("unit_variance", Default::Bool(false), Kind::Flag),
            parameter("with_centering", Default::Bool(true), Kind::Flag),
            parameter("with_scaling", Default::Bool(true), Kind::Flag),
        ],
    },
    Class {
        path: "sklearn.preprocessing._data.MaxAbsScaler",
        aliases: &["sklearn.preprocessing.MaxAbsScaler"],
        part: Part::MaxAbsScaler,
        parameters: &[parameter("copy", Default::Bool(true), Kind::Flag)],
    },
    Class {
        path: "sklearn.compose._target.TransformedTargetRegressor",
        aliases: &["sklearn.compose.TransformedTargetRegressor"],
        part: Part::TransformedTarget,
        parameters: &[
            parameter("check_inverse", Default::Bool(true), Kind::Flag),
            parameter("func", Default::Null, Kind::OnlyDefault),
            parameter("inverse_func", Default::Null, Kind::OnlyDefault),
            parameter("regressor", Default::Null, DEFINITION),
            parameter("transformer", Default::Null, DEFINITION),
        ],
    },
    Class {
        path: "gordo.machine.model.models.KerasAutoEncoder",
        aliases: &[],
        part: Part::AutoEncoder,
        parameters: &[],
    },
    Class {
        path: "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector",
        aliases: &[
            "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector",
            "gordo.machine.model.anomaly.DiffBasedAnomalyDetector",
        ],
        part: Part::Detector,
        parameters: &[
            parameter("base_estimator", NETWORK, Kind::Definition),
            parameter("scaler", SCALER, Kind::Definition),
            parameter("require_thresholds", Default::Bool(true), Kind::Flag),
            parameter("shuffle", Default::Bool(false), Kind::Flag),
            parameter(
                "window",
                Default::Null,
                Kind::Optional(&Kind::Count(1, i64::MAX)),
            ),
            parameter("smoothing_method", Default::Null, METHODS),
        ],
    },
    Class {
        path: "sklearn.model_selection._split.TimeSeriesSplit",
        aliases: &["sklearn.model_selection.TimeSeriesSplit"],
        part: Part::TimeSeriesSplit,
        parameters: &[
            parameter("gap", Default::Int(0), Kind::Count(0, i64::MAX)),
            parameter(
                "max_train_size",
                Default::Null,
                Kind::Optional(&Kind::Count(1, i64::MAX)),
            ),
            parameter("n_splits", Default::Int(5), Kind::Count(2, i64::MAX)),
            parameter(
                "test_size",
                Default::Null,
                Kind::Optional(&Kind::Count(1, i64::MAX)),
            ),
        ],
    },
    Class {
        path: "sklearn.model_selection._split.KFold",
        aliases: &["sklearn.model_selection.KFold"],
        part: Part::KFold,
        parameters: &[
            parameter("n_splits", Default::Int(5), Kind::Count(2, i64::MAX)),
            parameter(
                "random_state",
                Default::Null,
                Kind::Optional(&Kind::Count(0, 4_294_967_295)),
            ),
            parameter("shuffle", Default::Bool(false), Kind::Flag),
        ],
    },
    Class {
        path: "keras.src.callbacks.early_stopping.EarlyStopping",
        aliases: &[
            "tensorflow.keras.callbacks.EarlyStopping",
            "keras.callbacks.EarlyStopping",
        ],
        part: Part::EarlyStopping,
        parameters: &[
            parameter("monitor", Default::Text("val_loss"), Kind::Text),
            parameter("min_delta", Default::Int(0), Kind::Number),
            parameter("patience", Default::Int(0), Kind::Count(0, i64::MAX)),
            any("verbose", Default::Int(0)),
            parameter(
                "mode",
                Default::Text("auto"),
                Kind::OneOf(&["auto", "min", "max"]),
            ),
            parameter("baseline", Default::Null, Kind::OnlyDefault),
            parameter("restore_best_weights", Default::Bool(false), Kind::Flag),
            parameter(
                "start_from_epoch",
                Default::Int(0),
                Kind::Count(0, i64::MAX),
            ),
        ],
    },
];
