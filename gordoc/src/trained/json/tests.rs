use std::f64::consts::PI;

use serde_json::{Value, json};

use super::{DocumentError, Machine, Tensors, read, write};

fn scaler(width: usize) -> Value {
    json!({
        "type": "MinMaxScaler",
        "feature_range": [-1.0, 1.0],
        "clip": true,
        "data_min": vec![-0.1; width],
        "data_max": vec![PI; width],
        "scale": vec![1.0 / 3.0; width],
        "min": vec![1e-300; width],
    })
}

/// A machine with every kind of part: three tags, two targets; weights written out.
pub(crate) fn machine() -> Machine {
    let lstm = json!({
        "type": "LSTM",
        "units": 1,
        "activation": "tanh",
        "return_sequences": false,
        "kernel": vec![0.1; 8],
        "recurrent_kernel": vec![-0.2; 4],
        "bias": vec![0.3; 4],
    });
    let dense = json!({
        "type": "Dense",
        "units": 2,
        "activation": "log_softmax",
        "kernel": [f32::MIN_POSITIVE, 16_777_217.0],
        "bias": [-0.0, 1.0],
    });
    let network = json!({
        "type": "KerasLSTMForecast",
        "kind": "lstm_model",
        "n_features": 2,
        "lookback_window": 4,
        "lookahead": 1,
        "layers": [lstm, dense],
    });
    let projection = json!({
        "type": "PCA",
        "mean": [0.0, 0.0, 0.0],
        "components": [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
        "explained_variance": [2.0, 1.0],
        "whiten": true,
    });
    let standard = json!({
        "type": "StandardScaler",
        "mean": null,
        "scale": [2.0, 2.0, 2.0],
        "var": [4.0, 4.0, 4.0],
    });
    let document = json!({
        "name": "m",
        "project": "p",
        "tags": ["a", "b", "c"],
        "target_tags": ["b", "d"],
        "resolution": "10T",
        "model_offset": 4,
        "python_type": "<class 'x'>",
        "definition": {"x.Y": {"z": 1}},
        "state": {
            "type": "DiffBasedAnomalyDetector",
            "base_estimator": {
                "type": "TransformedTargetRegressor",
                "transformer": {"type": "MaxAbsScaler", "scale": [7.0, 7.0]},
                "regressor": {
                    "type": "Pipeline",
                    "steps": [scaler(3), standard, projection, network],
                },
            },
            "scaler": {
                "type": "RobustScaler",
                "center": [0.5, 0.5],
                "scale": null,
                "quantile_range": [25.0, 75.0],
            },
            "require_thresholds": false,
            "shuffle": true,
            "window": 12,
            "smoothing_method": "ewma",
            "feature_thresholds": ["NaN", 0.1],
            "aggregate_threshold": 1e-9,
        },
        "metadata": {"name": "m"},
        "info": {"checksum": "abc"},
    });
    read(&document, &Tensors::new()).unwrap()
}

#[test]
fn a_machine_comes_back_as_it_was() {
    let (document, tensors) = write(&machine());
    let text = document.to_string();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read(&document, &tensors), Ok(machine()));
    let state = &document["state"];
    assert_eq!(state["feature_thresholds"], json!(["NaN", 0.1]));
    assert_eq!(state["smooth_feature_thresholds"], Value::Null);
    assert_eq!(tensors.len(), 5);
    assert_eq!(tensors["layer_001.kernel"].shape, [1, 2]);
}

/// Changes one value of the document and expects a refusal.
fn check(pointer: &str, value: Value, expect: &str) {
    let (mut document, tensors) = write(&machine());
    *document.pointer_mut(pointer).unwrap() = value;
    let refusal = read(&document, &tensors).unwrap_err().to_string();
    assert_eq!(refusal, expect);
}

#[test]
fn refusals_name_the_path() {
    check("/tags", json!(3), "`tags` is not a list");
    // Names become paths and source code.
    for (key, text) in [("name", "../m"), ("name", "m\"]"), ("project", "")] {
        let expect = format!("`{key}` is not a name of small letters, digits and dashes");
        check(&format!("/{key}"), json!(text), &expect);
    }
    check(
        "/format_version",
        json!(3),
        "format version 3 is not known; this gordoc reads up to 2",
    );
    check(
        "/state/type",
        json!("NearestCentroid"),
        "`state` is a `NearestCentroid`, which gordoc cannot serve",
    );
    check(
        "/state/feature_thresholds",
        json!([1.0]),
        "`state.feature_thresholds` has 1 numbers, but 2 belong there",
    );
    check(
        "/state/smoothing_method",
        json!("max"),
        "`state.smoothing_method` is not `smm`, `sma` or `ewma`",
    );
    check(
        "/target_tags",
        json!(["b"]),
        "`state` has 2 numbers, but 1 belong there",
    );
}

#[test]
fn a_missing_tensor_is_named() {
    let (document, _) = write(&machine());
    let Err(DocumentError::MissingTensor { at, name }) = read(&document, &Tensors::new()) else {
        unreachable!("there are no tensors");
    };
    assert_eq!(name, "layer_000.kernel");
    assert!(at.ends_with("layers.0.kernel"), "{at}");
}
