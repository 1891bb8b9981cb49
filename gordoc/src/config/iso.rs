//! ISO 8601 dates and times, in the forms the peer's reader takes.
//!
//! Calendar, week and ordinal dates, basic and extended; any one character between date and
//! time. Knows no time zones by name.

use super::scalar::Cursor;

/// A date and time, with its offset if one was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// Days since 1970-01-01.
    days: i64,
    /// Microseconds since midnight; a whole day for `24:00`, already carried over.
    micros: i64,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

const DAY: i64 = 86_400_000_000;
/// 0001-01-01 to 9999-12-31, the days that Python knows.
const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;

impl DateTime {
    /// Reads a date and time; `None` if it is no ISO 8601 text or no real date.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        let (days, rest) = date(text.as_bytes())?;
        let mut parsed = Self {
            days,
            micros: 0,
            offset: None,
        };
        if !rest.is_empty() {
            (parsed.micros, parsed.offset) = time(&rest[1..])?;
        }
        if parsed.micros == DAY {
            parsed.days += 1;
            parsed.micros = 0;
        }
        DAYS.contains(&parsed.days).then_some(parsed)
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
            micros = fraction_micros(&fraction[..n]);
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
            days: days_from_civil(year, month, day)?,
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
    /// The two plus signs are the peer's; users' parsers know them.
    pub fn metadata_format(&self) -> String {
        let offset = self.offset.map_or(String::new(), |offset| {
            let (sign, hours, minutes) = split_offset(offset);
            format!("{sign}{hours:02}{minutes:02}")
        });
        let micros = self.micros % 1_000_000;
        let (year, month, day) = civil_from_days(self.days);
        let clock = self.clock();
        // Years before 1000 have no zeros in front, unlike in `isoformat`.
        format!("{year}-{month:02}-{day:02} {clock}.{micros:06}+{offset}")
    }

    fn date(&self) -> String {
        let (year, month, day) = civil_from_days(self.days);
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

/// Days since 1970 and what follows the date.
fn date(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(([year, month, day], rest)) = calendar_date(text) else {
        return week_or_ordinal_date(text);
    };
    Some((days_from_civil(year, month, day)?, rest))
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
    let first = days_from_civil(year, 1, 1)?;
    let extended = text.get(4) == Some(&b'-');
    let rest = &text[4 + usize::from(extended)..];
    let Some(week) = rest.strip_prefix(b"W") else {
        let ordinal = number(rest.get(..3)?)?;
        let days = days_from_civil(year + 1, 1, 1)? - first;
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
    let mut cursor = Cursor(text);
    let mut parts = [0i64; 3];
    let mut extended = false;
    let mut micros = 0;
    let mut n_parts = 0;
    if text.len() < 2 {
        return None;
    }
    while n_parts < 3 && !cursor.0.is_empty() && !starts_offset(cursor.0) {
        match n_parts {
            1 => extended = cursor.take(b':'),
            2 if extended && !cursor.take(b':') => return None,
            _ => {}
        }
        parts[n_parts] = number(cursor.0.get(..2)?)?;
        cursor.0 = &cursor.0[2..];
        n_parts += 1;
    }
    if n_parts == 3 && (cursor.take(b'.') || cursor.take(b',')) {
        let digits = cursor.0;
        if !cursor.digits(1, usize::MAX) {
            return None;
        }
        let n = digits.len() - cursor.0.len();
        micros = fraction_micros(std::str::from_utf8(&digits[..n]).ok()?);
    }
    let offset = if cursor.0.is_empty() {
        None
    } else {
        Some(offset(cursor.0)?)
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

/// `+2`, `-03:30`
fn yaml_offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text[1..].split_once(':').unwrap_or((&text[1..], "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

/// Digits beyond the sixth are cut.
fn fraction_micros(digits: &str) -> i64 {
    let six = &digits[..digits.len().min(6)];
    format!("{six:0<6}").parse().unwrap_or(0)
}

/// A number as Python reads one: blanks around it, and a sign, are fine.
fn number(digits: &[u8]) -> Option<i64> {
    let trimmed = digits.trim_ascii();
    let unsigned = trimmed.strip_prefix(b"-").or(trimmed.strip_prefix(b"+"));
    if !unsigned.unwrap_or(trimmed).iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(trimmed).ok()?.parse().ok()
}

fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=longest).contains(&day) || year < 1 {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = DateTime::parse(text).map(|parsed| parsed.isoformat());
        assert_eq!(got.as_deref(), Some(expect), "{text}");
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        check("2020-05- 1T 1:00+ 1:00", "2020-05-01T01:00:00+01:00");
        check("2020-05-01T+00:00", "2020-05-01T00:00:00+00:00");
        check("2020-05-01T00:00+02000", "2020-05-01T00:00:00+02:00");
        check("2020-05-01T00:00+-1:00", "2020-05-01T00:00:00-01:00");
        for text in [
            "2020-05-01Z",
            "2020-05-01TZ",
            "2020060 12Z",
            "2020-05-01T-5:00Z",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
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
