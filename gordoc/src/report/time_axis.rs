//! Instants to round times and their labels, in UTC.
//!
//! Knows no pixels but how wide a label is.

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The first Monday of 1970, from which weeks are counted.
const MONDAY: i64 = 4 * DAY;

/// Steps of a second and more, up to a week.
const STEPS: [i64; 21] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
];
/// Steps of months.
const MONTHS: [i64; 10] = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200];

/// Width of a letter and the room between labels, pixels.
const LETTER: f64 = 7.0;
const ROOM: f64 = 24.0;

/// A round time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    /// Nanoseconds since 1970 UTC.
    pub(super) time: i64,
    /// What changes from tick to tick.
    pub(super) label: String,
    /// The day or year around it, where that changes; the first also says that times are UTC.
    pub(super) around: Option<String>,
}

/// Distance of ticks.
#[derive(Clone, Copy, Debug)]
enum TickStep {
    Nanoseconds(i64),
    Months(i64),
}

/// Round times of a span, as many as there is room for on `width` pixels.
pub(super) fn ticks((start, end): (i64, i64), width: f64) -> Vec<Tick> {
    let span = (i128::from(end) - i128::from(start)) as f64;
    let fits = |step: &TickStep| {
        let letters = step.label(start).len().max(step.around(start).len());
        let n_ticks = span / step.nanoseconds() + 1.0;
        n_ticks * (letters as f64 * LETTER + ROOM) <= width
    };
    let steps = fractions().chain(STEPS).map(TickStep::Nanoseconds);
    let mut steps = steps.chain(MONTHS.map(TickStep::Months));
    let step = steps.find(fits).unwrap_or(TickStep::Months(1200));
    let mut last: Option<String> = None;
    let times = step.times(start, end).into_iter();
    times
        .map(|time| {
            let text = step.around(time);
            let around = match &last {
                None => Some(format!("{text} UTC").trim_start().to_owned()),
                Some(last) => (text != *last).then(|| text.clone()),
            };
            last = Some(text);
            Tick {
                time,
                label: step.label(time),
                around,
            }
        })
        .collect()
}

/// Steps below a second.
fn fractions() -> impl Iterator<Item = i64> {
    let powers = (0..9).map(|exponent| 10_i64.pow(exponent));
    powers.flat_map(|power| [1, 2, 5].map(|digit| digit * power))
}

impl TickStep {
    /// About how long it is.
    fn nanoseconds(self) -> f64 {
        match self {
            Self::Nanoseconds(step) => step as f64,
            Self::Months(months) => months as f64 * 30.4 * DAY as f64,
        }
    }

    /// Every multiple within a span.
    fn times(self, start: i64, end: i64) -> Vec<i64> {
        match self {
            Self::Nanoseconds(step) => {
                let origin = if step % (7 * DAY) == 0 { MONDAY } else { 0 };
                let first =
                    (i128::from(start) - i128::from(origin) - 1).div_euclid(step.into()) + 1;
                let times = (first..).map(|n| n * i128::from(step) + i128::from(origin));
                let times = times.take_while(|time| *time <= end.into());
                times.filter_map(|time| i64::try_from(time).ok()).collect()
            }
            Self::Months(step) => {
                let (first, last) = (months(start), months(end));
                let firsts = (first.div_euclid(step)..=last.div_euclid(step)).map(|n| n * step);
                let times = firsts.filter_map(month_start);
                times.filter(|time| (start..=end).contains(time)).collect()
            }
        }
    }

    fn label(self, time: i64) -> String {
        let form = match self {
            Self::Months(12..) => "%Y",
            Self::Months(_) => "%b",
            Self::Nanoseconds(DAY..) => "%-d %b",
            Self::Nanoseconds(MINUTE..) => "%H:%M",
            Self::Nanoseconds(SECOND..) => "%H:%M:%S",
            Self::Nanoseconds(1_000_000..) => "%H:%M:%S.%3f",
            Self::Nanoseconds(1000..) => "%H:%M:%S.%6f",
            Self::Nanoseconds(_) => "%H:%M:%S.%9f",
        };
        civil(time).strftime(form).to_string()
    }

    fn around(self, time: i64) -> String {
        let form = match self {
            Self::Months(12..) => return String::new(),
            Self::Months(_) | Self::Nanoseconds(DAY..) => "%Y",
            Self::Nanoseconds(_) => "%-d %b %Y",
        };
        civil(time).strftime(form).to_string()
    }
}

fn civil(time: i64) -> DateTime {
    let time = Timestamp::from_nanosecond(time.into());
    TimeZone::UTC.to_datetime(time.expect("64 bits of nanoseconds end in 2262"))
}

/// Months since the year 0.
fn months(time: i64) -> i64 {
    let at = civil(time);
    i64::from(at.year()) * 12 + i64::from(at.month()) - 1
}

/// When a month begins, counted from the year 0.
fn month_start(month: i64) -> Option<i64> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
    let midnight = date(year, month, 1).at(0, 0, 0, 0);
    let time = TimeZone::UTC.to_timestamp(midnight).ok()?;
    i64::try_from(time.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Clock;

    fn at(text: &str) -> i64 {
        Clock::utc().parse(text.as_bytes()).unwrap()
    }

    #[track_caller]
    fn check(start: &str, end: &str, expect: &str) {
        let (start, end) = (at(start), at(end));
        let ticks = ticks((start, end), 1000.0);
        assert!(ticks.iter().all(|tick| (start..=end).contains(&tick.time)));
        let written = ticks.iter().map(|tick| match &tick.around {
            Some(around) => format!("{} ({around})", tick.label),
            None => tick.label.clone(),
        });
        assert_eq!(written.collect::<Vec<_>>().join(", "), expect);
    }

    #[test]
    fn ticks_are_round_and_have_room() {
        check(
            "2024-03-04T00:00Z",
            "2024-03-14T00:00Z",
            "4 Mar (2024 UTC), 5 Mar, 6 Mar, 7 Mar, 8 Mar, 9 Mar, 10 Mar, 11 Mar, 12 Mar, 13 Mar, 14 Mar",
        );
        check(
            "2020-03-09T10:14:33Z",
            "2020-03-09T10:33:44Z",
            "10:16 (9 Mar 2020 UTC), 10:18, 10:20, 10:22, 10:24, 10:26, 10:28, 10:30, 10:32",
        );
        check(
            "2023-12-31T20:30Z",
            "2024-01-01T04:30Z",
            "21:00 (31 Dec 2023 UTC), 22:00, 23:00, 00:00 (1 Jan 2024), 01:00, 02:00, 03:00, 04:00",
        );
        check(
            "2023-06-15T00:00Z",
            "2024-06-15T00:00Z",
            "Jul (2023 UTC), Aug, Sep, Oct, Nov, Dec, Jan (2024), Feb, Mar, Apr, May, Jun",
        );
        check(
            "2020-01-01T00:00Z",
            "2020-03-01T00:00Z",
            "6 Jan (2020 UTC), 13 Jan, 20 Jan, 27 Jan, 3 Feb, 10 Feb, 17 Feb, 24 Feb",
        );
        check(
            "1996-05-01T00:00Z",
            "2024-05-01T00:00Z",
            "1998 (UTC), 2000, 2002, 2004, 2006, 2008, 2010, 2012, 2014, 2016, 2018, 2020, 2022, 2024",
        );
    }

    #[test]
    fn spans_below_a_second_and_of_centuries_have_ticks() {
        check(
            "2020-01-01T00:00:00.1Z",
            "2020-01-01T00:00:00.6Z",
            "00:00:00.100 (1 Jan 2020 UTC), 00:00:00.200, 00:00:00.300, 00:00:00.400, 00:00:00.500, 00:00:00.600",
        );
        let all = ticks((i64::MIN, i64::MAX), 1000.0);
        assert!((2..20).contains(&all.len()), "{all:?}");
        let none = ticks(
            (at("2020-01-01T00:00:00Z"), at("2020-01-01T00:00:00Z")),
            1000.0,
        );
        assert_eq!(none.len(), 1);
    }
}
