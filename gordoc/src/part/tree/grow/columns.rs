//! Inputs as trees see them: column by column, in single precision.
//!
//! A value is kept as a whole number that sorts as the value does.

use gordo_runtime::{Batch, Rejection};

use crate::part::error::FitError;
use crate::part::learnable::{Missing, check_numbers};

/// Values of `[columns, rows]`, all finite.
#[derive(Debug)]
pub(in crate::part::tree) struct Columns {
    keys: Vec<u32>,
    n_rows: usize,
    /// Per column, pairs of rows with the same value.
    ties: Vec<f64>,
}

impl Columns {
    pub(in crate::part::tree) fn new(x: &Batch) -> Result<Self, FitError> {
        let (n_rows, width) = (x.rows, x.steps * x.width);
        if n_rows == 0 {
            let step = "a tree";
            return Err(Rejection::NoRows { width, step }.into());
        }
        let values = x.values.clone().into_single();
        check_numbers(&values, ("input", width), Missing::Refused)?;
        let mut keys = Vec::with_capacity(values.len());
        for column in 0..width {
            keys.extend(
                values
                    .iter()
                    .skip(column)
                    .step_by(width)
                    .map(|value| key(*value)),
            );
        }
        let ties = keys.chunks_exact(n_rows.max(1)).map(ties).collect();
        Ok(Self { keys, n_rows, ties })
    }

    /// Number of columns.
    pub(in crate::part::tree) fn width(&self) -> usize {
        self.ties.len()
    }

    /// Keys of a column by row.
    pub(super) fn keys(&self, column: usize) -> &[u32] {
        &self.keys[column * self.n_rows..][..self.n_rows]
    }

    /// How many pairs of equal values to expect among some of the rows of a column.
    pub(super) fn expected_ties(&self, column: usize, n_rows: usize) -> f64 {
        let share = n_rows as f64 / self.n_rows as f64;
        self.ties[column] * share * share
    }

    /// Rows in single precision, row after row.
    pub(in crate::part::tree) fn rows(&self) -> Vec<f32> {
        let width = self.width();
        let mut rows = vec![0.0; self.keys.len()];
        for column in 0..width {
            let slots = rows.iter_mut().skip(column).step_by(width);
            for (slot, key) in slots.zip(self.keys(column)) {
                *slot = value(*key);
            }
        }
        rows
    }
}

/// A number that sorts as the value does; the two zeros are one.
pub(super) fn key(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 0 {
        bits | (1 << 31)
    } else {
        !bits
    }
}

/// The value of a key.
pub(super) fn value(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 {
        key & !(1 << 31)
    } else {
        !key
    })
}

/// The largest number in single precision that is no larger.
#[expect(clippy::cast_possible_truncation, reason = "rounded down")]
pub(in crate::part::tree) fn round_down(threshold: f64) -> f32 {
    let rounded = threshold as f32;
    if f64::from(rounded) > threshold {
        rounded.next_down()
    } else {
        rounded
    }
}

/// Pairs of equal numbers.
fn ties(keys: &[u32]) -> f64 {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    let runs = keys.chunk_by(|left, right| left == right);
    runs.map(|run| run.len() as f64 * (run.len() - 1) as f64 / 2.0)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_values_do() {
        let values = [f32::MIN, -1.5, -1e-40, 0.0, 1e-40, 0.25, 1.0, f32::MAX];
        assert!(values.is_sorted_by_key(|value| key(*value)));
        for number in values {
            assert_eq!(value(key(number)).to_bits(), number.to_bits());
        }
        assert_eq!(key(-0.0), key(0.0));
    }

    #[test]
    fn thresholds_round_down() {
        for threshold in [0.1, -0.1, 1.0, 1e-300, -1e-300] {
            let rounded = round_down(threshold);
            assert!(f64::from(rounded) <= threshold && f64::from(rounded.next_up()) > threshold);
        }
    }

    #[test]
    fn pairs_of_equal_values_are_counted() {
        let x = Batch::double(4, 2, vec![1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, -0.0]);
        let columns = Columns::new(&x).unwrap();
        assert_eq!(columns.ties, [3.0, 1.0]);
        assert_eq!(columns.rows(), [1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 0.0]);
    }
}
