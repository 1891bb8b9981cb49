//! ISO 8601 dates and times, in the forms that Gordo reads in configs and as row keys.
//!
//! Calendar, week and ordinal dates, basic and extended; any one character between date and
//! time. Knows no time zones by name.

use super::calendar;

/// A point in time as written: local, with its offset if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// Days since 1970-01-01, of the local clock.
    pub days: i64,
    /// Microseconds since midnight, less than a day: `24:00` is carried over.
    pub micros: i64,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

const DAY: i64 = 86_400_000_000;
/// 0001-01-01 to 9999-12-31, the days that Python knows.
const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;

/// Reads a date and time; `None` if it is no ISO 8601 text or no real date.
pub fn parse(text: &str) -> Option<DateTime> {
    if !text.is_ascii() {
        return None;
    }
    let (mut days, rest) = date(text.as_bytes())?;
    let (mut micros, mut offset) = (0, None);
    if !rest.is_empty() {
        (micros, offset) = time(&rest[1..])?;
    }
    if micros == DAY {
        days += 1;
        micros = 0;
    }
    DAYS.contains(&days).then_some(DateTime {
        days,
        micros,
        offset,
    })
}

/// Days since 1970 and what follows the date.
fn date(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(([year, month, day], rest)) = calendar_date(text) else {
        return week_or_ordinal_date(text);
    };
    Some((calendar::days(year, month, day)?, rest))
}

/// Year, month and day, which need not exist, and what follows them.
fn calendar_date(text: &[u8]) -> Option<([i64; 3], &[u8])> {
    let year = number(text.get(..4)?)?;
    let mut rest = &text[4..];
    let mut parts = [1i64; 2];
    let extended = rest.first() == Some(&b'-');
    for (index, part) in parts.iter_mut().enumerate() {
        if rest.is_empty() && (index == 0 || extended) {
            break;
        }
        if extended {
            rest = rest.strip_prefix(b"-")?;
        }
        *part = number(rest.get(..2)?)?;
        rest = &rest[2..];
    }
    Some(([year, parts[0], parts[1]], rest))
}

fn week_or_ordinal_date(text: &[u8]) -> Option<(i64, &[u8])> {
    let year = number(text.get(..4)?)?;
    let first = calendar::days(year, 1, 1)?;
    let extended = text.get(4) == Some(&b'-');
    let rest = &text[4 + usize::from(extended)..];
    let Some(week) = rest.strip_prefix(b"W") else {
        let ordinal = number(rest.get(..3)?)?;
        let days = calendar::days(year + 1, 1, 1)? - first;
        return ((1..=days).contains(&ordinal)).then(|| (first + ordinal - 1, &rest[3..]));
    };
    let number_of_week = number(week.get(..2)?)?;
    let mut rest = &week[2..];
    let mut weekday = 1;
    if !rest.is_empty() {
        if extended {
            if rest[0] != b'-' {
                return None;
            }
            rest = &rest[1..];
        }
        weekday = number(rest.get(..1)?)?;
        rest = &rest[1..];
    }
    if !(1..=53).contains(&number_of_week) || !(1..=7).contains(&weekday) {
        return None;
    }
    // The week that holds 4 January is the first; 1970-01-01 was a Thursday.
    let fourth = first + 3;
    let monday = fourth - (fourth + 3).rem_euclid(7);
    Some((monday + (number_of_week - 1) * 7 + weekday - 1, rest))
}

/// Microseconds since midnight and offset.
fn time(text: &[u8]) -> Option<(i64, Option<i32>)> {
    let mut rest = text;
    let mut parts = [0i64; 3];
    let mut extended = false;
    let mut micros = 0;
    let mut n_parts = 0;
    if text.len() < 2 {
        return None;
    }
    while n_parts < 3 && !rest.is_empty() && !starts_offset(rest) {
        let after_colon = rest.strip_prefix(b":");
        match n_parts {
            1 => {
                extended = after_colon.is_some();
                rest = after_colon.unwrap_or(rest);
            }
            2 if extended => rest = after_colon?,
            _ => {}
        }
        parts[n_parts] = number(rest.get(..2)?)?;
        rest = &rest[2..];
        n_parts += 1;
    }
    if let (3, [b'.' | b',', fraction @ ..]) = (n_parts, rest) {
        let n_digits = fraction.iter().take_while(|byte| byte.is_ascii_digit());
        let (digits, after) = fraction.split_at(n_digits.count());
        micros = fraction_micros(digits)?;
        rest = after;
    }
    let offset = if rest.is_empty() {
        None
    } else {
        Some(offset(rest)?)
    };
    let [hour, minute, second] = parts;
    let since_midnight = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
    let is_clock =
        (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    let is_midnight = hour == 24 && minute == 0 && second == 0 && micros == 0;
    (is_clock || is_midnight).then_some((since_midnight, offset))
}

fn starts_offset(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'+' | b'-' | b'Z' | b'z'))
}

fn offset(text: &[u8]) -> Option<i32> {
    let (sign, rest) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (number(rest)?, 0),
        4 | 5 => {
            let minutes = &rest[2 + usize::from(rest[2] == b':')..];
            (number(&rest[..2])?, number(minutes)?)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    i32::try_from(sign * (hours * 60 + minutes) * 60).ok()
}

/// Microseconds that digits after a point say, of which those beyond the sixth are cut; there must
/// be some.
pub fn fraction_micros(digits: &[u8]) -> Option<i64> {
    let places = digits.iter().chain(std::iter::repeat(&b'0')).take(6);
    let micros = places.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (!digits.is_empty()).then_some(micros)
}

/// A number as Python reads one: blanks around it, and a sign, are fine.
fn number(digits: &[u8]) -> Option<i64> {
    let trimmed = digits.trim_ascii();
    let (sign, unsigned) = match trimmed {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        _ => (1, trimmed),
    };
    if unsigned.is_empty() || !unsigned.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = unsigned.iter();
    Some(sign * number.fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, Option<i32>)>) {
        let read = parse(text).map(|parsed| {
            let (year, month, day) = calendar::date(parsed.days);
            let (seconds, micros) = (parsed.micros / 1_000_000, parsed.micros % 1_000_000);
            let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let text = format!(
                "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}"
            );
            (text, parsed.offset)
        });
        let expect = expect.map(|(text, offset)| (text.to_owned(), offset));
        assert_eq!(read, expect, "{text}");
    }

    #[test]
    fn dates_of_every_form() {
        check("2020", Some(("2020-01-01 00:00:00.000000", None)));
        check("2020-03", Some(("2020-03-01 00:00:00.000000", None)));
        check("2020-03-04", Some(("2020-03-04 00:00:00.000000", None)));
        check("20200304", Some(("2020-03-04 00:00:00.000000", None)));
        check("2020-W01-1", Some(("2019-12-30 00:00:00.000000", None)));
        check("2020W012", Some(("2019-12-31 00:00:00.000000", None)));
        check("2020-W53", Some(("2020-12-28 00:00:00.000000", None)));
        check("2020-001", Some(("2020-01-01 00:00:00.000000", None)));
        check("2020366", Some(("2020-12-31 00:00:00.000000", None)));
    }

    #[test]
    fn times_of_every_form() {
        check("2020-01-02T03", Some(("2020-01-02 03:00:00.000000", None)));
        check(
            "2020-01-02 03:04",
            Some(("2020-01-02 03:04:00.000000", None)),
        );
        check(
            "2020-01-02x0304",
            Some(("2020-01-02 03:04:00.000000", None)),
        );
        check(
            "2020-01-02T030405",
            Some(("2020-01-02 03:04:05.000000", None)),
        );
        check(
            "2020-01-02T03:04:05,5",
            Some(("2020-01-02 03:04:05.500000", None)),
        );
        check(
            "2020-01-02T03:04:05.1234567",
            Some(("2020-01-02 03:04:05.123456", None)),
        );
        check(
            "2020-01-02T24:00",
            Some(("2020-01-03 00:00:00.000000", None)),
        );
        check(
            "20200102T030405Z",
            Some(("2020-01-02 03:04:05.000000", Some(0))),
        );
    }

    #[test]
    fn offsets_of_every_form() {
        for (zone, seconds) in [
            ("Z", 0),
            ("+00:00", 0),
            ("+02:00", 7200),
            ("-0130", -5400),
            ("+05", 18000),
        ] {
            check(
                &format!("2020-01-02 03:04:05{zone}"),
                Some(("2020-01-02 03:04:05.000000", Some(seconds))),
            );
        }
    }

    #[test]
    fn what_gordo_does_not_read() {
        for text in [
            "",
            "0",
            "202",
            "2020/01/01",
            "202001",
            "2020-1-1",
            "2020-13-01",
            "2021-02-29",
            "1577836800000",
            "2020-01-01T",
            "2020-01-01T1",
            "2020-01-01T00:00:60",
            "2020-01-01T24:01",
            "2020-01-01 00:00:00 Europe/Oslo",
            "2020-01-01T00:00+25",
            "2020-01-01T00:0000",
            "2020-366x",
            "2021-366",
            "2020-W54",
            "a020",
            "é020",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, expect, offset) in [
            ("2020-05- 1T 1:00+ 1:00", "2020-05-01 01:00:00.000000", 3600),
            ("2020-05-01T+00:00", "2020-05-01 00:00:00.000000", 0),
            ("2020-05-01T00:00+02000", "2020-05-01 00:00:00.000000", 7200),
            (
                "2020-05-01T00:00+-1:00",
                "2020-05-01 00:00:00.000000",
                -3600,
            ),
        ] {
            check(text, Some((expect, Some(offset))));
        }
        for text in [
            "2020-05-01Z",
            "2020-05-01TZ",
            "2020060 12Z",
            "2020-05-01T-5:00Z",
            "2020-05-01T12:00Z02:00",
        ] {
            check(text, None);
        }
    }
}
