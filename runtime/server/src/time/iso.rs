//! ISO-8601 texts, in the forms that Gordo reads as row keys.
//!
//! Reads calendar, week and ordinal dates, extended and basic times, fixed offsets; no zone
//! names and no leap seconds.

use super::calendar::{self, is_leap, weekday};

/// A point in time as written: local, with its offset if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Microseconds since the epoch, as if the offset were zero.
    pub(crate) micros: i64,
    /// Seconds east of UTC.
    pub(crate) offset: Option<i32>,
}

/// Reads a whole text, or nothing.
pub(crate) fn parse(text: &str) -> Option<Moment> {
    let text = text.as_bytes();
    let (days, length) = match common_date(text) {
        Some((year, month, day, length)) => (calendar::days(year, month, day)?, length),
        None => uncommon_date(text)?,
    };
    // Any one character may stand between date and time.
    let (seconds, fraction, offset) = match text.get(length + 1..) {
        Some(time) => time_of_day(time)?,
        None if text.len() == length => (0, 0, None),
        None => return None,
    };
    let micros = (days * 86_400 + seconds) * 1_000_000 + fraction;
    Some(Moment { micros, offset })
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYYMMDD`: year, month, day and length. The numbers
/// need not exist: a text of this form is of no other.
fn common_date(text: &[u8]) -> Option<(i64, i64, i64, usize)> {
    let year = digits(text, 0, 4)?;
    if text.len() == 4 {
        return Some((year, 1, 1, 4));
    }
    if text[4] != b'-' {
        return Some((year, digits(text, 4, 2)?, digits(text, 6, 2)?, 8));
    }
    let month = digits(text, 5, 2)?;
    match text.get(7) {
        None => Some((year, month, 1, 7)),
        Some(b'-') => Some((year, month, digits(text, 8, 2)?, 10)),
        Some(_) => None,
    }
}

/// A week date or an ordinal date: days since the epoch and length.
fn uncommon_date(text: &[u8]) -> Option<(i64, usize)> {
    let year = digits(text, 0, 4)?;
    let dashed = text.get(4) == Some(&b'-');
    let at = 4 + usize::from(dashed);
    if text.get(at) != Some(&b'W') {
        let ordinal = digits(text, at, 3)?;
        let last = 365 + i64::from(is_leap(year));
        let first = calendar::days(year, 1, 1)?;
        return (1..=last)
            .contains(&ordinal)
            .then_some((first + ordinal - 1, at + 3));
    }
    let week = digits(text, at + 1, 2)?;
    let mut at = at + 3;
    let mut day = 1;
    if at < text.len() {
        if (text[at] == b'-') != dashed {
            return None;
        }
        at += usize::from(dashed);
        day = digits(text, at, 1)?;
        at += 1;
    }
    // The week of 4 January is the first of its year.
    let fourth = calendar::days(year, 1, 4)?;
    let monday = fourth - (weekday(fourth) - 1);
    let exists = (1..=53).contains(&week) && (1..=7).contains(&day);
    exists.then_some((monday + (week - 1) * 7 + day - 1, at))
}

/// Seconds since midnight, microseconds within the second, and the offset.
fn time_of_day(text: &[u8]) -> Option<(i64, i64, Option<i32>)> {
    let zone = text
        .iter()
        .position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
    let (clock, zone) = text.split_at(zone.unwrap_or(text.len()));
    let offset = if zone.is_empty() {
        None
    } else {
        Some(offset(zone)?)
    };
    let (clock, fraction) = match clock.iter().position(|byte| matches!(byte, b'.' | b',')) {
        Some(at) => (&clock[..at], Some(&clock[at + 1..])),
        None => (clock, None),
    };
    let [hour, minute, second] = match clock.len() {
        2 => [digits(clock, 0, 2)?, 0, 0],
        4 => [digits(clock, 0, 2)?, digits(clock, 2, 2)?, 0],
        6 => [
            digits(clock, 0, 2)?,
            digits(clock, 2, 2)?,
            digits(clock, 4, 2)?,
        ],
        5 if clock[2] == b':' => [digits(clock, 0, 2)?, digits(clock, 3, 2)?, 0],
        8 if clock[2] == b':' && clock[5] == b':' => [
            digits(clock, 0, 2)?,
            digits(clock, 3, 2)?,
            digits(clock, 6, 2)?,
        ],
        _ => return None,
    };
    let micros = match fraction {
        // Only seconds have a fraction.
        Some(fraction) if clock.len() >= 6 => micros(fraction)?,
        Some(_) => return None,
        None => 0,
    };
    let midnight = hour == 24 && minute == 0 && second == 0 && micros == 0;
    let exists = hour <= 23 && minute <= 59 && second <= 59;
    (exists || midnight).then_some((hour * 3600 + minute * 60 + second, micros, offset))
}

/// Digits after the point, cut to six.
fn micros(text: &[u8]) -> Option<i64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let kept = text.len().min(6);
    let scale = 10_i64.pow(u32::try_from(6 - kept).ok()?);
    Some(digits(text, 0, kept)? * scale)
}

/// `Z` or `±HH`, `±HHMM`, `±HH:MM`, in seconds.
fn offset(text: &[u8]) -> Option<i32> {
    if matches!(text, b"Z" | b"z") {
        return Some(0);
    }
    let hours = digits(text, 1, 2)?;
    let minutes = match text.len() {
        3 => 0,
        5 => digits(text, 3, 2)?,
        6 if text[3] == b':' => digits(text, 4, 2)?,
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let sign = if text[0] == b'-' { -1 } else { 1 };
    (hours <= 23 && minutes <= 59).then_some(sign * seconds)
}

/// The number that `count` digits at `at` write.
fn digits(text: &[u8], at: usize, count: usize) -> Option<i64> {
    let digits = text.get(at..at + count)?;
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::calendar::civil;

    fn check(text: &str, expect: Option<(&str, Option<i32>)>) {
        let read = parse(text).map(|moment| {
            let t = civil(moment.micros * 1000);
            let text = format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
                t.year,
                t.month,
                t.day,
                t.hour,
                t.minute,
                t.second,
                t.fraction / 1000
            );
            (text, moment.offset)
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
}
