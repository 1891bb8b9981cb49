//! Raw networks: layers and compilation as written.

use super::*;

const RAW: &str = "gordo.machine.model.models.KerasRawModelRegressor";

fn layer(name: &str, parameters: &Json) -> Json {
    json!({ format!("tensorflow.keras.layers.{name}"): parameters })
}

fn input(columns: usize) -> Json {
    layer("Input", &json!({ "shape": [columns] }))
}

fn dense(units: impl Into<Json>) -> Json {
    layer("Dense", &json!({ "units": units.into() }))
}

fn sequential(layers: &[Json]) -> Json {
    json!({ "tensorflow.keras.models.Sequential": { "layers": layers } })
}

/// What is found in a raw network over four tags, apart from its being a raw network.
fn found(kind: &Json, keywords: &Json) -> Vec<String> {
    let mut all = json!({ "kind": kind });
    for (name, value) in keywords.as_object().unwrap() {
        all[name] = value.clone();
    }
    let (_, refused, mut blocked) = checked(&json!({ RAW: all }), (4, 4));
    assert!(refused.is_empty(), "{refused:?}");
    blocked.retain(|line| !line.contains("KerasRawModelRegressor` is not supported yet"));
    blocked
}

#[track_caller]
fn check(kind: &Json, expected: &[&str]) {
    let found = found(kind, &json!({}));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found}\nlacks {expected}");
    }
}

#[track_caller]
fn check_layers(layers: &[Json], expected: &[&str]) {
    let compile = json!({ "loss": "mse", "optimizer": "adam" });
    check(
        &json!({ "spec": sequential(layers), "compile": compile }),
        expected,
    );
}

#[track_caller]
fn check_compile(compile: &Json, expected: &[&str]) {
    let spec = sequential(&[input(4), dense(4)]);
    check(&json!({ "spec": spec, "compile": compile }), expected);
}

#[test]
fn layers_are_followed_from_inputs_to_targets() {
    check_layers(&[input(4), dense(4)], &[]);
    check_layers(
        &[layer("Dense", &json!({ "units": 4, "input_shape": [4] }))],
        &[],
    );
    check_layers(&[dense(4)], &["model::no_input_shape"]);
    check_layers(
        &[input(3), dense(4)],
        &["the network takes 3 columns, but gets 4 columns"],
    );
    check_layers(
        &[input(4), dense(3)],
        &["the network gives 3 columns for 4 columns"],
    );
    check_layers(&[], &["model::no_layers"]);
    let steps = layer("Reshape", &json!({ "target_shape": [-1, 2] }));
    let recurrent = layer("LSTM", &json!({ "units": 3 }));
    check_layers(&[input(4), steps.clone(), recurrent.clone(), dense(4)], &[]);
    check_layers(
        &[input(4), recurrent, dense(4)],
        &["`LSTM` needs steps of columns, not 4 columns"],
    );
    check_layers(
        &[input(4), steps, layer("Flatten", &json!({})), dense(4)],
        &[],
    );
    let wrong = layer("Reshape", &json!({ "target_shape": [3, 2] }));
    check_layers(&[input(4), wrong, dense(4)], &["4 do not fit `[3, 2]`"]);
    let repeated = layer("RepeatVector", &json!({ "n": 2 }));
    check_layers(
        &[input(4), repeated],
        &["the network gives `[2, 4]` for 4 columns"],
    );
}

#[test]
fn layers_are_checked_by_their_parameters() {
    check_layers(
        &[input(4), layer("Dense", &json!({}))],
        &["`Dense` has no `units`"],
    );
    check_layers(&[input(4), dense("x")], &["`units` is text"]);
    check_layers(&[input(4), dense(0)], &["model::out_of_range"]);
    let dense_with = |name: &str, value: &Json| layer("Dense", &json!({ "units": 4, name: value }));
    let with = |name: &str, value: &Json| [input(4), dense_with(name, value)];
    check_layers(
        &with("activation", &json!("tahn")),
        &["did you mean `tanh`?"],
    );
    check_layers(&with("unit", &json!(1)), &["did you mean `units`?"]);
    check_layers(&with("kernel_regularizer", &json!("l2")), &[]);
    let regularizer = json!({ "tensorflow.keras.regularizers.L2": { "l2": 0.1 } });
    check_layers(&with("kernel_regularizer", &regularizer), &[]);
    let wrong = json!({ "tensorflow.keras.regularizers.L2": { "l1": 0.1 } });
    check_layers(
        &with("kernel_regularizer", &wrong),
        &["`L2` has no parameter `l1`"],
    );
    check_layers(
        &with("kernel_regularizer", &json!(SCALER)),
        &["is not a regularizer"],
    );
    check_layers(&[input(4), json!(SCALER), dense(4)], &["is not a layer"]);
    check_layers(
        &[input(4), layer("Dens", &json!({ "units": 4 }))],
        &["did you mean `tensorflow.keras.layers.Dense`?"],
    );
    let rate = layer("Dropout", &json!({ "rate": 1.5 }));
    check_layers(&[input(4), rate, dense(4)], &["model::out_of_range"]);
}

#[test]
fn compilation_is_checked() {
    check_compile(
        &json!({ "loss": "mse", "optimizer": "adam", "metrics": ["mae"] }),
        &[],
    );
    check_compile(&json!({ "loss": "mse" }), &[]);
    check_compile(&json!({}), &["`compile` has no `loss`"]);
    check_compile(&json!({ "loss": "rmse" }), &["model::unknown_loss"]);
    check_compile(
        &json!({ "loss": "mse", "metrics": ["ms"] }),
        &["model::unknown_metric"],
    );
    check_compile(
        &json!({ "loss": "mse", "metric": ["mse"] }),
        &["did you mean `metrics`?"],
    );
    let optimizer = |optimizer: Json| json!({ "loss": "mse", "optimizer": optimizer });
    let path = "tensorflow.keras.optimizers.SGD";
    check_compile(&optimizer(json!({ path: { "learning_rate": 0.1 } })), &[]);
    check_compile(
        &optimizer(json!({ path: { "lr": 0.1 } })),
        &["did you mean `learning_rate`?"],
    );
    check_compile(&optimizer(json!(path)), &["did you mean `SGD`?"]);
    check_compile(&optimizer(json!("sdg")), &["did you mean `SGD`?"]);
}

#[test]
fn forms_of_raw_networks_are_checked() {
    let spec = sequential(&[input(4), dense(4)]);
    check(
        &json!({ "spec": spec.clone() }),
        &["`kind` has no `compile`"],
    );
    check(
        &json!({}),
        &["`kind` has no `spec`", "`kind` has no `compile`"],
    );
    check(
        &json!("feedforward_hourglass"),
        &["`kind` is text, not a mapping"],
    );
    let compile = json!({ "loss": "mse" });
    check(
        &json!({ "spec": dense(4), "compile": compile.clone() }),
        &["`Dense` is not a network"],
    );
    let kind = json!({ "spec": spec, "compile": compile });
    let check_keywords = |keywords: &Json, expected: &[&str]| {
        let found = found(&kind, keywords);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    };
    check_keywords(&json!({ "epochs": 3, "batch_size": -1 }), &[]);
    check_keywords(&json!({ "epochs": "x" }), &["model::wrong_kind"]);
    check_keywords(&json!({ "class_weight": 1 }), &["model::refused_keyword"]);
    check_keywords(
        &json!({ "optimizer": "nosuch" }),
        &["has no effect on a raw network"],
    );
}

#[test]
fn every_optimizer_is_checked_by_its_options() {
    let check = |optimizer: &str, options: &Json, expected: &str| {
        let keywords = json!({ "optimizer": optimizer, "optimizer_kwargs": options });
        let found = checked(&network(keywords), (4, 4)).2.join("\n");
        assert!(found.contains(expected), "{found}");
    };
    check(
        "adam",
        &json!({ "learning_rate": 0 }),
        "model::out_of_range",
    );
    check(
        "Ftrl",
        &json!({ "learning_rate_power": 0.5 }),
        "model::out_of_range",
    );
    check(
        "Lion",
        &json!({ "rho": 0.5 }),
        "`Lion` has no parameter `rho`",
    );
    check("Nadam", &json!({}), "model::not_supported_yet");
    check(
        "tensorflow.keras.optimizers.Adam",
        &json!({}),
        "did you mean `Adam`?",
    );
}
