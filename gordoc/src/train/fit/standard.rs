//! `StandardScaler`: mean 0 and variance 1.

use crate::trained::State;

use super::Columns;

pub(super) fn fit(with_mean: bool, with_std: bool, columns: &Columns) -> State {
    let var = columns.each(variance);
    let scale = columns
        .values
        .iter()
        .zip(&var)
        .map(|(values, var)| scale(values, *var, columns.epsilon))
        .collect();
    State::StandardScaler {
        mean: with_mean.then(|| columns.each(mean)),
        scale: with_std.then_some(scale),
        var: with_std.then_some(var),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Population variance, corrected for what rounding left of the mean.
fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let (mut sum, mut squares) = (0.0, 0.0);
    for value in values {
        let distance = value - mean;
        sum += distance;
        squares += distance * distance;
    }
    let count = values.len() as f64;
    (squares - sum * sum / count) / count
}

/// The standard deviation, or 1 where the variance may be rounding alone.
fn scale(values: &[f64], var: f64, epsilon: f64) -> f64 {
    let count = values.len() as f64;
    let rounding = count * mean(values) * epsilon;
    if var <= count * epsilon * var + rounding * rounding {
        1.0
    } else {
        var.sqrt()
    }
}
