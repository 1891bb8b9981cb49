//! When a value that is merged into another changes nothing.

use crate::config::{DateTime, Node, Value};

/// Equality as Python sees it: `1 == 1.0 == True`, and instants whatever their offset. Numbers
/// that differ in their last bit are equal, too.
pub(super) fn is_equal(base: &Node, over: &Node) -> bool {
    if let (Some(a), Some(b)) = (number(base), number(over)) {
        return close(a, b);
    }
    match (&base.value, &over.value) {
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b || is_same_instant(a, b),
        (a, b) => a == b,
    }
}

#[expect(clippy::float_cmp, reason = "infinities and whole numbers are exact")]
fn close(a: f64, b: f64) -> bool {
    if a == b || (a.is_nan() && b.is_nan()) {
        return true;
    }
    let widest = a.abs().max(b.abs());
    widest.is_finite() && (a - b).abs() <= f64::EPSILON * widest
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Int(value) => Some(*value as f64),
        Value::Long(digits) => digits.parse().ok(),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

/// A time without an offset equals none that has one.
fn is_same_instant(a: &str, b: &str) -> bool {
    let (a, b) = (DateTime::parse(a), DateTime::parse(b));
    a.zip(b).is_some_and(|(a, b)| {
        a.offset.is_some() == b.offset.is_some() && a.microseconds() == b.microseconds()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn check(a: Value, b: Value, expect: bool) {
        let node = |value| Node {
            span: Span::default(),
            value,
        };
        let (a, b) = (node(a), node(b));
        assert_eq!(is_equal(&a, &b), expect, "{a:?} {b:?}");
        assert_eq!(is_equal(&b, &a), expect, "{b:?} {a:?}");
    }

    #[test]
    fn numbers_are_equal_across_kinds() {
        check(Value::Int(30), Value::Float(30.0), true);
        check(Value::Bool(true), Value::Int(1), true);
        check(Value::Bool(false), Value::Float(-0.0), true);
        check(Value::Float(0.1 + 0.2), Value::Float(0.3), true);
        check(Value::Float(1.0 + f64::EPSILON), Value::Bool(true), true);
        check(Value::Float(1.0 + 2.0 * f64::EPSILON), Value::Int(1), false);
        check(Value::Int((1 << 53) + 1), Value::Int(1 << 53), true);
        let long = Value::Long("100000000000000000000".to_owned());
        check(long.clone(), Value::Float(1e20), true);
        check(long, Value::Float(1e21), false);
        check(Value::Float(f64::NAN), Value::Float(f64::NAN), true);
        check(Value::Float(f64::INFINITY), Value::Float(1e308), false);
        check(
            Value::Float(f64::INFINITY),
            Value::Float(f64::INFINITY),
            true,
        );
        check(Value::Int(1), Value::Text("1".to_owned()), false);
        check(Value::Int(0), Value::Null, false);
    }

    #[test]
    fn instants_are_equal_across_offsets() {
        let time = |text: &str| Value::Timestamp(text.to_owned());
        let (utc, east) = ("2020-05-01T00:00:00+00:00", "2020-05-01T02:00:00+02:00");
        check(time(utc), time(east), true);
        check(time(utc), time("2020-05-01T00:00:00"), false);
        check(time(utc), Value::Text(utc.to_owned()), false);
    }
}
