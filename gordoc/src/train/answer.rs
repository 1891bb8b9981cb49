//! What fitted parts answer, through the runtime's views and thus the kernels that serve.
//!
//! Folds and thresholds see the very numbers a server will give.

use gordo_runtime::view::{self, Invert};
use gordo_runtime::{Batch, Rejection, Step};

use crate::trained::{Layer, Network, State};

/// A fitted transformer in both directions.
trait Both: Step + Invert {}

impl<T: Step + Invert> Both for T {}

/// A fitted transformer as a step; rows go through it in `apply`.
pub(crate) struct Transformer<'a>(pub(crate) &'a State);

impl Step for Transformer<'_> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        transform(self.0, batch)
    }
}

/// What a fitted transformer makes of rows.
pub(crate) fn transform(state: &State, batch: Batch) -> Result<Batch, Rejection> {
    match state {
        State::Pipeline(states) => states
            .iter()
            .try_fold(batch, |batch, state| transform(state, batch)),
        _ => scaler(state).apply(batch),
    }
}

/// What a fitted transformer made the rows of.
pub(crate) fn inverse_transform(state: &State, batch: Batch) -> Result<Batch, Rejection> {
    match state {
        State::Pipeline(states) => states
            .iter()
            .rev()
            .try_fold(batch, |batch, state| inverse_transform(state, batch)),
        _ => scaler(state).invert(batch),
    }
}

fn scaler(state: &State) -> Box<dyn Both + '_> {
    match state {
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
        _ => unreachable!("every transformer of `model::Step` is a scaler"),
    }
}

/// What a fitted estimator answers.
pub(crate) fn predict(state: &State, batch: Batch) -> Result<Batch, Rejection> {
    match state {
        State::Detector(detector) => predict(&detector.base, batch),
        State::Pipeline(states) => {
            let Some((last, steps)) = states.split_last() else {
                return Ok(batch);
            };
            let batch = steps
                .iter()
                .try_fold(batch, |batch, step| transform(step, batch))?;
            predict(last, batch)
        }
        State::TransformedTarget {
            transformer,
            regressor,
        } => inverse_transform(transformer, predict(regressor, batch)?),
        State::Network(network) => predict_network(network, batch),
        _ => transform(state, batch),
    }
}

fn predict_network(network: &Network, batch: Batch) -> Result<Batch, Rejection> {
    network
        .layers
        .iter()
        .try_fold(batch, |batch, layer| match layer {
            Layer::Dense {
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
            Layer::Lstm { .. } => unreachable!("every layer of `model::Network` is dense"),
        })
}
