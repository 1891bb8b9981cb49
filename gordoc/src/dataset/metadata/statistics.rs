//! A column's summary: count, mean, spread and quartiles.

use serde_json::{Value, json};

use crate::dataset::aggregate::{mean, variance};

/// Summary of values without NaN; NaN in it is null.
pub(crate) fn summary(values: &[f64]) -> Value {
    let mut ordered = values.to_vec();
    order_around(&mut ordered, &[0.0, 0.25, 0.5, 0.75, 1.0]);
    let mean = mean(values);
    json!({
        "count": values.len() as f64,
        "mean": mean,
        "std": variance(values, mean).sqrt(),
        "min": quantile(&ordered, 0.0),
        "25%": quantile(&ordered, 0.25),
        "50%": quantile(&ordered, 0.5),
        "75%": quantile(&ordered, 0.75),
        "max": quantile(&ordered, 1.0),
    })
}

/// Puts values where sorting would, as far as some ascending quantiles need it.
fn order_around(values: &mut [f64], quantiles: &[f64]) {
    let Some(last) = values.len().checked_sub(1) else {
        return;
    };
    let mut n_ordered = 0;
    for q in quantiles {
        let (below, _) = position(*q, values.len());
        for at in [below, (below + 1).min(last)] {
            if at >= n_ordered {
                values[n_ordered..].select_nth_unstable_by(at - n_ordered, f64::total_cmp);
                n_ordered = at + 1;
            }
        }
    }
}

/// The value at position `q * (n - 1)` of sorted values, on the line between neighbours.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let (below, share) = position(q, sorted.len());
    let low = sorted[below];
    let high = sorted[(below + 1).min(sorted.len() - 1)];
    // From the nearer side, as NumPy does.
    if share >= 0.5 {
        return high - (high - low) * (1.0 - share);
    }
    low + (high - low) * share
}

/// Where a quantile of some values lies: behind which of them, and which share of the way to the
/// next.
fn position(q: f64, n_values: usize) -> (usize, f64) {
    let last = n_values - 1;
    let position = q * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position within the slice"
    )]
    let below = position.floor() as usize;
    (below.min(last), position - position.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_on_the_line_between_neighbours() {
        let summary = summary(&[4.0, 1.0, 2.0, 3.0]);
        assert_eq!(summary["count"], 4.0);
        assert_eq!(summary["25%"], 1.75);
        assert_eq!(summary["50%"], 2.5);
        assert_eq!(summary["75%"], 3.25);
        assert_eq!(summary["max"], 4.0);
        assert_eq!(summary["std"], (5.0_f64 / 3.0).sqrt());
    }

    #[test]
    fn values_are_ordered_where_quantiles_look() {
        let quantiles = [0.0, 0.25, 0.5, 0.75, 1.0];
        for n_values in 1_u32..40 {
            // Some values twice, and both zeros.
            let values: Vec<f64> = (0..n_values)
                .map(|at| f64::from(at * 17 % 23) * if at % 2 == 0 { -1.0 } else { 1.0 })
                .collect();
            let (mut sorted, mut ordered) = (values.clone(), values);
            sorted.sort_by(f64::total_cmp);
            order_around(&mut ordered, &quantiles);
            for q in quantiles {
                let bits = |values: &[f64]| quantile(values, q).to_bits();
                assert_eq!(bits(&ordered), bits(&sorted), "{q} of {n_values}");
            }
        }
        order_around(&mut [], &quantiles);
    }

    #[test]
    fn one_row_has_no_spread() {
        assert_eq!(summary(&[2.0])["std"], Value::Null);
        assert_eq!(summary(&[])["mean"], Value::Null);
    }
}
