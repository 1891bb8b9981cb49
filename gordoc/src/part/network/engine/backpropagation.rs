//! Backpropagation through dense layers: forward, backward, no allocation per step.
//!
//! Sums run in the order of the runtime's dense kernel, so weights are learnt from the very
//! outputs that are served (tested). Never serves itself.

use gordo_runtime::Activation;

use super::activation_gradient;
use super::loss::{sign, tile_loss};
use super::stack::{Dense, Stack};
use super::tile::{LANES, Lanes, Rows, dot, gather, sum};
use crate::part::network::objective::Loss;

/// Gradients of a stack of dense layers.
pub struct Backpropagation {
    stack: Stack,
    loss: Loss,
    inputs: Vec<Lanes>,
    targets: Vec<Lanes>,
    /// Per layer, before its nonlinearity.
    before: Vec<Vec<Lanes>>,
    /// Per layer, after its nonlinearity.
    after: Vec<Vec<Lanes>>,
    /// Gradient with respect to a layer's outputs; `below` is the one underneath.
    deltas: Vec<Lanes>,
    below: Vec<Lanes>,
    outputs: Vec<Lanes>,
    /// One row's outputs, for nonlinearities over whole rows.
    row: Vec<f32>,
}

impl Backpropagation {
    /// Buffers for a stack.
    pub fn new(stack: Stack, loss: Loss) -> Self {
        let zero = [0.0; LANES];
        let per_layer = || {
            let layers = stack.layers.iter();
            layers.map(|layer| vec![zero; layer.units]).collect()
        };
        Self {
            inputs: vec![zero; stack.inputs],
            targets: vec![zero; stack.outputs()],
            before: per_layer(),
            after: per_layer(),
            deltas: vec![zero; stack.widest()],
            below: vec![zero; stack.widest()],
            outputs: Vec::new(),
            row: Vec::new(),
            loss,
            stack,
        }
    }

    /// The loss of some rows, the mean over rows and outputs plus the activity penalties; writes
    /// its gradient, laid out as the weights.
    pub fn gradient(&mut self, weights: &[f32], rows: Rows<'_>, gradient: &mut [f32]) -> f64 {
        gradient.fill(0.0);
        self.tiles(rows, |this, rows, weight| {
            let loss = this.forward(weights, rows, weight);
            this.backward(weights, rows.order.len(), gradient);
            loss
        })
    }

    /// The loss of some rows.
    pub fn loss(&mut self, weights: &[f32], rows: Rows<'_>) -> f64 {
        self.tiles(rows, |this, rows, weight| {
            this.forward(weights, rows, weight)
        })
    }

    /// Outputs of the rows of the last call, `[tiles, outputs]`.
    pub fn outputs(&self) -> &[Lanes] {
        &self.outputs
    }

    /// Computes the outputs of a tile of rows; gives what it counts in the loss, penalties included.
    fn forward(&mut self, weights: &[f32], rows: Rows<'_>, weight: f32) -> f32 {
        gather(rows.inputs, rows.order, &mut self.inputs);
        gather(rows.targets, rows.order, &mut self.targets);
        let mut penalty = 0.0;
        for (index, layer) in self.stack.layers.iter().enumerate() {
            let (lower, upper) = self.after.split_at_mut(index);
            let inputs = lower.last().unwrap_or(&self.inputs);
            let (before, after) = (&mut self.before[index], &mut upper[0]);
            forward(layer, weights, inputs, before);
            after.copy_from_slice(before);
            activate(layer.activation, after, &mut self.row);
            if layer.activity_l1 != 0.0 {
                penalty += layer.activity_l1 * sum_of_sizes(after, rows.order.len());
            }
        }
        let outputs = self.after.last().unwrap_or(&self.inputs);
        self.outputs.extend_from_slice(outputs);
        let deltas = &mut self.deltas[..self.targets.len()];
        let pair = (outputs.as_slice(), self.targets.as_slice());
        tile_loss(self.loss, pair, rows.order.len(), weight, deltas) + penalty
    }

    /// Adds a tile's part to the gradient.
    fn backward(&mut self, weights: &[f32], rows: usize, gradient: &mut [f32]) {
        for (index, layer) in self.stack.layers.iter().enumerate().rev() {
            let deltas = &mut self.deltas[..layer.units];
            let after = &self.after[index];
            if layer.activity_l1 != 0.0 {
                add_activity_gradient(layer.activity_l1, after, rows, deltas);
            }
            activation_gradient::multiply(layer.activation, &self.before[index], after, deltas);
            let inputs = match index.checked_sub(1) {
                Some(lower) => &self.after[lower],
                None => &self.inputs,
            };
            add_weight_gradient(layer, inputs, deltas, gradient);
            if index > 0 {
                input_gradient(layer, weights, deltas, &mut self.below);
                std::mem::swap(&mut self.deltas, &mut self.below);
            }
        }
    }

    fn tiles(
        &mut self,
        rows: Rows<'_>,
        mut tile: impl FnMut(&mut Self, Rows<'_>, f32) -> f32,
    ) -> f64 {
        self.outputs.clear();
        let weight = 1.0 / (rows.order.len() * self.stack.outputs()) as f32;
        let tiles = rows.order.chunks(LANES);
        tiles
            .map(|order| f64::from(tile(self, rows.with_order(order), weight)))
            .sum()
    }
}

/// `inputs · kernel + bias`
fn forward(layer: &Dense, weights: &[f32], inputs: &[Lanes], outputs: &mut [Lanes]) {
    let kernel = &weights[layer.kernel.clone()];
    let bias = &weights[layer.bias.clone()];
    for (unit, (output, bias)) in outputs.iter_mut().zip(bias).enumerate() {
        let mut sums = [*bias; LANES];
        let column = kernel.iter().skip(unit).step_by(layer.units);
        for (input, weight) in inputs.iter().zip(column) {
            for (sum, value) in sums.iter_mut().zip(input) {
                *sum += value * weight;
            }
        }
        *output = sums;
    }
}

/// Applies a nonlinearity as the runtime does, to rows that lie side by side.
fn activate(activation: Activation, values: &mut [Lanes], row: &mut Vec<f32>) {
    if !matches!(activation, Activation::Softmax | Activation::LogSoftmax) {
        activation.apply(values.as_flattened_mut(), LANES);
        return;
    }
    for lane in 0..LANES {
        row.clear();
        row.extend(values.iter().map(|column| column[lane]));
        activation.apply(row, values.len());
        for (column, value) in values.iter_mut().zip(row.iter()) {
            column[lane] = *value;
        }
    }
}

/// Adds the gradient of a layer's weights.
fn add_weight_gradient(layer: &Dense, inputs: &[Lanes], deltas: &[Lanes], gradient: &mut [f32]) {
    let (kernel, bias) =
        gradient[layer.kernel.start..layer.bias.end].split_at_mut(layer.kernel.len());
    for (input, kernel) in inputs.iter().zip(kernel.chunks_exact_mut(layer.units)) {
        for (slot, delta) in kernel.iter_mut().zip(deltas) {
            *slot += dot(input, delta);
        }
    }
    for (slot, delta) in bias.iter_mut().zip(deltas) {
        *slot += sum(delta);
    }
}

/// Gradient with respect to what a layer reads.
fn input_gradient(layer: &Dense, weights: &[f32], deltas: &[Lanes], below: &mut [Lanes]) {
    let kernel = &weights[layer.kernel.clone()];
    for (below, weights) in below.iter_mut().zip(kernel.chunks_exact(layer.units)) {
        let mut sums = [0.0_f32; LANES];
        for (delta, weight) in deltas.iter().zip(weights) {
            for (sum, delta) in sums.iter_mut().zip(delta) {
                *sum += delta * weight;
            }
        }
        *below = sums;
    }
}

/// Sum of absolute outputs of the first rows.
fn sum_of_sizes(outputs: &[Lanes], rows: usize) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for output in outputs {
        for (sum, value) in sums.iter_mut().zip(output) {
            *sum += value.abs();
        }
    }
    sums[rows..].fill(0.0);
    sum(&sums)
}

/// Adds the gradient of the activity penalty.
fn add_activity_gradient(factor: f32, outputs: &[Lanes], rows: usize, deltas: &mut [Lanes]) {
    for (delta, output) in deltas.iter_mut().zip(outputs) {
        let mut gradient = *output;
        for value in &mut gradient {
            *value = factor * sign(*value);
        }
        gradient[rows..].fill(0.0);
        for (delta, value) in delta.iter_mut().zip(&gradient) {
            *delta += value;
        }
    }
}
