//! The columns of a response as nested JSON objects, written piece by piece.
//!
//! The text of a response is many times as long as its numbers: it is never whole in memory.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use gordo_runtime::Values;

use super::keys::RowKeys;
use super::text;
use super::write::{float, integer, key, null, string};
use crate::wire::cell::NonNumber;
use crate::wire::column::Column;

/// Bytes of a piece; the last value may go beyond them.
const PIECE: usize = 128 * 1024;

/// Bytes of the first piece: most responses are whole with it, and tell their length.
const FIRST_PIECE: usize = 4 << 20;

/// Where the cells of one column of a response come from.
pub(crate) enum Cells {
    /// `null` in every row.
    Null,
    /// A column of the response's own numbers, `[rows, width]` row-major.
    Numbers {
        /// The numbers.
        values: Arc<Values>,
        /// Numbers per row.
        width: usize,
        /// Position within the row.
        at: usize,
    },
    /// A column of the request, without its first rows.
    Given {
        /// The column.
        column: Column,
        /// Rows of the request that the response leaves out.
        skip: usize,
        /// Whether numbers are written as integers.
        integer: bool,
    },
    /// Times of the rows, moved by so many nanoseconds.
    Times(i64),
}

/// A group of columns, by the names of both levels.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<(Cow<'static, str>, Cells)>,
}

impl Group {
    /// Rows of the request that the response leaves out, if the group tells.
    pub(crate) fn skip(&self) -> Option<usize> {
        self.columns.iter().find_map(|(_, cells)| match cells {
            Cells::Given { skip, .. } => Some(*skip),
            _ => None,
        })
    }
}

/// A response that is still to be written.
pub(crate) struct Answer {
    /// What stands before the rows of each column, and its cells.
    columns: std::vec::IntoIter<(Vec<u8>, Cells)>,
    /// The column being written.
    current: Option<Cells>,
    /// Its next row.
    row: usize,
    is_first: bool,
    /// Bytes of the next piece.
    size: usize,
    keys: RowKeys,
    /// Where texts of the request stand.
    body: String,
    /// When the request came in, where the response tells its time.
    began: Option<Instant>,
    /// The revision, which stands last; taken when it is written.
    revision: Option<&'static str>,
}

impl Answer {
    /// Groups, their columns and rows as nested objects, keys sorted. `body` is that of the
    /// request; `began` is given where the response tells its time.
    pub(crate) fn new(
        mut groups: Vec<Group>,
        keys: RowKeys,
        body: String,
        (revision, began): (&'static str, Option<Instant>),
    ) -> Self {
        groups.sort_by_key(|group| group.name);
        let mut columns = Vec::new();
        let mut before = Vec::from(*b"{");
        key(&mut before, "data");
        before.push(b'{');
        for (position, mut group) in groups.into_iter().enumerate() {
            if position > 0 {
                before.extend_from_slice(b"}, ");
            }
            key(&mut before, group.name);
            before.push(b'{');
            group.columns.sort_by(|one, other| one.0.cmp(&other.0));
            for (position, (name, cells)) in group.columns.into_iter().enumerate() {
                if position > 0 {
                    before.extend_from_slice(b", ");
                }
                key(&mut before, &name);
                before.push(b'{');
                columns.push((std::mem::take(&mut before), cells));
            }
        }
        let texts = columns.iter().any(|(_, cells)| match cells {
            Cells::Given { column, .. } => column.has_non_numbers(),
            _ => false,
        });
        Self {
            columns: columns.into_iter(),
            current: None,
            row: 0,
            is_first: true,
            size: FIRST_PIECE,
            keys,
            body: if texts { body } else { String::new() },
            began,
            revision: Some(revision),
        }
    }

    /// Whether all of it is written.
    pub(crate) fn is_done(&self) -> bool {
        self.revision.is_none()
    }

    /// Writes the next piece.
    pub(crate) fn piece(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(PIECE);
        while out.len() < self.size {
            if self.current.is_none() {
                let Some((before, cells)) = self.columns.next() else {
                    self.end(&mut out);
                    break;
                };
                out.extend_from_slice(&before);
                (self.current, self.row, self.is_first) = (Some(cells), 0, true);
            }
            if let Some(cells) = self.current.take()
                && !self.rows(&mut out, &cells)
            {
                self.current = Some(cells);
            }
        }
        self.size = PIECE;
        out
    }

    /// Writes rows until the piece is full; returns whether the column is done.
    fn rows(&mut self, out: &mut Vec<u8>, cells: &Cells) -> bool {
        match cells {
            Cells::Null => self.each(out, |_, out, _| null(out)),
            Cells::Numbers { values, width, at } => match &**values {
                Values::Double(values) => {
                    self.each(out, |_, out, row| float(out, values[row * width + at]))
                }
                Values::Single(values) => self.each(out, |_, out, row| {
                    float(out, f64::from(values[row * width + at]));
                }),
            },
            Cells::Given {
                column,
                skip,
                integer,
            } => self.each(out, |answer, out, row| {
                given(out, column, row + skip, *integer, &answer.body);
            }),
            Cells::Times(shift) => self.each(out, |answer, out, row| {
                answer.keys.write_time(out, row, *shift);
            }),
        }
    }

    fn each(
        &mut self,
        out: &mut Vec<u8>,
        mut cell: impl FnMut(&Self, &mut Vec<u8>, usize),
    ) -> bool {
        let rows = self.keys.n_rows();
        while self.row < rows {
            if out.len() >= self.size {
                return false;
            }
            let row = self.row;
            self.row += 1;
            if self.keys.is_repeated(row) {
                continue;
            }
            if !std::mem::take(&mut self.is_first) {
                out.extend_from_slice(b", ");
            }
            self.keys.write(out, row);
            cell(self, out, row);
        }
        out.push(b'}');
        true
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"}}, ");
        if let Some(began) = self.began {
            key(out, "time-seconds");
            string(out, &format!("{:.4}", began.elapsed().as_secs_f64()));
            out.extend_from_slice(b", ");
        }
        key(out, "revision");
        string(out, self.revision.take().unwrap_or_default());
        out.push(b'}');
    }
}

/// A cell of the request, as it was received.
fn given(out: &mut Vec<u8>, column: &Column, row: usize, integer: bool, body: &str) {
    let cell = column.cell(row);
    match cell.non_number() {
        Some(NonNumber::Bool(true)) => out.extend_from_slice(b"true"),
        Some(NonNumber::Bool(false)) => out.extend_from_slice(b"false"),
        Some(NonNumber::Text(at)) => string(out, &text::at(body, at)),
        Some(NonNumber::Nested) => null(out),
        None if integer => integral(out, cell.value()),
        None => float(out, cell.value()),
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
