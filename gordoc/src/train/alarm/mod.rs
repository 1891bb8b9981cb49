//! Whether a trained machine can raise an alarm: its thresholds, and what they were found from.
//!
//! Judges numbers that other rooms found, and changes none of them.

mod constant;
mod thresholds;

use gordo_runtime::Batch;

use super::Error;
use super::warning::Warning;
use crate::dataset::Table;
use crate::part::detector::threshold::RowsNeeded;
use crate::part::fit::FittedDetector;
use crate::part::splitter::{Fold, Splitter};

/// Most columns that a message names.
const MOST_NAMED: usize = 5;

/// What a machine learnt from, and what came of it.
pub(super) struct Evidence<'a> {
    pub(super) x: &'a Table,
    pub(super) y: &'a Table,
    /// The targets, `[rows, targets]`.
    pub(super) targets: &'a Batch,
    /// The folds that were tested, if any were.
    pub(super) folds: &'a [Fold],
    pub(super) splitter: &'a dyn Splitter,
    /// Rows lost at the front of every answer.
    pub(super) offset: usize,
    /// None for a model that judges nothing.
    pub(super) detector: Option<&'a dyn FittedDetector>,
}

impl<'a> Evidence<'a> {
    /// The folds that thresholds come of; the last one if there are none.
    fn folds_of_thresholds(&self) -> &'a [Fold] {
        let last = self.folds.len().saturating_sub(1);
        match self.detector.map(FittedDetector::rows_needed) {
            Some(RowsNeeded::OfAllFolds(_)) => self.folds,
            _ => &self.folds[last..],
        }
    }
}

/// Refuses rows of which no threshold can come, before and after the models of the folds
/// answered `answered` rows of the last one.
pub(super) fn check_rows(
    needed: RowsNeeded,
    rows: usize,
    folds: &[Fold],
    splitter: &dyn Splitter,
    answered: usize,
) -> Result<(), Error> {
    match (needed, folds.last()) {
        (RowsNeeded::OfLastFold(needed), Some(last)) if answered < needed => {
            let offset = last.test.len().saturating_sub(answered);
            Err(Error::ShortFolds {
                rows,
                answered,
                needed: splitter.rows_for(needed + offset),
            })
        }
        (RowsNeeded::OfAllFolds(window), _) if rows < window => {
            Err(Error::LongWindow { rows, window })
        }
        _ => Ok(()),
    }
}

/// Everything that keeps a machine from raising alarms, or makes it raise them always.
pub(super) fn judge(evidence: &Evidence<'_>) -> Vec<Warning> {
    let mut warnings = constant::judge(evidence);
    warnings.extend(few_rows(evidence));
    if let (Some(detector), false) = (evidence.detector, evidence.folds.is_empty()) {
        warnings.extend(thresholds::judge(evidence, detector));
    }
    warnings
}

/// Fewer rows than numbers to answer, which are then learnt by heart.
fn few_rows(evidence: &Evidence<'_>) -> Option<Warning> {
    let n_targets = evidence.targets.width;
    let folds = evidence.folds_of_thresholds().iter();
    let of_fold = folds.map(|fold| fold.train.len()).min();
    let (n_rows, who) = match of_fold.filter(|rows| *rows < evidence.targets.rows) {
        Some(rows) => (rows, "a model of the folds"),
        None => (evidence.targets.rows, "the model"),
    };
    (n_rows < n_targets).then(|| Warning {
        code: "train::few_rows",
        message: format!("{who} learns {n_targets} outputs from {n_rows} rows"),
        help: "widen the training period, or leave tags out".to_owned(),
        tags: Vec::new(),
    })
}

/// `a, b and 3 more`
fn enumerate(facts: &[String]) -> String {
    let named = facts[..facts.len().min(MOST_NAMED)].join(", ");
    match facts.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// A number to some digits, however large or small it is.
fn number(value: f64) -> String {
    if (1e-3..1e6).contains(&value) {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::detector::threshold::LASTING;
    use crate::part::splitter::time_series_split::TimeSeriesSplit;

    #[test]
    fn rows_that_a_network_looks_back_over_count_as_well() {
        let splitter = TimeSeriesSplit::THREE;
        let folds = splitter.split(28).unwrap();
        let check = |answered| {
            let needed = RowsNeeded::OfLastFold(LASTING);
            check_rows(needed, 28, &folds, &splitter, answered)
        };
        assert_eq!(check(6), Ok(()));
        let expected = Error::ShortFolds {
            rows: 28,
            answered: 5,
            needed: Some(32),
        };
        assert_eq!(check(5), Err(expected));
    }

    #[test]
    fn a_window_over_all_folds_needs_as_many_rows() {
        let splitter = TimeSeriesSplit::THREE;
        let folds = splitter.split(28).unwrap();
        let check = |window| {
            let needed = RowsNeeded::OfAllFolds(window);
            check_rows(needed, 28, &folds, &splitter, 0)
        };
        assert_eq!(check(28), Ok(()));
        let (rows, window) = (28, 29);
        assert_eq!(check(29), Err(Error::LongWindow { rows, window }));
    }
}
