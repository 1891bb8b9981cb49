//! Learns the weights of networks.
//!
//! Backpropagation is written out for the layers that Gordo's models use, without a framework that
//! differentiates; nothing here serves.

mod activation_gradient;
mod backpropagation;
mod early_stopping;
mod initializer;
mod loss;
mod metric;
mod optimizer;
mod stack;
mod tile;
mod trainer;

pub use backpropagation::Backpropagation;
pub use optimizer::OptimizerState;
pub use stack::{Dense, Stack};
pub use tile::{LANES, Lanes, Rows};
pub use trainer::Trainer;

use gordo_runtime::{Activation, Batch, Values, part};

use crate::part::error::FitError;
use crate::part::fit::FitContext;
use crate::part::history::History;
use crate::part::learnable::{Missing, check_numbers};
use crate::part::network::topology::Layer;
use crate::part::network::training::Training;

/// A layer as learnt.
pub(crate) type LearntLayer = part::Dense<Vec<f32>, Vec<f32>, Activation>;

/// Fits a network to rows, from weights that are drawn unless they are given.
///
/// # Shapes and units
///
/// - `x`: `[rows, inputs]`
/// - `y`: `[rows, targets]`
pub(crate) fn learn(
    layers: &[Layer],
    training: &Training,
    (x, y): (&Batch, &Batch),
    weights: Option<&[f32]>,
    context: &FitContext<'_>,
) -> Result<(Vec<LearntLayer>, History), FitError> {
    let stack = Stack::new(x.width, layers);
    if stack.outputs() != y.width {
        return Err(FitError::Width {
            answered: stack.outputs(),
            targets: y.width,
        });
    }
    let inputs = finite_single(x, "input")?;
    let targets = finite_single(y, "target")?;
    let mut weights = match weights {
        Some(weights) if weights.len() == stack.n_weights() => weights.to_vec(),
        Some(weights) => {
            return Err(FitError::Weights {
                expected: stack.n_weights(),
                given: weights.len(),
            });
        }
        None => initializer::glorot_uniform(&stack, context.seed.split("weights", 0)),
    };
    let rows = Rows {
        inputs: &inputs,
        targets: &targets,
        order: &[],
    };
    let history = Trainer::new(training, &stack).run(rows, &mut weights, context)?;
    Ok((learnt(&stack, &weights), history))
}

fn learnt(stack: &Stack, weights: &[f32]) -> Vec<LearntLayer> {
    let layers = stack.layers.iter().map(|layer| LearntLayer {
        kernel: weights[layer.kernel.clone()].to_vec(),
        bias: weights[layer.bias.clone()].to_vec(),
        activation: layer.activation,
    });
    layers.collect()
}

/// A table as networks read it, all of it finite in single precision.
fn finite_single(batch: &Batch, table: &'static str) -> Result<Vec<f32>, FitError> {
    let values = single(batch);
    check_numbers(&values, (table, batch.width), Missing::Refused)?;
    Ok(values)
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
