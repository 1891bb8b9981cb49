//! Scores by how much of the targets' variance answers explain.

use super::{Metric, mean, pairs, share};

pub(super) const METRICS: &[Metric] = &[
    Metric::new("explained_variance_score", |targets, answers| {
        let errors: Vec<f64> = pairs(targets, answers).map(|(y, p)| y - p).collect();
        share(spread(&errors), spread(targets))
    }),
    Metric::new("r2_score", |targets, answers| {
        if targets.len() < 2 {
            return f64::NAN;
        }
        let squares = pairs(targets, answers).map(|(y, p)| (y - p) * (y - p));
        share(squares.sum(), spread(targets))
    }),
];

/// Sum of squared distances from the mean.
fn spread(values: &[f64]) -> f64 {
    let center = mean(values.iter().copied());
    let distances = values.iter().map(|value| value - center);
    distances.map(|distance| distance * distance).sum()
}
