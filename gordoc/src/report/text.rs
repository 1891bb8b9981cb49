//! Numbers and times as people read them.
//!
//! Rounded: exact numbers are in the metadata.

use crate::time::iso;

/// Stretches of time that a list names; the others are counted.
pub(super) const MOST_LISTED: usize = 20;
/// Digits that a value is shown with.
const DIGITS: i32 = 6;

/// A number as people and as programs read it.
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// Rounded.
    pub(super) text: String,
    /// Every digit.
    pub(super) exact: String,
}

impl Number {
    /// A count.
    pub(super) fn of_count(n: usize) -> Self {
        Self {
            text: count(n),
            exact: n.to_string(),
        }
    }

    /// A value.
    pub(super) fn of_value(number: f64) -> Self {
        Self {
            text: value(number),
            exact: number.to_string(),
        }
    }
}

/// A count with its thousands apart.
pub(super) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        // A space that neither breaks nor is as wide as others.
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A count with the word for what is counted, whose plural takes an `s`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(n))
}

/// A value with six digits, zeros at its end left out.
pub(super) fn value(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let scientific = format!("{value:.*e}", usize::try_from(DIGITS - 1).unwrap_or(0));
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-5..9).contains(&exponent) {
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    let text = trimmed(&text);
    // A zero needs no sign.
    if text == "-0" { "0" } else { text }.to_owned()
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.');
    }
    text
}

/// Nanoseconds in the two largest units that they have.
pub(super) fn span(nanoseconds: i64) -> String {
    const UNITS: [(i64, &str); 7] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "min"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1000, "µs"),
        (1, "ns"),
    ];
    let mut parts = Vec::new();
    let mut rest = nanoseconds;
    for (unit, name) in UNITS {
        let n = rest / unit;
        rest %= unit;
        if n > 0 {
            parts.push(format!("{n} {name}"));
        } else if parts.is_empty() {
            continue;
        }
        if parts.len() == 2 || n == 0 {
            break;
        }
    }
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

/// An instant of UTC, seconds and their fractions only if it has some.
pub(super) fn instant(time: i64) -> String {
    let text = iso(time).replace('T', " ").replace('Z', "");
    text.strip_suffix(":00").unwrap_or(&text).to_owned()
}

/// Two instants, the date of the second only if it is another.
pub(super) fn between(start: i64, end: i64) -> String {
    let (start, end) = (instant(start), instant(end));
    let is_same_day = start.get(..10) == end.get(..10);
    let end = if is_same_day { &end[11..] } else { &end };
    format!("{start} – {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_as_long_as_they_need_to_be() {
        const MINUTE: i64 = 60_000_000_000;
        for (start, end, expect) in [
            (0, 10 * MINUTE, "1970-01-01 00:00 – 00:10"),
            (0, 1440 * MINUTE, "1970-01-01 00:00 – 1970-01-02 00:00"),
            (1, MINUTE / 4, "1970-01-01 00:00:00.000000001 – 00:00:15"),
            (-MINUTE, 0, "1969-12-31 23:59 – 1970-01-01 00:00"),
        ] {
            assert_eq!(between(start, end), expect);
        }
    }

    #[test]
    fn thousands_are_apart() {
        for (n, expect) in [
            (0, "0"),
            (999, "999"),
            (1000, "1 000"),
            (1_234_567, "1 234 567"),
        ] {
            assert_eq!(count(n).replace('\u{202f}', " "), expect);
        }
        assert_eq!([counted(1, "row"), counted(2, "row")], ["1 row", "2 rows"]);
    }

    #[test]
    fn values_have_six_digits() {
        for (number, expect) in [
            (0.0, "0"),
            (-0.0, "0"),
            (110.140_347_2, "110.14"),
            (46.238_61, "46.2386"),
            (-1.5, "-1.5"),
            (999_999.5, "1000000"),
            (123_456_789.0, "123456789"),
            (1e9, "1e9"),
            (-1.234_567_8e-7, "-1.23457e-7"),
            (0.000_012_5, "0.0000125"),
            (f64::MAX, "1.79769e308"),
            (5e-324, "4.94066e-324"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(value(number), expect);
        }
    }

    #[test]
    fn spans_have_two_units() {
        const SECOND: i64 = 1_000_000_000;
        for (nanoseconds, expect) in [
            (0, "0 s"),
            (600 * SECOND, "10 min"),
            (40_200 * SECOND, "11 h 10 min"),
            (40_201 * SECOND, "11 h 10 min"),
            (86_400 * SECOND, "1 d"),
            (86_430 * SECOND, "1 d"),
            (SECOND / 4, "250 ms"),
            (i64::MAX, "106751 d 23 h"),
        ] {
            assert_eq!(span(nanoseconds), expect);
        }
    }
}
