//! Folds: which rows train and which test.
//!
//! Decides on row positions alone; sees no values.

use crate::algorithm::MersenneTwister;
use crate::model::Splitter;

use super::Error;

/// One fold: row positions, each list ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Rows the fold's model learns from.
    pub train: Vec<usize>,
    /// Rows it is tested on.
    pub test: Vec<usize>,
}

/// Splits `rows` rows into folds.
pub fn split(splitter: &Splitter, rows: usize) -> Result<Vec<Fold>, Error> {
    match *splitter {
        Splitter::TimeSeriesSplit {
            n_splits,
            max_train_size,
            test_size,
            gap,
        } => {
            let test = test_size.unwrap_or(rows / (n_splits + 1));
            let needed = (n_splits + 1).max(gap.saturating_add(test.saturating_mul(n_splits)) + 1);
            if n_splits == 0 || test == 0 || rows < needed {
                return Err(too_few(rows, n_splits, needed));
            }
            Ok(time_series(rows, n_splits, max_train_size, test, gap))
        }
        Splitter::KFold { n_splits, shuffle } => {
            if n_splits == 0 || rows < n_splits {
                return Err(too_few(rows, n_splits, n_splits.max(2)));
            }
            Ok(k_fold(rows, n_splits, shuffle))
        }
    }
}

/// Row positions `0..rows` in the peer's shuffled order.
pub(crate) fn shuffled(rows: usize, seed: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    MersenneTwister::from_seed(seed).shuffle(&mut order);
    order
}

fn too_few(rows: usize, folds: usize, needed: usize) -> Error {
    Error::TooFewRows {
        rows,
        folds,
        needed,
    }
}

fn time_series(
    rows: usize,
    n_splits: usize,
    max_train_size: Option<usize>,
    test: usize,
    gap: usize,
) -> Vec<Fold> {
    (0..n_splits)
        .map(|fold| {
            let start = rows - (n_splits - fold) * test;
            let end = start - gap;
            let first = max_train_size.map_or(0, |most| end.saturating_sub(most));
            Fold {
                train: (first..end).collect(),
                test: (start..start + test).collect(),
            }
        })
        .collect()
}

fn k_fold(rows: usize, n_splits: usize, shuffle: Option<u32>) -> Vec<Fold> {
    let order = shuffle.map_or_else(|| (0..rows).collect(), |seed| shuffled(rows, seed));
    let mut start = 0;
    (0..n_splits)
        .map(|fold| {
            let size = rows / n_splits + usize::from(fold < rows % n_splits);
            let end = start + size;
            let mut test = order[start..end].to_vec();
            let mut train = [&order[..start], &order[end..]].concat();
            test.sort_unstable();
            train.sort_unstable();
            start = end;
            Fold { train, test }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::golden::{documents, indices, splitter};
    use super::*;

    #[test]
    fn folds_meet_the_peers() {
        for (_, document) in documents("cv", "splits") {
            let mut cases = 0;
            for case in document["cases"].as_array().unwrap() {
                let Some(splitter) = splitter(&case["definition"]) else {
                    continue;
                };
                cases += 1;
                let rows = usize::try_from(case["rows"].as_u64().unwrap()).unwrap();
                let folds = split(&splitter, rows);
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
            assert!(cases >= 11, "{cases} cases");
        }
    }

    #[test]
    fn the_detectors_shuffle_meets_the_peers() {
        assert_eq!(shuffled(5, 0), [2, 0, 1, 3, 4]);
        for (_, document) in documents("cv", "shuffle") {
            for case in document["cases"].as_array().unwrap() {
                let rows = usize::try_from(case["rows"].as_u64().unwrap()).unwrap();
                let order = shuffled(rows, 0);
                assert_eq!(order, indices(&case["expected"]));
            }
        }
    }

    #[test]
    fn a_gap_that_leaves_nothing_to_train_on_is_an_error() {
        let splitter = Splitter::TimeSeriesSplit {
            n_splits: 3,
            max_train_size: None,
            test_size: Some(5),
            gap: 10,
        };
        let error = split(&splitter, 25).unwrap_err();
        assert_eq!(
            error.to_string(),
            "25 rows are too few for 3 folds: 26 are needed"
        );
    }
}
