//! The fully connected layer.

use std::marker::PhantomData;

use super::Nonlinearity;
use crate::{Batch, Rejection, Step, view};

/// `A(x · kernel + bias)`, `IN` numbers to `OUT`.
#[derive(Debug)]
pub struct Dense<const IN: usize, const OUT: usize, A> {
    kernel: [[f32; OUT]; IN],
    bias: [f32; OUT],
    activation: PhantomData<fn() -> A>,
}

impl<const IN: usize, const OUT: usize, A> Dense<IN, OUT, A> {
    /// A layer of these weights.
    pub const fn new(kernel: [[f32; OUT]; IN], bias: [f32; OUT]) -> Self {
        Self {
            kernel,
            bias,
            activation: PhantomData,
        }
    }
}

impl<const IN: usize, const OUT: usize, A: Nonlinearity> Step for Dense<IN, OUT, A> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let layer = view::Dense {
            activation: A::ACTIVATION,
            kernel: self.kernel.as_flattened(),
            bias: &self.bias,
        };
        layer.apply(batch)
    }
}
