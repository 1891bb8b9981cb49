//! Rows that an isolation forest finds anomalous.

use crate::algorithm::isolation_forest::{Forest, Growth, Rows};
use crate::dataset::frame::Frame;
use crate::dataset::quantile;
use crate::project::FilterPeriods;
use crate::random::Seed;

const N_TREES: usize = 300;
const MOST_SAMPLES: usize = 1000;
const SEED: u64 = 42;
/// The score that is anomalous where no share of the rows is.
const FIXED_LIMIT: f64 = -0.5;
/// Rows after which smoothing has forgotten half of a value.
const HALF_LIFE: f64 = 6.0;

/// Flags rows whose score is below that of the given share of rows the forest has grown on.
///
/// Rows are judged as they are, also by a forest that has grown on smoothed ones.
pub(super) fn flag(frame: &Frame, filter: &FilterPeriods) -> Vec<bool> {
    let columns: Vec<&[f64]> = frame.columns.values().map(Vec::as_slice).collect();
    let rows = single_precision(&columns);
    let smoothed = filter.iforest_smooth.then(|| {
        let columns: Vec<Vec<f64>> = columns.iter().map(|values| smooth(values)).collect();
        single_precision(&columns)
    });
    let learnt = smoothed.as_ref().unwrap_or(&rows);
    let forest = Forest::grow(
        learnt,
        Growth {
            n_trees: N_TREES,
            n_samples: MOST_SAMPLES,
            seed: Seed::new(SEED),
        },
    );
    let scores = forest.scores(&rows);
    let limit = filter.contamination.map_or(FIXED_LIMIT, |share| {
        let mut sorted = match smoothed {
            Some(smoothed) => forest.scores(&smoothed),
            None => scores.clone(),
        };
        sorted.sort_unstable_by(f64::total_cmp);
        quantile(&sorted, share)
    });
    scores.into_iter().map(|score| score < limit).collect()
}

/// Columns as rows of single precision.
#[expect(
    clippy::cast_possible_truncation,
    reason = "Gordo judges rows in single precision"
)]
fn single_precision(columns: &[impl AsRef<[f64]>]) -> Rows {
    let columns: Vec<&[f64]> = columns.iter().map(AsRef::as_ref).collect();
    let n_rows = columns.first().map_or(0, |column| column.len());
    let mut values = Vec::with_capacity(n_rows * columns.len());
    for row in 0..n_rows {
        values.extend(columns.iter().map(|column| column[row] as f32));
    }
    Rows {
        values,
        width: columns.len(),
    }
}

/// Means that weigh a row the less the longer ago it is.
#[expect(clippy::float_cmp, reason = "only of a value that stays the same")]
fn smooth(values: &[f64]) -> Vec<f64> {
    let fade = libm::exp2(-1.0 / HALF_LIFE);
    let mut weight = 0.0;
    let mut mean = 0.0;
    let values = values.iter().map(|value| {
        weight *= fade;
        // Constant values stay what they are.
        if mean != *value {
            mean = (weight * mean + value) / (weight + 1.0);
        }
        weight += 1.0;
        mean
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_weighs_by_age() {
        let fade = libm::pow(2.0, -1.0 / 6.0);
        let smoothed = smooth(&[1.0, 4.0, 4.0]);
        let second = (fade + 4.0) / (fade + 1.0);
        let third = (fade * fade + 4.0 * fade + 4.0) / (fade * fade + fade + 1.0);
        for (found, expect) in std::iter::zip(smoothed, [1.0, second, third]) {
            assert!((found - expect).abs() < 1e-12, "{found} {expect}");
        }
        assert_eq!(smooth(&[0.1; 50]), [0.1; 50]);
    }

    #[test]
    fn columns_become_rows() {
        let rows = single_precision(&[[1.0, 2.0], [3.0, 0.1]]);
        assert_eq!(rows.values, [1.0, 3.0, 2.0, 0.1_f32]);
        assert_eq!(rows.width, 2);
    }
}
