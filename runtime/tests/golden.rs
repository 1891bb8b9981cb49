//! Forward passes and nonlinearities agree with Gordo's, within its stated tolerances.
//!
//! Reads `shared/golden` beside the repository, and says so where it is absent.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::cast_possible_truncation, reason = "single precision is meant")]
#![expect(clippy::print_stdout, reason = "says what it skips")]

use std::path::PathBuf;

use gordo_runtime::kernel::lstm::ReturnedSteps;
use gordo_runtime::part::{self, Inverse};
use gordo_runtime::{Activation, Batch, Step};
use serde_json::Value;

/// One document of `nn_forward`, or nothing where the goldens are absent.
fn open(name: &str) -> Option<Value> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/model");
    if !root.exists() {
        println!("skipped {name}: no goldens beside the repository");
        return None;
    }
    let text = std::fs::read_to_string(root.join("nn_forward").join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn doubles(array: &Value) -> Vec<f64> {
    let numbers = array["data"].as_array().unwrap().iter();
    numbers.map(|number| number.as_f64().unwrap()).collect()
}

fn singles(array: &Value) -> Vec<f32> {
    doubles(array)
        .into_iter()
        .map(|number| number as f32)
        .collect()
}

fn table(array: &Value) -> Batch {
    let shape = |axis| usize::try_from(array["shape"][axis].as_u64().unwrap()).unwrap();
    Batch::double(shape(0), shape(1), doubles(array))
}

fn compare(got: &[f64], expected: &Value, tolerance: &Value) {
    let want = doubles(expected);
    assert_eq!(got.len(), want.len());
    let bound = |name: &str| tolerance[name].as_f64().unwrap();
    for (got, want) in got.iter().zip(want) {
        let apart = (got - want).abs();
        assert!(
            apart <= bound("abs") + bound("rel") * want.abs(),
            "{got} is not {want}"
        );
    }
}

/// Runs the layers of a document over a batch.
fn network(document: &Value, mut batch: Batch) -> Batch {
    let mut weights = document["weights"].as_array().unwrap().iter();
    for layer in document["layers"].as_array().unwrap() {
        let mut next = || singles(weights.next().unwrap());
        let activation = || Activation::find(layer["activation"].as_str().unwrap()).unwrap();
        match layer["type"].as_str().unwrap() {
            "Dense" => {
                let (kernel, bias) = (next(), next());
                let activation = activation();
                let layer = part::Dense {
                    activation,
                    kernel,
                    bias,
                };
                batch = layer.apply(batch).unwrap();
            }
            "LSTM" => {
                let lstm = part::Lstm {
                    activation: activation(),
                    returns: match layer["return_sequences"] {
                        Value::Bool(true) => ReturnedSteps::Sequence,
                        _ => ReturnedSteps::Last,
                    },
                    kernel: next(),
                    recurrent_kernel: next(),
                    bias: next(),
                };
                batch = lstm.apply(batch).unwrap();
            }
            "Reshape" => {
                let shape = layer["target_shape"].as_array().unwrap();
                batch.steps = usize::try_from(shape[0].as_u64().unwrap()).unwrap();
                batch.width /= batch.steps;
            }
            "Flatten" => {
                batch.width *= batch.steps;
                batch.steps = 1;
            }
            other => panic!("no layer {other}"),
        }
    }
    batch
}

/// Compares a whole `predict`; sequence estimators form windows first.
fn check(name: &str) {
    let Some(document) = open(name) else {
        return;
    };
    let mut batch = table(&document["X"]);
    let (class, arguments) = document["definition"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    if class.contains("LSTM") {
        let lookback = arguments["lookback_window"].as_u64().unwrap_or(1);
        let windows = part::Windows {
            lookback: usize::try_from(lookback).unwrap(),
            lookahead: usize::from(class.contains("Forecast")),
        };
        batch = windows.apply(batch).unwrap();
    }
    let answer = network(&document, batch);
    let expected = &document["expected"]["predict"];
    compare(&answer.to_f64(), expected, &document["tolerance"]);
}

#[test]
fn dense_networks_agree() {
    check("dense-hourglass.json");
    check("dense-model.json");
    check("dense-symmetric.json");
}

#[test]
fn sequence_networks_agree() {
    check("lstm-ae-lb1.json");
    check("lstm-ae-lb5.json");
    check("lstm-forecast-lb3.json");
    check("lstm-forecast-lb12.json");
}

#[test]
fn raw_networks_agree() {
    check("raw-dense.json");
    check("raw-reshape-lstm.json");
}

#[test]
fn every_nonlinearity_agrees() {
    let Some(document) = open("activations.json") else {
        return;
    };
    let width = usize::try_from(document["X"]["shape"][1].as_u64().unwrap()).unwrap();
    for (name, expected) in document["expected"].as_object().unwrap() {
        let mut values = singles(&document["X"]);
        let activation = Activation::find(name).unwrap_or_else(|| panic!("no {name}"));
        activation.apply(&mut values, width);
        let got: Vec<f64> = values.into_iter().map(f64::from).collect();
        compare(&got, expected, &document["tolerance"]);
    }
}

/// Column factors and offsets to `[0, 1]`.
fn min_max(rows: &Batch) -> (Vec<f64>, Vec<f64>) {
    let values = rows.to_f64();
    let columns = (0..rows.width).map(|column| {
        let series = || values.iter().skip(column).step_by(rows.width).copied();
        let low = series().fold(f64::INFINITY, f64::min);
        let high = series().fold(f64::NEG_INFINITY, f64::max);
        let scale = 1.0 / (high - low);
        (scale, -low * scale)
    });
    columns.unzip()
}

#[test]
fn a_scaled_network_agrees() {
    let Some(document) = open("pipeline-minmax-ae.json") else {
        return;
    };
    let (scale, min) = min_max(&table(&document["X_fit"]));
    let (scale, min, clip) = (&scale[..], &min[..], None);
    let scaler = part::MinMaxScaler { scale, min, clip };
    let batch = scaler.apply(table(&document["X_apply"])).unwrap();
    let answer = network(&document, batch).to_f64();
    compare(
        &answer,
        &document["expected"]["predict"],
        &document["tolerance"],
    );
}

#[test]
fn transformed_targets_agree() {
    let Some(document) = open("ttr-minmax-ae.json") else {
        return;
    };
    let (scale, min) = min_max(&table(&document["X_fit"]));
    let (scale, min, clip) = (&scale[..], &min[..], None);
    let scaler = part::MinMaxScaler { scale, min, clip };
    let batch = scaler.apply(table(&document["X_apply"])).unwrap();
    let batch = network(&document, batch);
    let (scale, min) = min_max(&table(&document["y_fit"]));
    let (scale, min, clip) = (&scale[..], &min[..], None);
    let unscale = Inverse(part::MinMaxScaler { scale, min, clip });
    let answer = unscale.apply(batch).unwrap().to_f64();
    compare(
        &answer,
        &document["expected"]["predict"],
        &document["tolerance"],
    );
}
