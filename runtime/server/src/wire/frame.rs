//! A table as a body gave it, and the columns a machine takes from it.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::RequestError;
use crate::python::{excerpts, repr, repr_list};
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

    /// Takes the expected columns: by name, or by position where no name is known.
    ///
    /// A column whose name is known is never taken for another one.
    pub(crate) fn select(mut self, expected: &[&str]) -> Result<Table, RequestError> {
        let mut columns = match self.matched(expected) {
            Match::Names(positions) => positions
                .iter()
                .map(|&at| self.columns[at].clone())
                .collect(),
            Match::Positions => std::mem::take(&mut self.columns),
            Match::Nothing => return Err(self.unexpected(expected)),
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

    /// How the columns belong to those expected.
    fn matched(&self, expected: &[&str]) -> Match {
        let positions = match &self.labels {
            Labels::Positions => Vec::new(),
            Labels::Names(names) => find_all(names, expected),
        };
        let found: Vec<usize> = positions.iter().copied().flatten().collect();
        if found.is_empty() {
            if self.columns.len() == expected.len() && !expected.is_empty() {
                return Match::Positions;
            }
        } else if found.len() == expected.len() {
            return Match::Names(found);
        }
        Match::Nothing
    }

    fn unexpected(&self, expected: &[&str]) -> RequestError {
        let n_given = self.columns.len();
        let given = match &self.labels {
            Labels::Positions => format!("RangeIndex(start=0, stop={n_given}, step=1)"),
            Labels::Names(names) => {
                let shown = excerpts(names.iter().map(|name| repr(name)));
                let mut given = format!("Index({shown}, dtype='object')");
                if let Some(differences) = differences(names, expected) {
                    given.push_str(&differences);
                }
                given
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

/// How the columns of a table belong to those that a machine expects.
enum Match {
    /// Where each expected column is.
    Names(Vec<usize>),
    /// As they stand.
    Positions,
    /// Not at all.
    Nothing,
}

/// Where each expected name is among those given.
fn find_all(given: &[String], expected: &[&str]) -> Vec<Option<usize>> {
    // Most requests have the machine's own order.
    if given.len() == expected.len() && given.iter().zip(expected).all(|(a, b)| a == b) {
        return (0..expected.len()).map(Some).collect();
    }
    let places: BTreeMap<&str, usize> = given
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), at))
        .collect();
    let place = |name: &&str| places.get(name).copied();
    expected.iter().map(place).collect()
}

/// What is unknown and what is missing, where some names are known.
fn differences(given: &[String], expected: &[&str]) -> Option<String> {
    let known: BTreeSet<&str> = expected.iter().copied().collect();
    let there: BTreeSet<&str> = given.iter().map(String::as_str).collect();
    let missing: Vec<&str> = expected
        .iter()
        .copied()
        .filter(|name| !there.contains(name))
        .collect();
    if missing.len() == known.len() {
        return None;
    }
    let mut said = Vec::new();
    let mut unknown = given
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .peekable();
    if unknown.peek().is_some() {
        let shown = unknown.map(|name| match alike(name, &missing) {
            Some(meant) => format!("{} (did you mean {}?)", repr(name), repr(meant)),
            None => repr(name),
        });
        said.push(format!("unknown are {}", excerpts(shown)));
    }
    if !missing.is_empty() {
        let shown = excerpts(missing.iter().map(|name| repr(name)));
        said.push(format!("missing are {shown}"));
    }
    Some(format!(" ({})", said.join(", ")))
}

/// The missing name that differs from a given one in case and signs only.
fn alike<'a>(given: &str, missing: &[&'a str]) -> Option<&'a str> {
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let longest = 4 * missing.iter().map(|name| name.len()).max()?;
    if given.len() > longest {
        return None;
    }
    let given = letters(given);
    let mut found = missing.iter().filter(|name| letters(name) == given);
    found.next().copied()
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
    let pair = |(outer, inner): &(String, String)| format!("({}, {})", repr(outer), repr(inner));
    excerpts(pairs.iter().map(pair))
}
