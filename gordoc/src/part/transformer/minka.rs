//! The most likely number of dimensions of a table, by Minka: *Automatic Choice of
//! Dimensionality for PCA* (2000), as `n_components: mle` asks for.

use std::f64::consts::{PI, TAU};

use ndarray::Array1;

/// The most likely rank of a table of so many rows, of the variances along its components.
pub(super) fn most_likely_rank(variances: &Array1<f64>, rows: usize) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for rank in 1..variances.len() {
        let likelihood = likelihood(variances, rank, rows as f64);
        if likelihood > best.1 {
            best = (rank, likelihood);
        }
    }
    best.0
}

/// Logarithm of how likely a rank is, but for what all ranks have in common.
fn likelihood(variances: &Array1<f64>, rank: usize, rows: f64) -> f64 {
    /// Less than this is no variance.
    const LEAST: f64 = 1e-15;
    let columns = variances.len();
    if variances[rank - 1] < LEAST {
        return f64::NEG_INFINITY;
    }
    let orientation = (1..=rank).fold(-(rank as f64) * libm::log(2.0), |sum, at| {
        let half = (columns - at + 1) as f64 / 2.0;
        sum + libm::lgamma(half) - libm::log(PI) * half
    });
    let kept: f64 = variances
        .iter()
        .take(rank)
        .map(|kept| libm::log(*kept))
        .sum();
    let rest = (columns - rank) as f64;
    let noise = (variances.iter().skip(rank).sum::<f64>() / rest).max(LEAST);
    let degrees = columns as f64 * rank as f64 - (rank * (rank + 1)) as f64 / 2.0;
    let smoothed = |at: usize| if at < rank { variances[at] } else { noise };
    let mut curvature = 0.0;
    for row in 0..rank {
        for column in row + 1..columns {
            let apart = variances[row] - variances[column];
            let inverses = 1.0 / smoothed(column) - 1.0 / smoothed(row);
            // Equal variances tell nothing apart.
            if apart * inverses > 0.0 {
                curvature += libm::log(apart * inverses) + libm::log(rows);
            }
        }
    }
    orientation - kept * rows / 2.0 - libm::log(noise) * rows * rest / 2.0
        + libm::log(TAU) * (degrees + rank as f64) / 2.0
        - curvature / 2.0
        - rank as f64 * libm::log(rows) / 2.0
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Ranks that scikit-learn finds.
    #[test]
    fn noise_is_told_from_what_varies() {
        let cases = [
            (array![5.0, 0.2, 0.1, 0.09], 1000, 2),
            (array![4.0, 0.0, 0.0], 50, 1),
            (array![4.0], 50, 0),
            (array![5.0, 3.0, 0.12, 0.1, 0.09], 100, 2),
            (array![3.0, 2.0, 1.0, 0.5], 30, 2),
            (array![1.2, 1.1, 1.0], 10, 2),
            (array![1.2, 1.1, 1.0], 1000, 1),
        ];
        for (variances, rows, expect) in cases {
            assert_eq!(most_likely_rank(&variances, rows), expect, "{variances}");
        }
    }
}
