//! The readings of a bucket to one value per method.
//!
//! Sums, means and variances are taken in Gordo's order of operations. Knows no times.

use crate::project::Method;

/// The rows of one bucket, filled and emptied again bucket after bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bucket {
    /// All rows, those without a value too.
    n_rows: usize,
    /// Values in time order, none of them NaN.
    values: Vec<f64>,
    /// Room to put values in another order.
    sorted: Vec<f64>,
}

impl Bucket {
    /// Forgets all rows.
    pub(crate) fn clear(&mut self) {
        self.n_rows = 0;
        self.values.clear();
    }

    /// Takes the next rows in time.
    pub(crate) fn extend(&mut self, values: &[f64]) {
        self.n_rows += values.len();
        if values.iter().any(|value| value.is_nan()) {
            let present = values.iter().filter(|value| !value.is_nan());
            self.values.extend(present);
        } else {
            self.values.extend_from_slice(values);
        }
    }

    /// What the rows come to.
    pub(crate) fn value(&mut self, method: Method) -> f64 {
        let values = self.values.as_slice();
        match method {
            Method::Size => self.n_rows as f64,
            Method::Count => values.len() as f64,
            Method::Sum => sum(values.iter().copied()),
            Method::Prod => values.iter().product(),
            Method::Nunique => self.n_distinct() as f64,
            _ if values.is_empty() => f64::NAN,
            Method::Mean => mean(values),
            Method::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
            Method::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Method::First => values[0],
            Method::Last => values[values.len() - 1],
            Method::Var => running_variance(values),
            Method::Std => running_variance(values).sqrt(),
            Method::Sem => running_variance(values).sqrt() / (values.len() as f64).sqrt(),
            Method::Median => {
                let (low, high) = self.middle();
                f64::midpoint(low, high)
            }
            Method::Quantile => {
                let (low, high) = self.middle();
                low + (high - low) * 0.5
            }
        }
    }

    /// The two middle values of at least one; twice the same of an odd number.
    fn middle(&mut self) -> (f64, f64) {
        self.sorted.clone_from(&self.values);
        let half = self.sorted.len() / 2;
        let is_odd = self.sorted.len() % 2 == 1;
        let (below, high, _) = self.sorted.select_nth_unstable_by(half, f64::total_cmp);
        if is_odd {
            return (*high, *high);
        }
        let low = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (low, *high)
    }

    fn n_distinct(&mut self) -> usize {
        self.sorted.clone_from(&self.values);
        self.sorted.sort_unstable_by(f64::total_cmp);
        // Both zeros are one value.
        self.sorted.dedup();
        self.sorted.len()
    }
}

/// A sum that carries what each addition lost, as Gordo's does.
fn sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let total = carried(values.clone(), |lost| lost);
    if !total.is_nan() {
        return total;
    }
    // Infinities lose nothing.
    carried(values, |lost| if lost.is_nan() { 0.0 } else { lost })
}

fn carried(values: impl Iterator<Item = f64>, carry: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for value in values {
        let term = value - lost;
        let next = sum + term;
        lost = carry((next - sum) - term);
        sum = next;
    }
    sum
}

/// Mean of some values; NaN of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

/// Sample variance (divisor n - 1) of values whose mean is known; NaN for fewer than two.
pub(crate) fn variance(values: &[f64], mean: f64) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let squares = values.iter().map(|value| (value - mean).powi(2));
    sum(squares) / (values.len() - 1) as f64
}

/// Sample variance in one pass over a running mean, as Gordo takes it within a bucket.
fn running_variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let (mut mean, mut squares) = (0.0, 0.0);
    for (before, value) in values.iter().enumerate() {
        let old = mean;
        mean += (value - old) / (before + 1) as f64;
        squares += (value - mean) * (value - old);
    }
    squares / (values.len() - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[track_caller]
    fn check(rows: &[f64], expect: &[(&str, f64)]) {
        let mut bucket = Bucket::default();
        for _ in 0..2 {
            bucket.clear();
            bucket.extend(rows);
        }
        for (name, expect) in expect {
            let value = bucket.value(Method::find(name).unwrap());
            // Both sides may be NaN.
            assert_eq!(value.to_bits(), expect.to_bits(), "{name}: {value}");
        }
    }

    #[test]
    fn what_no_values_come_to() {
        let levels = ["mean", "min", "max", "median", "quantile", "first", "last"];
        let spreads = ["std", "var", "sem"];
        for name in levels.iter().chain(&spreads) {
            check(&[], &[(name, NAN)]);
            check(&[NAN], &[(name, NAN)]);
        }
        let filled = [
            ("sum", 0.0),
            ("prod", 1.0),
            ("count", 0.0),
            ("nunique", 0.0),
        ];
        check(&[], &filled);
        check(&[NAN], &filled);
        check(&[], &[("size", 0.0)]);
        check(&[NAN], &[("size", 1.0)]);
        for name in spreads {
            check(&[3.0], &[(name, NAN)]);
        }
    }

    #[test]
    fn what_several_values_come_to() {
        let variance: f64 = 20.0 / 3.0;
        check(
            &[2.0, NAN, 4.0, 6.0, 8.0],
            &[
                ("mean", 5.0),
                ("min", 2.0),
                ("max", 8.0),
                ("median", 5.0),
                ("quantile", 5.0),
                ("first", 2.0),
                ("last", 8.0),
                ("std", variance.sqrt()),
                ("var", variance),
                ("sem", variance.sqrt() / 2.0),
                ("sum", 20.0),
                ("prod", 384.0),
                ("count", 4.0),
                ("nunique", 4.0),
                ("size", 5.0),
            ],
        );
        check(
            &[7.0, -1.0, 0.0, -0.0, 7.0],
            &[
                ("median", 0.0),
                ("quantile", 0.0),
                ("nunique", 3.0),
                ("first", 7.0),
            ],
        );
        assert_eq!(Method::find("Mean"), None);
    }

    #[test]
    fn small_terms_beside_large_ones_are_not_lost() {
        check(&[1e16, 1.0, 1.0, -1e16], &[("sum", 2.0), ("mean", 0.5)]);
        check(&[f64::INFINITY, 1.0], &[("sum", f64::INFINITY)]);
        let values = [1e9, 1e9 + 1.0, 1e9 + 2.0];
        assert!((variance(&values, mean(&values)) - 1.0).abs() < 1e-12);
        assert!(variance(&[1.0], 1.0).is_nan());
    }
}
