//! Scaling column by column.
//!
//! Computes in double precision and rounds to the values' own precision after each operation,
//! as the peer's arrays do. NaN passes through.

/// A precision of values.
pub trait Number: Copy + Into<f64> {
    /// The nearest value of this precision.
    fn nearest(value: f64) -> Self;
}

impl Number for f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what is asked for"
    )]
    #[inline]
    fn nearest(value: f64) -> Self {
        value as Self
    }
}

impl Number for f64 {
    #[inline]
    fn nearest(value: f64) -> Self {
        value
    }
}

/// `value * factor` per column.
pub fn multiply<N: Number>(values: &mut [N], factors: &[f64]) {
    each(values, factors, |value, factor| value * factor);
}

/// `value / divisor` per column.
pub fn divide<N: Number>(values: &mut [N], divisors: &[f64]) {
    each(values, divisors, |value, divisor| value / divisor);
}

/// `value + term` per column.
pub fn add<N: Number>(values: &mut [N], terms: &[f64]) {
    each(values, terms, |value, term| value + term);
}

/// `value - term` per column.
pub fn subtract<N: Number>(values: &mut [N], terms: &[f64]) {
    each(values, terms, |value, term| value - term);
}

/// Holds every value inside `low..=high`; NaN stays.
pub fn clip<N: Number>(values: &mut [N], (low, high): (f64, f64)) {
    for value in values {
        let wide: f64 = (*value).into();
        if wide < low {
            *value = N::nearest(low);
        } else if wide > high {
            *value = N::nearest(high);
        }
    }
}

/// - `values`: `[rows, columns]`, row-major
/// - `columns`: `[columns]`
fn each<N: Number>(values: &mut [N], columns: &[f64], function: impl Fn(f64, f64) -> f64) {
    for row in values.chunks_exact_mut(columns.len().max(1)) {
        for (value, column) in row.iter_mut().zip(columns) {
            *value = N::nearest(function((*value).into(), *column));
        }
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
        let mut values = [0.1_f32];
        multiply(&mut values, &[3.0]);
        add(&mut values, &[0.7]);
        let product = (f64::from(0.1_f32) * 3.0) as f32;
        assert_eq!(values[0], (f64::from(product) + 0.7) as f32);
    }

    #[test]
    fn clipping_leaves_nan() {
        let mut values = [-1.0, f64::NAN, 2.0, 0.5];
        clip(&mut values, (0.0, 1.0));
        assert_eq!(values[0], 0.0);
        assert!(values[1].is_nan());
        assert_eq!(values[2..], [1.0, 0.5]);
    }

    #[test]
    fn no_columns_leave_nothing_to_do() {
        multiply::<f64>(&mut [], &[]);
    }
}
