//! Times as files write them: more forms than ISO 8601 has, as long as each means one thing.
//!
//! A text is put into the form of ISO 8601, which [`Clock::read`] reads; days, hours and zones
//! are its business. Nothing is guessed: where day and month, or the century, could be either,
//! the text is none.

use crate::time::{Clock, Time};

/// The time that a text says.
pub(super) fn parse(clock: &Clock, text: &[u8]) -> Option<Time> {
    clock.read(text).or_else(|| {
        let mut iso = Vec::new();
        to_iso(text, &mut iso)?;
        clock.read(&iso)
    })
}

/// Replaces `iso` by the text in the form of ISO 8601; its offset stays as it is.
///
/// Reads a date of four digits of a year first, between `-`, `/` or `.`, or with the month in
/// English letters; then perhaps a time of day, with or without AM or PM, and an offset, `Z`,
/// `UTC` or `GMT`.
pub(super) fn to_iso(text: &[u8], iso: &mut Vec<u8>) -> Option<()> {
    iso.clear();
    let mut cursor = Cursor { rest: text };
    let is_compact = cursor.date(iso)?;
    if cursor.rest.is_empty() {
        // Eight digits alone may as well be a count.
        return (!is_compact).then_some(());
    }
    cursor.between()?;
    cursor.time_of_day(iso, is_compact)?;
    cursor.blanks();
    match cursor.rest {
        b"UTC" | b"utc" | b"GMT" | b"Z" | b"z" => iso.push(b'Z'),
        offset => iso.extend_from_slice(offset),
    }
    Some(())
}

/// What to do about a text that is no time.
pub(in crate::provider) fn help(text: &str) -> &'static str {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let mut parts = text.splitn(3, ['.', '/', '-', ' ']);
    let parts = [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
    let [first, second, third] = parts;
    let is_short = |part: &str| (1..=2).contains(&part.len()) && part.chars().all(is_digit);
    let is_month = month(second.as_bytes()).is_some();
    if is_short(first) && (is_short(second) || is_month) && third.starts_with(is_digit) {
        return "write the year first, as `2020-01-31 12:00`: the order of day, month and year cannot be told";
    }
    if !text.is_empty() && text.chars().all(|letter| is_digit(letter) || letter == '.') {
        return "write times as `2020-01-31T12:00:00Z`, or name the column of times: a number does not say what it counts";
    }
    "write times as `2020-01-31T12:00:00Z`, or check the separator and the column of times"
}

/// One-based month of its English name or the first three letters of that.
fn month(name: &[u8]) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is = |month: &&str| {
        let month = month.as_bytes();
        name.eq_ignore_ascii_case(month) || name.eq_ignore_ascii_case(&month[..3])
    };
    (1..).zip(&MONTHS).find(|(_, m)| is(m)).map(|(n, _)| n)
}

/// What is left of a text.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Takes a date; whether it is eight digits.
    fn date(&mut self, iso: &mut Vec<u8>) -> Option<bool> {
        let first = self.while_of(u8::is_ascii_digit);
        let (year, month, day) = match first.len() {
            8 => {
                let (year, day) = first.split_at(4);
                let (month, day) = day.split_at(2);
                write_date(iso, year, month, day);
                return Some(true);
            }
            4 => {
                let between = self.one_of(b"-/.")?;
                let month = self.month_or_digits()?;
                self.one_of(&[between])?;
                (first, month, self.one_or_two()?)
            }
            // The month in letters tells which is which.
            1 | 2 => {
                let between = self.one_of(b"-/. ")?;
                let month = self.month_in_letters()?;
                self.one_of(&[between])?;
                (self.four()?, month, first.to_vec())
            }
            0 => {
                let month = self.month_in_letters()?;
                self.one_of(b" ")?;
                let day = self.one_or_two()?;
                let _ = self.one_of(b",");
                self.one_of(b" ")?;
                (self.four()?, month, day)
            }
            _ => return None,
        };
        write_date(iso, year, &month, &day);
        Some(false)
    }

    /// Takes what stands between a date and a time of day.
    fn between(&mut self) -> Option<()> {
        let _ = self.one_of(b",");
        if self.one_of(b"Tt").is_some() {
            return Some(());
        }
        (self.blanks() > 0).then_some(())
    }

    fn time_of_day(&mut self, iso: &mut Vec<u8>, is_compact: bool) -> Option<()> {
        let hour = self.while_of(u8::is_ascii_digit);
        let (hour, minute, mut second) = match (hour.len(), is_compact) {
            (4 | 6, true) => (&hour[..2], &hour[2..4], &hour[4..]),
            (1 | 2, _) => {
                self.one_of(b":")?;
                (hour, self.two()?, &[][..])
            }
            _ => return None,
        };
        if second.is_empty() && self.one_of(b":").is_some() {
            second = self.two()?;
        }
        let mut fraction = &[][..];
        if !second.is_empty() && self.one_of(b".,").is_some() {
            fraction = self.while_of(u8::is_ascii_digit);
            if fraction.is_empty() {
                return None;
            }
        }
        let hour = self.half_of_day(hour)?;
        iso.push(b'T');
        iso.extend_from_slice(&hour);
        iso.push(b':');
        iso.extend_from_slice(minute);
        if !second.is_empty() {
            iso.push(b':');
            iso.extend_from_slice(second);
        }
        if !fraction.is_empty() {
            iso.push(b'.');
            iso.extend_from_slice(fraction);
        }
        Some(())
    }

    /// The hour of the day, by AM or PM if that follows.
    fn half_of_day(&mut self, hour: &[u8]) -> Option<[u8; 2]> {
        let number = hour.iter().fold(0, |sum, digit| sum * 10 + (digit - b'0'));
        let rest = self.rest.trim_ascii_start();
        let number = match rest.split_at_checked(2) {
            Some((half, rest)) if half.eq_ignore_ascii_case(b"am") => {
                self.rest = rest;
                (1..=12).contains(&number).then_some(number % 12)?
            }
            Some((half, rest)) if half.eq_ignore_ascii_case(b"pm") => {
                self.rest = rest;
                (1..=12).contains(&number).then_some(number % 12 + 12)?
            }
            _ => number,
        };
        Some([b'0' + number / 10, b'0' + number % 10])
    }

    fn month_or_digits(&mut self) -> Option<Vec<u8>> {
        match self.rest.first() {
            Some(byte) if byte.is_ascii_digit() => self.one_or_two(),
            _ => self.month_in_letters(),
        }
    }

    fn month_in_letters(&mut self) -> Option<Vec<u8>> {
        let month = month(self.while_of(u8::is_ascii_alphabetic))?;
        Some(month.to_string().into_bytes())
    }

    fn one_or_two(&mut self) -> Option<Vec<u8>> {
        let digits = self.while_of(u8::is_ascii_digit);
        (1..=2).contains(&digits.len()).then(|| digits.to_vec())
    }

    fn two(&mut self) -> Option<&'a [u8]> {
        let digits = self.while_of(u8::is_ascii_digit);
        (digits.len() == 2).then_some(digits)
    }

    fn four(&mut self) -> Option<&'a [u8]> {
        let digits = self.while_of(u8::is_ascii_digit);
        (digits.len() == 4).then_some(digits)
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        bytes.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }

    fn blanks(&mut self) -> usize {
        self.while_of(|byte| *byte == b' ').len()
    }

    fn while_of(&mut self, is_one: impl Fn(&u8) -> bool) -> &'a [u8] {
        let n = self.rest.iter().take_while(|byte| is_one(byte)).count();
        let (taken, rest) = self.rest.split_at(n);
        self.rest = rest;
        taken
    }
}

/// `YYYY-MM-DD` of digits, of which month and day may be one.
fn write_date(iso: &mut Vec<u8>, year: &[u8], month: &[u8], day: &[u8]) {
    iso.extend_from_slice(year);
    for part in [month, day] {
        iso.push(b'-');
        if part.len() == 1 {
            iso.push(b'0');
        }
        iso.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{LocalTime, iso};

    /// The instant that a text says in UTC.
    fn read(text: &str) -> Option<String> {
        parse(&Clock::utc(), text.as_bytes()).map(|time| match time {
            Time::Instant(instant) => iso(instant),
            Time::Local(LocalTime { when, .. }) => panic!("UTC has no local times: {when:?}"),
        })
    }

    #[test]
    fn forms_that_mean_one_thing_are_read() {
        for (text, expect) in [
            ("2024/03/15 06:00:00Z", "2024-03-15T06:00:00Z"),
            ("2024/03/15 06:00", "2024-03-15T06:00:00Z"),
            ("2024/3/5", "2024-03-05T00:00:00Z"),
            ("2024.03.15 06:00:01.5", "2024-03-15T06:00:01.500Z"),
            ("2024-3-15 6:05", "2024-03-15T06:05:00Z"),
            ("2024-03-15  06:00:00  +01:00", "2024-03-15T05:00:00Z"),
            ("2024-03-15 06:00:00 UTC", "2024-03-15T06:00:00Z"),
            ("2024-03-15 06:00:00GMT", "2024-03-15T06:00:00Z"),
            ("2024/03/15 12:00 AM", "2024-03-15T00:00:00Z"),
            ("2024/03/15 12:30:00 pm", "2024-03-15T12:30:00Z"),
            ("2024/03/15 6:00:00PM", "2024-03-15T18:00:00Z"),
            ("15-Mar-2024 06:00:00", "2024-03-15T06:00:00Z"),
            ("5 march 2024", "2024-03-05T00:00:00Z"),
            ("Mar 15, 2024 06:00:00.25", "2024-03-15T06:00:00.250Z"),
            ("March 15 2024, 6:00 AM", "2024-03-15T06:00:00Z"),
            ("2024-MAY-15T06:00:00-02", "2024-05-15T08:00:00Z"),
            ("20240315T060000Z", "2024-03-15T06:00:00Z"),
            ("20240315 0600", "2024-03-15T06:00:00Z"),
            ("20240315T06:00:00+0100", "2024-03-15T05:00:00Z"),
            ("2024-03-15T06:00:00Z", "2024-03-15T06:00:00Z"),
        ] {
            let read = read(text);
            assert_eq!(read.as_deref(), Some(expect), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_not_read() {
        let order = "the order of day, month and year cannot be told";
        let count = "a number does not say what it counts";
        let other = "check the separator and the column of times";
        for (text, cause) in [
            ("15.03.2024 06:00", order),
            ("03/15/2024", order),
            ("01-02-2024 06:00", order),
            ("01/02/03", order),
            ("5.3.24 06:00", order),
            ("01-Mar-02 06:00", order),
            ("15 Mar 24", order),
            ("1717200000000", count),
            ("1717200000.5", count),
            ("45366.25", count),
            ("20240315", count),
            ("202403150600", count),
            ("2024/03-15", other),
            ("2024/13/01", other),
            ("2024/02/30 06:00", other),
            ("2024/03/15 25:00", other),
            ("2024/03/15 13:00 PM", other),
            ("2024/03/15 0:00 PM", other),
            ("2024/03/15 06:60", other),
            ("2024/03/15 06:00:00.", other),
            ("2024/03/15 06:00 CET", other),
            ("2024/03/15 06", other),
            ("2024/03/15T", other),
            ("2024/03", other),
            ("Marc 15, 2024", other),
            ("Mar 15", other),
            ("soon", other),
            ("", other),
        ] {
            assert_eq!(parse(&Clock::utc(), text.as_bytes()), None, "{text}");
            assert!(help(text).ends_with(cause), "{text}: {}", help(text));
        }
    }

    /// Any date written in any of the forms is that date, or none.
    #[test]
    fn no_form_is_read_as_another_day() {
        let mut state = 7_u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..3000 {
            let (year, month, day) = (1970 + draw(90), 1 + draw(12), 1 + draw(28));
            let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
                .into_iter()
                .chain(["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
                .nth(usize::try_from(month - 1).unwrap())
                .unwrap();
            let expect = format!("{year}-{month:02}-{day:02}T00:00:00Z");
            for text in [
                format!("{year}-{month:02}-{day:02}"),
                format!("{year}/{month}/{day}"),
                format!("{year}.{month:02}.{day:02}"),
                format!("{day}-{name}-{year}"),
                format!("{name} {day}, {year}"),
                format!("{year}{month:02}{day:02}T0000"),
                format!("{day}.{month}.{year}"),
                format!("{month}/{day}/{year}"),
                format!("{year}-{day}-{month}"),
            ] {
                let read = read(&text);
                let year_first = text.starts_with(&year.to_string());
                let swapped = format!("{year}-{day:02}-{month:02}T00:00:00Z");
                let fits = read
                    .as_ref()
                    .is_none_or(|read| *read == expect || (year_first && *read == swapped));
                assert!(fits, "{text}: {read:?}");
            }
        }
    }
}
