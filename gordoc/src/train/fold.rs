//! Folds: which rows train and which test.
//!
//! Decides on row positions alone; sees no values.

use crate::model::Splitter;

use super::Error;
use super::mersenne_twister::MersenneTwister;

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
    let order = shuffle.map_or_else(
        || (0..rows).collect(),
        |seed| MersenneTwister::new(seed).order(rows),
    );
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
