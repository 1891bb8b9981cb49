//! A table as a body gave it, and the columns a machine takes from it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::error::RequestError;
use crate::python::{excerpts, repr, repr_list};
use crate::wire::column::Column;
use crate::wire::index::Index;
use crate::wire::json::names::Names;

/// What the columns of a table are called.
pub(crate) enum Labels<'a> {
    /// Not at all: their position is their name, and there are so many.
    Positions(usize),
    /// By these names.
    Names {
        /// In order of appearance.
        names: Names<'a>,
        /// Position of the column of each expected name that is there, by its position.
        found: BTreeMap<usize, usize>,
    },
}

impl Labels<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Positions(count) => *count,
            Self::Names { names, .. } => names.len(),
        }
    }
}

/// A table as a body gave it.
pub(crate) struct Frame<'a> {
    pub(crate) labels: Labels<'a>,
    /// The columns that a machine may take, in order of appearance.
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    pub(crate) index: Index,
    /// The order that sorts the rows like the index, if they are not.
    pub(crate) order: Option<Vec<usize>>,
}

/// The columns that a machine takes, in its order.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    pub(crate) index: Index,
}

impl<'a> Frame<'a> {
    /// A table of numbered rows.
    pub(crate) fn new((labels, columns): (Labels<'a>, Vec<Column>), rows: usize) -> Self {
        Self {
            labels,
            columns,
            rows,
            index: Index::Range(rows),
            order: None,
        }
    }

    /// A table without columns.
    pub(crate) fn empty() -> Self {
        Self::new((Labels::Positions(0), Vec::new()), 0)
    }

    /// Takes the expected columns: by name, or by position where no name is known.
    ///
    /// A column whose name is known is never taken for another one: nor is one that differs in
    /// case and signs only, or that has a name of the machine's `other` table.
    pub(crate) fn select(
        mut self,
        expected: &[&str],
        other: &[&str],
    ) -> Result<Table, RequestError> {
        let mut columns = match self.matched(expected, other) {
            Match::Names(positions) => take(&mut self.columns, &positions),
            Match::Positions => std::mem::take(&mut self.columns),
            Match::Nothing => return Err(self.unexpected(expected, other)),
        };
        if let Some(order) = &self.order {
            for column in &mut columns {
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
    fn matched(&self, expected: &[&str], other: &[&str]) -> Match {
        if let Labels::Names { found, .. } = &self.labels
            && !found.is_empty()
        {
            // Of expected names that are equal, one was found for all.
            let equal = |name: &&str| {
                let mut all = expected.iter().enumerate();
                all.find_map(|(at, other)| found.get(&at).filter(|_| other == name))
            };
            let places = expected.iter().enumerate();
            let places = places.map(|(at, name)| found.get(&at).or_else(|| equal(name)).copied());
            return places
                .collect::<Option<_>>()
                .map_or(Match::Nothing, Match::Names);
        }
        if self.labels.len() == expected.len()
            && !expected.is_empty()
            && !self.means_names(expected, other)
        {
            return Match::Positions;
        }
        Match::Nothing
    }

    /// Whether any column is called by a name of the machine, if not by an expected one to the
    /// letter: by one of the other table, or nearly by that of a column at another place.
    fn means_names(&self, expected: &[&str], other: &[&str]) -> bool {
        let Labels::Names { names, .. } = &self.labels else {
            return false;
        };
        let longest = MOST_LETTERS * expected.iter().map(|name| name.len()).max().unwrap_or(0);
        let expected: Vec<String> = expected.iter().map(|name| letters(name)).collect();
        let known: BTreeSet<&String> = expected.iter().collect();
        let mut given = names.iter().enumerate();
        given.any(|(position, name)| {
            if other.contains(&&*name) {
                return true;
            }
            let near = Some(&*name).filter(|name| name.len() <= longest);
            let near = near.map(letters).filter(|letters| !letters.is_empty());
            near.is_some_and(|letters| {
                known.contains(&letters) && expected.get(position) != Some(&letters)
            })
        })
    }

    fn unexpected(&self, expected: &[&str], other: &[&str]) -> RequestError {
        let n_given = self.labels.len();
        let given = match &self.labels {
            Labels::Positions(_) => format!("RangeIndex(start=0, stop={n_given}, step=1)"),
            Labels::Names { names, found } => {
                let shown = excerpts(names.iter().map(|name| repr(&name)));
                let mut given = format!("Index({shown}, dtype='object')");
                if !found.is_empty() || self.means_names(expected, other) {
                    given.push_str(&differences(names, expected));
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

/// The columns at these positions; some may be wanted more than once.
fn take(columns: &mut [Column], positions: &[usize]) -> Vec<Column> {
    let mut last = BTreeMap::new();
    for (use_, position) in positions.iter().enumerate() {
        last.insert(*position, use_);
    }
    let each = positions.iter().enumerate().map(|(use_, position)| {
        if last.get(position) == Some(&use_) {
            std::mem::take(&mut columns[*position])
        } else {
            columns[*position].clone()
        }
    });
    each.collect()
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

/// What is unknown and what is missing, where some names are known.
fn differences(given: &Names<'_>, expected: &[&str]) -> String {
    let mut missing: BTreeSet<&str> = expected.iter().copied().collect();
    for name in given.iter() {
        missing.remove(&*name);
    }
    let known: BTreeSet<&str> = expected.iter().copied().collect();
    let mut said = Vec::new();
    let mut unknown = given
        .iter()
        .filter(|name| !known.contains(&**name))
        .peekable();
    if unknown.peek().is_some() {
        let shown = unknown.map(|name| match alike(&name, &missing) {
            Some(meant) => format!("{} (did you mean {}?)", repr(&name), repr(meant)),
            None => repr(&name),
        });
        said.push(format!("unknown are {}", excerpts(shown)));
    }
    if !missing.is_empty() {
        let in_order = expected.iter().filter(|name| missing.contains(**name));
        let shown = excerpts(in_order.map(|name| repr(name)));
        said.push(format!("missing are {shown}"));
    }
    format!(" ({})", said.join(", "))
}

/// How many times as long as a name another spelling of it may be.
const MOST_LETTERS: usize = 4;

/// A name without signs and case.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The missing name that differs from a given one in case and signs only.
fn alike<'a>(given: &str, missing: &BTreeSet<&'a str>) -> Option<&'a str> {
    let longest = MOST_LETTERS * missing.iter().map(|name| name.len()).max()?;
    if given.len() > longest {
        return None;
    }
    let given = letters(given);
    let mut found = missing.iter().filter(|name| letters(name) == given);
    found.next().copied()
}

impl Table {
    /// The numbers of some rows, `[rows, columns]` row-major.
    pub(crate) fn numbers(&self, rows: Range<usize>, body: &str) -> Result<Vec<f64>, RequestError> {
        let mut numbers = Vec::with_capacity(rows.len() * self.columns.len());
        // Gordo reads row by row, and names what it meets first.
        for row in rows {
            for column in &self.columns {
                numbers.push(column.number(row, body)?);
            }
        }
        Ok(numbers)
    }

    /// Whether all cells are numbers, or spell some.
    pub(crate) fn check(&self, body: &str) -> Result<(), RequestError> {
        let mut odd = self
            .columns
            .iter()
            .filter(|column| column.has_non_numbers())
            .peekable();
        if odd.peek().is_none() {
            return Ok(());
        }
        let odd: Vec<&Column> = odd.collect();
        for row in 0..self.rows {
            for column in &odd {
                column.number(row, body)?;
            }
        }
        Ok(())
    }

    /// Bytes of its cells.
    pub(crate) fn n_bytes(&self) -> usize {
        self.columns.iter().map(|column| 8 * column.len()).sum()
    }
}

/// Names two column levels as a Python list of pairs.
pub(crate) fn pairs(pairs: &[(String, String)]) -> String {
    let pair = |(outer, inner): &(String, String)| format!("({}, {})", repr(outer), repr(inner));
    excerpts(pairs.iter().map(pair))
}
