//! `ShuffleSplit`: every fold shuffles all rows anew, tests on the first and learns from the
//! next.

use std::sync::Arc;

use super::{Fold, Splitter, seed_or_zero};
use crate::algorithm::MersenneTwister;
use crate::config::node::Value;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Class, Definition, Role, Rules};
use crate::part::conflict::conflict;
use crate::part::error::FitError;
use crate::part::kind::Kind;
use crate::part::parameter::{RANDOM_STATE, n_splits, optional};

pub(crate) static CLASS: Class = Class::new(
    Role::Splitter,
    Rules::Splitter(|definition, given, diagnostics| {
        let (test, train) = (Size::of(given, "test_size"), Size::of(given, "train_size"));
        if let Some(found) = too_large(definition, given, test, train) {
            diagnostics.push(found);
            return None;
        }
        Some(Arc::new(ShuffleSplit {
            n_splits: given.count("n_splits")?,
            test,
            train,
            seed: seed_or_zero(definition, given, diagnostics),
        }))
    }),
    "sklearn.model_selection._split.ShuffleSplit",
    &["sklearn.model_selection.ShuffleSplit"],
    &[
        n_splits(10, 1),
        RANDOM_STATE,
        optional("test_size", &SIZE),
        optional("train_size", &SIZE),
    ],
);

/// Rows, or a share of them.
const SIZE: Kind = Kind::Either(&[Kind::POSITIVE, Kind::FRACTION]);

/// What a fold tests on if nothing is said of it.
const TESTED: Size = Size::Share(0.1);

#[derive(Debug)]
struct ShuffleSplit {
    /// Number of folds.
    n_splits: usize,
    /// `None` is what training leaves, or else a tenth.
    test: Option<Size>,
    /// `None` is what testing leaves.
    train: Option<Size>,
    seed: u32,
}

/// How many rows a fold has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    Rows(usize),
    /// Of all rows, between 0 and 1.
    Share(f64),
}

impl Size {
    fn of(given: &Arguments<'_>, name: &str) -> Option<Self> {
        Some(match given.find(name)?.value {
            Value::Int(rows) => Self::Rows(usize::try_from(rows).ok()?),
            _ => Self::Share(given.number(name)),
        })
    }

    /// Of so many rows; a share is rounded as `round` does.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share is no more than all"
    )]
    fn rows_of(self, rows: usize, round: fn(f64) -> f64) -> usize {
        match self {
            Self::Rows(rows) => rows,
            Self::Share(share) => round(share * rows as f64) as usize,
        }
    }
}

/// Shares to test on and to train on cannot be more than all.
fn too_large(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    test: Option<Size>,
    train: Option<Size>,
) -> Option<Diagnostic> {
    let (Some(Size::Share(test)), Some(Size::Share(train))) = (test, train) else {
        return None;
    };
    let message = format!("{test} and {train} of the rows are more than all");
    let found = conflict(definition, given, message, "train_size", "test_size");
    (test + train > 1.0).then(|| found.help("leave `train_size` out, for the rest of the rows"))
}

impl ShuffleSplit {
    /// Rows to train and to test on, of so many; none if there are too few for both.
    fn sizes(&self, rows: usize) -> Option<(usize, usize)> {
        let test = match (self.test, self.train) {
            (None, Some(train)) => rows.checked_sub(train.rows_of(rows, f64::floor))?,
            (test, _) => test.unwrap_or(TESTED).rows_of(rows, f64::ceil),
        };
        let left = rows.checked_sub(test)?;
        let train = match (self.train, self.test) {
            (Some(train @ Size::Share(_)), Some(Size::Share(_))) => {
                // Which rounding may make one more than there are.
                train.rows_of(rows, f64::floor).min(left)
            }
            (Some(train), _) => train.rows_of(rows, f64::floor),
            (None, _) => left,
        };
        (train > 0 && test > 0 && train <= left).then_some((train, test))
    }
}

impl Splitter for ShuffleSplit {
    fn split(&self, rows: usize) -> Result<Vec<Fold>, FitError> {
        let Some((train, test)) = self.sizes(rows) else {
            return Err(FitError::TooFewRows {
                rows,
                folds: self.n_splits,
                needed: self.rows_for(1).unwrap_or(usize::MAX),
            });
        };
        let mut random = MersenneTwister::from_seed(self.seed);
        let fold = |_| {
            let mut order: Vec<usize> = (0..rows).collect();
            random.shuffle(&mut order);
            Fold {
                train: order[test..test + train].to_vec(),
                test: order[..test].to_vec(),
            }
        };
        Ok((0..self.n_splits).map(fold).collect())
    }

    fn rows_for(&self, tested: usize) -> Option<usize> {
        const MOST: usize = 1 << 40;
        let enough = |rows: usize| self.sizes(rows).is_some_and(|(_, test)| test >= tested);
        let mut high = 1;
        while !enough(high) {
            high = Some(2 * high).filter(|high| *high < MOST)?;
        }
        // More rows are never tested by fewer.
        let mut low = high / 2;
        while high - low > 1 {
            let middle = low.midpoint(high);
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }
}
