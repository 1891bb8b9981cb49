//! Splitters: which rows train and which test.
//!
//! Decide on row positions alone; see no values.

pub(crate) mod k_fold;
pub(crate) mod repeated_k_fold;
pub(crate) mod shuffle_split;
pub(crate) mod time_series_split;

use std::fmt;

use super::arguments::Arguments;
use super::class::Definition;
use super::error::FitError;
use crate::algorithm::MersenneTwister;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// How rows are split into folds.
pub(crate) trait Splitter: fmt::Debug + Send + Sync {
    /// Splits `rows` rows into folds.
    fn split(&self, rows: usize) -> Result<Vec<Fold>, FitError>;

    /// The fewest rows whose last fold has at least so many to test on; none if no number of
    /// rows gives it so many.
    fn rows_for(&self, tested: usize) -> Option<usize>;
}

/// One fold: row positions, in the order in which they are learnt from and tested on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fold {
    /// Rows the fold's model learns from.
    pub(crate) train: Vec<usize>,
    /// Rows it is tested on.
    pub(crate) test: Vec<usize>,
}

/// Row positions `0..rows` in Gordo's shuffled order.
pub(crate) fn shuffled(rows: usize, seed: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    MersenneTwister::from_seed(seed).shuffle(&mut order);
    order
}

/// The seed of a splitter that always shuffles, with a warning if none is given.
fn seed_or_zero(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    diagnostics: &mut Diagnostics,
) -> u32 {
    given.seed().unwrap_or_else(|| {
        diagnostics.push(unseeded(definition.path));
        0
    })
}

/// What is said of rows that are shuffled without a seed.
fn unseeded(place: Span) -> Diagnostic {
    Diagnostic::warning(
        "model::unseeded_shuffle",
        "rows are shuffled without a `random_state`",
    )
    .label(place, "shuffled with seed 0")
    .help("give `random_state` a number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Node;
    use crate::model::resolve_splitter;
    use crate::train::golden::{documents, indices};

    #[test]
    fn folds_meet_gordos() {
        for (_, document) in documents("cv", "splits") {
            let mut cases = 0;
            for case in document["cases"].as_array().unwrap() {
                let definition = Node::from_json(&case["definition"]);
                let mut found = Diagnostics::default();
                let splitter = resolve_splitter(&definition, &mut found).unwrap();
                cases += 1;
                let rows = usize::try_from(case["rows"].as_u64().unwrap()).unwrap();
                let folds = splitter.split(rows);
                let Some(expected) = case["expected"].as_array() else {
                    assert_eq!(folds.unwrap_err().code(), "train::too_few_rows");
                    continue;
                };
                let fold = |fold: &serde_json::Value| Fold {
                    train: indices(&fold["train"]),
                    test: indices(&fold["test"]),
                };
                let expected: Vec<Fold> = expected.iter().map(fold).collect();
                assert_eq!(folds.unwrap(), expected, "{case}");
            }
            assert!(cases >= 14, "{cases} cases");
        }
    }

    /// What scikit-learn 1.5.2 draws.
    #[test]
    fn shuffled_folds_are_scikit_learns() {
        let repeated = "sklearn.model_selection.RepeatedKFold";
        let shuffle = "sklearn.model_selection.ShuffleSplit";
        let check = |definition: serde_json::Value, rows: usize, last: (&[usize], &[usize])| {
            let mut found = Diagnostics::default();
            let definition = Node::from_json(&definition);
            let splitter = resolve_splitter(&definition, &mut found).unwrap();
            let last = Fold {
                train: last.0.to_vec(),
                test: last.1.to_vec(),
            };
            assert_eq!(splitter.split(rows).unwrap().pop(), Some(last));
        };
        check(
            serde_json::json!({ shuffle: {"n_splits": 2, "random_state": 3} }),
            11,
            (&[2, 1, 9, 4, 0, 6, 7, 5, 10], &[3, 8]),
        );
        check(
            serde_json::json!({ shuffle: {"n_splits": 2, "random_state": 3, "train_size": 0.5} }),
            9,
            (&[1, 8, 2, 3], &[0, 6, 4, 7, 5]),
        );
        check(
            serde_json::json!({ repeated: {"n_splits": 3, "n_repeats": 2, "random_state": 7} }),
            8,
            (&[1, 2, 3, 4, 5, 7], &[0, 6]),
        );
    }

    /// Compared with splitting more and more rows.
    #[test]
    fn the_rows_that_give_a_fold_so_many_are_the_fewest() {
        let time_series = "sklearn.model_selection.TimeSeriesSplit";
        let k_fold = "sklearn.model_selection.KFold";
        let repeated = "sklearn.model_selection.RepeatedKFold";
        let shuffle = "sklearn.model_selection.ShuffleSplit";
        for definition in [
            serde_json::json!({ time_series: {} }),
            serde_json::json!({ time_series: {"n_splits": 2} }),
            serde_json::json!({ time_series: {"n_splits": 3, "gap": 1} }),
            serde_json::json!({ time_series: {"n_splits": 3, "gap": 7} }),
            serde_json::json!({ time_series: {"n_splits": 4, "gap": 30} }),
            serde_json::json!({ time_series: {"n_splits": 3, "test_size": 5} }),
            serde_json::json!({ time_series: {"test_size": 9, "gap": 4, "max_train_size": 3} }),
            serde_json::json!({ k_fold: {} }),
            serde_json::json!({ k_fold: {"n_splits": 3, "shuffle": true, "random_state": 1} }),
            serde_json::json!({ repeated: {"n_splits": 3, "n_repeats": 2} }),
            serde_json::json!({ shuffle: {} }),
            serde_json::json!({ shuffle: {"test_size": 0.35} }),
            serde_json::json!({ shuffle: {"test_size": 7} }),
            serde_json::json!({ shuffle: {"train_size": 30} }),
            serde_json::json!({ shuffle: {"train_size": 0.8} }),
            serde_json::json!({ shuffle: {"test_size": 9, "train_size": 0.5} }),
            serde_json::json!({ shuffle: {"test_size": 0.3, "train_size": 4} }),
        ] {
            let mut found = Diagnostics::default();
            let splitter = resolve_splitter(&Node::from_json(&definition), &mut found).unwrap();
            for tested in 1..=12 {
                let enough = |rows: &usize| {
                    let folds = splitter.split(*rows).unwrap_or_default();
                    folds.last().is_some_and(|fold| fold.test.len() >= tested)
                };
                let fewest = (1..250).find(enough);
                assert_eq!(splitter.rows_for(tested), fewest, "{definition} {tested}");
            }
        }
    }

    #[test]
    fn the_detectors_shuffle_meets_gordos() {
        assert_eq!(shuffled(5, 0), [2, 0, 1, 3, 4]);
        for (_, document) in documents("cv", "shuffle") {
            for case in document["cases"].as_array().unwrap() {
                let rows = usize::try_from(case["rows"].as_u64().unwrap()).unwrap();
                let order = shuffled(rows, 0);
                assert_eq!(order, indices(&case["expected"]));
            }
        }
    }
}
