//! One column of a request's table.
//!
//! Numbers are kept as numbers; the few cells that are none stand beside them, so that a
//! usual column costs eight bytes per row.

use std::collections::BTreeMap;

use crate::error::RequestError;
use crate::python::repr;

/// A value as the body wrote it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// A number, and whether it was written as an integer.
    Number { value: f64, integer: bool },
    /// Nothing.
    Null,
    /// Something that is no number by itself.
    NonNumber(NonNumber),
}

/// A value that is no number by itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NonNumber {
    /// `true` or `false`
    Bool(bool),
    /// A text, which may spell a number.
    Text(String),
    /// A list or an object.
    Nested,
}

/// Room for cells that a body leaves out, so that a small body cannot fill the memory.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// As many missing cells as the body has bytes, and a million for small bodies.
    pub(crate) fn new(n_bytes: usize) -> Self {
        Self(n_bytes.saturating_add(1_000_000))
    }

    /// Takes room for missing cells.
    pub(crate) fn take(&mut self, n_cells: usize) -> Result<(), RequestError> {
        let left = self.0.checked_sub(n_cells);
        self.0 = left.ok_or_else(|| {
            RequestError::Frame(
                "The table has too many missing cells for the size of the body.".into(),
            )
        })?;
        Ok(())
    }
}

/// The cells of one name, in the order of the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// One number per row; NaN where there is none.
    values: Vec<f64>,
    non_number: BTreeMap<usize, NonNumber>,
    /// A number was written with a point, an exponent or as NaN.
    has_float: bool,
    has_number: bool,
    has_null: bool,
}

impl Column {
    /// Sets the cell of a row; rows that are jumped over are missing.
    pub(crate) fn set(
        &mut self,
        row: usize,
        cell: Cell,
        budget: &mut Budget,
    ) -> Result<(), RequestError> {
        let value = match cell {
            Cell::Number { value, integer } => {
                self.has_number = true;
                self.has_float |= !integer;
                value
            }
            Cell::Null => {
                self.has_null = true;
                f64::NAN
            }
            Cell::NonNumber(_) => f64::NAN,
        };
        if row < self.values.len() {
            self.non_number.remove(&row);
            self.values[row] = value;
        } else {
            if row > self.values.len() {
                self.pad(row, budget)?;
            }
            self.values.push(value);
        }
        if let Cell::NonNumber(non_number) = cell {
            self.non_number.insert(row, non_number);
        }
        Ok(())
    }

    /// Adds missing cells up to a number of rows.
    pub(crate) fn pad(&mut self, rows: usize, budget: &mut Budget) -> Result<(), RequestError> {
        budget.take(rows.saturating_sub(self.values.len()))?;
        self.values.resize(rows.max(self.values.len()), f64::NAN);
        Ok(())
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// The numbers, NaN where there is none.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The cell of a row that is no number by itself.
    pub(crate) fn non_number(&self, row: usize) -> Option<&NonNumber> {
        self.non_number.get(&row)
    }

    /// Whether Gordo would hold Python objects for it: texts, truth values or only nulls.
    pub(crate) fn is_object(&self) -> bool {
        !self.non_number.is_empty() || (self.has_null && !self.has_number)
    }

    /// Whether every cell was written as an integer.
    pub(crate) fn is_integer(&self) -> bool {
        self.has_number
            && !self.has_float
            && self.non_number.is_empty()
            && !self.values.iter().any(|value| value.is_nan())
    }

    /// Puts row `order[i]` into row `i`.
    pub(crate) fn reorder(&mut self, order: &[usize]) {
        self.values = order.iter().map(|&row| self.values[row]).collect();
        if self.non_number.is_empty() {
            return;
        }
        let mut non_number = std::mem::take(&mut self.non_number);
        self.non_number = order
            .iter()
            .enumerate()
            .filter_map(|(row, from)| Some((row, non_number.remove(from)?)))
            .collect();
    }

    /// Turns texts and truth values into the numbers they spell; the error carries the row.
    pub(crate) fn numbers(&self) -> Result<Vec<f64>, (usize, RequestError)> {
        let mut values = self.values.clone();
        for (&row, non_number) in &self.non_number {
            values[row] = non_number.number().map_err(|error| (row, error))?;
        }
        Ok(values)
    }
}

impl NonNumber {
    fn number(&self) -> Result<f64, RequestError> {
        match self {
            Self::Bool(value) => Ok(f64::from(u8::from(*value))),
            Self::Nested => Err(RequestError::Value(
                "setting an array element with a sequence.".to_owned(),
            )),
            Self::Text(text) => float(text).ok_or_else(|| {
                RequestError::Value(format!("could not convert string to float: {}", repr(text)))
            }),
        }
    }
}

/// A number as Python's `float` reads it: underscores may stand between digits.
fn float(text: &str) -> Option<f64> {
    let text = text.trim();
    if !text.contains('_') {
        // Rust reads the same texts: `1.`, `.5`, `1e5`, `inf`, `-Infinity`, `nan`.
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let between = |at: usize| at > 0 && is_digit(at - 1) && is_digit(at + 1);
    let sound = (0..bytes.len()).all(|at| bytes[at] != b'_' || between(at));
    if sound {
        text.replace('_', "").parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: Vec<Cell>) -> Column {
        let mut column = Column::default();
        let mut budget = Budget::new(0);
        for (row, cell) in cells.into_iter().enumerate() {
            column.set(row, cell, &mut budget).unwrap();
        }
        column
    }

    fn number(value: f64, integer: bool) -> Cell {
        Cell::Number { value, integer }
    }

    fn text(text: &str) -> Cell {
        Cell::NonNumber(NonNumber::Text(text.to_owned()))
    }

    #[test]
    fn kinds_follow_pandas() {
        assert!(column(vec![number(1.0, true)]).is_integer());
        assert!(!column(vec![number(1.0, true), number(1.0, false)]).is_integer());
        assert!(!column(vec![number(1.0, true), Cell::Null]).is_integer());
        assert!(column(vec![Cell::Null]).is_object());
        assert!(!column(vec![Cell::Null, number(f64::NAN, false)]).is_object());
        assert!(column(vec![text("1")]).is_object());
    }

    #[test]
    fn texts_that_spell_numbers_count_as_them() {
        let spelt = column(vec![
            text(" 1.5 "),
            text("1_000"),
            text("-inf"),
            Cell::NonNumber(NonNumber::Bool(true)),
        ]);
        assert_eq!(
            spelt.numbers().unwrap(),
            [1.5, 1000.0, f64::NEG_INFINITY, 1.0]
        );
        for wrong in ["a", "", "1__0", "_1", "1 2", "0x1"] {
            let (row, error) = column(vec![number(1.0, false), text(wrong)])
                .numbers()
                .unwrap_err();
            assert_eq!(row, 1);
            let expect = format!("ValueError: could not convert string to float: '{wrong}'");
            assert_eq!(error.to_string(), expect);
        }
    }

    #[test]
    fn a_cell_given_twice_keeps_its_last_value() {
        let mut column = column(vec![text("a")]);
        column
            .set(0, number(2.0, false), &mut Budget::new(0))
            .unwrap();
        assert_eq!(column.numbers().unwrap(), [2.0]);
    }

    #[test]
    fn missing_cells_have_a_limit() {
        let mut column = Column::default();
        let far = column.set(2_000_000, Cell::Null, &mut Budget::new(0));
        assert!(
            far.unwrap_err()
                .to_string()
                .contains("too many missing cells")
        );
    }
}
