//! Parameters of classes: name, default, and what a value must be.

use serde_json::{Value, json};

use super::kind::Kind;

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

/// A parameter with a checked kind.
pub(crate) const fn parameter(name: &'static str, default: Default, kind: Kind) -> Parameter {
    Parameter {
        name,
        default,
        kind,
        supported: true,
    }
}

impl Parameter {
    /// A parameter whose other values are not supported yet.
    pub(crate) const fn default_only(mut self) -> Self {
        self.supported = false;
        self
    }
}

pub(crate) const fn flag(name: &'static str, default: bool) -> Parameter {
    parameter(name, Default::Bool(default), Kind::Flag)
}

pub(crate) const fn number(name: &'static str, default: f64, kind: Kind) -> Parameter {
    parameter(name, Default::Float(default), kind)
}

pub(crate) const fn count(name: &'static str, default: i64, least: i64) -> Parameter {
    parameter(name, Default::Int(default), Kind::at_least(least))
}

/// Most folds, each of which holds the positions of its rows.
pub(crate) const MOST_FOLDS: i64 = 1000;

/// Number of folds.
pub(crate) const fn n_splits(default: i64, least: i64) -> Parameter {
    parameter(
        "n_splits",
        Default::Int(default),
        Kind::Count(least, MOST_FOLDS),
    )
}

/// A choice; the first name is the default.
pub(crate) const fn choice(name: &'static str, names: &'static [&'static str]) -> Parameter {
    parameter(name, Default::Text(names[0]), Kind::OneOf(names))
}

/// A parameter that is null unless it is given.
pub(crate) const fn optional(name: &'static str, kind: &'static Kind) -> Parameter {
    parameter(name, Default::Null, Kind::Optional(kind))
}

pub(crate) const COPY: Parameter = flag("copy", true);
/// Numbers of threads, counted down from all of them if negative; none at all is refused.
pub(crate) const N_JOBS: Parameter = optional(
    "n_jobs",
    &Kind::Either(&[Kind::POSITIVE, Kind::Count(i64::MIN, -1)]),
);
/// Seeds of numpy's generator.
pub(crate) const RANDOM_STATE: Parameter = optional("random_state", &Kind::Count(0, 4_294_967_295));
pub(crate) const VERBOSE: Parameter = parameter(
    "verbose",
    Default::Int(0),
    Kind::Either(&[Kind::COUNT, Kind::Flag]),
);
pub(crate) const WARM_START: Parameter = flag("warm_start", false);

/// A parameter that must be given.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Parameter {
    parameter(name, Default::Required, kind)
}

pub(crate) const N_OVERSAMPLES: Parameter = count("n_oversamples", 10, 1);
/// Tolerance of decompositions.
pub(crate) const TOLERANCE: Parameter = number("tol", 0.0, Kind::NOT_NEGATIVE);
