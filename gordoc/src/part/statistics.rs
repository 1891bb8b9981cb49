//! The numbers of a table column by column, as scalers count them.

use std::borrow::Cow;

use gordo_runtime::{Batch, Values};
use rayon::prelude::*;

/// The columns of a table, of which missing numbers are left out.
pub(crate) struct ColumnValues<'a> {
    /// `[rows, columns]`
    table: Cow<'a, [f64]>,
    width: usize,
    /// What stands for a missing number; NaN does if it is `None`.
    missing: Option<f64>,
    /// Distance from 1 to the next number of the table's precision.
    pub(crate) epsilon: f64,
    /// Whether the table has single precision.
    single: bool,
}

impl<'a> ColumnValues<'a> {
    pub(crate) fn new(x: &'a Batch) -> Self {
        let single = matches!(x.values, Values::Single(_));
        Self {
            table: in_double(x),
            width: x.width,
            missing: None,
            epsilon: if single {
                f64::from(f32::EPSILON)
            } else {
                f64::EPSILON
            },
            single,
        }
    }

    /// With a number that stands for a missing one, in place of NaN.
    pub(crate) fn without(self, missing: Option<f64>) -> Self {
        let missing = missing.map(|missing| self.round(missing));
        Self { missing, ..self }
    }

    #[expect(clippy::float_cmp, reason = "a mark is met exactly")]
    fn is_missing(&self, value: f64) -> bool {
        match self.missing {
            None => value.is_nan(),
            Some(mark) => value == mark,
        }
    }

    /// A number in the table's precision.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what is asked for"
    )]
    pub(crate) fn round(&self, number: f64) -> f64 {
        if self.single {
            f64::from(number as f32)
        } else {
            number
        }
    }

    /// Per column its numbers, in row order.
    pub(crate) fn gather(&self) -> Vec<Vec<f64>> {
        let width = self.width.max(1);
        let gather = |column| {
            let column = self.table.iter().skip(column).step_by(width).copied();
            column.filter(|value| !self.is_missing(*value)).collect()
        };
        (0..self.width).into_par_iter().map(gather).collect()
    }

    /// One statistic per column, of its numbers in row order.
    pub(crate) fn each<T: Send>(&self, statistic: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
        let columns = self.gather();
        let statistics = columns.par_iter().map(|values| statistic(values));
        statistics.collect()
    }

    /// One number per column, made of its numbers one after the other.
    pub(crate) fn fold(&self, start: f64, next: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        self.fold_with(&vec![0.0; self.width], start, |made, value, _| {
            next(made, value)
        })
    }

    /// The same, with a number that each column has.
    pub(crate) fn fold_with(
        &self,
        columns: &[f64],
        start: f64,
        next: impl Fn(f64, f64, f64) -> f64,
    ) -> Vec<f64> {
        let mut made = vec![start; self.width];
        for row in self.table.chunks_exact(self.width.max(1)) {
            for ((made, value), column) in made.iter_mut().zip(row).zip(columns) {
                let after = next(*made, *value, *column);
                *made = if self.is_missing(*value) {
                    *made
                } else {
                    after
                };
            }
        }
        made
    }

    /// How many numbers each column has.
    pub(crate) fn counts(&self) -> Vec<f64> {
        self.fold(0.0, |count, _| count + 1.0)
    }

    /// Mean of each column; NaN if it has no numbers.
    pub(crate) fn means(&self) -> Vec<f64> {
        let sums = self.fold(0.0, |sum, value| sum + value);
        let sums = sums.into_iter().zip(self.counts());
        sums.map(|(sum, count)| sum / count).collect()
    }

    /// 1 in place of a spread too small to divide by.
    pub(crate) fn one_for_none(&self, spread: f64) -> f64 {
        if spread < 10.0 * self.epsilon {
            1.0
        } else {
            spread
        }
    }
}

/// The numbers of a table, row by row.
pub(crate) fn in_double(x: &Batch) -> Cow<'_, [f64]> {
    match &x.values {
        Values::Single(_) => Cow::Owned(x.to_f64()),
        Values::Double(values) => Cow::Borrowed(values),
    }
}

/// Numbers in order.
pub(crate) fn ascending(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}
