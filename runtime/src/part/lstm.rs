//! The layer of long short-term memory.

use super::nonlinearity::Marker;
use super::{Nonlinearity, Numbers, Step};
use crate::embed::{Embed, Part, Rows, Shape, Weights, cube, matrix};
use crate::kernel::lstm::{self, Cell, ReturnedSteps};
use crate::{Batch, Rejection, Values};

/// Reads sequences; gate blocks stand in the order input, forget, candidate, output.
///
/// Single precision (Hochreiter and Schmidhuber, 1997, as Keras computes it).
#[derive(Clone, Debug, PartialEq)]
pub struct Lstm<K, R, B, A, S> {
    /// `[inputs, 4 units]`, row-major.
    pub kernel: K,
    /// `[units, 4 units]`, row-major.
    pub recurrent_kernel: R,
    /// `[4 units]`
    pub bias: B,
    /// Nonlinearity of candidate and output.
    pub activation: A,
    /// Which time steps are returned.
    pub returns: S,
}

/// What tells a layer which time steps it returns.
pub trait Return: Copy + Sync {
    /// Which they are.
    fn steps(self) -> ReturnedSteps;
}

impl Return for ReturnedSteps {
    #[inline]
    fn steps(self) -> ReturnedSteps {
        self
    }
}

/// The last time step only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last;

/// Every time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence;

/// [`Last`] or [`Sequence`].
pub trait ReturnType: Return {
    /// The only value of the type.
    const VALUE: Self;
    /// What the layer gives.
    const ROWS: Rows;
}

impl Return for Last {
    #[inline]
    fn steps(self) -> ReturnedSteps {
        ReturnedSteps::Last
    }
}

impl Return for Sequence {
    #[inline]
    fn steps(self) -> ReturnedSteps {
        ReturnedSteps::Sequence
    }
}

impl ReturnType for Last {
    const VALUE: Self = Self;
    const ROWS: Rows = Rows::Single;
}

impl ReturnType for Sequence {
    const VALUE: Self = Self;
    const ROWS: Rows = Rows::Sequences;
}

/// With its sizes in its type.
pub(super) mod sized {
    use super::Last;

    /// Sequences of `IN` numbers to `UNITS`, after the last or after each.
    pub type Lstm<const IN: usize, const UNITS: usize, A, S = Last> =
        super::Lstm<[[[f32; UNITS]; 4]; IN], [[[f32; UNITS]; 4]; UNITS], [[f32; UNITS]; 4], A, S>;
}

impl<K, R, B, A, S> Step for Lstm<K, R, B, A, S>
where
    K: Numbers<f32>,
    R: Numbers<f32>,
    B: Numbers<f32>,
    A: Nonlinearity,
    S: Return,
{
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let bias = self.bias.numbers();
        let (rows, steps, units) = (batch.rows, batch.steps, bias.len() / 4);
        let cell = Cell {
            units,
            activation: self.activation.activation(),
            kernel: self.kernel.numbers(),
            recurrent_kernel: self.recurrent_kernel.numbers(),
            bias,
        };
        let returned = self.returns.steps();
        let values = lstm::forward(cell, &batch.values.into_single(), steps, returned);
        Ok(Batch {
            rows,
            steps: match returned {
                ReturnedSteps::Last => 1,
                ReturnedSteps::Sequence => steps,
            },
            width: units,
            values: Values::Single(values),
        })
    }
}

impl<const IN: usize, const UNITS: usize, A, S: ReturnType> Part for sized::Lstm<IN, UNITS, A, S> {
    const SHAPE: Shape = Shape::new(IN, UNITS)
        .with_singles(4 * UNITS * (IN + UNITS + 1))
        .with_rows(Rows::Sequences, S::ROWS);
}

impl<const IN: usize, const UNITS: usize, A, S, W> Embed<W> for sized::Lstm<IN, UNITS, A, S>
where
    A: Marker,
    S: ReturnType,
    W: Weights,
{
    const PART: Self = Self {
        kernel: cube(W::SINGLES, 0),
        recurrent_kernel: cube(W::SINGLES, 4 * UNITS * IN),
        bias: matrix(W::SINGLES, 4 * UNITS * (IN + UNITS)),
        activation: A::VALUE,
        returns: S::VALUE,
    };
}
