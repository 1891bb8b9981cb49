//! As learnt: a trained machine as a value and as a file.

pub mod flow;
pub mod json;
pub mod store;

use gordo_runtime::{Activation, Smoothing};
use serde_json::Value;

use crate::name::Name;

/// A trained machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Machine name.
    pub name: Name,
    /// Project name.
    pub project: Name,
    /// Input tag names, in column order.
    pub tags: Vec<String>,
    /// Target tag names, in column order.
    pub target_tags: Vec<String>,
    /// Spacing of rows as written.
    pub resolution: String,
    /// Rows lost at the front of every answer.
    pub offset: usize,
    /// The peer's text for the model's class.
    pub python_type: String,
    /// The expanded definition.
    pub definition: Value,
    /// What was fitted.
    pub state: State,
    /// The whole machine document, as served under `metadata`.
    pub metadata: Value,
    /// Digest of what determined the machine.
    pub checksum: Option<String>,
}

/// A fitted part; mirrors the definition.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// A difference detector.
    Detector(Box<Detector>),
    /// Parts in order.
    Pipeline(Vec<State>),
    /// Transforms targets for the regressor and its answers back.
    TransformedTarget {
        /// Fitted on targets.
        transformer: Box<State>,
        /// Fitted on transformed targets.
        regressor: Box<State>,
    },
    /// `x * scale + min`, clipped if asked.
    MinMaxScaler {
        /// Lowest and highest output.
        feature_range: (f64, f64),
        /// Whether unseen values are held inside the range.
        clip: bool,
        /// Column minima.
        data_min: Vec<f64>,
        /// Column maxima.
        data_max: Vec<f64>,
        /// Factor per column.
        scale: Vec<f64>,
        /// Offset per column.
        min: Vec<f64>,
    },
    /// `(x - mean) / scale`
    StandardScaler {
        /// Subtracted, unless switched off.
        mean: Option<Vec<f64>>,
        /// Divided by, unless switched off.
        scale: Option<Vec<f64>>,
        /// Population variance.
        var: Option<Vec<f64>>,
    },
    /// `(x - center) / scale`
    RobustScaler {
        /// Subtracted, unless switched off.
        center: Option<Vec<f64>>,
        /// Divided by, unless switched off.
        scale: Option<Vec<f64>>,
        /// Percentiles.
        quantile_range: (f64, f64),
    },
    /// `x / scale`
    MaxAbsScaler {
        /// Divided by.
        scale: Vec<f64>,
    },
    /// `(x - mean) · componentsᵀ`
    Pca {
        /// Subtracted.
        mean: Vec<f64>,
        /// `[components, columns]`, row-major.
        components: Vec<f64>,
        /// Variance along each component.
        explained_variance: Vec<f64>,
        /// Whether outputs have unit variance.
        whiten: bool,
    },
    /// `x · coefᵀ + intercept`
    LinearRegression {
        /// `[targets, columns]`, row-major.
        coef: Vec<f64>,
        /// Per target.
        intercept: Vec<f64>,
    },
    /// A network.
    Network(Network),
}

/// A fitted difference detector.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// What reconstructs the targets.
    pub base: State,
    /// Fitted on targets.
    pub scaler: State,
    /// Whether judging without thresholds is refused.
    pub require_thresholds: bool,
    /// Whether the base was fitted on shuffled rows.
    pub shuffle: bool,
    /// Smoothing window in rows.
    pub window: Option<usize>,
    /// Smoothing method.
    pub smoothing: Option<Smoothing>,
    /// Per target, engineering units.
    pub feature_thresholds: Option<Vec<f64>>,
    /// Of the mean squared scaled error.
    pub aggregate_threshold: Option<f64>,
    /// Per target, over the smoothing window.
    pub smooth_feature_thresholds: Option<Vec<f64>>,
    /// Over the smoothing window.
    pub smooth_aggregate_threshold: Option<f64>,
}

/// A fitted network, single precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Class name without its module, `KerasAutoEncoder`.
    pub class: String,
    /// Layer recipe as written.
    pub kind: String,
    /// Input width.
    pub n_features: usize,
    /// Output width.
    pub n_features_out: usize,
    /// Rows a sequence network sees and how far ahead it predicts; `None` for dense ones.
    pub sequence: Option<Sequence>,
    /// Layers in order.
    pub layers: Vec<Layer>,
}

/// How a sequence network reads rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Rows seen.
    pub lookback: usize,
    /// Rows ahead, 0 or 1.
    pub lookahead: usize,
}

/// A fitted layer.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// `activation(x · kernel + bias)`
    Dense {
        /// Output width.
        units: usize,
        /// Nonlinearity.
        activation: Activation,
        /// `[inputs, units]`, row-major.
        kernel: Vec<f32>,
        /// `[units]`
        bias: Vec<f32>,
    },
    /// Long short-term memory; gate blocks in the order input, forget, candidate, output.
    Lstm {
        /// Output width.
        units: usize,
        /// Nonlinearity of candidate and output.
        activation: Activation,
        /// Whether every time step is answered, or the last only.
        return_sequences: bool,
        /// `[inputs, 4 units]`, row-major.
        kernel: Vec<f32>,
        /// `[units, 4 units]`, row-major.
        recurrent_kernel: Vec<f32>,
        /// `[4 units]`
        bias: Vec<f32>,
    },
}

/// A small machine of one tag, for tests.
#[cfg(test)]
pub(crate) fn example(name: &str) -> Machine {
    Machine {
        name: Name::new(name).expect("a test names it well"),
        project: Name::new("p").expect("a letter"),
        tags: vec!["a".to_owned()],
        target_tags: vec!["a".to_owned()],
        resolution: "10T".to_owned(),
        offset: 0,
        python_type: String::new(),
        definition: serde_json::json!({}),
        state: State::MaxAbsScaler { scale: vec![2.0] },
        metadata: serde_json::json!({}),
        checksum: None,
    }
}
