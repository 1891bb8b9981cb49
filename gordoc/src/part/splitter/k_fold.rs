//! `KFold`: each row is tested once, in order or shuffled as `NumPy` shuffles.

use std::sync::Arc;

use super::{Fold, Splitter, shuffled, unseeded};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::part::arguments::Arguments;
use crate::part::class::{Class, Definition, Role, Rules};
use crate::part::error::FitError;
use crate::part::parameter::{RANDOM_STATE, flag, n_splits};

pub(crate) static CLASS: Class = Class::new(
    Role::Splitter,
    Rules::Splitter(|definition, given, diagnostics| {
        let n_splits = given.count("n_splits")?;
        let shuffle = resolve_shuffle(definition, given, diagnostics)?;
        Some(Arc::new(KFold { n_splits, shuffle }))
    }),
    "sklearn.model_selection._split.KFold",
    &["sklearn.model_selection.KFold"],
    &[n_splits(5, 2), RANDOM_STATE, flag("shuffle", false)],
);

#[derive(Debug)]
struct KFold {
    /// Number of folds.
    n_splits: usize,
    shuffle: Shuffle,
}

/// In which order rows are dealt to folds.
#[derive(Clone, Copy, Debug)]
enum Shuffle {
    /// As they come.
    No,
    /// By this seed.
    Seeded(u32),
}

/// How rows are shuffled; refuses a seed that has no use.
fn resolve_shuffle(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Shuffle> {
    match (given.flag("shuffle"), given.seed()) {
        (false, None) => Some(Shuffle::No),
        (true, Some(seed)) => Some(Shuffle::Seeded(seed)),
        (true, None) => {
            let span = given.find_span("shuffle").unwrap_or(definition.path);
            diagnostics.push(unseeded(span));
            Some(Shuffle::Seeded(0))
        }
        (false, Some(_)) => {
            let span = given.find_span("random_state").unwrap_or(definition.path);
            diagnostics.push(
                Diagnostic::error(
                    "model::seed_without_shuffle",
                    "`random_state` has no use without `shuffle`",
                )
                .label(span, "nothing is shuffled")
                .help("set `shuffle: true` or leave `random_state` out"),
            );
            None
        }
    }
}

impl Splitter for KFold {
    fn split(&self, rows: usize) -> Result<Vec<Fold>, FitError> {
        let order: Vec<usize> = match self.shuffle {
            Shuffle::No => (0..rows).collect(),
            Shuffle::Seeded(seed) => shuffled(rows, seed),
        };
        deal(&order, self.n_splits)
    }

    fn rows_for(&self, tested: usize) -> Option<usize> {
        Some(tested.max(1).saturating_mul(self.n_splits))
    }
}

/// Deals rows in this order to folds, the first of which have one more where they do not come
/// out even.
pub(super) fn deal(order: &[usize], n_splits: usize) -> Result<Vec<Fold>, FitError> {
    let rows = order.len();
    if n_splits == 0 || rows < n_splits {
        return Err(FitError::TooFewRows {
            rows,
            folds: n_splits,
            needed: n_splits.max(2),
        });
    }
    let mut start = 0;
    let fold = |fold: usize| {
        let size = rows / n_splits + usize::from(fold < rows % n_splits);
        let end = start + size;
        let mut test = order[start..end].to_vec();
        let mut train = [&order[..start], &order[end..]].concat();
        test.sort_unstable();
        train.sort_unstable();
        start = end;
        Fold { train, test }
    };
    Ok((0..n_splits).map(fold).collect())
}
