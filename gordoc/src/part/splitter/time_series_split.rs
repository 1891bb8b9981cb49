//! `TimeSeriesSplit`: each fold is tested on the rows after those it learns from.

use std::sync::Arc;

use super::{Fold, Splitter};
use crate::part::class::{Class, Role, Rules};
use crate::part::error::FitError;
use crate::part::kind::Kind;
use crate::part::parameter::{count, n_splits, optional};

pub(crate) static CLASS: Class = Class::new(
    Role::Splitter,
    Rules::Splitter(|_, given, _| {
        Some(Arc::new(TimeSeriesSplit {
            n_splits: given.count("n_splits")?,
            max_train_size: given.count("max_train_size"),
            test_size: given.count("test_size"),
            gap: given.count("gap").unwrap_or_default(),
        }))
    }),
    "sklearn.model_selection._split.TimeSeriesSplit",
    &["sklearn.model_selection.TimeSeriesSplit"],
    &[
        count("gap", 0, 0),
        optional("max_train_size", &Kind::POSITIVE),
        n_splits(5, 2),
        optional("test_size", &Kind::POSITIVE),
    ],
);

#[derive(Debug)]
pub(crate) struct TimeSeriesSplit {
    /// Number of folds.
    n_splits: usize,
    /// Most training rows.
    max_train_size: Option<usize>,
    /// Rows per test fold; `None` is `n / (n_splits + 1)`.
    test_size: Option<usize>,
    /// Rows left out before each test fold.
    gap: usize,
}

impl TimeSeriesSplit {
    /// Three folds, as Gordo has where an evaluation names no splitter.
    pub(crate) const THREE: Self = Self {
        n_splits: 3,
        max_train_size: None,
        test_size: None,
        gap: 0,
    };
}

impl Splitter for TimeSeriesSplit {
    fn split(&self, rows: usize) -> Result<Vec<Fold>, FitError> {
        let n_splits = self.n_splits;
        let test = self.test_size.unwrap_or(rows / (n_splits + 1));
        let tested = test.saturating_mul(n_splits);
        let needed = (n_splits + 1).max(self.gap.saturating_add(tested) + 1);
        if n_splits == 0 || test == 0 || rows < needed {
            return Err(FitError::TooFewRows {
                rows,
                folds: n_splits,
                needed,
            });
        }
        let fold = |fold: usize| {
            let start = rows - (n_splits - fold) * test;
            let end = start - self.gap;
            let first = self
                .max_train_size
                .map_or(0, |most| end.saturating_sub(most));
            Fold {
                train: (first..end).collect(),
                test: (start..start + test).collect(),
            }
        };
        Ok((0..n_splits).map(fold).collect())
    }

    fn rows_for(&self, tested: usize) -> Option<usize> {
        let n_splits = self.n_splits;
        if let Some(test) = self.test_size {
            let rows = test.saturating_mul(n_splits).saturating_add(self.gap) + 1;
            return (test >= tested).then(|| rows.max(n_splits + 1));
        }
        // A first fold learns from what the test folds and the gap leave, which is a test fold
        // and up to `n_splits` rows more.
        let learnt = self.gap.saturating_add(1);
        let tested = tested.max(1).max(learnt.saturating_sub(n_splits));
        let more = learnt.saturating_sub(tested);
        Some(tested.saturating_mul(n_splits + 1).saturating_add(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_that_leaves_nothing_to_train_on_is_an_error() {
        let splitter = TimeSeriesSplit {
            test_size: Some(5),
            gap: 10,
            ..TimeSeriesSplit::THREE
        };
        let error = splitter.split(25).unwrap_err();
        assert_eq!(
            error.to_string(),
            "25 rows are too few for 3 folds: 26 are needed"
        );
    }
}
