//! The columns of a table while it is read: only those that a machine may want are kept.

use std::collections::BTreeMap;

use super::names::Names;
use super::scan::Key;
use crate::error::RequestError;
use crate::wire::cell::Cell;
use crate::wire::column::{Budget, Column};
use crate::wire::frame::Labels;

/// More columns than any machine has tags.
const MAX_COLUMNS: usize = 100_000;

/// A name whose column is not kept.
const LEFT_OUT: u32 = u32::MAX;

/// The columns of a table whose columns have names.
pub(super) struct NamedColumns<'a> {
    wanted: &'a [&'a str],
    /// Position of each wanted name; made when it is first needed.
    places: Option<BTreeMap<&'a str, usize>>,
    names: Names<'a>,
    /// Per name the position of its column.
    slots: Vec<u32>,
    columns: Vec<Column>,
    /// Position of the column of each wanted name.
    found: BTreeMap<usize, usize>,
}

impl<'a> NamedColumns<'a> {
    pub(super) fn new(body: &'a str, wanted: &'a [&'a str]) -> Self {
        Self {
            wanted,
            places: None,
            names: Names::new(body),
            slots: Vec::new(),
            columns: Vec::new(),
            found: BTreeMap::new(),
        }
    }

    /// The number of a name, which is added if it is new. `guess` is where it may be.
    pub(super) fn number(&mut self, guess: usize, key: &Key<'a>) -> Result<usize, RequestError> {
        let number = self.names.position(guess, key);
        if number == self.slots.len() {
            check_count(number)?;
            let slot = self.slot(number, &key.text);
            self.slots.push(slot);
        }
        Ok(number)
    }

    /// The column of a name, if it is kept.
    pub(super) fn column(&mut self, number: usize) -> Option<&mut Column> {
        let slot = self.slots[number];
        (slot != LEFT_OUT).then(|| &mut self.columns[slot as usize])
    }

    /// Decides whether the column of a new name is kept.
    fn slot(&mut self, number: usize, name: &str) -> u32 {
        let at = self.columns.len();
        if let Some(place) = self.place(number, name) {
            if self.found.is_empty() {
                // One name is known: the others will not be taken by position.
                self.slots.fill(LEFT_OUT);
                self.columns
                    .iter_mut()
                    .for_each(|column| *column = Column::default());
            }
            self.found.insert(place, at);
        } else if !self.found.is_empty() || at == self.wanted.len() {
            return LEFT_OUT;
        }
        self.columns.push(Column::default());
        u32::try_from(at).unwrap_or(LEFT_OUT)
    }

    /// The position of a name among those that are wanted; mostly they have the same order.
    fn place(&mut self, number: usize, name: &str) -> Option<usize> {
        if self.wanted.get(number) == Some(&name) {
            return Some(number);
        }
        let wanted = self.wanted;
        let places = self.places.get_or_insert_with(|| {
            let places = wanted.iter().enumerate().rev();
            places.map(|(place, name)| (*name, place)).collect()
        });
        places.get(name).copied()
    }

    /// What they are called, and the columns that are kept.
    pub(super) fn into_parts(self) -> (Labels<'a>, Vec<Column>) {
        let labels = Labels::Names {
            names: self.names,
            found: self.found,
        };
        (labels, self.columns)
    }
}

/// The columns of a table whose columns have no names.
pub(super) struct UnnamedColumns {
    n_wanted: usize,
    columns: Vec<Column>,
    count: usize,
}

impl UnnamedColumns {
    pub(super) fn new(n_wanted: usize) -> Self {
        Self {
            n_wanted,
            columns: Vec::new(),
            count: 0,
        }
    }

    /// Sets the cell of a row and column.
    pub(super) fn set(
        &mut self,
        (row, position): (usize, usize),
        cell: Cell,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        if position >= self.count {
            check_count(position)?;
            self.count = position + 1;
            if position < self.n_wanted {
                self.columns.push(Column::default());
            }
        }
        match self.columns.get_mut(position) {
            Some(column) => column.set(row, cell, budget),
            None => Ok(()),
        }
    }

    /// How many there are, and those that are kept.
    pub(super) fn into_parts(self) -> (Labels<'static>, Vec<Column>) {
        (Labels::Positions(self.count), self.columns)
    }
}

fn check_count(position: usize) -> Result<(), RequestError> {
    if position < MAX_COLUMNS {
        return Ok(());
    }
    Err(RequestError::Frame(format!(
        "A table has at most {MAX_COLUMNS} columns."
    )))
}
