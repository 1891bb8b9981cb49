//! Deviances of the Tweedie family, which scikit-learn finds of one target at a time.

use super::{Metric, mean, pairs};

pub(super) const METRICS: &[Metric] = &[
    Metric::of_one_target("mean_tweedie_deviance", normal),
    Metric::of_one_target("mean_poisson_deviance", |targets, answers| {
        if targets.iter().any(|y| *y < 0.0) || answers.iter().any(|p| *p <= 0.0) {
            return f64::NAN;
        }
        let of = |(y, p): (f64, f64)| {
            let information = if y == 0.0 { 0.0 } else { y * libm::log(y / p) };
            2.0 * (information - y + p)
        };
        mean(pairs(targets, answers).map(of))
    }),
    Metric::of_one_target("mean_gamma_deviance", |targets, answers| {
        if pairs(targets, answers).any(|(y, p)| y <= 0.0 || p <= 0.0) {
            return f64::NAN;
        }
        let of = |(y, p): (f64, f64)| 2.0 * (libm::log(p / y) + y / p - 1.0);
        mean(pairs(targets, answers).map(of))
    }),
    // Unlike other scores it is left to the division if the target has one value.
    Metric::of_one_target("d2_tweedie_score", |targets, answers| {
        if targets.len() < 2 {
            return f64::NAN;
        }
        let constant = vec![mean(targets.iter().copied()); targets.len()];
        1.0 - normal(targets, answers) / normal(targets, &constant)
    }),
];

/// Deviance of a normal distribution, whose power is 0.
fn normal(targets: &[f64], answers: &[f64]) -> f64 {
    mean(pairs(targets, answers).map(|(y, p)| (y - p) * (y - p)))
}
