//! A column's summary: count, mean, spread and quartiles.

use serde_json::{Value, json};

use crate::dataset::aggregate::{sum, variance};

/// Summary of values without NaN; NaN in it is null.
pub(crate) fn summary(values: &[f64]) -> Value {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    json!({
        "count": count,
        "mean": sum(values) / count,
        "std": variance(values).sqrt(),
        "min": quantile(&sorted, 0.0),
        "25%": quantile(&sorted, 0.25),
        "50%": quantile(&sorted, 0.5),
        "75%": quantile(&sorted, 0.75),
        "max": quantile(&sorted, 1.0),
    })
}

/// The value at position `q * (n - 1)` of sorted values, on the line between neighbours.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let position = q * (sorted.len() - 1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position within the slice"
    )]
    let below = position.floor() as usize;
    let share = position - position.floor();
    let low = sorted[below.min(sorted.len() - 1)];
    let high = sorted[(below + 1).min(sorted.len() - 1)];
    // From the nearer side, as NumPy does.
    if share >= 0.5 {
        return high - (high - low) * (1.0 - share);
    }
    low + (high - low) * share
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
    fn one_row_has_no_spread() {
        assert_eq!(summary(&[2.0])["std"], Value::Null);
        assert_eq!(summary(&[])["mean"], Value::Null);
    }
}
