//! One column of a request's table.
//!
//! A cell takes eight bytes, whatever it is: texts stay where they are, in the body.

use crate::error::RequestError;
use crate::python::repr;
use crate::wire::blocks::Blocks;
use crate::wire::cell::{Cell, NonNumber, PackedCell};
use crate::wire::json::text;

/// Bytes for what a body leaves out, so that a small body cannot fill the memory.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// Twice the bytes of the body, and eight megabytes for small bodies.
    pub(crate) fn new(n_bytes: usize) -> Self {
        Self(n_bytes.saturating_mul(2).saturating_add(8 << 20))
    }

    /// Takes room for missing cells.
    pub(crate) fn take_cells(&mut self, n_cells: usize) -> Result<(), RequestError> {
        self.take(n_cells.saturating_mul(size_of::<PackedCell>()))
    }

    /// Takes room for bytes.
    pub(crate) fn take(&mut self, n_bytes: usize) -> Result<(), RequestError> {
        let left = self.0.checked_sub(n_bytes);
        self.0 = left.ok_or_else(|| {
            RequestError::Frame(
                "The table has too many missing or repeated cells for the size of the body.".into(),
            )
        })?;
        Ok(())
    }
}

/// The cells of one name, in the order of the rows; those at the end may be missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    cells: Blocks<PackedCell>,
    /// Cells that are no numbers by themselves.
    n_non_numbers: usize,
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
        match cell {
            Cell::Number { integer, .. } => {
                self.has_number = true;
                self.has_float |= !integer;
            }
            Cell::Null => self.has_null = true,
            Cell::NonNumber(_) => self.n_non_numbers += 1,
        }
        let cell = PackedCell::new(cell);
        if let Some(old) = self.cells.get(row) {
            self.n_non_numbers -= usize::from(old.non_number().is_some());
            self.cells.set(row, cell);
            return Ok(());
        }
        let n_missing = row - self.cells.len();
        if n_missing > 0 {
            budget.take_cells(n_missing)?;
            (0..n_missing).for_each(|_| self.cells.push(PackedCell::MISSING));
        }
        self.cells.push(cell);
        Ok(())
    }

    /// Number of cells, without those that are missing at the end.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The cell of a row.
    pub(crate) fn cell(&self, row: usize) -> PackedCell {
        self.cells.get(row).unwrap_or(PackedCell::MISSING)
    }

    /// Whether some cell is no number by itself.
    pub(crate) fn has_non_numbers(&self) -> bool {
        self.n_non_numbers > 0
    }

    /// Whether Gordo would hold Python objects for it: texts, truth values or only nulls.
    pub(crate) fn is_object(&self) -> bool {
        self.has_non_numbers() || (self.has_null && !self.has_number)
    }

    /// Whether every cell of so many rows was written as an integer.
    pub(crate) fn is_integer(&self, rows: usize) -> bool {
        self.has_number
            && !self.has_float
            && self.len() == rows
            && !self.cells.iter().any(|cell| cell.value().is_nan())
    }

    /// Puts row `order[i]` into row `i`.
    pub(crate) fn reorder(&mut self, order: &[usize]) {
        self.cells = order.iter().map(|&row| self.cell(row)).collect();
    }

    /// The number of a row, which a text or truth value may spell.
    pub(crate) fn number(&self, row: usize, body: &str) -> Result<f64, RequestError> {
        let cell = self.cell(row);
        match cell.non_number() {
            None => Ok(cell.value()),
            Some(NonNumber::Bool(value)) => Ok(f64::from(u8::from(value))),
            Some(NonNumber::Nested) => Err(RequestError::Value(
                "setting an array element with a sequence.".to_owned(),
            )),
            Some(NonNumber::Text(at)) => {
                let text = text::at(body, at);
                float(&text).ok_or_else(|| {
                    let text = repr(&text);
                    RequestError::Value(format!("could not convert string to float: {text}"))
                })
            }
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

    const BODY: &str = r#"[1, " 1.5 ", "1_000", "-inf", "a", "", "1__0", "_1", "1 2", "0x1"]"#;

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
        let at = BODY.find(&format!("\"{text}\"")).unwrap();
        Cell::NonNumber(NonNumber::Text(at))
    }

    #[test]
    fn kinds_follow_pandas() {
        assert!(column(vec![number(1.0, true)]).is_integer(1));
        assert!(!column(vec![number(1.0, true)]).is_integer(2));
        assert!(!column(vec![number(1.0, true), number(1.0, false)]).is_integer(2));
        assert!(!column(vec![number(1.0, true), Cell::Null]).is_integer(2));
        assert!(column(vec![Cell::Null]).is_object());
        assert!(!column(vec![Cell::Null, number(f64::NAN, false)]).is_object());
        assert!(column(vec![text("a")]).is_object());
    }

    #[test]
    fn texts_that_spell_numbers_count_as_them() {
        let spelt = column(vec![
            text(" 1.5 "),
            text("1_000"),
            text("-inf"),
            Cell::NonNumber(NonNumber::Bool(true)),
            number(7.0, true),
        ]);
        let expect = [1.5, 1000.0, f64::NEG_INFINITY, 1.0, 7.0];
        for (row, expect) in expect.into_iter().enumerate() {
            assert_eq!(spelt.number(row, BODY), Ok(expect));
        }
        assert!(spelt.number(5, BODY).unwrap().is_nan());
        for wrong in ["a", "", "1__0", "_1", "1 2", "0x1"] {
            let error = column(vec![text(wrong)]).number(0, BODY).unwrap_err();
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
        assert_eq!(column.number(0, BODY), Ok(2.0));
        assert!(!column.has_non_numbers());
    }

    #[test]
    fn missing_cells_have_a_limit() {
        let mut column = Column::default();
        let far = column.set(2_000_000, Cell::Null, &mut Budget::new(0));
        assert!(far.unwrap_err().to_string().contains("too many missing"));
    }
}
