//! Learns the weights of networks.
//!
//! Gradients come from a plain loop over the layers, written out for what Gordo's models use:
//! no framework differentiates, and nothing here serves.

pub mod dense;
mod descent;
mod loss;
mod optimizer;
mod record;
mod slope;
mod stack;
mod start;
mod stopping;
mod tile;

pub use descent::{Descent, Engine};
pub use loss::Objective;
pub use optimizer::Stepper;
pub use stack::{Dense, Stack};
pub use tile::{LANES, Lanes, Rows};

pub(crate) use record::History;

use gordo_runtime::{Batch, Values, part};

use super::Error;
use crate::model;
use crate::part::fit::FitContext;
use crate::part::network::fitted::{FittedLayer, FittedNetwork};

/// Fits a network to rows.
///
/// # Shapes and units
///
/// - `x`: `[rows, inputs]`
/// - `y`: `[rows, targets]`
pub(crate) fn learn(
    network: &model::Network,
    x: &Batch,
    y: &Batch,
    context: &FitContext<'_>,
) -> Result<(FittedNetwork, History), Error> {
    let stack = Stack::new(x.width, &network.layers);
    if stack.outputs() != y.width {
        return Err(Error::Width {
            answered: stack.outputs(),
            targets: y.width,
        });
    }
    let inputs = finite_single(x, "input")?;
    let targets = finite_single(y, "target")?;
    let mut weights = start::weights(&stack, context.seed.split("weights", 0));
    let rows = Rows {
        inputs: &inputs,
        targets: &targets,
        order: &[],
    };
    let history = descend(network, &stack, rows, &mut weights, context)?;
    Ok((fitted(network, &stack, &weights), history))
}

/// Improves weights as the network's training says.
pub(crate) fn descend(
    network: &model::Network,
    stack: &Stack,
    rows: Rows<'_>,
    weights: &mut [f32],
    context: &FitContext<'_>,
) -> Result<History, Error> {
    let objective = Objective::from(network.training.loss);
    let engine = dense::Loop::new(stack.clone(), objective);
    Descent::new(&network.training, stack, engine).run(rows, weights, context)
}

fn fitted(network: &model::Network, stack: &Stack, weights: &[f32]) -> FittedNetwork {
    let layers = stack.layers.iter().map(|layer| {
        let layer: Box<dyn FittedLayer> = Box::new(part::Dense {
            kernel: weights[layer.kernel.clone()].to_vec(),
            bias: weights[layer.bias.clone()].to_vec(),
            activation: layer.activation,
        });
        layer
    });
    FittedNetwork {
        class: network.class.to_owned(),
        kind: network.kind.clone(),
        n_features: stack.inputs,
        windows: None,
        layers: layers.collect(),
    }
}

/// A table as networks read it, all of it finite in single precision.
fn finite_single(batch: &Batch, table: &'static str) -> Result<Vec<f32>, Error> {
    let values = single(batch);
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(at) => Err(Error::NotFinite {
            table,
            column: (at % batch.width).to_string(),
            row: at / batch.width,
            value: f64::from(values[at]),
        }),
    }
}

/// A table as networks read it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "networks work in single precision"
)]
pub(crate) fn single(batch: &Batch) -> Vec<f32> {
    match &batch.values {
        Values::Single(values) => values.clone(),
        Values::Double(values) => values.iter().map(|value| *value as f32).collect(),
    }
}

#[cfg(test)]
mod tests;
