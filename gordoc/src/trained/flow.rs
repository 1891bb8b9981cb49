//! A fitted tree as the straight line of stages that a row passes.
//!
//! The one place that knows in which order parts compute: predictions of folds and the emitted
//! code both follow it.

use gordo_runtime::kernel::lstm::Answer;
use gordo_runtime::view::{self, Invert};
use gordo_runtime::{Batch, Rejection, Step};

use super::{Detector, Layer, Sequence, State};

/// One stage, borrowed from the fitted tree.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    /// A scaler, forwards.
    Scale(&'a State),
    /// A scaler, backwards.
    Unscale(&'a State),
    /// A projection on principal components.
    Project(&'a State),
    /// A linear model.
    Regress(&'a State),
    /// Rows to windows of rows.
    Window(Sequence),
    /// One layer of a network; place and number of layers with it.
    Layer(&'a Layer, Place),
}

/// Which layer of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 0.
    pub index: usize,
    /// Layers in the network.
    pub of: usize,
}

/// The stages of a model, and its detector if it has one.
pub fn flow(state: &State) -> (Vec<Stage<'_>>, Option<&Detector>) {
    let mut stages = Vec::new();
    let detector = match state {
        State::Detector(detector) => {
            append(&detector.base, &mut stages);
            Some(&**detector)
        }
        state => {
            append(state, &mut stages);
            None
        }
    };
    (stages, detector)
}

fn append<'a>(state: &'a State, stages: &mut Vec<Stage<'a>>) {
    match state {
        State::Detector(detector) => append(&detector.base, stages),
        State::Pipeline(parts) => parts.iter().for_each(|part| append(part, stages)),
        State::TransformedTarget {
            transformer,
            regressor,
        } => {
            append(regressor, stages);
            append_inverse(transformer, stages);
        }
        State::Pca { .. } => stages.push(Stage::Project(state)),
        State::LinearRegression { .. } => stages.push(Stage::Regress(state)),
        State::Network(network) => {
            stages.extend(network.sequence.map(Stage::Window));
            let of = network.layers.len();
            let layers = network.layers.iter().enumerate();
            stages.extend(layers.map(|(index, layer)| Stage::Layer(layer, Place { index, of })));
        }
        State::MinMaxScaler { .. }
        | State::StandardScaler { .. }
        | State::RobustScaler { .. }
        | State::MaxAbsScaler { .. } => stages.push(Stage::Scale(state)),
    }
}

fn append_inverse<'a>(state: &'a State, stages: &mut Vec<Stage<'a>>) {
    match state {
        State::Pipeline(parts) => {
            for part in parts.iter().rev() {
                append_inverse(part, stages);
            }
        }
        state => stages.push(Stage::Unscale(state)),
    }
}

impl Step for Stage<'_> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        match self {
            Self::Scale(state) | Self::Project(state) | Self::Regress(state) => state.apply(batch),
            Self::Unscale(state) => view_of(state).invert(batch),
            Self::Window(sequence) => view::Windows {
                lookback: sequence.lookback,
                lookahead: sequence.lookahead,
            }
            .apply(batch),
            Self::Layer(layer, _) => layer.apply(batch),
        }
    }
}

impl Step for Layer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        match self {
            Self::Dense {
                activation,
                kernel,
                bias,
                ..
            } => view::Dense {
                activation: *activation,
                kernel,
                bias,
            }
            .apply(batch),
            Self::Lstm {
                units,
                activation,
                return_sequences,
                kernel,
                recurrent_kernel,
                bias,
            } => view::Lstm {
                units: *units,
                activation: *activation,
                answer: if *return_sequences {
                    Answer::Sequence
                } else {
                    Answer::Last
                },
                kernel,
                recurrent_kernel,
                bias,
            }
            .apply(batch),
        }
    }
}

/// Any fitted tree computes, by the kernels that serve; a detector as its base does.
impl Step for State {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        match self {
            Self::Pca {
                mean,
                components,
                explained_variance,
                whiten,
            } => view::Pca {
                mean,
                components,
                explained_variance: whiten.then_some(explained_variance),
            }
            .apply(batch),
            Self::LinearRegression { coef, intercept } => {
                view::LinearRegression { coef, intercept }.apply(batch)
            }
            Self::Pipeline(_)
            | Self::TransformedTarget { .. }
            | Self::Network(_)
            | Self::Detector(_) => {
                let mut stages = Vec::new();
                append(self, &mut stages);
                stages
                    .iter()
                    .try_fold(batch, |batch, stage| stage.apply(batch))
            }
            scaler => view_of(scaler).apply(batch),
        }
    }
}

/// Undoes a fitted scaler, or a pipeline of them.
pub fn unscale(state: &State, batch: Batch) -> Result<Batch, Rejection> {
    let mut stages = Vec::new();
    append_inverse(state, &mut stages);
    stages
        .iter()
        .try_fold(batch, |batch, stage| stage.apply(batch))
}

/// A scaler in both directions.
trait Scaler: Step + Invert {}

impl<T: Step + Invert> Scaler for T {}

fn view_of(scaler: &State) -> Box<dyn Scaler + '_> {
    match scaler {
        State::MinMaxScaler {
            feature_range,
            clip,
            scale,
            min,
            ..
        } => Box::new(view::MinMaxScaler {
            scale,
            min,
            clip: clip.then_some(*feature_range),
        }),
        State::StandardScaler { mean, scale, .. } => Box::new(view::StandardScaler {
            mean: mean.as_deref(),
            scale: scale.as_deref(),
        }),
        State::RobustScaler { center, scale, .. } => Box::new(view::RobustScaler {
            center: center.as_deref(),
            scale: scale.as_deref(),
        }),
        State::MaxAbsScaler { scale } => Box::new(view::MaxAbsScaler { scale }),
        _ => unreachable!("the flow puts scalers, and only them, where one is asked for"),
    }
}

impl Detector {
    /// The detector as the runtime judges with it.
    pub fn view(&self) -> gordo_runtime::Detector<'_> {
        gordo_runtime::Detector {
            scaler: &self.scaler,
            feature_thresholds: self.feature_thresholds.as_deref(),
            aggregate_threshold: self.aggregate_threshold,
            require_thresholds: self.require_thresholds,
            smoothing: self.smoothing.zip(self.window),
        }
    }
}
