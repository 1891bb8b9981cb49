//! From the text of a table to its columns.
//!
//! Reads every shape Gordo reads: rows, records, columns, columns with row keys. Which
//! columns a machine wants is decided later.

use crate::error::RequestError;
use crate::wire::column::{Budget, Cell, Column};
use crate::wire::frame::{Frame, Labels, pairs};
use crate::wire::index::{self, Index};

use super::names::Names;
use super::scan::Scanner;

/// More columns than any machine has tags.
const MAX_COLUMNS: usize = 100_000;

/// Reads a table; a mistake leaves the scanner anywhere within it.
pub(super) fn frame(scanner: &mut Scanner<'_>, budget: Budget) -> Result<Frame, RequestError> {
    match scanner.peek()? {
        b'{' => columns(scanner, budget),
        b'[' => match scanner.first_item()? {
            b']' => {
                scanner.skip()?;
                Ok(Frame::empty(0, budget))
            }
            b'[' => rows(scanner, budget),
            b'{' => records(scanner, budget),
            _ => single_column(scanner, budget),
        },
        b'n' => {
            scanner.skip()?;
            Ok(Frame::empty(0, budget))
        }
        _ => {
            scanner.skip()?;
            Err(RequestError::Frame(
                "A table must be rows, records or columns, not one value.".into(),
            ))
        }
    }
}

/// Columns, with one more if a position is the first after them.
fn column(columns: &mut Vec<Column>, position: usize) -> Result<&mut Column, RequestError> {
    if position >= MAX_COLUMNS {
        return Err(RequestError::Frame(format!(
            "A table has at most {MAX_COLUMNS} columns."
        )));
    }
    if position >= columns.len() {
        columns.push(Column::default());
    }
    Ok(&mut columns[position])
}

/// `[[1, 2], [3, 4]]`
fn rows(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, RequestError> {
    let mut columns = Vec::new();
    let rows = scanner.array(|scanner, row| {
        if !matches!(scanner.peek()?, b'[') {
            return Err(mixed("rows"));
        }
        scanner.array(|scanner, at| {
            let cell = scanner.cell()?;
            column(&mut columns, at)?.set(row, cell, &mut budget)
        })?;
        Ok(())
    })?;
    Ok(Frame {
        columns,
        ..Frame::empty(rows, budget)
    })
}

/// `[1, 2, 3]`: one column of three rows.
fn single_column(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, RequestError> {
    let mut only = Column::default();
    let rows = scanner.array(|scanner, row| {
        let cell = scanner.cell()?;
        only.set(row, cell, &mut budget)
    })?;
    Ok(Frame {
        columns: vec![only],
        ..Frame::empty(rows, budget)
    })
}

/// `[{"a": 1}, {"a": 2}]`
fn records(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, RequestError> {
    let mut columns = Vec::new();
    let mut names = Names::default();
    let rows = scanner.array(|scanner, row| {
        if scanner.peek()? != b'{' {
            return Err(mixed("records"));
        }
        scanner.object(|scanner, at, key| {
            let cell = scanner.cell()?;
            column(&mut columns, names.position(at, key))?.set(row, cell, &mut budget)
        })?;
        Ok(())
    })?;
    let labels = labels(names);
    Ok(Frame {
        labels,
        columns,
        ..Frame::empty(rows, budget)
    })
}

fn mixed(what: &str) -> RequestError {
    RequestError::Frame(format!(
        "A table that begins with {what} must have nothing else."
    ))
}

fn labels(names: Names<'_>) -> Labels {
    Labels::Names(names.into_list().into_iter().map(Into::into).collect())
}

/// The columns of one object while they are read.
#[derive(Default)]
struct ColumnShapes<'a> {
    /// Row keys.
    keys: Names<'a>,
    /// Length of the lists, if there are any.
    list: Option<usize>,
    keyed: bool,
    /// Names of two levels.
    pairs: Vec<(String, String)>,
    /// Columns given as one value for all rows.
    single: Vec<(usize, Cell)>,
}

/// `{"a": [1, 2]}` or `{"a": {"key": 1}}`
fn columns(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, RequestError> {
    let mut columns = Vec::new();
    let mut names = Names::default();
    let mut shapes = ColumnShapes::default();
    scanner.object(|scanner, at, name| {
        let shown = name.clone();
        let position = names.position(at, name);
        let column = column(&mut columns, position)?;
        // The last of equal names counts.
        *column = Column::default();
        match scanner.peek()? {
            b'[' => shapes.list(scanner, column, &mut budget),
            b'{' => shapes.keyed(scanner, &shown, column, &mut budget),
            _ => {
                shapes.single.push((position, scanner.cell()?));
                Ok(())
            }
        }
    })?;
    let labels = labels(names);
    if columns.is_empty() {
        return Ok(Frame {
            labels,
            ..Frame::empty(0, budget)
        });
    }
    let single = std::mem::take(&mut shapes.single);
    let (rows, index, order) = shapes.index()?;
    broadcast(&mut columns, single, rows, &mut budget)?;
    Ok(Frame {
        labels,
        columns,
        rows,
        index,
        order,
        budget,
    })
}

impl<'a> ColumnShapes<'a> {
    /// Reads a column given as a list.
    fn list(
        &mut self,
        scanner: &mut Scanner<'a>,
        column: &mut Column,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        let length = scanner.array(|scanner, row| {
            let cell = scanner.cell()?;
            column.set(row, cell, budget)
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
        name: &str,
        column: &mut Column,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        self.keyed = true;
        let Self { keys, pairs, .. } = self;
        scanner.object(|scanner, at, key| {
            let nested = matches!(scanner.peek()?, b'[' | b'{').then(|| key.to_string());
            let row = keys.position(at, key);
            let cell = scanner.cell()?;
            pairs.extend(nested.map(|inner| (name.to_owned(), inner)));
            column.set(row, cell, budget)
        })?;
        Ok(())
    }

    /// Number of rows, what they are called, and the order that sorts them.
    fn index(self) -> Result<(usize, Index, Option<Vec<usize>>), RequestError> {
        if !self.pairs.is_empty() {
            return Err(RequestError::TwoLevels(pairs(&self.pairs)));
        }
        match (self.list, self.keyed) {
            (Some(_), true) => Err(mixed("one kind of columns")),
            (Some(rows), false) => Ok((rows, Index::Range(rows), None)),
            (None, true) => {
                let rows = self.keys.len();
                let (index, order) = index::read(&self.keys.into_list())?;
                Ok((rows, index, order))
            }
            (None, false) => Err(RequestError::Frame(
                "A table of single values has no rows.".into(),
            )),
        }
    }
}

/// Gives every row the value of columns that were given as one value.
fn broadcast(
    columns: &mut [Column],
    single: Vec<(usize, Cell)>,
    rows: usize,
    budget: &mut Budget,
) -> Result<(), RequestError> {
    for (position, cell) in single {
        if columns[position].len() > 0 {
            continue;
        }
        budget.take(rows)?;
        for row in 0..rows {
            columns[position].set(row, cell.clone(), budget)?;
        }
    }
    Ok(())
}
