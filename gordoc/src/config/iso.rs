//! Dates and times of a config, and the forms in which Gordo writes them.
//!
//! Knows no time zones by name.

use gordo_runtime::time::{calendar, iso};

/// A date and time, with its offset if one was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// Days since 1970-01-01.
    days: i64,
    /// Microseconds since midnight.
    micros: i64,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

impl DateTime {
    /// Reads a date and time; `None` if it is no ISO 8601 text or no real date.
    pub fn parse(text: &str) -> Option<Self> {
        let iso::DateTime {
            days,
            micros,
            offset,
        } = iso::parse(text)?;
        Some(Self {
            days,
            micros,
            offset,
        })
    }

    /// Reads a time stamp as YAML 1.1 writes them (blanks before the offset, one-digit months),
    /// which must already have the right shape; `None` if it is no real date.
    pub fn parse_yaml(text: &str) -> Option<Self> {
        let mut numbers = [0i64; 6];
        let mut rest = text;
        for (index, number) in numbers.iter_mut().enumerate() {
            let n = rest.bytes().take_while(u8::is_ascii_digit).count();
            *number = rest[..n].parse().ok()?;
            rest = &rest[n..];
            if rest.is_empty() && index == 2 {
                break;
            }
            if index < 5 {
                rest = rest[1..].trim_start();
            }
        }
        let [year, month, day, hour, minute, second] = numbers;
        let mut micros = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let n = fraction.bytes().take_while(u8::is_ascii_digit).count();
            micros = iso::fraction_micros(&fraction.as_bytes()[..n]).unwrap_or(0);
            rest = &fraction[n..];
        }
        let offset = match rest.trim_start() {
            "" => None,
            "Z" => Some(0),
            signed => Some(yaml_offset(signed)?),
        };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Self {
            days: calendar::days(year, month, day)?,
            micros: ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros,
            offset,
        })
    }

    /// Nanoseconds since 1970 UTC; a missing offset counts as UTC. `None` beyond the years 1677
    /// to 2262.
    pub fn nanoseconds(&self) -> Option<i64> {
        self.microseconds().checked_mul(1000)
    }

    /// Microseconds since 1970 UTC; a missing offset counts as UTC.
    pub fn microseconds(&self) -> i64 {
        let seconds = self.days * 86_400 - i64::from(self.offset.unwrap_or(0));
        seconds * 1_000_000 + self.micros
    }

    /// `2020-05-01T00:00:00.250000-03:30`; the fraction only if there is one.
    pub fn isoformat(&self) -> String {
        let fraction = match self.micros % 1_000_000 {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        let offset = self.offset.map_or(String::new(), |offset| {
            let (sign, hours, minutes) = split_offset(offset);
            format!("{sign}{hours:02}:{minutes:02}")
        });
        format!("{}T{}{fraction}{offset}", self.date(), self.clock())
    }

    /// The form of dates outside of datasets: `2020-02-29 12:30:00.000000++0100`.
    ///
    /// The two plus signs are Gordo's; users' parsers know them.
    pub fn metadata_format(&self) -> String {
        let offset = self.offset.map_or(String::new(), |offset| {
            let (sign, hours, minutes) = split_offset(offset);
            format!("{sign}{hours:02}{minutes:02}")
        });
        let micros = self.micros % 1_000_000;
        let (year, month, day) = calendar::date(self.days);
        let clock = self.clock();
        // Years before 1000 have no zeros in front, unlike in `isoformat`.
        format!("{year}-{month:02}-{day:02} {clock}.{micros:06}+{offset}")
    }

    fn date(&self) -> String {
        let (year, month, day) = calendar::date(self.days);
        format!("{year:04}-{month:02}-{day:02}")
    }

    fn clock(&self) -> String {
        let seconds = self.micros / 1_000_000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
    }
}

fn split_offset(offset: i32) -> (char, i32, i32) {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    (sign, minutes / 60, minutes % 60)
}

/// `+2`, `-03:30`
fn yaml_offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text[1..].split_once(':').unwrap_or((&text[1..], "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = DateTime::parse(text).map(|parsed| parsed.isoformat());
        assert_eq!(got.as_deref(), Some(expect), "{text}");
    }

    #[test]
    fn accepted_forms_are_normalised() {
        check("2020-05-01T00:00:00Z", "2020-05-01T00:00:00+00:00");
        check("2020-05-02 00:00:00+02:00", "2020-05-02T00:00:00+02:00");
        check(
            "2020-05-01T00:00:00.25-03:30",
            "2020-05-01T00:00:00.250000-03:30",
        );
        check(
            "2020-05-01T00:00:00.987654321Z",
            "2020-05-01T00:00:00.987654+00:00",
        );
        check("2020-05-02t00:00:00+05", "2020-05-02T00:00:00+05:00");
        check("2020-02-28T24:00:00Z", "2020-02-29T00:00:00+00:00");
        check("20200101T000000Z", "2020-01-01T00:00:00+00:00");
        check("2020-W20-1T00:00Z", "2020-05-11T00:00:00+00:00");
        check("2020-060T12Z", "2020-02-29T12:00:00+00:00");
        check("2020-05-01T00:00:00", "2020-05-01T00:00:00");
        check("2020", "2020-01-01T00:00:00");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "Jan 1 2020",
            "2020-02-30T00:00:00Z",
            "2020-05-01T00:00:00 +00:00",
            "2020-5-1T00:00:00Z",
            "2020-05-01T24:00:01Z",
            "2020-05-01T25:00Z",
            "202005",
            "",
            "2020-05-01T",
            "2020-05-01T0",
            "2020-05-01T00:00:00+24:00",
            "2020-366x",
            "２０２０",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn yaml_time_stamps_may_be_loose() {
        let got = |text| DateTime::parse_yaml(text).map(|t| t.isoformat()).unwrap();
        assert_eq!(
            got("2020-5-2T3:04:05.5Z"),
            "2020-05-02T03:04:05.500000+00:00"
        );
        assert_eq!(
            got("2020-05-01 00:00:00 +02:00"),
            "2020-05-01T00:00:00+02:00"
        );
        assert_eq!(got("2020-02-29 12:30:00"), "2020-02-29T12:30:00");
        assert_eq!(DateTime::parse_yaml("2020-02-30 12:30:00"), None);
    }

    #[test]
    fn instants_respect_offsets() {
        let at = |text| DateTime::parse(text).and_then(|t| t.nanoseconds());
        assert_eq!(at("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(
            at("2016-11-07T09:11:30+01:00"),
            Some(1_478_506_290_000_000_000)
        );
        assert_eq!(at("9999-01-01T00:00:00Z"), None);
    }

    #[test]
    fn metadata_dates_carry_two_signs() {
        let got = |text| DateTime::parse(text).unwrap().metadata_format();
        assert_eq!(
            got("2020-02-29T12:30:00+01:00"),
            "2020-02-29 12:30:00.000000++0100"
        );
        assert_eq!(
            got("2020-02-29T12:30:00.5-05:00"),
            "2020-02-29 12:30:00.500000+-0500"
        );
        assert_eq!(got("2020-02-29T12:30:00"), "2020-02-29 12:30:00.000000+");
    }
}
