//! From the text of a table to its columns.
//!
//! Reads every shape Gordo reads: rows, records, columns, columns with row keys. Whether they
//! are those a machine wants is decided later.

use super::columns::{NamedColumns, UnnamedColumns};
use super::names::Names;
use super::scan::{Key, Scanner};
use super::text;
use crate::error::RequestError;
use crate::wire::cell::{Cell, NonNumber};
use crate::wire::column::{Budget, Column};
use crate::wire::frame::{Frame, pairs};
use crate::wire::index::{self, Index};

/// Most pairs of names of two levels that are told.
const MOST_PAIRS: usize = 11;

/// Reads a table for a machine that wants these columns; a mistake leaves the scanner anywhere
/// within it.
pub(super) fn frame<'a>(
    scanner: &mut Scanner<'a>,
    wanted: &'a [&'a str],
    budget: &mut Budget,
) -> Result<Frame<'a>, RequestError> {
    match scanner.peek()? {
        b'{' => columns(scanner, wanted, budget),
        b'[' => match scanner.first_item()? {
            b']' => {
                scanner.skip()?;
                Ok(Frame::empty())
            }
            b'[' => rows(scanner, wanted, budget),
            b'{' => records(scanner, wanted, budget),
            _ => single_column(scanner, wanted, budget),
        },
        b'n' => {
            scanner.skip()?;
            Ok(Frame::empty())
        }
        _ => {
            scanner.skip()?;
            Err(RequestError::Frame(
                "A table must be rows, records or columns, not one value.".into(),
            ))
        }
    }
}

/// `[[1, 2], [3, 4]]`
fn rows<'a>(
    scanner: &mut Scanner<'a>,
    wanted: &[&str],
    budget: &mut Budget,
) -> Result<Frame<'a>, RequestError> {
    let mut columns = UnnamedColumns::new(wanted.len());
    let rows = scanner.array(|scanner, row| {
        if !matches!(scanner.peek()?, b'[') {
            return Err(mixed("rows"));
        }
        scanner.array(|scanner, at| {
            let cell = scanner.cell()?;
            columns.set((row, at), cell, budget)
        })?;
        Ok(())
    })?;
    Ok(Frame::new(columns.into_parts(), rows))
}

/// `[1, 2, 3]`: one column of three rows.
fn single_column<'a>(
    scanner: &mut Scanner<'a>,
    wanted: &[&str],
    budget: &mut Budget,
) -> Result<Frame<'a>, RequestError> {
    let mut columns = UnnamedColumns::new(wanted.len());
    let rows = scanner.array(|scanner, row| {
        let cell = scanner.cell()?;
        columns.set((row, 0), cell, budget)
    })?;
    Ok(Frame::new(columns.into_parts(), rows))
}

/// `[{"a": 1}, {"a": 2}]`
fn records<'a>(
    scanner: &mut Scanner<'a>,
    wanted: &'a [&'a str],
    budget: &mut Budget,
) -> Result<Frame<'a>, RequestError> {
    let mut columns = NamedColumns::new(scanner.text, wanted);
    let rows = scanner.array(|scanner, row| {
        if scanner.peek()? != b'{' {
            return Err(mixed("records"));
        }
        scanner.object(|scanner, at, key| {
            let cell = scanner.cell()?;
            let number = columns.number(at, &key)?;
            match columns.column(number) {
                Some(column) => column.set(row, cell, budget),
                None => Ok(()),
            }
        })?;
        Ok(())
    })?;
    Ok(Frame::new(columns.into_parts(), rows))
}

fn mixed(what: &str) -> RequestError {
    RequestError::Frame(format!(
        "A table that begins with {what} must have nothing else."
    ))
}

/// The columns of one object while they are read.
struct ColumnShapes<'a> {
    columns: NamedColumns<'a>,
    /// Row keys.
    keys: Names<'a>,
    /// Length of the lists, if there are any.
    list: Option<usize>,
    keyed: bool,
    /// The first names of two levels.
    pairs: Vec<(String, String)>,
    /// Columns given as one value for all rows.
    single: Vec<(usize, Cell)>,
}

/// `{"a": [1, 2]}` or `{"a": {"key": 1}}`
fn columns<'a>(
    scanner: &mut Scanner<'a>,
    wanted: &'a [&'a str],
    budget: &mut Budget,
) -> Result<Frame<'a>, RequestError> {
    let mut shapes = ColumnShapes {
        columns: NamedColumns::new(scanner.text, wanted),
        keys: Names::new(scanner.text),
        list: None,
        keyed: false,
        pairs: Vec::new(),
        single: Vec::new(),
    };
    let n_columns = scanner.object(|scanner, at, name| {
        let number = shapes.columns.number(at, &name)?;
        if let Some(column) = shapes.columns.column(number) {
            // The last of equal names counts.
            *column = Column::default();
        }
        match scanner.peek()? {
            b'[' => shapes.list(scanner, number, budget),
            b'{' => shapes.keyed(scanner, &name, number, budget),
            _ => {
                let cell = scanner.cell()?;
                if shapes.columns.column(number).is_some() {
                    shapes.single.push((number, cell));
                }
                Ok(())
            }
        }
    })?;
    if n_columns == 0 {
        return Ok(Frame::new(shapes.columns.into_parts(), 0));
    }
    let (rows, index, order) = shapes.index()?;
    shapes.broadcast(scanner.text, rows, budget)?;
    Ok(Frame {
        index,
        order,
        ..Frame::new(shapes.columns.into_parts(), rows)
    })
}

impl<'a> ColumnShapes<'a> {
    /// Reads a column given as a list.
    fn list(
        &mut self,
        scanner: &mut Scanner<'a>,
        number: usize,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        let mut column = self.columns.column(number);
        let length = scanner.array(|scanner, row| {
            let cell = scanner.cell()?;
            match &mut column {
                Some(column) => column.set(row, cell, budget),
                None => Ok(()),
            }
        })?;
        if *self.list.get_or_insert(length) != length {
            return Err(RequestError::Frame(
                "All columns must have the same length.".into(),
            ));
        }
        Ok(())
    }

    /// Reads a column given by row keys.
    fn keyed(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: &Key<'a>,
        number: usize,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        self.keyed = true;
        let Self { keys, pairs, .. } = self;
        let mut column = self.columns.column(number);
        scanner.object(|scanner, at, key| {
            let row = keys.position(at, &key);
            let cell = scanner.cell()?;
            if cell == Cell::NonNumber(NonNumber::Nested) && pairs.len() < MOST_PAIRS {
                let outer = text::start(&name.text);
                pairs.push((outer, text::start(&key.text)));
            }
            match &mut column {
                Some(column) => column.set(row, cell, budget),
                None => Ok(()),
            }
        })?;
        Ok(())
    }

    /// Number of rows, what they are called, and the order that sorts them.
    fn index(&mut self) -> Result<(usize, Index, Option<Vec<usize>>), RequestError> {
        if !self.pairs.is_empty() {
            return Err(RequestError::TwoLevels(pairs(&self.pairs)));
        }
        match (self.list, self.keyed) {
            (Some(_), true) => Err(mixed("one kind of columns")),
            (Some(rows), false) => Ok((rows, Index::Range(rows), None)),
            (None, true) => {
                let (index, order) = index::read(&self.keys)?;
                let rows = self.keys.len();
                self.keys = Names::new("");
                Ok((rows, index, order))
            }
            (None, false) => Err(RequestError::Frame(
                "A table of single values has no rows.".into(),
            )),
        }
    }

    /// Gives every row the value of columns that were given as one value.
    fn broadcast(
        &mut self,
        body: &str,
        rows: usize,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        for (number, cell) in std::mem::take(&mut self.single) {
            let Some(column) = self.columns.column(number).filter(|one| one.len() == 0) else {
                continue;
            };
            budget.take_cells(rows)?;
            if let Cell::NonNumber(NonNumber::Text(at)) = cell {
                // Every row reads and writes it again.
                budget.take(text::at(body, at).len().saturating_mul(rows))?;
            }
            for row in 0..rows {
                column.set(row, cell, budget)?;
            }
        }
        Ok(())
    }
}
