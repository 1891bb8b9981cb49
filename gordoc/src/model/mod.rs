//! What a `model:` definition denotes.
//!
//! Resolved and type-checked, but not fitted, and free of any learning engine.

mod activation;
mod callback;
pub mod catalog;
mod conflict;
mod definition;
mod describe;
mod detector;
mod expand;
mod found;
mod function;
mod kind;
mod layers;
mod learner;
mod network;
mod objective;
mod optimizer;
mod parameters;
mod pipeline;
mod raw;
mod recipe;
mod registry;
mod resolve;
mod shape;
mod splitter;
mod suggest;
#[cfg(test)]
mod tests;
mod training;
mod transformer;
mod width;
mod wrapper;

use serde_json::Value;

use crate::source::Span;

pub use describe::{DetectorTexts, describe};
pub use expand::expand;
pub use gordo_runtime::Smoothing;
pub use layers::hourglass_widths;
pub use resolve::{resolve, resolve_step};
pub use splitter::resolve_splitter;

/// A value that is not there because of a finding; optional values need it beside `None`.
struct Refused;

/// A whole model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its parts.
    pub estimator: Estimator,
    /// The definition the peer would expand it to: full private paths, every parameter.
    pub expanded: Value,
    /// Place of the definition.
    pub span: Span,
}

/// Something that learns from inputs and targets, and predicts.
#[derive(Clone, Debug, PartialEq)]
pub enum Estimator {
    /// Steps, then an estimator.
    Pipeline {
        /// Before the estimator, in order.
        steps: Vec<Step>,
        /// The last part.
        last: Box<Estimator>,
    },
    /// Learns targets transformed by `transformer`; predicts with its inverse applied.
    TransformedTarget {
        /// Fitted on targets.
        transformer: Step,
        /// Learns transformed targets.
        regressor: Box<Estimator>,
    },
    /// A neural network.
    Network(Network),
    /// A difference detector around an estimator.
    Detector(Box<Detector>),
}

/// A transformer.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `sklearn.preprocessing.MinMaxScaler`
    MinMaxScaler {
        /// Lowest and highest output.
        feature_range: (f64, f64),
        /// Whether unseen values are held inside the range.
        clip: bool,
    },
    /// `sklearn.preprocessing.StandardScaler`
    StandardScaler {
        /// Whether the mean is subtracted.
        with_mean: bool,
        /// Whether values are divided by the standard deviation.
        with_std: bool,
    },
    /// `sklearn.preprocessing.RobustScaler`
    RobustScaler {
        /// Whether the median is subtracted.
        with_centering: bool,
        /// Whether values are divided by the quantile range.
        with_scaling: bool,
        /// Percentiles, 0 to 100.
        quantile_range: (f64, f64),
        /// Whether the range is further scaled to that of a unit normal.
        unit_variance: bool,
    },
    /// `sklearn.preprocessing.MaxAbsScaler`
    MaxAbsScaler,
    /// Steps in order, as one step.
    Pipeline(Vec<Step>),
}

/// `DiffBasedAnomalyDetector`
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// What reconstructs the targets.
    pub base: Estimator,
    /// Scales targets and answers before they are compared.
    pub scaler: Step,
    /// Whether judging without thresholds is refused.
    pub require_thresholds: bool,
    /// Whether the base is fitted on shuffled rows.
    pub shuffle: bool,
    /// Smoothing window in rows.
    pub window: Option<usize>,
    /// Smoothing method; present if a window is.
    pub smoothing: Option<Smoothing>,
}

/// A network estimator: its layers once the numbers of tags are known, and how it is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Estimator class.
    pub class: NetworkClass,
    /// Layer recipe as written, `feedforward_hourglass`.
    pub kind: String,
    /// Layers of the network.
    pub layers: Vec<Layer>,
    /// How it learns.
    pub training: Training,
}

/// Estimator classes of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkClass {
    /// `KerasAutoEncoder`
    AutoEncoder,
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Width of its output.
    pub units: usize,
    /// Its nonlinearity.
    pub activation: Activation,
    /// Factor of the L1 penalty on the layer's output, summed over the batch; 0 for none.
    pub activity_l1: f32,
}

/// Nonlinearities, by their Keras names.
pub use gordo_runtime::Activation;

/// How a network learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Passes over the rows; the peer's default is 1.
    pub epochs: usize,
    /// Rows per step; `None` is all rows.
    pub batch_size: Option<usize>,
    /// Share of rows at the end held out, `[0, 1)`.
    pub validation_split: f64,
    /// Whether rows are permuted each epoch.
    pub shuffle: bool,
    /// What makes steps of gradients.
    pub optimizer: Optimizer,
    /// Whether the optimizer was named in the config; if not, the peer trains clones (fold
    /// models) with `RMSprop`. gordoc's folds use the documented default, Adam.
    pub optimizer_given: bool,
    /// What is minimised.
    pub loss: Loss,
    /// Names of metrics recorded per epoch, as given (`accuracy`).
    pub metrics: Vec<String>,
    /// Stops training early.
    pub early_stopping: Option<EarlyStopping>,
}

/// Optimizers with their parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Optimizer {
    /// Adam (Kingma and Ba, 2015)
    Adam {
        /// Step size.
        learning_rate: f32,
        /// Decay of the first moment.
        beta_1: f32,
        /// Decay of the second moment.
        beta_2: f32,
        /// Added to the root of the second moment.
        epsilon: f32,
    },
    /// Gradient descent with momentum.
    Sgd {
        /// Step size.
        learning_rate: f32,
        /// Share of the last step kept.
        momentum: f32,
        /// Whether the gradient is taken ahead of the step.
        nesterov: bool,
    },
    /// `RMSprop`
    RmsProp {
        /// Step size.
        learning_rate: f32,
        /// Decay of the mean square.
        rho: f32,
        /// Added under the root.
        epsilon: f32,
    },
}

/// What is minimised: mean over outputs, then over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Mean squared error.
    MeanSquaredError,
    /// Mean absolute error.
    MeanAbsoluteError,
}

/// `EarlyStopping` callback.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping {
    /// History entry watched.
    pub monitor: String,
    /// Smallest change that counts.
    pub min_delta: f64,
    /// Epochs without improvement before stopping.
    pub patience: usize,
    /// Whether the best epoch's weights are put back.
    pub restore_best_weights: bool,
    /// First epoch watched.
    pub start_from_epoch: usize,
}

/// How rows are split into folds.
#[derive(Clone, Debug, PartialEq)]
pub enum Splitter {
    /// `sklearn.model_selection.TimeSeriesSplit`
    TimeSeriesSplit {
        /// Number of folds.
        n_splits: usize,
        /// Most training rows.
        max_train_size: Option<usize>,
        /// Rows per test fold; `None` is `n / (n_splits + 1)`.
        test_size: Option<usize>,
        /// Rows left out before each test fold.
        gap: usize,
    },
    /// `sklearn.model_selection.KFold`
    KFold {
        /// Number of folds.
        n_splits: usize,
        /// Seed of the shuffle; `None` keeps the order.
        shuffle: Option<u32>,
    },
}
