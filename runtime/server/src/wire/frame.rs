//! A table as a body gave it, and the columns a machine takes from it.

use std::collections::BTreeMap;

use crate::error::RequestError;
use crate::python::{repr, repr_list};
use crate::wire::column::{Budget, Column};
use crate::wire::index::Index;

/// What the columns of a table are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    /// Not at all: their position is their name.
    Positions,
    /// By these names.
    Names(Vec<String>),
}

/// A table as a body gave it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) labels: Labels,
    /// Columns in order of appearance; those at the end may be shorter than the table.
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    pub(crate) index: Index,
    /// The order that sorts the rows like the index, if they are not.
    pub(crate) order: Option<Vec<usize>>,
    /// Room left for missing cells.
    pub(crate) budget: Budget,
}

/// The columns that a machine takes, all of the same length, in its order.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    pub(crate) index: Index,
}

impl Frame {
    /// A table without columns.
    pub(crate) fn empty(rows: usize, budget: Budget) -> Self {
        let (labels, index) = (Labels::Positions, Index::Range(rows));
        Self {
            labels,
            columns: Vec::new(),
            rows,
            index,
            order: None,
            budget,
        }
    }

    /// Takes the expected columns: by name if all are there, else by position if there are
    /// as many.
    pub(crate) fn select(mut self, expected: &[&str]) -> Result<Table, RequestError> {
        let mut columns = match self.positions(expected) {
            Some(positions) => positions
                .iter()
                .map(|&at| self.columns[at].clone())
                .collect(),
            None if self.columns.len() == expected.len() && !expected.is_empty() => {
                std::mem::take(&mut self.columns)
            }
            None => return Err(self.unexpected(expected)),
        };
        for column in &mut columns {
            column.pad(self.rows, &mut self.budget)?;
            if let Some(order) = &self.order {
                column.reorder(order);
            }
        }
        Ok(Table {
            columns,
            rows: self.rows,
            index: self.index,
        })
    }

    /// Where each expected column is, if all are there.
    fn positions(&self, expected: &[&str]) -> Option<Vec<usize>> {
        let Labels::Names(names) = &self.labels else {
            return None;
        };
        if names.len() == expected.len() && names.iter().zip(expected).all(|(a, b)| a == b) {
            return None;
        }
        let places: BTreeMap<&str, usize> = names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), at))
            .collect();
        expected
            .iter()
            .map(|name| places.get(name).copied())
            .collect()
    }

    fn unexpected(&self, expected: &[&str]) -> RequestError {
        let n_given = self.columns.len();
        let given = match &self.labels {
            Labels::Positions => format!("RangeIndex(start=0, stop={n_given}, step=1)"),
            Labels::Names(names) => {
                // Gordo shortens long lists too.
                let shown = names.iter().take(100).map(String::as_str);
                format!("Index({}, dtype='object')", repr_list(shown))
            }
        };
        RequestError::Columns {
            expected: repr_list(expected.iter().copied()),
            given,
            n_expected: expected.len(),
            n_given,
        }
    }
}

impl Table {
    /// The numbers, `[rows, columns]` row-major.
    pub(crate) fn numbers(&self) -> Result<Vec<f64>, RequestError> {
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut first_wrong: Option<(usize, RequestError)> = None;
        for column in &self.columns {
            match column.numbers() {
                Ok(numbers) => columns.push(numbers),
                // Gordo reads row by row and names what it meets first.
                Err(wrong) if first_wrong.as_ref().is_none_or(|first| wrong.0 < first.0) => {
                    first_wrong = Some(wrong);
                }
                Err(_) => {}
            }
        }
        if let Some((_, error)) = first_wrong {
            return Err(error);
        }
        let mut numbers = Vec::with_capacity(self.rows * columns.len());
        for row in 0..self.rows {
            numbers.extend(columns.iter().map(|column| column[row]));
        }
        Ok(numbers)
    }
}

/// Names two column levels as a Python list of pairs.
pub(crate) fn pairs(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(outer, inner)| format!("({}, {})", repr(outer), repr(inner)))
        .collect();
    format!("[{}]", pairs.join(", "))
}
