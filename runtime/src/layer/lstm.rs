//! Long short-term memory.

use std::marker::PhantomData;

use super::Nonlinearity;
use crate::kernel::lstm::Answer;
use crate::{Batch, Rejection, Step, view};

/// Which time steps a layer answers, known while compiling.
pub trait Steps: Sync {
    /// Which they are.
    const ANSWER: Answer;
}

/// The last time step only.
#[derive(Clone, Copy, Debug)]
pub enum Last {}

/// Every time step.
#[derive(Clone, Copy, Debug)]
pub enum Sequence {}

impl Steps for Last {
    const ANSWER: Answer = Answer::Last;
}

impl Steps for Sequence {
    const ANSWER: Answer = Answer::Sequence;
}

/// Reads sequences of `IN` numbers, answers `UNITS` after the last or after each.
///
/// Gates stand in the order input, forget, candidate, output.
#[derive(Debug)]
pub struct Lstm<const IN: usize, const UNITS: usize, A, S = Last> {
    kernel: [[[f32; UNITS]; 4]; IN],
    recurrent_kernel: [[[f32; UNITS]; 4]; UNITS],
    bias: [[f32; UNITS]; 4],
    kind: PhantomData<fn() -> (A, S)>,
}

impl<const IN: usize, const UNITS: usize, A, S> Lstm<IN, UNITS, A, S> {
    /// A layer of these weights.
    pub const fn new(
        kernel: [[[f32; UNITS]; 4]; IN],
        recurrent_kernel: [[[f32; UNITS]; 4]; UNITS],
        bias: [[f32; UNITS]; 4],
    ) -> Self {
        Self {
            kernel,
            recurrent_kernel,
            bias,
            kind: PhantomData,
        }
    }
}

impl<const IN: usize, const UNITS: usize, A, S> Step for Lstm<IN, UNITS, A, S>
where
    A: Nonlinearity,
    S: Steps,
{
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let layer = view::Lstm {
            units: UNITS,
            activation: A::ACTIVATION,
            answer: S::ANSWER,
            kernel: self.kernel.as_flattened().as_flattened(),
            recurrent_kernel: self.recurrent_kernel.as_flattened().as_flattened(),
            bias: self.bias.as_flattened(),
        };
        layer.apply(batch)
    }
}
