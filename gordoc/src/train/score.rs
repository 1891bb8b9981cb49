//! Scores: how well answers meet targets, under the names of Gordo.
//!
//! Compares numbers; knows no folds' rows and no models.

use gordo_runtime::Batch;
use serde_json::{Map, Value, json};

use crate::project::Metric;

impl Metric {
    /// The metric of one target; NaN if a number is missing.
    fn of(self, targets: &[f64], answers: &[f64]) -> f64 {
        if targets
            .iter()
            .chain(answers)
            .any(|value| !value.is_finite())
        {
            return f64::NAN;
        }
        let errors: Vec<f64> = targets.iter().zip(answers).map(|(y, p)| y - p).collect();
        let squares = || errors.iter().map(|error| error * error);
        let sizes = || errors.iter().map(|error| error.abs());
        match self {
            Self::ExplainedVariance => share(spread(&errors), spread(targets)),
            Self::R2 if targets.len() < 2 => f64::NAN,
            Self::R2 => share(squares().sum(), spread(targets)),
            Self::MeanSquaredError => mean(squares()),
            Self::RootMeanSquaredError => mean(squares()).sqrt(),
            Self::MeanAbsoluteError => mean(sizes()),
            Self::MedianAbsoluteError => median(sizes().collect()),
            Self::MeanAbsolutePercentageError => mean(
                sizes()
                    .zip(targets)
                    .map(|(size, y)| size / y.abs().max(f64::EPSILON)),
            ),
        }
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// Sum of squared distances from the mean.
fn spread(values: &[f64]) -> f64 {
    let center = mean(values.iter().copied());
    values
        .iter()
        .map(|value| (value - center) * (value - center))
        .sum()
}

/// Share of `all` that `left` does not leave: 1 if nothing is left, 0 if there was nothing.
fn share(left: f64, all: f64) -> f64 {
    if left == 0.0 {
        1.0
    } else if all == 0.0 {
        0.0
    } else {
        1.0 - left / all
    }
}

/// A metric per target, then over all targets alike.
///
/// # Shapes and units
///
/// - `targets`: `[rows, targets]`; cut to its last `answers.rows` rows
/// - `answers`: `[rows, targets]`
pub fn measure(metric: Metric, targets: &Batch, answers: &Batch) -> (Vec<f64>, f64) {
    let width = targets.width;
    let (targets, answers) = (targets.to_f64(), answers.to_f64());
    let targets = &targets[targets.len() - answers.len()..];
    let column = |values: &[f64], column: usize| -> Vec<f64> {
        values.iter().skip(column).step_by(width).copied().collect()
    };
    let each: Vec<f64> = (0..width)
        .map(|target| metric.of(&column(targets, target), &column(&answers, target)))
        .collect();
    let all = mean(each.iter().copied());
    (each, all)
}

/// Names of a metric's scores: one per target, then the metric itself.
pub fn names(metric: &str, targets: &[String]) -> Vec<String> {
    let metric = metric.replace('_', "-");
    let each = targets
        .iter()
        .map(|target| format!("{metric}-{}", target.replace(' ', "-")));
    each.chain([metric.clone()]).collect()
}

/// Gordo's entry of one score: mean, standard deviation and extremes over folds, each fold.
///
/// A fold that could not be scored makes them null.
pub fn entry(folds: &[f64]) -> Value {
    let mut entry = Map::new();
    let center = mean(folds.iter().copied());
    let deviation = (spread(folds) / folds.len() as f64).sqrt();
    let extreme = |better: fn(f64, f64) -> f64| {
        let missing = folds.iter().any(|fold| fold.is_nan());
        let extreme = folds.iter().copied().reduce(better).unwrap_or(f64::NAN);
        if missing { f64::NAN } else { extreme }
    };
    entry.insert("fold-mean".to_owned(), json!(center));
    entry.insert("fold-std".to_owned(), json!(deviation));
    entry.insert("fold-max".to_owned(), json!(extreme(f64::max)));
    entry.insert("fold-min".to_owned(), json!(extreme(f64::min)));
    for (index, fold) in folds.iter().enumerate() {
        entry.insert(format!("fold-{}", index + 1), json!(fold));
    }
    Value::Object(entry)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{assert_close, batch, documents, number, numbers};
    use super::*;
    use crate::config::Node;
    use crate::diagnostic::Diagnostics;
    use crate::model::resolve_transformer;

    #[test]
    fn metrics_meet_gordos() {
        for (_, document) in documents("metrics", "metrics") {
            for case in document["cases"].as_array().unwrap() {
                let (mut y, mut p) = (batch(&case["y_true"]), batch(&case["y_pred"]));
                if case["scaler"].is_string() {
                    let definition = Node::from_json(&case["scaler"]);
                    let mut found = Diagnostics::default();
                    let scaler = resolve_transformer(&definition, Some(y.width), &mut found);
                    let scaler = scaler.unwrap().fit(&y).unwrap();
                    y = scaler.apply(y).unwrap();
                    p = scaler.apply(p).unwrap();
                }
                for (name, want) in case["expected"].as_object().unwrap() {
                    let Some(metric) = Metric::find(name) else {
                        continue;
                    };
                    let (each, all) = measure(metric, &y, &p);
                    let what = format!("{} {name}", case["id"]);
                    assert_close(&what, &[all], &[number(want)], &document);
                    if let Some(want) = case["expected"].get(format!("{name}_per_target")) {
                        assert_close(&what, &each, &numbers(want), &document);
                    }
                }
            }
        }
    }

    #[test]
    fn score_names_meet_gordos() {
        for (_, document) in documents("metrics", "score_names") {
            let texts = |list: &Value| -> Vec<String> {
                let list = list.as_array().unwrap().iter();
                list.map(|text| text.as_str().unwrap().to_owned()).collect()
            };
            let targets = texts(&document["targets"]);
            let metrics = texts(&document["metrics"]);
            let names: Vec<String> = metrics.iter().flat_map(|m| names(m, &targets)).collect();
            assert_eq!(names, texts(&document["expected"]));
            let entry = entry(&[1.0, 2.0, 3.0]);
            let keys: Vec<String> = entry.as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys, texts(&document["fold_keys_for_3_folds"]));
        }
    }

    #[test]
    fn a_fold_without_a_score_makes_its_summary_null() {
        let entry = entry(&[1.0, f64::NAN]);
        assert_eq!(
            entry.to_string(),
            r#"{"fold-mean":null,"fold-std":null,"fold-max":null,"fold-min":null,"fold-1":1.0,"fold-2":null}"#
        );
    }
}
