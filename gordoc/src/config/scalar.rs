//! What a plain scalar means in YAML 1.1, as `PyYAML` resolves it.
//!
//! Differs from YAML 1.2 in many small ways: `on` is true, `010` is 8, `1:30` is 90 and `1e3`
//! is text. Knows nothing of quotes, tags or places.

use super::Value;
use super::integer::{is_below_sixty, parse_int};

/// A plain scalar's kind, before time stamps are read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    /// Null, truth value, number or text.
    Value(Value),
    /// Looks like a date, perhaps with a time.
    Timestamp,
    /// Looks like a number and is none; why.
    Broken(&'static str),
    /// `=` or `<<`, which mean something only as keys.
    Mark,
}

/// Resolves a plain scalar.
pub(super) fn resolve(text: &str) -> Plain {
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "=" | "<<" => return Plain::Mark,
        _ if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            Value::Text(text.to_owned())
        }
        _ if is_timestamp(text) => return Plain::Timestamp,
        _ => return number(text).unwrap_or_else(|| Plain::Value(Value::Text(text.to_owned()))),
    };
    Plain::Value(value)
}

fn number(text: &str) -> Option<Plain> {
    if let Some(value) = float(text) {
        return Some(Plain::Value(Value::Float(value)));
    }
    let (is_negative, digits) = parse_int(text)?;
    Some(match digits.value(is_negative) {
        Ok(value) => Plain::Value(value),
        Err(problem) => Plain::Broken(problem),
    })
}

/// A float in any of the forms of YAML 1.1; an exponent needs a dot before it and a sign.
pub(super) fn float(text: &str) -> Option<f64> {
    let (sign, digits) = split_sign(text);
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    if digits.contains(':') {
        let value = is_base_60_float(digits).then(|| base_60_float(digits));
        return value.flatten().map(|value| sign * value);
    }
    let (whole, rest) = digits.split_once('.')?;
    let (fraction, exponent) = rest
        .find(['e', 'E'])
        .map_or((rest, ""), |at| rest.split_at(at));
    let starts_well = if whole.is_empty() {
        // A leading point takes no sign, and needs a digit after it.
        digits.len() == text.len() && fraction.starts_with(|c: char| c.is_ascii_digit())
    } else {
        whole.starts_with(|c: char| c.is_ascii_digit())
    };
    let exponent_is_right = exponent.is_empty()
        || (exponent.len() > 2
            && exponent[1..].starts_with(['+', '-'])
            && exponent[2..].bytes().all(|b| b.is_ascii_digit()));
    if !starts_well || !only_digits(whole) || !only_digits(fraction) || !exponent_is_right {
        return None;
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    plain.parse().ok()
}

/// What `!!float` makes of a text.
pub(super) fn tagged_float(text: &str) -> Option<f64> {
    let plain = text.replace('_', "").to_ascii_lowercase();
    let (sign, digits) = split_sign(&plain);
    match digits {
        ".inf" => Some(sign * f64::INFINITY),
        ".nan" => Some(f64::NAN),
        _ if digits.contains(':') => base_60_float(digits).map(|value| sign * value),
        _ => digits.trim().parse().ok().map(|value: f64| sign * value),
    }
}

/// Whether text has the shape of a YAML 1.1 time stamp, be it a real date or not.
pub(super) fn is_timestamp(text: &str) -> bool {
    let mut cursor = Cursor(text.as_bytes());
    if !(cursor.digits(4, 4) && cursor.take(b'-')) {
        return false;
    }
    let month_at = cursor.0.len();
    if !(cursor.digits(1, 2) && cursor.take(b'-')) {
        return false;
    }
    let two_digit_month = month_at - cursor.0.len() == 3;
    let day_at = cursor.0.len();
    if !cursor.digits(1, 2) {
        return false;
    }
    if cursor.0.is_empty() {
        return two_digit_month && day_at == 2;
    }
    if !(cursor.take(b'T') || cursor.take(b't') || cursor.blanks()) {
        return false;
    }
    let time = cursor.digits(1, 2)
        && cursor.take(b':')
        && cursor.digits(2, 2)
        && cursor.take(b':')
        && cursor.digits(2, 2);
    if !time {
        return false;
    }
    if cursor.take(b'.') {
        cursor.digits(0, usize::MAX);
    }
    if cursor.0.is_empty() {
        return true;
    }
    cursor.blanks();
    if cursor.take(b'Z') {
        return cursor.0.is_empty();
    }
    if !(cursor.take(b'+') || cursor.take(b'-')) || !cursor.digits(1, 2) {
        return false;
    }
    cursor.0.is_empty() || (cursor.take(b':') && cursor.digits(2, 2) && cursor.0.is_empty())
}

/// What is left of a text.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl Cursor<'_> {
    /// Takes one byte if it is next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    /// Takes as many digits as there are, up to `most`; false if fewer than `least`.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> bool {
        let n = self.0.iter().take(most).take_while(|b| b.is_ascii_digit());
        let n = n.count();
        self.0 = &self.0[n..];
        n >= least
    }

    /// Takes blanks and tabs; false if there are none.
    pub(super) fn blanks(&mut self) -> bool {
        let n = self.0.iter().take_while(|b| matches!(b, b' ' | b'\t'));
        let n = n.count();
        self.0 = &self.0[n..];
        n > 0
    }
}

fn split_sign(text: &str) -> (f64, &str) {
    if let Some(rest) = text.strip_prefix('-') {
        return (-1.0, rest);
    }
    (1.0, text.strip_prefix('+').unwrap_or(text))
}

fn only_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// `1:30.5`: every part after the first is below 60.
fn is_base_60_float(digits: &str) -> bool {
    digits.split_once('.').is_some_and(|(head, fraction)| {
        let mut parts = head.split(':');
        let first = parts.next().unwrap_or("");
        first.starts_with(|c: char| c.is_ascii_digit())
            && only_digits(first)
            && parts.all(is_below_sixty)
            && only_digits(fraction)
    })
}

/// Summed from the last part on, as Gordo does, so that it rounds alike.
fn base_60_float(digits: &str) -> Option<f64> {
    let (mut value, mut unit) = (0.0, 1.0);
    for part in digits.rsplit(':') {
        let part: f64 = part.replace('_', "").trim().parse().ok()?;
        value += part * unit;
        unit *= 60.0;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Value) {
        assert_eq!(resolve(text), Plain::Value(expect), "{text}");
    }

    #[test]
    fn words_of_yaml_1_1_are_truth_values() {
        for text in ["yes", "On", "TRUE"] {
            check(text, Value::Bool(true));
        }
        for text in ["y", "n", "tRUE", "nUll", "yEs"] {
            check(text, Value::Text(text.to_owned()));
        }
        check("~", Value::Null);
    }

    #[test]
    fn whole_numbers_come_in_five_bases() {
        let table = [
            ("010", 8),
            ("0b101", 5),
            ("0x1F", 31),
            ("1_000", 1000),
            ("+5", 5),
            ("1:30", 90),
            ("-1:30", -90),
            ("190:20:30", 685_230),
            ("0", 0),
            ("00", 0),
            ("0_", 0),
        ];
        for (text, value) in table {
            check(text, Value::Int(value));
        }
        for text in [
            "08", "0o10", "12:60x", "1.2.3", "0b", "0x", "-", "1:60", "12:",
        ] {
            check(text, Value::Text(text.to_owned()));
        }
    }

    #[test]
    fn an_exponent_needs_a_point_and_a_sign() {
        let table = [
            ("1.", 1.0),
            (".5", 0.5),
            ("-0.5", -0.5),
            ("1_0.5", 10.5),
            ("1.0e+3", 1000.0),
            ("1:30.5", 90.5),
            ("-.inf", f64::NEG_INFINITY),
        ];
        for (text, value) in table {
            check(text, Value::Float(value));
        }
        for text in [
            "1e3", "12e03", "1.0e3", "-.5", "+.5", "-.5e+1", ".", "-.nan", "..5",
        ] {
            check(text, Value::Text(text.to_owned()));
        }
    }

    #[test]
    fn numbers_beyond_64_bits_keep_their_digits() {
        let long = "99999999999999999999";
        check(long, Value::Long(long.to_owned()));
        assert_eq!(resolve("0x_"), Plain::Broken("has no digits"));
        assert!(matches!(resolve(&"9".repeat(5000)), Plain::Broken(_)));
        assert!(matches!(resolve("1.0e+400"), Plain::Value(Value::Float(v)) if v == f64::INFINITY));
    }

    #[test]
    fn floats_in_base_60_round_as_gordos_do() {
        check("190:20:30.15", Value::Float(685_230.15));
        check("1:59.999", Value::Float(119.999));
        check("-0:0.5", Value::Float(-0.5));
    }

    #[test]
    fn marks_are_no_values() {
        assert_eq!((resolve("="), resolve("<<")), (Plain::Mark, Plain::Mark));
    }

    #[test]
    fn a_tag_reads_what_python_reads() {
        let table = [
            ("3", Some(3.0)),
            ("1e3", Some(1000.0)),
            ("-.5", Some(-0.5)),
            ("1_0", Some(10.0)),
            ("1:30", Some(90.0)),
            ("-.INF", Some(f64::NEG_INFINITY)),
            ("inf", Some(f64::INFINITY)),
            ("abc", None),
            ("", None),
        ];
        for (text, expect) in table {
            assert_eq!(tagged_float(text), expect, "{text:?}");
        }
    }

    #[test]
    fn time_stamps_have_seconds_and_a_colon_in_the_offset() {
        for text in [
            "2020-05-01",
            "2020-05-01T00:00:00Z",
            "2020-5-1 3:04:05 +02:00",
            "2020-05-02t00:00:00+05",
            "2020-05-01T00:00:00.",
        ] {
            assert_eq!(resolve(text), Plain::Timestamp, "{text}");
        }
        for text in [
            "2020-05-01T00:00+02:00",
            "2020-05-02T00:00:00-0330",
            "2020-5-1",
        ] {
            check(text, Value::Text(text.to_owned()));
        }
    }
}
