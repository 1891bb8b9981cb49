//! Gradients by burn, for any stack; slower, and the independent check of the loop.
//!
//! burn writes the forward pass down and differentiates it. Nothing here serves.

use burn::tensor::{Device, Tensor, TensorData, activation};
use gordo_runtime::Activation;

use super::descent::Engine;
use super::loss::Objective;
use super::stack::{Dense, Stack};
use super::tile::{LANES, Lanes, Rows};

/// Gradients of a stack through burn's `flex` backend.
pub struct Autodiff {
    stack: Stack,
    objective: Objective,
    device: Device,
    outputs: Vec<Lanes>,
}

/// A layer's weights as burn holds them.
struct Leaves {
    kernel: Tensor<2>,
    bias: Tensor<2>,
}

impl Autodiff {
    /// An engine for a stack.
    pub fn new(stack: Stack, objective: Objective) -> Self {
        Self {
            stack,
            objective,
            device: Device::flex().autodiff(),
            outputs: Vec::new(),
        }
    }

    fn table(&self, values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    fn leaves(&self, weights: &[f32]) -> Vec<Leaves> {
        let leaf = |range: &std::ops::Range<usize>, shape| {
            let values = weights[range.clone()].to_vec();
            self.table(values, shape).require_grad()
        };
        let layers = self.stack.layers.iter();
        layers
            .map(|layer| Leaves {
                kernel: leaf(&layer.kernel, [layer.inputs, layer.units]),
                bias: leaf(&layer.bias, [1, layer.units]),
            })
            .collect()
    }

    /// The loss of some rows as burn wrote it down; keeps the answers.
    fn forward(&mut self, leaves: &[Leaves], rows: Rows<'_>) -> Tensor<1> {
        let inputs = pick(rows.inputs, rows.order, self.stack.inputs);
        let targets = pick(rows.targets, rows.order, self.stack.outputs());
        let mut values = self.table(inputs, [rows.order.len(), self.stack.inputs]);
        let targets = self.table(targets, [rows.order.len(), self.stack.outputs()]);
        let mut penalty = None;
        for (layer, leaves) in self.stack.layers.iter().zip(leaves) {
            values = answer(layer, leaves, values);
            if layer.activity_l1 != 0.0 {
                let term = values.clone().abs().sum().mul_scalar(layer.activity_l1);
                penalty = Some(match penalty.take() {
                    None => term,
                    Some(sum) => term + sum,
                });
            }
        }
        self.keep(&values);
        let errors = values - targets;
        let loss = match self.objective {
            Objective::Squared => (errors.clone() * errors).mean(),
            Objective::Absolute => errors.abs().mean(),
        };
        match penalty {
            None => loss,
            Some(penalty) => loss + penalty,
        }
    }

    /// Lays answers side by side as the loop does.
    fn keep(&mut self, answers: &Tensor<2>) {
        let answers = numbers(answers.clone());
        let width = self.stack.outputs();
        self.outputs.clear();
        for tile in answers.chunks(width * LANES) {
            let start = self.outputs.len();
            self.outputs.resize(start + width, [0.0; LANES]);
            for (lane, row) in tile.chunks_exact(width).enumerate() {
                for (column, value) in self.outputs[start..].iter_mut().zip(row) {
                    column[lane] = *value;
                }
            }
        }
    }
}

impl Engine for Autodiff {
    fn gradient(&mut self, weights: &[f32], rows: Rows<'_>, gradient: &mut [f32]) -> f64 {
        let leaves = self.leaves(weights);
        let loss = self.forward(&leaves, rows);
        let gradients = loss.backward();
        for (layer, leaves) in self.stack.layers.iter().zip(&leaves) {
            let parts = [(&layer.kernel, &leaves.kernel), (&layer.bias, &leaves.bias)];
            for (range, leaf) in parts {
                match leaf.grad(&gradients) {
                    Some(found) => gradient[range.clone()].copy_from_slice(&numbers(found)),
                    None => gradient[range.clone()].fill(0.0),
                }
            }
        }
        scalar(loss)
    }

    fn loss(&mut self, weights: &[f32], rows: Rows<'_>) -> f64 {
        let leaves = self.leaves(weights);
        let loss = self.forward(&leaves, rows);
        scalar(loss)
    }

    fn outputs(&self) -> &[Lanes] {
        &self.outputs
    }
}

fn pick(table: &[f32], order: &[usize], width: usize) -> Vec<f32> {
    let rows = order.iter();
    rows.flat_map(|row| &table[row * width..(row + 1) * width])
        .copied()
        .collect()
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor
        .try_into_vec_as()
        .expect("a tensor of a CPU backend can be read")
}

fn scalar(tensor: Tensor<1>) -> f64 {
    let values: Vec<f32> = tensor
        .try_into_vec_as()
        .expect("a tensor of a CPU backend can be read");
    values.first().copied().map_or(f64::NAN, f64::from)
}

fn answer(layer: &Dense, leaves: &Leaves, values: Tensor<2>) -> Tensor<2> {
    let z = values.matmul(leaves.kernel.clone()) + leaves.bias.clone();
    match layer.activation {
        Activation::Linear => z,
        Activation::Relu => activation::relu(z),
        Activation::Relu6 => activation::relu6(z),
        Activation::LeakyRelu => activation::leaky_relu(z, 0.2),
        Activation::Elu => activation::elu(z, 1.0),
        Activation::Selu => activation::selu(z),
        Activation::Tanh => activation::tanh(z),
        Activation::Sigmoid => activation::sigmoid(z),
        Activation::HardSigmoid => activation::hard_sigmoid(z, 1.0 / 6.0, 0.5),
        Activation::Softplus => activation::softplus(z, 1.0),
        Activation::Softsign => activation::softsign(z),
        Activation::Silu => activation::silu(z),
        Activation::HardSilu => activation::hard_swish(z),
        Activation::Gelu => activation::gelu(z),
        Activation::Mish => activation::mish(z),
        Activation::Exponential => z.exp(),
        Activation::Softmax => activation::softmax(z, 1),
        Activation::LogSoftmax => activation::log_softmax(z, 1),
    }
}
