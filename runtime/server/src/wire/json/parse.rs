//! From the text of a body to its tables.
//!
//! Reads every shape the peer reads: rows, records, columns, columns with row keys. Which
//! columns a machine wants is decided later.

use crate::error::Refusal;
use crate::wire::column::{Budget, Cell, Column, Odd};
use crate::wire::frame::{Frame, Labels, pairs};
use crate::wire::index::{self, Index};

use super::names::Names;
use super::scan::Scanner;

/// More columns than any machine has tags.
const MAX_COLUMNS: usize = 100_000;

/// The tables of a body, where it has them. A table that is none is told only when it is
/// needed, because other mistakes come first.
pub(crate) struct Tables {
    pub(crate) x: Option<Result<Frame, Refusal>>,
    pub(crate) y: Option<Result<Frame, Refusal>>,
}

/// Reads a body.
pub(crate) fn tables(body: &[u8]) -> Result<Tables, Refusal> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text =
        std::str::from_utf8(body).map_err(|error| Refusal::BrokenJson(error.valid_up_to()))?;
    let mut scanner = Scanner::new(text);
    let mut tables = Tables { x: None, y: None };
    if scanner.peek()? == b'{' {
        scanner.object(|scanner, _, key| {
            // The last of equal keys counts.
            match &*key {
                "X" => tables.x = Some(table(scanner, text.len())?),
                "y" => tables.y = target_table(scanner, text.len())?,
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
    } else {
        scanner.skip()?;
    }
    if scanner.at_end() {
        Ok(tables)
    } else {
        Err(Refusal::BrokenJson(scanner.position()))
    }
}

/// A `y` of `null` is none at all.
fn target_table(
    scanner: &mut Scanner<'_>,
    n_bytes: usize,
) -> Result<Option<Result<Frame, Refusal>>, Refusal> {
    if scanner.peek()? == b'n' {
        scanner.skip()?;
        return Ok(None);
    }
    table(scanner, n_bytes).map(Some)
}

/// Reads one table; the outer error is about the text, the inner one about the table.
fn table(scanner: &mut Scanner<'_>, n_bytes: usize) -> Result<Result<Frame, Refusal>, Refusal> {
    let start = scanner.position();
    match frame(scanner, Budget::new(n_bytes)) {
        Err(broken @ Refusal::BrokenJson(_)) => Err(broken),
        Err(refusal) => {
            scanner.rewind(start);
            scanner.skip()?;
            Ok(Err(refusal))
        }
        Ok(frame) => Ok(Ok(frame)),
    }
}

fn frame(scanner: &mut Scanner<'_>, budget: Budget) -> Result<Frame, Refusal> {
    match scanner.peek()? {
        b'{' => columns(scanner, budget),
        b'[' => {
            let start = scanner.position();
            let mut first = b']';
            // Only the first item is looked at.
            let _ = scanner.array(|scanner, _| {
                first = scanner.peek()?;
                Err(Refusal::NoInput)
            });
            if first != b']' {
                scanner.rewind(start);
            }
            match first {
                b']' => Ok(Frame::empty(0, budget)),
                b'[' => rows(scanner, budget),
                b'{' => records(scanner, budget),
                _ => single_column(scanner, budget),
            }
        }
        b'n' => {
            scanner.skip()?;
            Ok(Frame::empty(0, budget))
        }
        _ => {
            scanner.skip()?;
            Err(Refusal::Frame(
                "A table must be rows, records or columns, not one value.".into(),
            ))
        }
    }
}

/// Columns, with one more if a position is the first after them.
fn column(columns: &mut Vec<Column>, position: usize) -> Result<&mut Column, Refusal> {
    if position >= MAX_COLUMNS {
        return Err(Refusal::Frame(format!(
            "A table has at most {MAX_COLUMNS} columns."
        )));
    }
    if position >= columns.len() {
        columns.push(Column::default());
    }
    Ok(&mut columns[position])
}

/// `[[1, 2], [3, 4]]`
fn rows(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, Refusal> {
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
fn single_column(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, Refusal> {
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
fn records(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, Refusal> {
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

fn mixed(what: &str) -> Refusal {
    Refusal::Frame(format!(
        "A table that begins with {what} must have nothing else."
    ))
}

fn labels(names: Names<'_>) -> Labels {
    Labels::Names(names.into_list().into_iter().map(Into::into).collect())
}

/// What the columns of one object were given as.
#[derive(Default)]
struct Shapes {
    /// Length of the lists, if there are any.
    list: Option<usize>,
    keyed: bool,
    /// Names of two levels.
    pairs: Vec<(String, String)>,
    /// Columns given as one value for all rows.
    single: Vec<(usize, Cell)>,
}

/// `{"a": [1, 2]}` or `{"a": {"key": 1}}`
fn columns(scanner: &mut Scanner<'_>, mut budget: Budget) -> Result<Frame, Refusal> {
    let mut columns = Vec::new();
    let mut names = Names::default();
    let mut keys = Names::default();
    let mut shapes = Shapes::default();
    scanner.object(|scanner, at, name| {
        let outer = name.clone();
        let position = names.position(at, name);
        let column = column(&mut columns, position)?;
        *column = Column::default();
        match scanner.peek()? {
            b'[' => {
                let length = scanner.array(|scanner, row| {
                    let cell = scanner.cell()?;
                    column.set(row, cell, &mut budget)
                })?;
                if *shapes.list.get_or_insert(length) != length {
                    return Err(Refusal::Frame(
                        "All columns must have the same length.".into(),
                    ));
                }
            }
            b'{' => {
                shapes.keyed = true;
                scanner.object(|scanner, at, key| {
                    let inner = key.clone();
                    let row = keys.position(at, key);
                    let cell = scanner.cell()?;
                    if cell == Cell::Odd(Odd::Nested) {
                        shapes
                            .pairs
                            .push((outer.clone().into_owned(), inner.into_owned()));
                    }
                    column.set(row, cell, &mut budget)
                })?;
            }
            _ => shapes.single.push((position, scanner.cell()?)),
        }
        Ok(())
    })?;
    if columns.is_empty() {
        return Ok(Frame {
            labels: labels(names),
            ..Frame::empty(0, budget)
        });
    }
    if !shapes.pairs.is_empty() {
        return Err(Refusal::TwoLevels(pairs(&shapes.pairs)));
    }
    let (rows, index, order) = match (shapes.list, shapes.keyed) {
        (Some(_), true) => return Err(mixed("one kind of columns")),
        (None, false) => {
            return Err(Refusal::Frame(
                "A table of single values has no rows.".into(),
            ));
        }
        (Some(rows), false) => (rows, Index::Range(rows), None),
        (None, true) => {
            let n_rows = keys.len();
            let (index, order) = index::read(&keys.into_list())?;
            (n_rows, index, order)
        }
    };
    spread(&mut columns, shapes.single, rows, &mut budget)?;
    Ok(Frame {
        labels: labels(names),
        columns,
        rows,
        index,
        order,
        budget,
    })
}

/// Gives every row the value of columns that were given as one value.
fn spread(
    columns: &mut [Column],
    single: Vec<(usize, Cell)>,
    rows: usize,
    budget: &mut Budget,
) -> Result<(), Refusal> {
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
