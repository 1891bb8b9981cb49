//! Row keys and row times of a response, as texts.
//!
//! Every column of a response repeats the keys of all rows, so they are written once and
//! copied from then on.

use crate::time::calendar::{Civil, DAY, SECOND, civil};
use crate::wire::index::Index;

use super::write;

/// The keys of the rows of a response, quoted and with what stands before a value.
pub(crate) struct RowKeys {
    text: Vec<u8>,
    /// End of each key in the text, and its row.
    ends: Vec<(usize, usize)>,
}

impl RowKeys {
    /// Writes the keys of the last rows of an index, without the first `skip`.
    ///
    /// Of rows with equal keys only the last is kept, as in any JSON object.
    pub(crate) fn new(index: &Index, skip: usize) -> Self {
        let mut keys = Self {
            text: Vec::new(),
            ends: Vec::new(),
        };
        match index {
            Index::Range(rows) => {
                let numbers: Vec<i64> = (skip..*rows).filter_map(|n| n.try_into().ok()).collect();
                keys.fill(&numbers, write::integer);
            }
            Index::Numbers(numbers) => keys.fill(&numbers[skip..], write::integer),
            Index::Times { local, offset } => {
                let local = &local[skip..];
                let style = Style::of(local, *offset);
                keys.fill(local, |out, nanos| style.key(out, nanos));
            }
        }
        keys
    }

    fn fill(&mut self, values: &[i64], mut write: impl FnMut(&mut Vec<u8>, i64)) {
        self.text.reserve(values.len() * 30);
        self.ends.reserve(values.len());
        for (row, &value) in values.iter().enumerate() {
            if values.get(row + 1) == Some(&value) {
                continue;
            }
            self.text.push(b'"');
            write(&mut self.text, value);
            self.text.extend_from_slice(b"\": ");
            self.ends.push((self.text.len(), row));
        }
    }

    /// Rows, ascending, and the text before their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, row)| {
            let text = &self.text[start..end];
            start = end;
            (row, text)
        })
    }

    /// Bytes of all keys together.
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// Number of distinct keys.
    pub(crate) fn n_rows(&self) -> usize {
        self.ends.len()
    }
}

/// How the keys of one response are spelt.
#[derive(Clone, Copy)]
struct Style {
    /// Digits of every row's fraction; `None` where each row decides.
    digits: Option<usize>,
    /// Whether the time of day is left out.
    dates_only: bool,
    offset: Option<i32>,
}

impl Style {
    fn of(local: &[i64], offset: Option<i32>) -> Self {
        if offset.is_some() {
            return Self {
                digits: None,
                dates_only: false,
                offset,
            };
        }
        let divides = |unit: i64| local.iter().all(|nanos| nanos % unit == 0);
        let digits = [(SECOND, 0), (1_000_000, 3), (1000, 6)]
            .iter()
            .find(|(unit, _)| divides(*unit))
            .map_or(9, |(_, digits)| *digits);
        Self {
            digits: Some(digits),
            dates_only: divides(DAY),
            offset,
        }
    }

    fn key(self, out: &mut Vec<u8>, nanos: i64) {
        let time = civil(nanos);
        date(out, &time);
        if self.dates_only {
            return;
        }
        out.push(b' ');
        clock(out, &time, self.digits.unwrap_or_else(|| own_digits(&time)));
        if let Some(seconds) = self.offset {
            offset(out, seconds);
        }
    }
}

/// The time of each row, moved by a fixed length.
pub(crate) struct Timestamps<'a> {
    local: &'a [i64],
    offset: Option<i32>,
    shift: i64,
}

impl<'a> Timestamps<'a> {
    /// Times of the rows of an index, without the first `skip`; `None` if it has no times.
    pub(crate) fn new(index: &'a Index, skip: usize, shift: i64) -> Option<Self> {
        match index {
            Index::Times { local, offset } => Some(Self {
                local: &local[skip..],
                offset: *offset,
                shift,
            }),
            _ => None,
        }
    }

    /// Writes the time of a row; `null` beyond the end of the calendar.
    pub(crate) fn write(&self, out: &mut Vec<u8>, row: usize) {
        let Some(nanos) = self.local[row].checked_add(self.shift) else {
            return out.extend_from_slice(b"null");
        };
        let time = civil(nanos);
        out.push(b'"');
        date(out, &time);
        out.push(b'T');
        clock(out, &time, own_digits(&time));
        if let Some(seconds) = self.offset {
            offset(out, seconds);
        }
        out.push(b'"');
    }
}

/// Digits of a fraction where only rows that have one show it.
fn own_digits(time: &Civil) -> usize {
    match time.fraction {
        0 => 0,
        fraction if fraction % 1000 == 0 => 6,
        _ => 9,
    }
}

/// `2020-01-01`
fn date(out: &mut Vec<u8>, time: &Civil) {
    number(out, time.year, 4);
    out.push(b'-');
    number(out, time.month, 2);
    out.push(b'-');
    number(out, time.day, 2);
}

/// `00:10:00` and as many digits of a fraction as are asked for
fn clock(out: &mut Vec<u8>, time: &Civil, digits: usize) {
    number(out, time.hour, 2);
    out.push(b':');
    number(out, time.minute, 2);
    out.push(b':');
    number(out, time.second, 2);
    if digits > 0 {
        out.push(b'.');
        let start = out.len();
        number(out, time.fraction, 9);
        out.truncate(start + digits);
    }
}

/// `+02:00`
fn offset(out: &mut Vec<u8>, seconds: i32) {
    out.push(if seconds < 0 { b'-' } else { b'+' });
    let minutes = i64::from(seconds.abs() / 60);
    number(out, minutes / 60, 2);
    out.push(b':');
    number(out, minutes % 60, 2);
}

/// A number of a fixed count of digits.
fn number(out: &mut Vec<u8>, value: i64, digits: usize) {
    let start = out.len();
    out.resize(start + digits, b'0');
    let mut rest = value.unsigned_abs();
    for place in out[start..].iter_mut().rev() {
        *place = b"0123456789"[usize::try_from(rest % 10).unwrap_or(0)];
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::wire::index;

    fn index(keys: &[&'static str]) -> Index {
        let keys: Vec<Cow<'_, str>> = keys.iter().copied().map(Cow::from).collect();
        index::read(&keys).unwrap().0
    }

    fn check(keys: &[&'static str], expect_keys: &[&str], expect_starts: &[&str]) {
        let index = index(keys);
        let written = RowKeys::new(&index, 0);
        let texts: Vec<_> = written
            .iter()
            .map(|(_, text)| String::from_utf8_lossy(text))
            .collect();
        let expect: Vec<String> = expect_keys
            .iter()
            .map(|key| format!("\"{key}\": "))
            .collect();
        assert_eq!(texts, expect);
        let timestamps = Timestamps::new(&index, 0, 0).unwrap();
        for (row, expect) in expect_starts.iter().enumerate() {
            let mut out = Vec::new();
            timestamps.write(&mut out, row);
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{expect}\""));
        }
    }

    #[test]
    fn times_with_an_offset_keep_it() {
        check(
            &["2020-01-01T00:00:00.5+02:00", "2020-01-01T00:00:00+02:00"],
            &[
                "2020-01-01 00:00:00+02:00",
                "2020-01-01 00:00:00.500000+02:00",
            ],
            &[
                "2020-01-01T00:00:00+02:00",
                "2020-01-01T00:00:00.500000+02:00",
            ],
        );
        check(
            &["2020-01-01T00:00Z"],
            &["2020-01-01 00:00:00+00:00"],
            &["2020-01-01T00:00:00+00:00"],
        );
        check(
            &["2020-01-01T00:00-03:30"],
            &["2020-01-01 00:00:00-03:30"],
            &[],
        );
    }

    #[test]
    fn times_without_offset_show_only_what_some_row_needs() {
        check(
            &["2020-01-01", "2020-01-02T00:00"],
            &["2020-01-01", "2020-01-02"],
            &["2020-01-01T00:00:00", "2020-01-02T00:00:00"],
        );
        check(
            &["2020-01-01", "2020-01-01T00:10"],
            &["2020-01-01 00:00:00", "2020-01-01 00:10:00"],
            &["2020-01-01T00:00:00", "2020-01-01T00:10:00"],
        );
        check(
            &["2020-01-01T00:00:00.5", "2020-01-01T00:10"],
            &["2020-01-01 00:00:00.500", "2020-01-01 00:10:00.000"],
            &["2020-01-01T00:00:00.500000", "2020-01-01T00:10:00"],
        );
        check(
            &["2020-01-01T00:00:00.500001", "2020-01-01T00:10"],
            &["2020-01-01 00:00:00.500001", "2020-01-01 00:10:00.000000"],
            &[],
        );
    }

    #[test]
    fn rows_of_equal_times_keep_the_last() {
        let index = index(&["2020-01-01", "2020-01-01T00:00", "2020-01-02"]);
        let rows: Vec<usize> = RowKeys::new(&index, 0).iter().map(|(row, _)| row).collect();
        assert_eq!(rows, [1, 2]);
    }

    #[test]
    fn ends_are_starts_moved() {
        let index = index(&["1999-12-31T23:50Z"]);
        let mut out = Vec::new();
        Timestamps::new(&index, 0, 600 * SECOND)
            .unwrap()
            .write(&mut out, 0);
        assert_eq!(out, b"\"2000-01-01T00:00:00+00:00\"");
    }
}
