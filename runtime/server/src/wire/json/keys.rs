//! Row keys and row times of a response, as texts.
//!
//! Every column of a response repeats the keys of all rows, so they are written once and
//! copied from then on, where there is room for that.

use crate::time::calendar::{Civil, DAY, SECOND, civil};
use crate::wire::index::Index;

use super::write;

/// Bytes of a key with what stands around it, and of its end.
const KEY: usize = 30 + 8;

/// The keys of the rows of a response, quoted and with what stands before a value.
pub(crate) struct RowKeys {
    index: Index,
    /// Rows of the index that the response leaves out.
    skip: usize,
    style: Option<Style>,
    /// All keys, and the end of each.
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl RowKeys {
    /// The keys of the last rows of an index, without the first `skip`, written at once if they
    /// take no more than `room` bytes.
    pub(crate) fn new(index: Index, skip: usize, room: usize) -> Self {
        let style = match &index {
            Index::Times { local, offset } => Some(Style::of(&local[skip..], *offset)),
            _ => None,
        };
        let mut keys = Self {
            index,
            skip,
            style,
            text: Vec::new(),
            ends: Vec::new(),
        };
        let rows = keys.n_rows();
        if rows.saturating_mul(KEY) <= room {
            let mut text = Vec::with_capacity(rows * 30);
            keys.ends.reserve_exact(rows);
            for row in 0..rows {
                keys.write_new(&mut text, row);
                keys.ends.push(text.len());
            }
            keys.text = text;
        }
        keys
    }

    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.index.len() - self.skip
    }

    /// Whether the next row has the same key: of those only the last is kept, as in any JSON
    /// object.
    pub(crate) fn is_repeated(&self, row: usize) -> bool {
        let values = match &self.index {
            Index::Range(_) => return false,
            Index::Numbers(values) => values,
            Index::Times { local, .. } => local,
        };
        let row = row + self.skip;
        values.get(row + 1) == Some(&values[row])
    }

    /// Writes the key of a row and what stands before its value.
    pub(crate) fn write(&self, out: &mut Vec<u8>, row: usize) {
        let Some(end) = self.ends.get(row) else {
            return self.write_new(out, row);
        };
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        out.extend_from_slice(&self.text[start..*end]);
    }

    fn write_new(&self, out: &mut Vec<u8>, row: usize) {
        let row = row + self.skip;
        out.push(b'"');
        match (&self.index, self.style) {
            (Index::Times { local, .. }, Some(style)) => style.key(out, local[row]),
            (Index::Times { local: values, .. } | Index::Numbers(values), _) => {
                write::integer(out, values[row]);
            }
            (Index::Range(_), _) => write::integer(out, i64::try_from(row).unwrap_or(i64::MAX)),
        }
        out.extend_from_slice(b"\": ");
    }

    /// Writes the time of a row, moved by a fixed length; `null` without times and beyond the
    /// end of the calendar.
    pub(crate) fn write_time(&self, out: &mut Vec<u8>, row: usize, shift: i64) {
        let Index::Times {
            local,
            offset: utc_offset,
        } = &self.index
        else {
            return write::null(out);
        };
        let Some(nanos) = local[row + self.skip].checked_add(shift) else {
            return write::null(out);
        };
        let time = civil(nanos);
        out.push(b'"');
        date(out, &time);
        out.push(b'T');
        clock(out, &time, own_digits(&time));
        if let Some(seconds) = *utc_offset {
            offset(out, seconds);
        }
        out.push(b'"');
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
    use super::*;
    use crate::wire::index;
    use crate::wire::json::names::Names;

    fn keys(keys: &[&'static str], room: usize) -> RowKeys {
        let quoted: Vec<String> = keys.iter().map(|key| format!("\"{key}\": 0")).collect();
        let body = format!("{{{}}}", quoted.join(", "));
        RowKeys::new(index::read(&Names::of(&body)).unwrap().0, 0, room)
    }

    fn check(given: &[&'static str], expect_keys: &[&str], expect_starts: &[&str]) {
        for room in [0, 1000] {
            let keys = keys(given, room);
            assert_eq!(keys.ends.len(), if room == 0 { 0 } else { keys.n_rows() });
            for (row, expect) in expect_keys.iter().enumerate() {
                let mut out = Vec::new();
                keys.write(&mut out, row);
                assert_eq!(String::from_utf8(out).unwrap(), format!("\"{expect}\": "));
            }
            for (row, expect) in expect_starts.iter().enumerate() {
                let mut out = Vec::new();
                keys.write_time(&mut out, row, 0);
                assert_eq!(String::from_utf8(out).unwrap(), format!("\"{expect}\""));
            }
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
        let keys = keys(&["2020-01-01", "2020-01-01T00:00", "2020-01-02"], 0);
        assert_eq!(
            [0, 1, 2].map(|row| keys.is_repeated(row)),
            [true, false, false]
        );
    }

    #[test]
    fn rows_that_are_left_out_have_no_key() {
        for (index, first) in [
            (Index::Range(4), "\"2\": "),
            (Index::Numbers(vec![5, 6, 7, 8]), "\"7\": "),
        ] {
            let keys = RowKeys::new(index, 2, 0);
            let mut out = Vec::new();
            keys.write(&mut out, 0);
            assert_eq!((out.as_slice(), keys.n_rows()), (first.as_bytes(), 2));
            keys.write_time(&mut out, 0, 0);
            assert!(out.ends_with(b"null"));
        }
    }

    #[test]
    fn ends_are_starts_moved() {
        let keys = keys(&["1999-12-31T23:50Z"], 0);
        let mut out = Vec::new();
        keys.write_time(&mut out, 0, 600 * SECOND);
        assert_eq!(out, b"\"2000-01-01T00:00:00+00:00\"");
        out.clear();
        keys.write_time(&mut out, 0, i64::MAX);
        assert_eq!(out, b"null");
    }
}
