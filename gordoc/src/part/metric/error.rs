//! Errors: how far answers lie from targets.

use super::{Metric, mean, median, pairs};

pub(super) const METRICS: &[Metric] = &[
    Metric::new("mean_squared_error", mean_square),
    Metric::new("root_mean_squared_error", |targets, answers| {
        mean_square(targets, answers).sqrt()
    }),
    Metric::new("mean_absolute_error", |targets, answers| {
        mean(sizes(targets, answers))
    }),
    Metric::new("median_absolute_error", |targets, answers| {
        median(sizes(targets, answers).collect())
    }),
    Metric::new("mean_absolute_percentage_error", |targets, answers| {
        let sizes = sizes(targets, answers).zip(targets);
        mean(sizes.map(|(size, y)| size / y.abs().max(f64::EPSILON)))
    }),
    Metric::new("mean_squared_log_error", mean_square_of_logarithms),
    Metric::new("root_mean_squared_log_error", |targets, answers| {
        mean_square_of_logarithms(targets, answers).sqrt()
    }),
    Metric::of_one_target("max_error", |targets, answers| {
        sizes(targets, answers).fold(f64::NAN, f64::max)
    }),
];

fn sizes<'a>(
    targets: &'a [f64],
    answers: &'a [f64],
) -> impl ExactSizeIterator<Item = f64> + use<'a> {
    pairs(targets, answers).map(|(y, p)| (y - p).abs())
}

fn mean_square(targets: &[f64], answers: &[f64]) -> f64 {
    mean(pairs(targets, answers).map(|(y, p)| (y - p) * (y - p)))
}

/// Of numbers that are not negative.
fn mean_square_of_logarithms(targets: &[f64], answers: &[f64]) -> f64 {
    let is_negative = |number: &f64| *number < 0.0;
    if targets.iter().any(is_negative) || answers.iter().any(is_negative) {
        return f64::NAN;
    }
    let logarithms = |numbers: &[f64]| -> Vec<f64> {
        numbers.iter().map(|number| libm::log1p(*number)).collect()
    };
    mean_square(&logarithms(targets), &logarithms(answers))
}
