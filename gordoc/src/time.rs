//! Times of readings: texts to nanoseconds since 1970 UTC and back.
//!
//! Reads what historians write; the dates of a config are the `project` room's business. What local
//! times mean by the order of a source is told by `local`.

mod local;

use gordo_runtime::time::calendar;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

pub(crate) use self::local::{Doubt, DoubtKind, LocalTime, LocalTimes, RowOrder, Skipped, When};

const SECOND: i64 = 1_000_000_000;
/// Nanoseconds of a day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// Reads time stamps; those without an offset are in its zone.
#[derive(Clone, Debug)]
pub struct Clock {
    /// `None` is UTC.
    zone: Option<TimeZone>,
}

impl Clock {
    /// Naive times are UTC.
    pub fn utc() -> Self {
        Self { zone: None }
    }

    /// Naive times are in an IANA zone; `None` if there is no such zone.
    pub fn in_zone(name: &str) -> Option<Self> {
        if name.is_empty() || name.eq_ignore_ascii_case("utc") {
            return Some(Self::utc());
        }
        let zone = TimeZone::get(name).ok()?;
        Some(Self { zone: Some(zone) })
    }

    /// Its name, as messages call it.
    pub(crate) fn zone_name(&self) -> &str {
        let zone = self.zone.as_ref();
        zone.and_then(TimeZone::iana_name).unwrap_or("UTC")
    }

    /// Nanoseconds since 1970 UTC of `YYYY-MM-DD[(T| )HH:MM[:SS[.f]]][offset]`, taken alone: of
    /// two instants that a wall clock shows alike the earlier.
    ///
    /// Digits after the ninth of a fraction are cut. `None` for anything else, and for years
    /// that nanoseconds cannot count.
    pub fn parse(&self, text: &[u8]) -> Option<i64> {
        Some(match self.read(text)? {
            Time::Instant(instant) => instant,
            Time::Local(local) => local.when.alone(),
        })
    }

    /// As [`Clock::parse`], local times as they stand; a day without a time begins with its first
    /// instant.
    pub(crate) fn read(&self, text: &[u8]) -> Option<Time> {
        let mut rest = Cursor { rest: text };
        let midnight = rest.date()?;
        let is_day = rest.rest.is_empty();
        let shown = midnight.checked_add(rest.time_of_day()?)?;
        match rest.offset()? {
            WrittenOffset::Given(offset) => shown.checked_sub(offset).map(Time::Instant),
            WrittenOffset::Absent if is_day => self.instant(shown).map(Time::Instant),
            WrittenOffset::Absent => self.time(shown),
        }
    }

    /// What a wall clock reading means, which is given as if it were UTC.
    pub(crate) fn time(&self, shown: i64) -> Option<Time> {
        match &self.zone {
            None => Some(Time::Instant(shown)),
            Some(_) => self.local(shown).map(Time::Local),
        }
    }

    /// The instant of a wall clock reading taken alone, which is given as if it were UTC.
    ///
    /// Of two instants with one reading the earlier is taken; a reading that the clock skips
    /// is moved on by what was skipped.
    pub fn instant(&self, shown: i64) -> Option<i64> {
        self.local(shown).map(|local| local.when.alone())
    }

    /// When the clock shows a time; `None` if nanoseconds cannot count so far.
    fn local(&self, shown: i64) -> Option<LocalTime> {
        let at = |offset: Offset| shown.checked_sub(i64::from(offset.seconds()) * SECOND);
        let when = match &self.zone {
            None => When::Once(shown),
            Some(zone) => {
                let wall = TimeZone::UTC.to_datetime(timestamp(shown));
                match zone.to_ambiguous_timestamp(wall).offset() {
                    AmbiguousOffset::Unambiguous { offset } => When::Once(at(offset)?),
                    AmbiguousOffset::Gap { before, .. } => When::Never {
                        moved_on: at(before)?,
                    },
                    AmbiguousOffset::Fold { before, after } => When::Twice {
                        first: at(before)?,
                        second: at(after)?,
                    },
                }
            }
        };
        Some(LocalTime { shown, when })
    }
}

/// A time as a source has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// Nanoseconds since 1970 UTC.
    Instant(i64),
    /// What a wall clock shows.
    Local(LocalTime),
}

/// `2020-01-01 00:10:00`, as a wall clock shows it.
pub(crate) fn local_text(shown: i64) -> String {
    text(shown, ' ', &fraction(shown), "")
}

/// `2020-01-01T00:10:00Z`, with 3, 6 or 9 fraction digits only if needed.
pub fn iso(time: i64) -> String {
    let is_whole_millisecond = time % 1_000_000 == 0;
    let fraction = if is_whole_millisecond && time % SECOND != 0 {
        format!(".{:03}", time.rem_euclid(SECOND) / 1_000_000)
    } else {
        fraction(time)
    };
    text(time, 'T', &fraction, "Z")
}

/// `2020-01-01 00:10:00+00:00` with 6 or 9 fraction digits only if needed, as Gordo prints and
/// stores times.
pub fn spaced(time: i64) -> String {
    text(time, ' ', &fraction(time), "+00:00")
}

/// A point and 6 or 9 digits, or nothing if there is no fraction of a second.
fn fraction(time: i64) -> String {
    let nanos = time.rem_euclid(SECOND);
    if nanos == 0 {
        String::new()
    } else if nanos % 1000 == 0 {
        format!(".{:06}", nanos / 1000)
    } else {
        format!(".{nanos:09}")
    }
}

fn text(time: i64, separator: char, fraction: &str, offset: &str) -> String {
    let at = TimeZone::UTC.to_datetime(timestamp(time));
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!(
        "{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{fraction}{offset}"
    )
}

fn timestamp(time: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(time)).expect("64 bits of nanoseconds end in 2262")
}

/// Nanoseconds that a time stamp says it is ahead of UTC.
enum WrittenOffset {
    Given(i64),
    Absent,
}

/// What is left of a time stamp.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    /// Nanoseconds of `YYYY-MM-DD`.
    fn date(&mut self) -> Option<i64> {
        let year = self.number(4)?;
        self.take(b'-')?;
        let month = self.number(2)?;
        self.take(b'-')?;
        let day = self.number(2)?;
        calendar::days(year, month, day)?.checked_mul(DAY)
    }

    /// Nanoseconds since midnight; 0 if only a date was written.
    fn time_of_day(&mut self) -> Option<i64> {
        match self.rest.first() {
            Some(b'T' | b't' | b' ') => self.rest = &self.rest[1..],
            Some(_) => return None,
            None => return Some(0),
        }
        let hour = self.number(2)?;
        self.take(b':')?;
        let minute = self.number(2)?;
        let (mut second, mut fraction) = (0, 0);
        if self.take(b':').is_some() {
            second = self.number(2)?;
            if let Some(b'.' | b',') = self.rest.first() {
                self.rest = &self.rest[1..];
                fraction = self.fraction()?;
            }
        }
        let midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
        if (hour > 23 && !midnight) || minute > 59 || second > 59 {
            return None;
        }
        Some((hour * 3600 + minute * 60 + second) * SECOND + fraction)
    }

    /// The offset, with which the text must end.
    fn offset(&mut self) -> Option<WrittenOffset> {
        if self.rest.first() == Some(&b' ') {
            self.rest = &self.rest[1..];
        }
        let sign = match self.rest.first() {
            None => return Some(WrittenOffset::Absent),
            Some(b'Z' | b'z') if self.rest.len() == 1 => return Some(WrittenOffset::Given(0)),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.rest = &self.rest[1..];
        let hours = self.number(2)?;
        let mut minutes = 0;
        if !self.rest.is_empty() {
            let _ = self.take(b':');
            minutes = self.number(2)?;
        }
        if !self.rest.is_empty() || hours > 23 || minutes > 59 {
            return None;
        }
        Some(WrittenOffset::Given(
            sign * (hours * 3600 + minutes * 60) * SECOND,
        ))
    }

    /// Nanoseconds of the digits after the point, at least one.
    fn fraction(&mut self) -> Option<i64> {
        let count = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        let nanos = (0..9).fold(0, |sum, place| {
            sum * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0'))
        });
        (count > 0).then_some(nanos)
    }

    fn number(&mut self, width: usize) -> Option<i64> {
        let (digits, rest) = self.rest.split_at_checked(width)?;
        self.rest = rest;
        digits.iter().try_fold(0, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + i64::from(digit - b'0'))
        })
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(clock: &Clock, input: &str, expect: Option<&str>) {
        let parsed = clock.parse(input.as_bytes()).map(iso);
        assert_eq!(parsed.as_deref(), expect, "{input}");
    }

    #[test]
    fn forms_of_time_stamps() {
        let utc = Clock::utc();
        for (input, expect) in [
            ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
            ("2020-02-29 12:34", "2020-02-29T12:34:00Z"),
            ("2020-02-29", "2020-02-29T00:00:00Z"),
            ("2020-01-01 00:00:00+05:30", "2019-12-31T18:30:00Z"),
            ("2020-01-01 00:00:00 -0130", "2020-01-01T01:30:00Z"),
            ("2020-01-01T24:00:00+01", "2020-01-01T23:00:00Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
            // Historians count in 100 ns.
            (
                "2021-08-12T02:19:54.0980072Z",
                "2021-08-12T02:19:54.098007200Z",
            ),
            ("2021-08-12T02:19:54,123456", "2021-08-12T02:19:54.123456Z"),
            (
                "2021-08-12T02:19:54.1234567891Z",
                "2021-08-12T02:19:54.123456789Z",
            ),
        ] {
            check(&utc, input, Some(expect));
        }
    }

    #[test]
    fn texts_that_are_no_time_stamp() {
        let utc = Clock::utc();
        for input in [
            "",
            "x",
            "2020",
            "2020-13-01",
            "2021-02-29",
            "2020-01-01T",
            "2020-01-01T25:00",
            "2020-01-01T24:00:01",
            "2020-01-01T00:00:60",
            "2020-01-01T00:00:00.",
            "2020-01-01Z",
            "2020-01-01T00:00:00X",
            "2020-01-01T00:00:00+1",
            "2020-01-01T00:00:00Z ",
            "1600-01-01",
        ] {
            check(&utc, input, None);
        }
    }

    #[test]
    fn naive_times_are_in_the_zone() {
        let oslo = Clock::in_zone("Europe/Oslo").unwrap();
        check(&oslo, "2020-01-01 00:00:00", Some("2019-12-31T23:00:00Z"));
        check(&oslo, "2020-07-01 00:00:00", Some("2020-06-30T22:00:00Z"));
        check(&oslo, "2020-07-01 00:00:00Z", Some("2020-07-01T00:00:00Z"));
        // Twice on the clock, and skipped by it.
        check(&oslo, "2020-10-25 02:30:00", Some("2020-10-25T00:30:00Z"));
        check(&oslo, "2020-03-29 02:30:00", Some("2020-03-29T01:30:00Z"));
        assert!(Clock::in_zone("Europe/Nowhere").is_none());
    }

    #[test]
    fn times_as_gordo_prints_them() {
        assert_eq!(spaced(0), "1970-01-01 00:00:00+00:00");
        assert_eq!(spaced(500_000_000), "1970-01-01 00:00:00.500000+00:00");
        assert_eq!(spaced(-1), "1969-12-31 23:59:59.999999999+00:00");
        assert_eq!(iso(i64::MAX), "2262-04-11T23:47:16.854775807Z");
    }
}
