//! `RepeatedKFold`: shuffled folds, several times over, each time in another order.

use std::sync::Arc;

use super::k_fold::deal;
use super::{Fold, Splitter, seed_or_zero};
use crate::algorithm::MersenneTwister;
use crate::part::class::{Class, Role, Rules};
use crate::part::conflict::conflict;
use crate::part::error::FitError;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, MOST_FOLDS, RANDOM_STATE, n_splits, parameter};

pub(crate) static CLASS: Class = Class::new(
    Role::Splitter,
    Rules::Splitter(|definition, given, diagnostics| {
        let (n_splits, n_repeats) = (given.count("n_splits")?, given.count("n_repeats")?);
        let folds = n_splits * n_repeats;
        if i64::try_from(folds).is_ok_and(|folds| folds > MOST_FOLDS) {
            let message = format!(
                "{n_repeats} times {n_splits} folds are {folds}, and {MOST_FOLDS} are the most"
            );
            let found = conflict(definition, given, message, "n_repeats", "n_splits");
            diagnostics.push(found.help("lower `n_repeats`"));
            return None;
        }
        Some(Arc::new(RepeatedKFold {
            n_splits,
            n_repeats,
            seed: seed_or_zero(definition, given, diagnostics),
        }))
    }),
    "sklearn.model_selection._split.RepeatedKFold",
    &["sklearn.model_selection.RepeatedKFold"],
    &[
        parameter("n_repeats", Default::Int(10), Kind::Count(1, MOST_FOLDS)),
        n_splits(5, 2),
        RANDOM_STATE,
    ],
);

#[derive(Debug)]
struct RepeatedKFold {
    /// Folds each time.
    n_splits: usize,
    /// Times.
    n_repeats: usize,
    seed: u32,
}

impl Splitter for RepeatedKFold {
    fn split(&self, rows: usize) -> Result<Vec<Fold>, FitError> {
        let mut random = MersenneTwister::from_seed(self.seed);
        let mut folds = Vec::new();
        for _ in 0..self.n_repeats {
            let mut order: Vec<usize> = (0..rows).collect();
            random.shuffle(&mut order);
            folds.extend(deal(&order, self.n_splits)?);
        }
        Ok(folds)
    }

    fn rows_for(&self, tested: usize) -> Option<usize> {
        Some(tested.max(1).saturating_mul(self.n_splits))
    }
}
