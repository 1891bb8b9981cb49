//! From rows to the sequences a recurrent layer reads.

use super::Step;
use crate::embed::{Embed, Part, Rows, Shape, Weights};
use crate::kernel::window;
use crate::{Batch, Rejection, Values};

/// Windows of rows, as a sequence estimator reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Rows per window.
    pub lookback: usize,
    /// How far ahead is predicted: 0 reconstructs the last row, 1 forecasts the next.
    pub lookahead: usize,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// Windows of `LOOKBACK` rows, to predict `LOOKAHEAD` rows after the last of them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Windows<const LOOKBACK: usize, const LOOKAHEAD: usize>;
}

impl Step for Windows {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let Self {
            lookback,
            lookahead,
        } = *self;
        let (rows, width) = (batch.rows, batch.width);
        // Gordo refuses `rows == lookback` too, although one window would fit.
        if rows <= lookback {
            return Err(Rejection::TooFewRows);
        }
        let count = (rows + 1).saturating_sub(lookback.saturating_add(lookahead));
        let values = window::windows(&batch.values.into_single(), width, lookback, count);
        Ok(Batch {
            rows: count,
            steps: lookback,
            width,
            values: Values::Single(values),
        })
    }
}

impl<const LOOKBACK: usize, const LOOKAHEAD: usize> Step for sized::Windows<LOOKBACK, LOOKAHEAD> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let windows = Windows {
            lookback: LOOKBACK,
            lookahead: LOOKAHEAD,
        };
        windows.apply(batch)
    }
}

impl<const LOOKBACK: usize, const LOOKAHEAD: usize> Part for sized::Windows<LOOKBACK, LOOKAHEAD> {
    const SHAPE: Shape = Shape::any_width()
        .with_rows(Rows::Single, Rows::Sequences)
        .with_window(LOOKBACK, LOOKAHEAD);
}

impl<const LOOKBACK: usize, const LOOKAHEAD: usize, W: Weights> Embed<W>
    for sized::Windows<LOOKBACK, LOOKAHEAD>
{
    const PART: Self = Self;
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(windows(usize::MAX, 1, 2), Err(Rejection::TooFewRows));
        assert_eq!(windows(1, usize::MAX, 2).unwrap().rows, 0);
    }
}
