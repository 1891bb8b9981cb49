use std::f64::consts::PI;

use gordo_runtime::{Activation, Smoothing};
use serde_json::{Value, json};

use super::{Error, Tensors, read, write};
use crate::name::Name;
use crate::trained::{Detector, Layer, Machine, Network, Sequence, State};

fn scaler(width: usize) -> State {
    State::MinMaxScaler {
        feature_range: (-1.0, 1.0),
        clip: true,
        data_min: vec![-0.1; width],
        data_max: vec![PI; width],
        scale: vec![1.0 / 3.0; width],
        min: vec![1e-300; width],
    }
}

/// A machine with every kind of part: three tags, two targets.
fn machine() -> Machine {
    let lstm = Layer::Lstm {
        units: 1,
        activation: Activation::Tanh,
        return_sequences: false,
        kernel: vec![0.1; 8],
        recurrent_kernel: vec![-0.2; 4],
        bias: vec![0.3; 4],
    };
    let dense = Layer::Dense {
        units: 2,
        activation: Activation::LogSoftmax,
        kernel: vec![f32::MIN_POSITIVE, 16_777_217.0],
        bias: vec![-0.0, 1.0],
    };
    let network = State::Network(Network {
        class: "KerasLSTMForecast".to_owned(),
        kind: "lstm_model".to_owned(),
        n_features: 2,
        n_features_out: 2,
        sequence: Some(Sequence {
            lookback: 4,
            lookahead: 1,
        }),
        layers: vec![lstm, dense],
    });
    let projection = State::Pca {
        mean: vec![0.0; 3],
        components: vec![0.5; 6],
        explained_variance: vec![2.0, 1.0],
        whiten: true,
    };
    let standard = State::StandardScaler {
        mean: None,
        scale: Some(vec![2.0; 3]),
        var: Some(vec![4.0; 3]),
    };
    let regressor = State::Pipeline(vec![scaler(3), standard, projection, network]);
    Machine {
        name: Name::new("m").unwrap(),
        project: Name::new("p").unwrap(),
        tags: ["a", "b", "c"].map(str::to_owned).to_vec(),
        target_tags: ["b", "d"].map(str::to_owned).to_vec(),
        resolution: "10T".to_owned(),
        offset: 4,
        python_type: "<class 'x'>".to_owned(),
        definition: json!({"x.Y": {"z": 1}}),
        state: State::Detector(Box::new(Detector {
            base: State::TransformedTarget {
                transformer: Box::new(State::MaxAbsScaler {
                    scale: vec![7.0; 2],
                }),
                regressor: Box::new(regressor),
            },
            scaler: State::RobustScaler {
                center: Some(vec![0.5; 2]),
                scale: None,
                quantile_range: (25.0, 75.0),
            },
            require_thresholds: false,
            shuffle: true,
            window: Some(12),
            smoothing: Some(Smoothing::Exponential),
            feature_thresholds: Some(vec![f64::INFINITY, 0.1]),
            aggregate_threshold: Some(1e-9),
            smooth_feature_thresholds: None,
            smooth_aggregate_threshold: None,
        })),
        metadata: json!({"name": "m"}),
        checksum: Some("abc".to_owned()),
    }
}

#[test]
fn a_machine_comes_back_as_it_was() {
    let (document, tensors) = write(&machine());
    let text = document.to_string();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read(&document, &tensors), Ok(machine()));
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
        json!(2),
        "format version 2 is not known; this gordoc reads up to 1",
    );
    check(
        "/state/type",
        json!("IsolationForest"),
        "`state` is a `IsolationForest`, which gordoc cannot serve",
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
    let Err(Error::MissingTensor { at, name }) = read(&document, &Tensors::new()) else {
        unreachable!("there are no tensors");
    };
    assert_eq!(name, "layer_000.kernel");
    assert!(at.ends_with("layers.0.kernel"), "{at}");
}
