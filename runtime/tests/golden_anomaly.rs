//! Anomalies and confidences agree with Gordo's frames, from its own answers and thresholds.
//!
//! Reads `shared/golden` beside the repository, and says so where it is absent.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "says what it skips")]

use std::path::PathBuf;

use gordo_runtime::part::{DiffDetector, MinMaxScaler};
use gordo_runtime::{Anomaly, Batch, Detector as _, Smoothing};
use serde_json::Value;

fn open(name: &str) -> Option<Value> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/model");
    if !root.exists() {
        println!("skipped {name}: no goldens beside the repository");
        return None;
    }
    let text = std::fs::read_to_string(root.join("anomaly").join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some(_) => f64::NEG_INFINITY,
        None => value.as_f64().unwrap(),
    }
}

fn numbers(array: &Value) -> Vec<f64> {
    array["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(number)
        .collect()
}

/// The columns of a group as one row-major table, or nothing if there are none.
fn group(document: &Value, name: &str) -> Vec<f64> {
    let columns = document["expected"]["frame"]["columns"].as_array().unwrap();
    let columns = columns.iter().filter(|column| column["name"][0] == name);
    let columns: Vec<Vec<f64>> = columns.map(|column| numbers(&column["values"])).collect();
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows)
        .flat_map(|row| columns.iter().map(move |column| column[row]))
        .collect()
}

/// Column factors and offsets to `[0, 1]`.
fn min_max(values: &[f64], width: usize) -> (Vec<f64>, Vec<f64>) {
    let columns = (0..width).map(|column| {
        let series = || values.iter().skip(column).step_by(width).copied();
        let low = series().fold(f64::INFINITY, f64::min);
        let high = series().fold(f64::NEG_INFINITY, f64::max);
        let scale = 1.0 / (high - low);
        (scale, -low * scale)
    });
    columns.unzip()
}

fn detect(document: &Value) -> Anomaly {
    let names = document["y_names"].as_array().unwrap();
    let width = names.len();
    let (scale, min) = min_max(&numbers(&document["y"]), width);
    let (scale, min, clip) = (&scale[..], &min[..], None);
    let thresholds = &document["expected"]["thresholds"];
    let features = thresholds["feature_thresholds"].as_object();
    let features: Option<Vec<f64>> = features.map(|all| all.values().map(number).collect());
    let window = document["params"]["window"].as_u64();
    let smoothing = window.map(|window| {
        let method = match document["params"]["smoothing_method"].as_str() {
            Some("sma") => Smoothing::Mean,
            Some("ewma") => Smoothing::Exponential,
            _ => Smoothing::Median,
        };
        (method, usize::try_from(window).unwrap())
    });
    let detector = DiffDetector {
        scaler: MinMaxScaler { scale, min, clip },
        feature_thresholds: features.as_deref(),
        aggregate_threshold: features
            .as_ref()
            .map(|_| number(&thresholds["aggregate_threshold"])),
        require_thresholds: true,
        smoothing,
    };
    let output = group(document, "model-output");
    let output = Batch::double(output.len() / width, width, output);
    let targets = match &document["y_apply"] {
        Value::Null => numbers(&document["y"]),
        applied => numbers(applied),
    };
    let cut = targets.len() - output.rows * width;
    detector.detect(&output, &targets[cut..]).unwrap()
}

fn compare(document: &Value, name: &str, got: &[f64]) {
    let want = group(document, name);
    assert_eq!(got.len(), want.len(), "{name}");
    let bound = |key: &str| document["tolerance"][key].as_f64().unwrap();
    for (got, want) in got.iter().zip(&want) {
        let near = (got - want).abs() <= bound("abs") + bound("rel") * want.abs();
        let same = got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan());
        assert!(near || same, "{name}: {got} is not {want}");
    }
}

fn check(name: &str) {
    let Some(document) = open(name) else {
        return;
    };
    let anomaly = detect(&document);
    compare(&document, "tag-anomaly-scaled", &anomaly.tag_scaled);
    compare(&document, "total-anomaly-scaled", &anomaly.total_scaled);
    compare(&document, "tag-anomaly-unscaled", &anomaly.tag_unscaled);
    compare(&document, "total-anomaly-unscaled", &anomaly.total_unscaled);
    let confidence = anomaly.confidence.unwrap_or_default();
    compare(&document, "anomaly-confidence", &confidence);
    let total = anomaly.total_confidence.unwrap_or_default();
    compare(&document, "total-anomaly-confidence", &total);
    let Some(smooth) = anomaly.smooth else {
        return;
    };
    compare(&document, "smooth-tag-anomaly-scaled", &smooth.tag_scaled);
    compare(
        &document,
        "smooth-total-anomaly-scaled",
        &smooth.total_scaled,
    );
    compare(
        &document,
        "smooth-tag-anomaly-unscaled",
        &smooth.tag_unscaled,
    );
    compare(
        &document,
        "smooth-total-anomaly-unscaled",
        &smooth.total_unscaled,
    );
}

#[test]
fn plain_frames_agree() {
    check("diff-pipeline.json");
    check("diff-other-targets.json");
    check("diff-offset.json");
}

#[test]
fn smoothed_frames_agree() {
    check("diff-ewma5.json");
    check("diff-smm12.json");
    check("diff-window144.json");
}

#[test]
fn missing_values_agree() {
    check("diff-nan-apply.json");
    check("diff-short-folds.json");
}

#[test]
fn zero_thresholds_agree() {
    check("diff-zero-thresholds.json");
}
