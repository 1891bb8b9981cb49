//! Network layers; they take any numbers, NaN and infinities too, and answer in single
//! precision.

use crate::kernel::lstm::{Answer, Cell};
use crate::kernel::{dense, lstm, window};
use crate::{Activation, Batch, Rejection, Step, Values};

/// `activation(x · kernel + bias)`, at each time step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dense<'a> {
    /// Nonlinearity.
    pub activation: Activation,
    /// `[inputs, units]`, row-major.
    pub kernel: &'a [f32],
    /// `[units]`; says how many units there are.
    pub bias: &'a [f32],
}

/// Long short-term memory; gate blocks in the order input, forget, candidate, output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lstm<'a> {
    /// Width of the answer.
    pub units: usize,
    /// Nonlinearity of candidate and answer.
    pub activation: Activation,
    /// Which time steps are answered.
    pub answer: Answer,
    /// `[inputs, 4 units]`, row-major.
    pub kernel: &'a [f32],
    /// `[units, 4 units]`, row-major.
    pub recurrent_kernel: &'a [f32],
    /// `[4 units]`
    pub bias: &'a [f32],
}

/// Windows of rows, as a sequence estimator reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Rows per window.
    pub lookback: usize,
    /// How far ahead is predicted: 0 reconstructs the last row, 1 forecasts the next.
    pub lookahead: usize,
}

impl Step for Dense<'_> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let (rows, steps, width) = (batch.rows, batch.steps, self.bias.len());
        let mut values = vec![0.0; rows * steps * width];
        let input = batch.values.into_single();
        dense::forward(&input, self.kernel, self.bias, &mut values);
        self.activation.apply(&mut values, width);
        Ok(single(rows, steps, width, values))
    }
}

impl Step for Lstm<'_> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let cell = Cell {
            units: self.units,
            activation: self.activation,
            kernel: self.kernel,
            recurrent_kernel: self.recurrent_kernel,
            bias: self.bias,
        };
        let (rows, steps) = (batch.rows, batch.steps);
        let values = lstm::forward(cell, &batch.values.into_single(), steps, self.answer);
        let steps = match self.answer {
            Answer::Last => 1,
            Answer::Sequence => steps,
        };
        Ok(single(rows, steps, self.units, values))
    }
}

impl Step for Windows {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let Self {
            lookback,
            lookahead,
        } = *self;
        let (rows, width) = (batch.rows, batch.width);
        // The peer refuses `rows == lookback` too, although one window would fit.
        if rows <= lookback {
            return Err(Rejection::TooFewRows);
        }
        let count = (rows + 1).saturating_sub(lookback + lookahead);
        let values = window::windows(&batch.values.into_single(), width, lookback, count);
        Ok(single(count, lookback, width, values))
    }
}

fn single(rows: usize, steps: usize, width: usize, values: Vec<f32>) -> Batch {
    Batch {
        rows,
        steps,
        width,
        values: Values::Single(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_adds_the_bias_and_bends() {
        let layer = Dense {
            activation: Activation::Relu,
            kernel: &[1.0, -1.0],
            bias: &[0.5, 0.5],
        };
        let answer = layer.apply(Batch::double(1, 1, vec![2.0])).unwrap();
        assert_eq!(answer.values, Values::Single(vec![2.5, 0.0]));
    }

    fn windows(lookback: usize, lookahead: usize, rows: usize) -> Result<Batch, Rejection> {
        let step = Windows {
            lookback,
            lookahead,
        };
        step.apply(Batch::double(rows, 1, vec![0.0; rows]))
    }

    #[test]
    fn windows_lose_the_offset() {
        assert_eq!(windows(3, 0, 8).unwrap().rows, 6);
        assert_eq!(windows(3, 1, 8).unwrap().rows, 5);
    }

    #[test]
    fn as_many_rows_as_the_lookback_are_too_few() {
        let refused = windows(3, 0, 3).unwrap_err().to_string();
        assert_eq!(
            refused,
            "For KerasLSTMForecast lookback_window must be < size of X"
        );
        assert_eq!(windows(3, 1, 2), Err(Rejection::TooFewRows));
    }
}
