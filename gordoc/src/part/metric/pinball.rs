//! Pinball losses of the median, and the share of them that answers save.

use super::{Metric, mean, median, pairs, share};

pub(super) const METRICS: &[Metric] = &[
    Metric::new("mean_pinball_loss", loss),
    Metric::new("d2_pinball_score", saved),
    Metric::new("d2_absolute_error_score", saved),
];

/// Half of the error, whichever its sign is.
fn loss(targets: &[f64], answers: &[f64]) -> f64 {
    mean(pairs(targets, answers).map(|(y, p)| 0.5 * (y - p).abs()))
}

/// Of the loss that answering with the median makes.
fn saved(targets: &[f64], answers: &[f64]) -> f64 {
    if targets.len() < 2 {
        return f64::NAN;
    }
    let constant = vec![median(targets.to_vec()); targets.len()];
    share(loss(targets, answers), loss(targets, &constant))
}
