//! A column's histogram as Gordo writes it: a JSON text of intervals and counts.
//!
//! Roundings are part of the form: they decide labels, and can leave the largest value out.

use serde_json::{Map, Value, json};

/// Fewer than this wide, intervals make no histogram.
const LEAST_STEP: f64 = 9e-7;
/// A hundred steps and the rounding at both ends stay far below.
const MOST_EDGES: f64 = 10_000.0;

/// About a hundred intervals of equal width over finite values.
pub(super) fn histogram(values: &[f64]) -> String {
    let Some(edges) = edges(values) else {
        return "{}".into();
    };
    let mut counts = vec![0_u64; edges.len().saturating_sub(1)];
    for value in values {
        let below = n_below(&edges, *value);
        // On or below the first edge, or above the last, a value counts nowhere.
        if let Some(count) = below.checked_sub(1).and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
    let labels = labels(&edges);
    let intervals = labels.windows(2).zip(counts);
    let entries: Map<String, Value> = intervals
        .map(|(ends, count)| (format!("({}, {}]", ends[0], ends[1]), json!(count)))
        .collect();
    Value::from(entries).to_string()
}

/// How many of ascending, about equally wide edges a value lies above: guessed and set right.
fn n_below(edges: &[f64], value: f64) -> usize {
    let (first, width) = (edges[0], edges[1] - edges[0]);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a guess, and no more than there are"
    )]
    let mut below = (((value - first) / width) as usize).min(edges.len());
    while below > 0 && edges[below - 1] >= value {
        below -= 1;
    }
    while below < edges.len() && edges[below] < value {
        below += 1;
    }
    below
}

fn edges(values: &[f64]) -> Option<Vec<f64>> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let step = micro((high - low) / 100.0);
    // Also refuses NaN.
    if step.is_nan() || step < LEAST_STEP {
        return None;
    }
    let first = micro(low - step);
    let end = micro(high + step);
    let n_edges = ((end - first) / step).ceil();
    let width = (first + step) - first;
    if !(n_edges > 1.0 && n_edges < MOST_EDGES && width > 0.0) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 10000"
    )]
    let n_edges = n_edges as u32;
    // As NumPy's `arange`, which does not calculate the second as it does those behind.
    let edge = |at: u32| match at {
        1 => first + step,
        _ => first + f64::from(at) * width,
    };
    Some((0..n_edges).map(edge).collect())
}

/// Edges as texts, rounded as far as they stay distinct.
fn labels(edges: &[f64]) -> Vec<String> {
    let round = |precision: i32| -> Vec<f64> {
        let edges = edges.iter();
        edges.map(|edge| round_to(*edge, precision)).collect()
    };
    let distinct = |rounded: &Vec<f64>| rounded.is_sorted_by(|left, right| left < right);
    let rounded = (3..20).map(round).find(distinct);
    let rounded = rounded.unwrap_or_else(|| round(3));
    rounded.into_iter().map(shortest).collect()
}

/// To six decimals.
fn micro(value: f64) -> f64 {
    (value * 1e6).round_ties_even() / 1e6
}

/// `precision` decimals of a number with a whole part, as many significant digits of others.
fn round_to(value: f64, precision: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let mut decimals = precision;
    if value.trunc() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "decimal exponents of doubles are small"
        )]
        let magnitude = libm::log10(value.abs()).floor() as i32;
        decimals = precision - 1 - magnitude;
    }
    // Multiplied up one by one, as NumPy does: it decides the last bit.
    let scale = (0..decimals).fold(1.0, |scale, _| scale * 10.0);
    (value * scale).round_ties_even() / scale
}

/// The shortest text that reads back, exponents as Python writes them.
fn shortest(value: f64) -> String {
    if value == 0.0 || (1e-4..1e16).contains(&value.abs()) {
        let text = format!("{value:?}");
        let decimals = n_decimals(&text);
        return nearest(value, text, format!("{value:.decimals$}"));
    }
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let decimals = n_decimals(digits);
    let (sign, size) = match exponent.strip_prefix('-') {
        Some(size) => ('-', size),
        None => ('+', exponent),
    };
    let end = format!("e{sign}{size:0>2}");
    let rounded = format!("{value:.decimals$e}");
    let rounded = rounded.split('e').next().unwrap_or_default();
    nearest(value, format!("{digits}{end}"), format!("{rounded}{end}"))
}

/// How many digits stand after the point.
fn n_decimals(digits: &str) -> usize {
    digits.split_once('.').map_or(0, |(_, after)| after.len())
}

/// A number halfway between two texts of the shortest length goes to the even one, as in Python;
/// the formatter alone would round it up.
fn nearest(value: f64, shortest: String, rounded: String) -> String {
    if rounded.parse() == Ok(value) {
        return rounded;
    }
    shortest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_column_has_no_intervals() {
        assert_eq!(histogram(&[3.0, 3.0]), "{}");
        assert_eq!(histogram(&[]), "{}");
        assert_eq!(histogram(&[0.0, 1e-5]), "{}");
    }

    #[test]
    fn a_value_on_an_edge_lies_below_it() {
        for width in [0.1, 1.0 / 3.0, 7.5] {
            let edges: Vec<f64> = (0..60).map(|at| -3.0 + f64::from(at) * width).collect();
            let beside = |edge: &f64| [edge.next_down(), *edge, edge.next_up()];
            for value in edges.iter().flat_map(beside).chain([-1e9, 1e9]) {
                let expect = edges.partition_point(|edge| *edge < value);
                assert_eq!(n_below(&edges, value), expect, "{value} of {width}");
            }
        }
    }

    #[test]
    fn the_least_values_lie_on_the_second_edge() {
        let text = histogram(&[0.5, 0.5, 0.806_449_999_999_999_4, 87.852_683_954_800_01]);
        assert!(
            text.starts_with(r#"{"(-0.374, 0.5]":2,"(0.5, 1.374]":1,"#),
            "{text}"
        );
    }

    #[test]
    fn rounding_can_lose_the_maximum() {
        let values: Vec<f64> = (0..37).map(|at| f64::from(at) * 1e-5).collect();
        let parsed: Map<String, Value> = serde_json::from_str(&histogram(&values)).unwrap();
        let counted: u64 = parsed.values().filter_map(Value::as_u64).sum();
        assert_eq!(counted, 36);
    }

    #[test]
    fn intervals_are_labelled_as_gordo_does() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        let text = histogram(&values);
        assert!(
            text.starts_with(r#"{"(-1.0, 0.0]":1,"(0.0, 1.0]":1,"#),
            "{text}"
        );
    }

    #[test]
    fn numbers_as_python_writes_them() {
        for (value, expect) in [
            (-2.18, "-2.18"),
            (360.0, "360.0"),
            (4e-6, "4e-06"),
            (1e-5, "1e-05"),
            (1e-4, "0.0001"),
            (1.5e16, "1.5e+16"),
            (-1.25e-100, "-1.25e-100"),
            (0.0, "0.0"),
            // Halfway between two texts of 17 digits.
            (1_679_965_247_388_329.0 / 8.0, "209995655923541.12"),
            (5e-324, "5e-324"),
            (1e23, "1e+23"),
        ] {
            assert_eq!(shortest(value), expect);
        }
    }
}
