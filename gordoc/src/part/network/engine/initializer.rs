//! Weights before the first step, distributed as Keras draws them.

use super::stack::Stack;
use crate::random::Seed;

/// Kernels uniform within `±sqrt(6 / (inputs + units))`, biases 0.
pub(super) fn glorot_uniform(stack: &Stack, seed: Seed) -> Vec<f32> {
    let mut weights = vec![0.0; stack.n_weights()];
    for (index, layer) in stack.layers.iter().enumerate() {
        let mut stream = seed.split("kernel", index).stream();
        let limit = (6.0 / (layer.inputs + layer.units) as f32).sqrt();
        for weight in &mut weights[layer.kernel.clone()] {
            *weight = limit * (2.0 * stream.unit() - 1.0);
        }
    }
    weights
}
