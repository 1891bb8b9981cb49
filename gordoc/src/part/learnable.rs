//! Tables that can be learnt from: at least one row, and numbers that are there.

use gordo_runtime::{Batch, Rejection, Values};

use super::error::FitError;

/// What becomes of missing numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// They are left out of statistics.
    Ignored,
    /// They are an error.
    Refused,
}

/// Refuses inputs that `class` cannot learn from, as scikit-learn does.
pub(crate) fn check(x: &Batch, class: &'static str, missing: Missing) -> Result<(), FitError> {
    check_table(x, ("input", class), missing)
}

/// Refuses inputs and targets that `class` cannot learn from: no number may be missing.
pub(crate) fn check_both(x: &Batch, y: &Batch, class: &'static str) -> Result<(), FitError> {
    check(x, class, Missing::Refused)?;
    check_table(y, ("target", class), Missing::Refused)
}

/// Refuses a table, `input` or `target`, that a class cannot learn from.
pub(crate) fn check_table(
    table: &Batch,
    (name, class): (&'static str, &'static str),
    missing: Missing,
) -> Result<(), FitError> {
    if table.rows == 0 {
        let (width, step) = (table.width, class);
        return Err(Rejection::NoRows { width, step }.into());
    }
    if table.width == 0 {
        return Err(FitError::NoColumns { class });
    }
    let width = table.width;
    match &table.values {
        Values::Single(values) => check_numbers(values, (name, width), missing),
        Values::Double(values) => check_numbers(values, (name, width), missing),
    }
}

/// Refuses numbers in rows of `width` columns that cannot be learnt from.
pub(crate) fn check_numbers<N: Copy + Into<f64>>(
    values: &[N],
    (table, width): (&'static str, usize),
    missing: Missing,
) -> Result<(), FitError> {
    let doubles = || values.iter().map(|value| (*value).into());
    // Nearly always all of them can be, which is seen without a place in mind.
    if doubles().all(f64::is_finite) {
        return Ok(());
    }
    match first(doubles(), missing) {
        None => Ok(()),
        Some((at, value)) => Err(FitError::NotFinite {
            table,
            column: (at % width).to_string(),
            row: at / width,
            value,
        }),
    }
}

fn first(mut values: impl Iterator<Item = f64>, missing: Missing) -> Option<(usize, f64)> {
    let mut at = 0;
    values.find_map(|value| {
        let is_refused = match missing {
            Missing::Ignored => value.is_infinite(),
            Missing::Refused => !value.is_finite(),
        };
        at += 1;
        is_refused.then_some((at - 1, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_from_inputs() {
        let whole = Batch::double(1, 1, vec![1.0]);
        let missing = Batch::double(1, 1, vec![f64::NAN]);
        let told = |x, y| check_both(x, y, "Ridge").unwrap_err().to_string();
        assert!(told(&missing, &whole).contains("input column"));
        assert!(told(&whole, &missing).contains("target column"));
        assert!(check_both(&whole, &whole, "Ridge").is_ok());
    }

    #[test]
    fn the_first_number_that_is_none_is_named() {
        let table = Batch::double(2, 2, vec![1.0, f64::NAN, f64::INFINITY, 2.0]);
        let place = |missing| match check(&table, "Normalizer", missing) {
            Err(FitError::NotFinite { column, row, .. }) => (row, column),
            other => panic!("{other:?}"),
        };
        assert_eq!(place(Missing::Refused), (0, "1".to_owned()));
        assert_eq!(place(Missing::Ignored), (1, "0".to_owned()));
        let gap = table.slice(0..1);
        assert_eq!(check(&gap, "Normalizer", Missing::Ignored), Ok(()));
        let empty = Batch::double(0, 2, vec![]);
        assert!(check(&empty, "Normalizer", Missing::Ignored).is_err());
    }
}
