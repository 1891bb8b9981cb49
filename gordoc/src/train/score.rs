//! Scores: how well answers meet targets, under the names of Gordo.
//!
//! Compares numbers; knows no folds' rows and no models.

use gordo_runtime::Batch;
use serde_json::{Map, Value};

use crate::project::Metric;

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
    let all = metric.of_all(&each);
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
/// A fold that could not be scored makes them null, and what is infinite the largest number.
pub fn entry(folds: &[f64]) -> Value {
    let mut entry = Map::new();
    let count = folds.len() as f64;
    let center = folds.iter().sum::<f64>() / count;
    let distances = folds.iter().map(|fold| fold - center);
    let deviation = (distances.map(|distance| distance * distance).sum::<f64>() / count).sqrt();
    let extreme = |better: fn(f64, f64) -> f64| {
        let missing = folds.iter().any(|fold| fold.is_nan());
        let extreme = folds.iter().copied().reduce(better).unwrap_or(f64::NAN);
        if missing { f64::NAN } else { extreme }
    };
    entry.insert("fold-mean".to_owned(), number(center));
    entry.insert("fold-std".to_owned(), number(deviation));
    entry.insert("fold-max".to_owned(), number(extreme(f64::max)));
    entry.insert("fold-min".to_owned(), number(extreme(f64::min)));
    for (index, fold) in folds.iter().enumerate() {
        entry.insert(format!("fold-{}", index + 1), number(*fold));
    }
    Value::Object(entry)
}

/// Null for a missing number, the largest for an infinite one.
fn number(value: f64) -> Value {
    Value::from(value.clamp(f64::MIN, f64::MAX))
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
                    if name.ends_with("_per_target") {
                        continue;
                    }
                    let metric = Metric::find(name).unwrap();
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
        let entry = super::entry(&[1.0, f64::NEG_INFINITY]);
        assert_eq!(entry["fold-min"], f64::MIN);
        assert_eq!(entry["fold-std"], Value::Null);
    }
}
