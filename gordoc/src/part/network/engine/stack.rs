//! A stack of layers and where their weights lie in one flat buffer.

use std::ops::Range;

use gordo_runtime::Activation;

use crate::part::network::topology::Layer;

/// Dense layers on top of each other.
///
/// All weights lie in one buffer: per layer the kernel `[inputs, units]` row-major, then the
/// bias `[units]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Width of a row.
    pub inputs: usize,
    /// The layers, first to last.
    pub layers: Vec<Dense>,
}

/// One layer of a [`Stack`].
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// Width of what it reads.
    pub inputs: usize,
    /// Width of what it answers.
    pub units: usize,
    /// Its nonlinearity.
    pub activation: Activation,
    /// Factor of the L1 penalty on its answer, summed over the rows of a step.
    pub activity_l1: f32,
    /// Where its kernel lies.
    pub kernel: Range<usize>,
    /// Where its bias lies.
    pub bias: Range<usize>,
}

impl Stack {
    /// Lays out layers over rows of `inputs` numbers.
    pub fn new(inputs: usize, layers: &[Layer]) -> Self {
        let (mut width, mut end) = (inputs, 0);
        let layers = layers
            .iter()
            .map(|layer| {
                let kernel = end..end + width * layer.units;
                let bias = kernel.end..kernel.end + layer.units;
                end = bias.end;
                let inputs = std::mem::replace(&mut width, layer.units);
                Dense {
                    inputs,
                    units: layer.units,
                    activation: layer.activation,
                    activity_l1: layer.activity_l1,
                    kernel,
                    bias,
                }
            })
            .collect();
        Self { inputs, layers }
    }

    /// Width of an answer.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(self.inputs, |layer| layer.units)
    }

    /// Length of the buffer of all weights.
    pub fn n_weights(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.bias.end)
    }

    /// Width of the widest layer, the inputs among them.
    pub fn widest(&self) -> usize {
        let units = self.layers.iter().map(|layer| layer.units);
        units.fold(self.inputs, usize::max)
    }
}
