//! What fitted parts answer, through the kernels that serve.
//!
//! Folds and thresholds see the very numbers a server will give.

use gordo_runtime::kernel::{dense, scale};
use gordo_runtime::{Batch, Rejection, Values};

use crate::trained::{Layer, Network, State};

/// What a fitted transformer makes of rows.
pub(crate) fn transform(state: &State, mut batch: Batch) -> Result<Batch, Rejection> {
    match state {
        State::Pipeline(states) => {
            for state in states {
                batch = transform(state, batch)?;
            }
            Ok(batch)
        }
        _ => {
            match &mut batch.values {
                Values::Single(values) => scale_forward(state, values),
                Values::Double(values) => scale_forward(state, values),
            }
            Ok(batch)
        }
    }
}

fn scale_forward<N: scale::Number>(state: &State, values: &mut [N]) {
    match state {
        State::MinMaxScaler {
            feature_range,
            clip,
            scale,
            min,
            ..
        } => {
            scale::multiply(values, scale);
            scale::add(values, min);
            if *clip {
                scale::clip(values, *feature_range);
            }
        }
        State::StandardScaler { mean, scale, .. } => shift(values, mean.as_ref(), scale.as_ref()),
        State::RobustScaler { center, scale, .. } => shift(values, center.as_ref(), scale.as_ref()),
        State::MaxAbsScaler { scale } => scale::divide(values, scale),
        _ => unreachable!("a step gordoc can fit"),
    }
}

fn shift<N: scale::Number>(values: &mut [N], center: Option<&Vec<f64>>, scale: Option<&Vec<f64>>) {
    if let Some(center) = center {
        scale::subtract(values, center);
    }
    if let Some(scale) = scale {
        scale::divide(values, scale);
    }
}

/// What a fitted transformer made the rows of.
pub(crate) fn inverse_transform(state: &State, mut batch: Batch) -> Result<Batch, Rejection> {
    match state {
        State::Pipeline(states) => {
            for state in states.iter().rev() {
                batch = inverse_transform(state, batch)?;
            }
            Ok(batch)
        }
        _ => {
            match &mut batch.values {
                Values::Single(values) => scale_back(state, values),
                Values::Double(values) => scale_back(state, values),
            }
            Ok(batch)
        }
    }
}

fn scale_back<N: scale::Number>(state: &State, values: &mut [N]) {
    match state {
        State::MinMaxScaler { scale, min, .. } => {
            scale::subtract(values, min);
            scale::divide(values, scale);
        }
        State::StandardScaler { mean, scale, .. } => unshift(values, mean.as_ref(), scale.as_ref()),
        State::RobustScaler { center, scale, .. } => {
            unshift(values, center.as_ref(), scale.as_ref());
        }
        State::MaxAbsScaler { scale } => scale::multiply(values, scale),
        _ => unreachable!("a step gordoc can fit"),
    }
}

fn unshift<N: scale::Number>(
    values: &mut [N],
    center: Option<&Vec<f64>>,
    scale: Option<&Vec<f64>>,
) {
    if let Some(scale) = scale {
        scale::multiply(values, scale);
    }
    if let Some(center) = center {
        scale::add(values, center);
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
            let mut batch = batch;
            for step in steps {
                batch = transform(step, batch)?;
            }
            predict(last, batch)
        }
        State::TransformedTarget {
            transformer,
            regressor,
        } => inverse_transform(transformer, predict(regressor, batch)?),
        State::Network(network) => Ok(predict_network(network, &batch)),
        _ => transform(state, batch),
    }
}

fn predict_network(network: &Network, batch: &Batch) -> Batch {
    let mut values = super::network::single(batch);
    let mut width = batch.width;
    for layer in &network.layers {
        let Layer::Dense {
            units,
            activation,
            kernel,
            bias,
        } = layer
        else {
            unreachable!("gordoc fits dense layers only");
        };
        let mut answer = vec![0.0; batch.rows * units];
        dense::forward(&values, kernel, bias, &mut answer);
        activation.apply(&mut answer, *units);
        (values, width) = (answer, *units);
    }
    Batch {
        rows: batch.rows,
        steps: 1,
        width,
        values: Values::Single(values),
    }
}
