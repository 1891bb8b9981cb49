//! The numbers of a table column by column, as scalers count them.

use std::borrow::Cow;

use gordo_runtime::{Batch, Values};

/// The present numbers of each column, and how fine they are.
pub(crate) struct ColumnValues {
    /// Per column, in row order, without NaN.
    pub(crate) values: Vec<Vec<f64>>,
    /// Distance from 1 to the next number of the table's precision.
    pub(crate) epsilon: f64,
    /// Whether the table has single precision.
    single: bool,
}

impl ColumnValues {
    pub(crate) fn new(x: &Batch) -> Self {
        Self::of(x, |value| !value.is_nan())
    }

    /// The columns of a table in which a number stands for a missing one.
    pub(crate) fn without(x: &Batch, missing: f64) -> Self {
        let columns = Self::of(x, |_| true);
        let missing = columns.round(missing);
        let values = columns.values.into_iter().map(|mut values| {
            values.retain(|value| !is_equal(*value, missing));
            values
        });
        Self {
            values: values.collect(),
            ..columns
        }
    }

    fn of(x: &Batch, is_present: impl Fn(f64) -> bool) -> Self {
        let mut values = vec![Vec::with_capacity(x.rows); x.width];
        for row in in_double(x).chunks_exact(x.width.max(1)) {
            for (value, column) in row.iter().zip(&mut values) {
                if is_present(*value) {
                    column.push(*value);
                }
            }
        }
        let single = matches!(x.values, Values::Single(_));
        Self {
            values,
            epsilon: if single {
                f64::from(f32::EPSILON)
            } else {
                f64::EPSILON
            },
            single,
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

    /// One statistic per column.
    pub(crate) fn each(&self, statistic: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        self.values.iter().map(|values| statistic(values)).collect()
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

#[expect(clippy::float_cmp, reason = "a mark is met exactly")]
fn is_equal(value: f64, mark: f64) -> bool {
    value == mark
}

/// Numbers in order.
pub(crate) fn ascending(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The smallest number; NaN if there are none.
pub(crate) fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::min)
}

/// The largest number; NaN if there are none.
pub(crate) fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}
