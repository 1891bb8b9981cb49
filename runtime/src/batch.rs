//! A table of numbers on its way through a machine.
//!
//! Carries the precision of its numbers, because Gordo's networks answer in `f32` and what
//! follows them rounds to `f32` after each operation. Holds no names and no times.

use std::ops::Range;

/// Numbers in one of the two precisions of Gordo's arrays.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// IEEE 754 single precision: what a network answers, and scalers after it.
    Single(Vec<f32>),
    /// IEEE 754 double precision: readings, and everything that did not pass a network.
    Double(Vec<f64>),
}

impl Values {
    /// The numbers in single precision, rounded if need be.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what is asked for"
    )]
    pub fn into_single(self) -> Vec<f32> {
        match self {
            Self::Single(values) => values,
            Self::Double(values) => values.into_iter().map(|value| value as f32).collect(),
        }
    }

    /// The numbers in double precision, exact.
    pub fn into_double(self) -> Vec<f64> {
        match self {
            Self::Single(values) => values.into_iter().map(f64::from).collect(),
            Self::Double(values) => values,
        }
    }
}

/// Rows of `width` numbers, each row a sequence of `steps` time steps.
///
/// # Shapes and units
///
/// - `values`: `[rows, steps, width]`, row-major; `steps` is 1 except between a window step
///   and the recurrent layer that answers its last time step
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// Time steps per row.
    pub steps: usize,
    /// Numbers per time step.
    pub width: usize,
    /// The numbers.
    pub values: Values,
}

impl Batch {
    /// A table of readings, `[rows, width]` row-major.
    ///
    /// `values.len()` is `rows * width`; the row count is passed because a table may have
    /// rows of no columns.
    pub fn double(rows: usize, width: usize, values: Vec<f64>) -> Self {
        debug_assert_eq!(values.len(), rows * width);
        Self {
            rows,
            steps: 1,
            width,
            values: Values::Double(values),
        }
    }

    /// Some of the rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let size = self.steps * self.width;
        let numbers = rows.start * size..rows.end * size;
        Self {
            rows: rows.len(),
            values: match &self.values {
                Values::Single(values) => Values::Single(values[numbers].to_vec()),
                Values::Double(values) => Values::Double(values[numbers].to_vec()),
            },
            ..*self
        }
    }

    /// The numbers in double precision; exact for either precision.
    pub fn to_f64(&self) -> Vec<f64> {
        match &self.values {
            Values::Single(values) => values.iter().copied().map(f64::from).collect(),
            Values::Double(values) => values.clone(),
        }
    }

    /// Replaces each value by a function of it and its column's number.
    ///
    /// Computes in double precision and rounds to the values' own precision, as Gordo's arrays
    /// do after each operation.
    ///
    /// # Shapes and units
    ///
    /// - `columns`: `[width]`
    #[inline]
    pub fn each_column(&mut self, columns: &[f64], function: impl Fn(f64, f64) -> f64) {
        match &mut self.values {
            Values::Single(values) => each(values, columns, |value, column| {
                nearest(function(f64::from(value), column))
            }),
            Values::Double(values) => each(values, columns, function),
        }
    }

    /// Holds every value inside `low..=high`; NaN stays.
    pub fn clip(&mut self, (low, high): (f64, f64)) {
        match &mut self.values {
            Values::Single(values) => {
                for value in values {
                    *value = nearest(clipped(f64::from(*value), low, high));
                }
            }
            Values::Double(values) => {
                for value in values {
                    *value = clipped(*value, low, high);
                }
            }
        }
    }
}

#[inline]
fn each<N: Copy>(values: &mut [N], columns: &[f64], function: impl Fn(N, f64) -> N) {
    for row in values.chunks_exact_mut(columns.len().max(1)) {
        for (value, column) in row.iter_mut().zip(columns) {
            *value = function(*value, *column);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is what is asked for"
)]
#[inline]
fn nearest(value: f64) -> f32 {
    value as f32
}

fn clipped(value: f64, low: f64, high: f64) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    reason = "tests compare exact answers"
)]
mod tests {
    use super::*;

    #[test]
    fn single_values_round_after_each_operation() {
        let mut batch = Batch {
            values: Values::Single(vec![0.1]),
            ..Batch::double(1, 1, vec![0.0])
        };
        batch.each_column(&[3.0], |value, factor| value * factor);
        batch.each_column(&[0.7], |value, term| value + term);
        let product = (f64::from(0.1_f32) * 3.0) as f32;
        let expect = (f64::from(product) + 0.7) as f32;
        assert_eq!(batch.values, Values::Single(vec![expect]));
    }

    #[test]
    fn clipping_leaves_nan() {
        let mut batch = Batch::double(1, 4, vec![-1.0, f64::NAN, 2.0, 0.5]);
        batch.clip((0.0, 1.0));
        let values = batch.to_f64();
        assert_eq!(values[0], 0.0);
        assert!(values[1].is_nan());
        assert_eq!(values[2..], [1.0, 0.5]);
    }

    #[test]
    fn a_slice_has_the_rows_it_was_asked_for() {
        let batch = Batch::double(3, 2, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(
            batch.slice(1..3),
            Batch::double(2, 2, vec![2.0, 3.0, 4.0, 5.0])
        );
        assert_eq!(batch.slice(3..3), Batch::double(0, 2, vec![]));
    }

    #[test]
    fn no_columns_leave_nothing_to_do() {
        Batch::double(2, 0, vec![]).each_column(&[], |value, factor| value * factor);
    }
}
