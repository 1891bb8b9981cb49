//! Fixtures for tests, and Gordo's numbers they are compared with.

use std::path::PathBuf;

use gordo_runtime::{Activation, Batch, Values};
use serde_json::Value;

use crate::model::{EarlyStopping, Layer, Loss, Network, Optimizer, Training};

/// Documents of a folder of golden files whose names start so; says so if there are none.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn documents(folder: &str, start: &str) -> Vec<(String, Value)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/model");
    let Ok(files) = std::fs::read_dir(root.join(folder)) else {
        eprintln!("skipped: no golden files beside the repository");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| name.starts_with(start))
        .map(|(name, path)| {
            let text = std::fs::read_to_string(path).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

pub(crate) fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        Some(text) => panic!("not a number: {text}"),
        None => value.as_f64().unwrap_or(f64::NAN),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "goldens of single precision"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(number).collect()
}

pub(crate) fn indices(list: &Value) -> Vec<usize> {
    let index = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    list.as_array().unwrap().iter().map(index).collect()
}

pub(crate) fn singles(array: &Value) -> Vec<f32> {
    numbers(&array["data"])
        .iter()
        .map(|value| narrow(*value))
        .collect()
}

/// A golden array as a batch.
pub(crate) fn batch(array: &Value) -> Batch {
    let shape = indices(&array["shape"]);
    let values = if array["dtype"] == "f32" {
        Values::Single(singles(array))
    } else {
        Values::Double(numbers(&array["data"]))
    };
    Batch {
        rows: shape[0],
        steps: 1,
        // A vector is one column.
        width: shape.get(1).copied().unwrap_or(1),
        values,
    }
}

/// Compares numbers under a golden file's tolerance; NaN meets NaN.
pub(crate) fn assert_close(what: &str, got: &[f64], want: &[f64], document: &Value) {
    let tolerance = &document["tolerance"];
    let (rel, abs) = (number(&tolerance["rel"]), number(&tolerance["abs"]));
    assert_eq!(got.len(), want.len(), "{what}: number of values");
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        let close = (got - want).abs() <= abs + rel * want.abs();
        let same = got.is_nan() && want.is_nan() || got.to_bits() == want.to_bits();
        assert!(close || same, "{what}[{at}]: got {got}, want {want}");
    }
}

pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// One key and its parameters, of a mapping or a bare class path; the class without its module.
fn definition(value: &Value) -> (String, Value) {
    let (path, parameters) = if let Value::String(path) = value {
        (path.clone(), Value::Null)
    } else {
        let (path, parameters) = value.as_object().unwrap().iter().next().unwrap();
        (path.clone(), parameters.clone())
    };
    (path.rsplit('.').next().unwrap().to_owned(), parameters)
}

fn activation(name: &str) -> Activation {
    match name {
        "linear" => Activation::Linear,
        "tanh" => Activation::Tanh,
        "elu" => Activation::Elu,
        _ => panic!("no golden stack has {name}"),
    }
}

/// The layers of a golden document.
pub(crate) fn layers(document: &Value) -> Vec<Layer> {
    let layers = document["layers"].as_array().unwrap();
    layers
        .iter()
        .map(|layer| Layer {
            units: usize::try_from(layer["units"].as_u64().unwrap()).unwrap(),
            activation: activation(layer["activation"].as_str().unwrap()),
            activity_l1: layer["activity_l1"].as_f64().map_or(0.0, narrow),
        })
        .collect()
}

/// Golden arrays one after the other: the layout of a stack's weights.
pub(crate) fn flat(arrays: &Value) -> Vec<f32> {
    arrays
        .as_array()
        .unwrap()
        .iter()
        .flat_map(singles)
        .collect()
}

pub(crate) fn optimizer(class: &str, parameters: &Value) -> Option<Optimizer> {
    let or = |name: &str, default: f32| parameters[name].as_f64().map_or(default, narrow);
    Some(match class {
        "Adam" => Optimizer::Adam {
            learning_rate: or("learning_rate", 0.001),
            beta_1: or("beta_1", 0.9),
            beta_2: or("beta_2", 0.999),
            epsilon: or("epsilon", 1e-7),
        },
        "SGD" => Optimizer::Sgd {
            learning_rate: or("learning_rate", 0.01),
            momentum: or("momentum", 0.0),
            nesterov: parameters["nesterov"] == true,
        },
        "RMSprop" => Optimizer::RmsProp {
            learning_rate: or("learning_rate", 0.001),
            rho: or("rho", 0.9),
            epsilon: or("epsilon", 1e-7),
        },
        _ => return None,
    })
}

/// Keras' defaults, with layers.
pub(crate) fn network(layers: Vec<Layer>) -> Network {
    Network {
        class: "KerasAutoEncoder",
        kind: "feedforward_symmetric".to_owned(),
        layers,
        training: Training {
            epochs: 1,
            batch_size: Some(32),
            validation_split: 0.0,
            shuffle: true,
            optimizer: optimizer("Adam", &Value::Null).unwrap(),
            optimizer_given: false,
            loss: Loss::MeanSquaredError,
            metrics: vec!["accuracy".to_owned()],
            early_stopping: None,
        },
    }
}

/// The training of a golden document's Keras estimator.
pub(crate) fn training(document: &Value) -> Training {
    let (_, parameters) = definition(&document["definition"]);
    let mut training = network(Vec::new()).training;
    let size = |name: &str| {
        parameters[name]
            .as_u64()
            .map(|size| usize::try_from(size).unwrap())
    };
    training.epochs = size("epochs").unwrap_or(1);
    training.batch_size = Some(size("batch_size").unwrap_or(32));
    training.validation_split = parameters["validation_split"].as_f64().unwrap_or(0.0);
    training.shuffle = parameters["shuffle"].as_bool().unwrap_or(true);
    let class = document["expected"]["optimizer"].as_str().unwrap();
    training.optimizer = optimizer(class, &parameters["optimizer_kwargs"]).unwrap();
    if let Some(callbacks) = parameters["callbacks"].as_array() {
        let (_, rule) = definition(&callbacks[0]);
        training.early_stopping = Some(EarlyStopping {
            monitor: rule["monitor"].as_str().unwrap().to_owned(),
            min_delta: number(&rule["min_delta"]),
            patience: usize::try_from(rule["patience"].as_u64().unwrap()).unwrap(),
            restore_best_weights: rule["restore_best_weights"] == true,
            start_from_epoch: 0,
        });
    }
    training
}
