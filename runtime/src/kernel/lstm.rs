//! Long short-term memory, single precision.
//!
//! Stateless: every row starts from zeros. Gates stand in the order input, forget, candidate,
//! output; they always use the logistic function, candidate and output the layer's own.

use super::dense::{Columns, Rows, accumulate};
use crate::{Activation, math};

/// Rows computed together, so that their gates stay in the fastest cache.
const ROWS: usize = 32;

/// A layer's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// Width of the output.
    pub units: usize,
    /// Nonlinearity of candidate and output.
    pub activation: Activation,
    /// `[inputs, 4 units]`
    pub kernel: &'a [f32],
    /// `[units, 4 units]`
    pub recurrent_kernel: &'a [f32],
    /// `[4 units]`
    pub bias: &'a [f32],
}

/// Which time steps are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnedSteps {
    /// The last one: `[rows, units]`.
    Last,
    /// Every one: `[rows, steps, units]`.
    Sequence,
}

/// Runs `cell` over rows of `steps` time steps.
///
/// # Shapes and units
///
/// - `input`: `[rows, steps, inputs]`
///
/// Answers `[rows, units]` or `[rows, steps, units]`.
pub fn forward(cell: Cell<'_>, input: &[f32], steps: usize, returned: ReturnedSteps) -> Vec<f32> {
    let units = cell.units;
    let row = steps * (cell.kernel.len() / (4 * units).max(1));
    if row == 0 || units == 0 {
        return Vec::new();
    }
    let n_returned = match returned {
        ReturnedSteps::Last => 1,
        ReturnedSteps::Sequence => steps,
    };
    let mut output = vec![0.0; input.len() / row * n_returned * units];
    let mut scratch = Scratch::default();
    for (input, output) in input
        .chunks(ROWS * row)
        .zip(output.chunks_mut(ROWS * n_returned * units))
    {
        scratch.start(input.len() / row * units);
        for step in 0..steps {
            scratch.advance(cell, input, (step, steps));
            if returned == ReturnedSteps::Sequence {
                scratch.copy_to(output, units, (step, steps));
            }
        }
        if returned == ReturnedSteps::Last {
            output.copy_from_slice(&scratch.hidden);
        }
    }
    output
}

/// What the rows of one block remember, each `[rows, units]`.
#[derive(Default)]
struct Scratch {
    hidden: Vec<f32>,
    carry: Vec<f32>,
    /// One block per gate: `[4, rows, units]`.
    gates: Vec<f32>,
}

impl Scratch {
    fn start(&mut self, size: usize) {
        for (values, size) in [
            (&mut self.hidden, size),
            (&mut self.carry, size),
            (&mut self.gates, 4 * size),
        ] {
            values.clear();
            values.resize(size, 0.0);
        }
    }

    /// One time step of every row; `step` is its number and how many there are.
    fn advance(&mut self, cell: Cell<'_>, input: &[f32], (step, steps): (usize, usize)) {
        let units = cell.units;
        let size = self.hidden.len();
        let width = cell.kernel.len() / (4 * units);
        let inputs = Rows {
            values: &input[step * width..],
            stride: steps * width,
            width,
        };
        let hidden = Rows {
            values: &self.hidden,
            stride: units,
            width: units,
        };
        for (gate, output) in self.gates.chunks_exact_mut(size).enumerate() {
            for row in output.chunks_exact_mut(units) {
                row.copy_from_slice(&cell.bias[gate * units..][..units]);
            }
            let columns = |values| Columns {
                values,
                stride: 4 * units,
                first: gate * units,
                count: units,
            };
            accumulate(inputs, columns(cell.kernel), output);
            accumulate(hidden, columns(cell.recurrent_kernel), output);
        }
        self.remember(cell, size);
    }

    /// `C = s(f) C + s(i) a(c)` and `h = s(o) a(C)`.
    fn remember(&mut self, cell: Cell<'_>, size: usize) {
        let (open, rest) = self.gates.split_at_mut(2 * size);
        let (candidate, close) = rest.split_at_mut(size);
        math::sigmoid_in_place(open);
        cell.activation.apply(candidate, cell.units);
        math::sigmoid_in_place(close);
        let (enter, keep) = open.split_at(size);
        for ((carry, keep), (enter, candidate)) in (self.carry.iter_mut())
            .zip(keep)
            .zip(enter.iter().zip(&*candidate))
        {
            *carry = keep * *carry + enter * candidate;
        }
        self.hidden.copy_from_slice(&self.carry);
        cell.activation.apply(&mut self.hidden, cell.units);
        for (hidden, close) in self.hidden.iter_mut().zip(&*close) {
            *hidden *= close;
        }
    }

    fn copy_to(&self, output: &mut [f32], units: usize, (step, steps): (usize, usize)) {
        for (row, hidden) in output
            .chunks_exact_mut(steps * units)
            .zip(self.hidden.chunks_exact(units))
        {
            row[step * units..][..units].copy_from_slice(hidden);
        }
    }
}
