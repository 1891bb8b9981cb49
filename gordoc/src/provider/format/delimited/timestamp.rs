//! Time stamps one after the other, most of which share all but minutes and seconds with the
//! one before.
//!
//! Reads what [`time_text::parse`] reads, and as it does.

use crate::provider::format::time_text;
use crate::time::{Clock, LocalTime, Time, When};

const SECOND: i64 = 1_000_000_000;

/// Bytes of `2020-01-01T00`.
const HOUR: usize = 13;

/// Reads time stamps.
pub(super) struct TimestampParser<'a> {
    clock: &'a Clock,
    /// The day and hour of the last one.
    hour: [u8; HOUR],
    /// What followed its time of day, such as `Z`.
    offset: Vec<u8>,
    /// When the hour began, if each of its times stands once.
    start: Option<Time>,
    /// Room for a text in the form of ISO 8601.
    iso: Vec<u8>,
}

impl<'a> TimestampParser<'a> {
    /// Reads by a clock.
    pub(super) fn new(clock: &'a Clock) -> Self {
        Self {
            clock,
            hour: [0; HOUR],
            offset: Vec::new(),
            start: None,
            iso: Vec::new(),
        }
    }

    /// The time that a text says.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<Time> {
        if let Some(time) = self.read_iso(text) {
            return Some(time);
        }
        let mut iso = std::mem::take(&mut self.iso);
        let time = time_text::to_iso(text, &mut iso).and_then(|()| self.read_iso(&iso));
        self.iso = iso;
        time
    }

    fn read_iso(&mut self, text: &[u8]) -> Option<Time> {
        if let Some(start) = self.start
            && let Some((hour, rest)) = text.split_first_chunk::<HOUR>()
            && *hour == self.hour
            && let Some((past, offset)) = past_hour(rest)
            && offset == self.offset
        {
            return Some(later(start, past));
        }
        let time = self.clock.read(text)?;
        self.remember(text);
        Some(time)
    }

    /// Learns the hour of a stamp, unless the clock is changed within it.
    fn remember(&mut self, text: &[u8]) {
        self.start = None;
        let Some((hour, rest)) = text.split_first_chunk::<HOUR>() else {
            return;
        };
        let Some((_, offset)) = past_hour(rest) else {
            return;
        };
        let at = |minute: &[u8]| self.clock.read(&[hour, minute, offset].concat());
        let (Some(start), Some(end)) = (at(b":00"), at(b":59:59.999999999")) else {
            return;
        };
        if later(start, 3600 * SECOND - 1) == end {
            self.start = Some(start);
            self.hour = *hour;
            self.offset = offset.to_vec();
        }
    }
}

/// A time some nanoseconds later, where a clock does not change.
fn later(time: Time, past: i64) -> Time {
    match time {
        Time::Instant(instant) => Time::Instant(instant + past),
        Time::Local(LocalTime {
            shown,
            when: When::Once(instant),
        }) => Time::Local(LocalTime {
            shown: shown + past,
            when: When::Once(instant + past),
        }),
        // Both passes of an hour would be one.
        Time::Local(changing) => Time::Local(changing),
    }
}

/// Nanoseconds of `:MM[:SS[.f]]`, and what follows.
fn past_hour(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b':', tens, ones, rest @ ..] = text else {
        return None;
    };
    let minutes = sixtieths(*tens, *ones)?;
    let [b':', tens, ones, rest @ ..] = rest else {
        return Some((minutes * 60 * SECOND, rest));
    };
    let seconds = minutes * 60 + sixtieths(*tens, *ones)?;
    let [b'.' | b',', rest @ ..] = rest else {
        return Some((seconds * SECOND, rest));
    };
    let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(n_digits);
    let places = digits.iter().chain(std::iter::repeat(&b'0')).take(9);
    let nanos = places.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (n_digits > 0).then_some((seconds * SECOND + nanos, rest))
}

fn sixtieths(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 6 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads texts one after the other, each as if it were the first.
    #[track_caller]
    fn check(zone: &str, texts: &[&str]) {
        let clock = Clock::in_zone(zone).unwrap();
        let mut timestamps = TimestampParser::new(&clock);
        for text in texts {
            let text = text.as_bytes();
            assert_eq!(
                timestamps.read(text),
                time_text::parse(&clock, text),
                "{}",
                text.escape_ascii()
            );
        }
    }

    #[test]
    fn timestamps_are_read_as_if_alone() {
        check(
            "UTC",
            &[
                "2020-01-01T00:00:00Z",
                "2020-01-01T00:01:00Z",
                "2020-01-01T00:01:00",
                "2020-01-01T00:02",
                "2020-01-01T00:03:04.5Z",
                "2020-01-01T00:03:04,0980072Z",
                "2020-01-01T00:03:04.12345678999Z",
                "2020-01-01T00:03:04.Z",
                "2020-01-01T00:60:00Z",
                "2020-01-01T00:59:60Z",
                "2020-01-01T00:59:59Z",
                "2020-01-01T01:00:00Z",
                "2020-01-01T01:00:00+01:00",
                "2020-01-01T01:30:00+01:00",
                "2020-01-01 01:30:00 +0100",
                "2020-01-01",
                "2020-01-01T24:00:00Z",
                "2020-01-01T24:00:01Z",
                "2020/01/01 23:00",
                "2020/01/01 23:01:30",
                "2020-01-01T23:01:31",
                "2020/1/1 23:02",
                "2020/01/01 11:02 PM",
                "01.02.2020 23:03",
                "2020-13-01T00:00:00Z",
                "soon",
                "",
            ],
        );
    }

    #[test]
    fn an_hour_in_which_the_clock_changes_is_not_counted_on() {
        let night: Vec<String> = (0..5 * 60)
            .map(|minute| format!("2020-03-29 {:02}:{:02}", minute / 60, minute % 60))
            .collect();
        let night: Vec<&str> = night.iter().map(String::as_str).collect();
        check("Europe/Oslo", &night);
        // Half an hour at half past.
        let night: Vec<String> = (0..5 * 60)
            .map(|minute| format!("2020-10-04 {:02}:{:02}:00", minute / 60, minute % 60))
            .collect();
        let night: Vec<&str> = night.iter().map(String::as_str).collect();
        check("Australia/Lord_Howe", &night);
    }
}
