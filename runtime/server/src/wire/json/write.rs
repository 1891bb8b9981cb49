//! JSON texts as Python's `json` writes them, into bytes.

use gordo_runtime::Values;

use super::keys::{Keys, Stamps};
use crate::wire::column::{Column, Odd};

/// Where the cells of one column of an answer come from.
pub(crate) enum Cells<'a> {
    /// `null` in every row.
    Null,
    /// A column of the answer's own numbers, `[rows, width]` row-major.
    Numbers {
        /// The numbers.
        values: &'a Values,
        /// Numbers per row.
        width: usize,
        /// Position within the row.
        at: usize,
    },
    /// A column of the request, without its first rows.
    Given {
        /// The column.
        column: &'a Column,
        /// Rows of the request that the answer leaves out.
        skip: usize,
        /// Whether numbers are written as integers.
        integer: bool,
    },
    /// Times of the rows.
    Times(Stamps<'a>),
}

/// A group of columns, by the names of both levels.
pub(crate) struct Group<'a> {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<(&'a str, Cells<'a>)>,
}

/// Writes groups, their columns and rows as nested objects, keys sorted.
pub(crate) fn data(out: &mut Vec<u8>, mut groups: Vec<Group<'_>>, keys: &Keys) {
    groups.sort_by_key(|group| group.name);
    let n_columns: usize = groups.iter().map(|group| group.columns.len()).sum();
    out.reserve(n_columns * (keys.n_bytes() + keys.n_rows() * 22 + 64));
    separated(out, groups, |out, mut group| {
        key(out, group.name);
        group.columns.sort_by_key(|(name, _)| *name);
        separated(out, group.columns, |out, (name, cells)| {
            key(out, name);
            column(out, &cells, keys);
        });
    });
}

/// Writes an object whose members `member` writes, key and value.
fn separated<T>(out: &mut Vec<u8>, members: Vec<T>, mut member: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'{');
    for (position, one) in members.into_iter().enumerate() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        member(out, one);
    }
    out.push(b'}');
}

/// Writes the rows of one column.
fn column(out: &mut Vec<u8>, cells: &Cells<'_>, keys: &Keys) {
    match cells {
        Cells::Null => rows(out, keys, |out, _| null(out)),
        Cells::Numbers {
            values: Values::Double(values),
            width,
            at,
        } => {
            rows(out, keys, |out, row| float(out, values[row * width + at]));
        }
        Cells::Numbers {
            values: Values::Single(values),
            width,
            at,
        } => {
            rows(out, keys, |out, row| {
                float(out, f64::from(values[row * width + at]));
            });
        }
        Cells::Given {
            column,
            skip,
            integer,
        } => {
            rows(out, keys, |out, row| {
                given(out, column, row + skip, *integer);
            });
        }
        Cells::Times(stamps) => rows(out, keys, |out, row| stamps.write(out, row)),
    }
}

fn rows(out: &mut Vec<u8>, keys: &Keys, mut cell: impl FnMut(&mut Vec<u8>, usize)) {
    out.push(b'{');
    for (position, (row, key)) in keys.iter().enumerate() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(key);
        cell(out, row);
    }
    out.push(b'}');
}

/// A cell of the request, as it was received.
fn given(out: &mut Vec<u8>, column: &Column, row: usize, integer: bool) {
    match column.odd(row) {
        Some(Odd::Bool(true)) => out.extend_from_slice(b"true"),
        Some(Odd::Bool(false)) => out.extend_from_slice(b"false"),
        Some(Odd::Text(text)) => string(out, text),
        Some(Odd::Nested) => null(out),
        None if integer => whole(out, column.values()[row]),
        None => float(out, column.values()[row]),
    }
}

fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// A number that was written as an integer.
fn whole(out: &mut Vec<u8>, value: f64) {
    // Beyond 2^53 the digits received are no longer known.
    if value.abs() > 9_007_199_254_740_992.0 {
        return float(out, value);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be in range just above"
    )]
    let value = value as i64;
    integer(out, value);
}

/// The digits of an integer.
pub(crate) fn integer(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// The shortest digits that give the number back; `null` for what JSON cannot tell.
pub(crate) fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        null(out);
    }
}

/// A list of strings.
pub(crate) fn strings<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str>) {
    out.push(b'[');
    for (position, text) in texts.enumerate() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        string(out, text);
    }
    out.push(b']');
}

/// A key and what stands before its value.
pub(crate) fn key(out: &mut Vec<u8>, text: &str) {
    string(out, text);
    out.extend_from_slice(b": ");
}

/// A quoted string in ASCII.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for letter in text.chars() {
        match letter {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            ' '..='~' => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_are_shortest_and_always_floats() {
        let check = |value, expect| assert_eq!(text(|out| float(out, value)), expect);
        check(50.1, "50.1");
        check(1.0, "1.0");
        check(-0.0, "-0.0");
        check(f64::from(0.1_f32), "0.10000000149011612");
        check(f64::NAN, "null");
        check(f64::NEG_INFINITY, "null");
        for value in [1e16, 1e-5, 5e-324, f64::MAX, 123_456_789.123] {
            let back: f64 = text(|out| float(out, value)).parse().unwrap();
            assert_eq!(back.to_bits(), value.to_bits());
        }
    }

    #[test]
    fn strings_are_ascii() {
        let written = text(|out| string(out, "a\"\\\n\u{1}\u{7f}Å😀"));
        assert_eq!(written, r#""a\"\\\n\u0001\u007f\u00c5\ud83d\ude00""#);
    }
}
