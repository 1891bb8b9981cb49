//! The columns of a response as nested JSON objects.

use gordo_runtime::Values;

use super::keys::{RowKeys, Timestamps};
use super::write::{float, integer, key, null, string};
use crate::wire::column::{Column, NonNumber};

/// Where the cells of one column of a response come from.
pub(crate) enum Cells<'a> {
    /// `null` in every row.
    Null,
    /// A column of the response's own numbers, `[rows, width]` row-major.
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
        /// Rows of the request that the response leaves out.
        skip: usize,
        /// Whether numbers are written as integers.
        integer: bool,
    },
    /// Times of the rows.
    Times(Timestamps<'a>),
}

/// A group of columns, by the names of both levels.
pub(crate) struct Group<'a> {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<(&'a str, Cells<'a>)>,
}

/// Writes groups, their columns and rows as nested objects, keys sorted.
pub(crate) fn data(out: &mut Vec<u8>, mut groups: Vec<Group<'_>>, keys: &RowKeys) {
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
fn column(out: &mut Vec<u8>, cells: &Cells<'_>, keys: &RowKeys) {
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
        Cells::Times(timestamps) => rows(out, keys, |out, row| timestamps.write(out, row)),
    }
}

fn rows(out: &mut Vec<u8>, keys: &RowKeys, mut cell: impl FnMut(&mut Vec<u8>, usize)) {
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
    match column.non_number(row) {
        Some(NonNumber::Bool(true)) => out.extend_from_slice(b"true"),
        Some(NonNumber::Bool(false)) => out.extend_from_slice(b"false"),
        Some(NonNumber::Text(text)) => string(out, text),
        Some(NonNumber::Nested) => null(out),
        None if integer => integral(out, column.values()[row]),
        None => float(out, column.values()[row]),
    }
}

/// A number that was written as an integer.
fn integral(out: &mut Vec<u8>, value: f64) {
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
