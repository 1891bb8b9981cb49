//! Every key of the schema is set to another value: it changes what comes out, or something is
//! said. And every number is set to one beyond reason: something is said at its place, or it is
//! harmless.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use gordoc::command::check::findings;
use gordoc::diagnostic::{Diagnostic, Severity};
use gordoc::provider::Sources;
use gordoc::source::Source;
use gordoc::trained::store;
use gordoc::workflow::{self, Pods};
use gordoc::{dataset, project, schema, train};
use serde_json::{Map, Value, json};

const NETWORK: &str = "gordo.machine.model.models.KerasAutoEncoder";
const DETECTOR: &str = "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector";
const PIPELINE: &str = "sklearn.pipeline.Pipeline";
const TARGETS: &str = "sklearn.compose.TransformedTargetRegressor";
const SCALER: &str = "sklearn.preprocessing.MinMaxScaler";
const STOPPING: &str = "tensorflow.keras.callbacks.EarlyStopping";
const SERIES: &str = "sklearn.model_selection.TimeSeriesSplit";
const FOLDS: &str = "sklearn.model_selection.KFold";

/// Keys without an effect of which nothing is said, and why.
const EXEMPT: &[(&str, &str)] = &[
    (
        "copy",
        "scikit-learn may calculate in place; the numbers are the same",
    ),
    ("verbose", "Gordo's log says more; nothing else changes"),
    (
        "check_inverse",
        "scikit-learn would warn of inverses; all of ours are ones",
    ),
    (
        "memory",
        "a folder where scikit-learn keeps steps that it fitted before",
    ),
    (
        "additional_tags",
        "fields of tags are for providers that look at them",
    ),
];

fn definitions() -> &'static Map<String, Value> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(schema::schema);
    schema["definitions"].as_object().unwrap()
}

/// The keys of a definition, with their schemas.
fn keys_of(definition: &str) -> Vec<(&'static str, &'static Value)> {
    let definition = &definitions()[definition];
    let properties = match definition.get("anyOf") {
        Some(forms) => &forms[1]["properties"],
        None => &definition["properties"],
    };
    let keys = properties.as_object().unwrap().iter();
    keys.map(|(key, schema)| (key.as_str(), schema)).collect()
}

/// Classes that gordoc compiles, by the paths that people write.
fn supported_classes() -> Vec<&'static str> {
    let classes = definitions().iter().filter_map(|(name, schema)| {
        let path = name.strip_prefix("class ")?;
        schema.get("description").is_none().then_some(path)
    });
    classes.collect()
}

/// A config of one machine.
pub(crate) fn base() -> Value {
    json!({
        "machines": [{
            "name": "m",
            "dataset": {
                "tag_list": ["A", "B"],
                "train_start_date": "2024-01-01T00:00:00Z",
                "train_end_date": "2024-01-01T08:00:00Z",
                "data_provider": {"type": "RandomDataProvider", "min_size": 50, "max_size": 60},
            },
            "model": {DETECTOR: {"base_estimator": {NETWORK: {"kind": "feedforward_hourglass"}}}},
        }],
        "globals": {},
    })
}

/// The config with a value at a place, such as `/machines/0/dataset/asset`.
pub(crate) fn with(config: &Value, path: &str, value: Value) -> Value {
    let mut config = config.clone();
    let mut at = &mut config;
    for key in path.trim_start_matches('/').split('/') {
        at = match key.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[key],
        };
    }
    *at = value;
    config
}

/// What comes of a config.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    /// Everything that is said.
    said: Vec<String>,
    /// Rows, models, scores, metadata and manifests, but not what is recorded of the config.
    out: BTreeMap<String, String>,
}

fn read(text: &str) -> (project::Normalized, Vec<Diagnostic>) {
    let options = project::Options {
        project_name: Some("p".to_owned()),
        ..project::Options::default()
    };
    let read = project::read(&Source::new("config.json", text), &options);
    let found = findings(&read, Sources::Required).into_vec();
    (read, found)
}

pub(crate) fn outcome(config: &Value) -> Outcome {
    let (read, found) = read(&serde_json::to_string_pretty(config).unwrap());
    let mut said: Vec<String> = found
        .iter()
        .map(|item| format!("{} {} {:?}", item.code, item.message, item.help))
        .collect();
    let mut out = BTreeMap::new();
    if let Some(project) = &read.project {
        for machine in &project.machines {
            match build(machine) {
                Ok(files) => out.extend(files),
                Err(error) => said.push(error),
            }
        }
        let runtime = &project.globals["runtime"];
        let name = project.machines.first().map(|machine| &machine.name.value);
        if let Some(name) = name {
            out.extend(manifests(&project.name, name, runtime));
        }
    }
    Outcome { said, out }
}

/// The files of a trained machine, without what is recorded of its config.
fn build(machine: &project::Machine) -> Result<BTreeMap<String, String>, String> {
    let seed = machine.evaluation.seed;
    let rows = dataset::load(&machine.dataset, Path::new("."), seed);
    let rows = rows.map_err(|error| error.to_string())?;
    let trained = train::train(machine, &rows, &train::Options::default());
    let trained = trained.map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().unwrap();
    store::write(folder.path(), &trained).unwrap();
    let mut files = BTreeMap::new();
    for (path, bytes) in crate::support::tree(folder.path()) {
        let text = match serde_json::from_slice::<Value>(&bytes) {
            Ok(mut document) => {
                strip(&mut document);
                document.to_string()
            }
            Err(_) => format!("{bytes:?}"),
        };
        files.insert(path.display().to_string(), text);
    }
    Ok(files)
}

/// Takes out the sections of the config, as they were written.
fn strip(document: &mut Value) {
    let entries = document.as_object_mut().unwrap();
    entries.shift_remove("definition");
    let Some(recorded) = entries.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    for section in ["dataset", "model", "runtime", "evaluation"] {
        recorded.shift_remove(section);
    }
}

fn manifests(
    project: &gordoc::name::Name,
    name: &gordoc::name::Name,
    runtime: &Value,
) -> BTreeMap<String, String> {
    let machines = [workflow::Machine {
        name,
        document: &json!({}),
    }];
    let revision = gordoc::name::Revision::new("1").unwrap();
    let input = workflow::Input {
        pods: Pods::of_runtime(runtime),
        ..workflow::Input::new(project, &revision, &machines)
    };
    let files = workflow::render(&input).unwrap().into_iter();
    files
        .map(|(path, text)| (path.display().to_string(), text))
        .collect()
}

/// Fails unless the second config gives something else, or has something else said of it.
#[track_caller]
fn assert_effect(key: &str, before: &Value, after: &Value) {
    assert_ne!(before, after, "{key}");
    if EXEMPT
        .iter()
        .any(|(exempt, _)| key.rsplit('.').next() == Some(exempt))
    {
        return;
    }
    let (one, other) = (outcome(before), outcome(after));
    assert!(
        one != other,
        "`{key}` has no effect, and nothing is said: {:?}",
        other.said
    );
}

const MACHINE: &str = "/machines/0";

#[test]
fn every_key_of_a_dataset_has_an_effect() {
    let base = with(&base(), "/machines/0/dataset/row_filter", json!("C > 0.3"));
    let other = |key: &str| match key {
        "type" => json!("RandomDataset"),
        "train_start_date" | "from_ts" => json!("2024-01-01T01:00:00Z"),
        "train_end_date" | "to_ts" => json!("2024-01-01T09:00:00Z"),
        "tag_list" | "tags" => json!(["A", "C"]),
        "target_tag_list" => json!(["A"]),
        "additional_tags" => json!([{"name": "C", "asset": "x"}]),
        "default_tag" => json!({"asset": "x"}),
        "asset" => json!("x"),
        "data_provider" => json!({"type": "RandomDataProvider"}),
        "resolution" => json!("15T"),
        "aggregation_methods" => json!("max"),
        "interpolation_method" => json!("ffill"),
        "interpolation_limit" => json!("10T"),
        "row_filter" => json!("A > 0.2"),
        "row_filter_buffer_size" => json!(1),
        "known_filter_periods" => json!("index > '2024-01-01 01:00:00+00:00'"),
        "filter_periods" => json!({"window": 5, "n_iqr": 0.4}),
        "n_samples_threshold" => json!(1000),
        other => panic!("which value has `{other}`?"),
    };
    for (key, _) in keys_of("dataset") {
        let path = format!("{MACHINE}/dataset/{key}");
        let mut start = base.clone();
        // Short series have holes, with or without a limit.
        if key.starts_with("interpolation") {
            let provider = json!({"type": "RandomDataProvider", "min_size": 30, "max_size": 30});
            start = with(&start, "/machines/0/dataset/data_provider", provider);
        }
        assert_effect(key, &start, &with(&start, &path, other(key)));
    }
    let all = json!({"filter_method": "all", "window": 5, "n_iqr": 1, "contamination": 0.1});
    let start = with(&base, "/machines/0/dataset/filter_periods", all);
    let other = |key: &str| match key {
        "filter_method" => json!("median"),
        "window" => json!(9),
        "n_iqr" => json!(0.3),
        "iforest_smooth" => json!(true),
        "contamination" => json!(0.4),
        "quantile_lower" => json!(0.45),
        "quantile_upper" => json!(0.55),
        other => panic!("which value has `{other}`?"),
    };
    for (key, _) in keys_of("filter_periods") {
        let path = format!("{MACHINE}/dataset/filter_periods/{key}");
        assert_effect(key, &start, &with(&start, &path, other(key)));
    }
    for key in ["min_size", "max_size"] {
        let path = format!("{MACHINE}/dataset/data_provider/{key}");
        assert_effect(key, &base, &with(&base, &path, json!(55)));
    }
}

/// A model that uses a class, as it is and with other parameters.
fn models(class: &str, key: &str) -> (Value, Value) {
    let network = |parameters: Value| json!({NETWORK: merged(json!({"kind": "feedforward_hourglass"}), parameters)});
    let scaled =
        |parameters: Value| json!({PIPELINE: {"steps": [{class: parameters}, network(json!({}))]}});
    let model = |before: Value, after: Value, make: &dyn Fn(Value) -> Value| {
        (make(before.clone()), make(merged(before, after)))
    };
    let one = |value: Value| json!({ key: value });
    match (class, key) {
        (SCALER, "feature_range") => model(json!({}), one(json!([0, 2])), &scaled),
        (_, "quantile_range") => model(json!({}), one(json!([10.0, 90.0])), &scaled),
        (SCALER, "copy")
        | (_, "with_mean" | "with_std" | "with_centering" | "with_scaling" | "copy") => {
            model(json!({}), one(json!(false)), &scaled)
        }
        (SCALER, "clip") | (_, "unit_variance") => model(json!({}), one(json!(true)), &scaled),
        (PIPELINE, key) => {
            let other = match key {
                "steps" => json!([network(json!({}))]),
                "memory" => json!("/tmp"),
                _ => json!(true),
            };
            let make = |parameters| json!({ PIPELINE: parameters });
            model(
                json!({"steps": [SCALER, network(json!({}))]}),
                one(other),
                &make,
            )
        }
        (TARGETS, key) => {
            let other = match key {
                "check_inverse" => json!(false),
                "func" | "inverse_func" => json!("numpy.log"),
                "regressor" => network(json!({"epochs": 2})),
                _ => json!("sklearn.preprocessing.StandardScaler"),
            };
            let make = |parameters| json!({ TARGETS: parameters });
            let before = json!({"transformer": SCALER, "regressor": network(json!({}))});
            model(before, one(other), &make)
        }
        (DETECTOR, key) => {
            let other = match key {
                "base_estimator" => network(json!({"epochs": 2})),
                "scaler" => json!("sklearn.preprocessing.StandardScaler"),
                "require_thresholds" => json!(false),
                "shuffle" => json!(true),
                "window" => json!(5),
                _ => json!("sma"),
            };
            let before = match key {
                "smoothing_method" => json!({"window": 4, "base_estimator": network(json!({}))}),
                _ => json!({"base_estimator": network(json!({}))}),
            };
            let make = |parameters| json!({ DETECTOR: parameters });
            model(before, one(other), &make)
        }
        (NETWORK, key) => {
            let (before, other) = network_keyword(key);
            model(before, one(other), &network)
        }
        (STOPPING, key) => {
            let stopped = json!({"monitor": "loss", "patience": 1, "min_delta": 10.0});
            let (before, other) = match key {
                "monitor" => (json!({}), json!("loss")),
                "min_delta" => (stopped, json!(0.0)),
                "patience" => (stopped, json!(3)),
                "verbose" => (stopped, json!(1)),
                "mode" => (json!({"monitor": "loss", "patience": 1}), json!("max")),
                "baseline" => (json!({"monitor": "loss", "patience": 1}), json!(1.0e-9)),
                "restore_best_weights" => (stopped, json!(true)),
                _ => (stopped, json!(4)),
            };
            let make =
                |parameters| network(json!({"epochs": 8, "callbacks": [{STOPPING: parameters}]}));
            model(before, one(other), &make)
        }
        other => panic!("which value has {other:?}?"),
    }
}

/// Keywords of a network to begin with, and another value.
fn network_keyword(key: &str) -> (Value, Value) {
    let sides = json!({"kind": "feedforward_model", "encoding_dim": [3, 2], "decoding_dim": [2, 3],
        "encoding_func": ["tanh", "tanh"], "decoding_func": ["tanh", "tanh"]});
    let mirrored =
        json!({"kind": "feedforward_symmetric", "dims": [3, 2], "funcs": ["tanh", "tanh"]});
    match key {
        "kind" => (json!({}), json!("feedforward_model")),
        "encoding_dim" => (sides, json!([4, 2])),
        "decoding_dim" => (sides, json!([2, 4])),
        "encoding_func" | "decoding_func" => (sides, json!(["relu", "tanh"])),
        "dims" => (mirrored, json!([4, 2])),
        "funcs" => (mirrored, json!(["relu", "tanh"])),
        "out_func" | "func" => (json!({}), json!("sigmoid")),
        "encoding_layers" => (json!({}), json!(2)),
        "compression_factor" => (json!({"encoding_layers": 1}), json!(1.0)),
        "epochs" => (json!({}), json!(2)),
        "batch_size" => (json!({}), json!(7)),
        "validation_split" => (json!({}), json!(0.3)),
        "shuffle" => (json!({"batch_size": 8}), json!(false)),
        "optimizer" => (json!({}), json!("SGD")),
        "optimizer_kwargs" => (json!({}), json!({"learning_rate": 0.1})),
        "compile_kwargs" => (json!({}), json!({"loss": "mae"})),
        "callbacks" => (
            json!({"epochs": 5}),
            json!([{STOPPING: {"monitor": "loss", "min_delta": 10.0}}]),
        ),
        other => panic!("which value has `{other}`?"),
    }
}

/// The first mapping with the entries of the second laid over it.
fn merged(mut before: Value, after: Value) -> Value {
    if let (Value::Object(before), Value::Object(after)) = (&mut before, after) {
        before.extend(after);
    }
    before
}

/// Classes whose parameters need values that are made for them.
pub(crate) const BY_HAND: &[&str] = &[
    SCALER, PIPELINE, TARGETS, DETECTOR, NETWORK, STOPPING, SERIES, FOLDS,
];

#[test]
fn every_parameter_of_a_class_has_an_effect() {
    for class in supported_classes() {
        if !BY_HAND.contains(&class) {
            // `parameters` finds values for those.
            continue;
        }
        for (key, _) in keys_of(&format!("class {class}")) {
            let (before, after) = match class {
                SERIES | FOLDS => folds(class, key),
                _ => {
                    let (before, after) = models(class, key);
                    let path = "/machines/0/model";
                    (with(&base(), path, before), with(&base(), path, after))
                }
            };
            assert_effect(&format!("{class}.{key}"), &before, &after);
        }
    }
}

/// Configs whose folds are split by a class, as it is and with another parameter.
fn folds(class: &str, key: &str) -> (Value, Value) {
    let (before, other) = match key {
        "gap" => (json!({"n_splits": 2}), json!(3)),
        "max_train_size" => (json!({"n_splits": 2}), json!(12)),
        "n_splits" => (json!({"n_splits": 2}), json!(3)),
        "test_size" => (json!({"n_splits": 2}), json!(7)),
        "random_state" => (
            json!({"n_splits": 2, "shuffle": true, "random_state": 1}),
            json!(2),
        ),
        "shuffle" => (json!({"n_splits": 2}), json!(true)),
        other => panic!("which value has `{other}`?"),
    };
    let config = |parameters: Value| {
        with(
            &base(),
            "/machines/0/evaluation",
            json!({"cv": {class: parameters}}),
        )
    };
    (
        config(before.clone()),
        config(merged(before, json!({ key: other }))),
    )
}

#[test]
fn every_key_of_an_evaluation_has_an_effect() {
    let other = |key: &str| match key {
        "cv_mode" => json!("build_only"),
        "cv" => json!({FOLDS: {"n_splits": 2}}),
        "metrics" => json!(["r2_score"]),
        "scoring_scaler" => json!("sklearn.preprocessing.StandardScaler"),
        "seed" => json!(5),
        other => panic!("which value has `{other}`?"),
    };
    for (key, _) in keys_of("evaluation") {
        let path = format!("{MACHINE}/evaluation/{key}");
        assert_effect(key, &base(), &with(&base(), &path, other(key)));
    }
}

/// Paths of a definition's keys, down to those whose schema says no more.
fn leaves(schema: &Value, path: &str, found: &mut Vec<String>) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => &definitions()[reference.trim_start_matches("#/definitions/")],
        None => schema,
    };
    if let Some(forms) = schema.get("anyOf").and_then(Value::as_array) {
        return forms.iter().for_each(|form| leaves(form, path, found));
    }
    match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => {
            for (key, schema) in properties {
                leaves(schema, &format!("{path}/{key}"), found);
            }
        }
        None if !path.is_empty() && schema != &json!({"type": "null"}) => {
            found.push(path.to_owned());
        }
        None => {}
    }
}

#[test]
fn every_key_of_a_runtime_reaches_a_manifest_or_is_warned_of() {
    let mut paths = Vec::new();
    leaves(&definitions()["runtime"], "", &mut paths);
    assert!(paths.len() > 25, "{paths:?}");
    let volumes = json!([{"name": "v", "csi": {"driver": "d.example"}}]);
    let start = with(&base(), "/globals/runtime/volumes", volumes);
    for path in paths {
        let other = match path.rsplit('/').next().unwrap() {
            "memory" | "cpu" | "max_instances" => json!(40_000),
            "reporters" => json!(["a.B"]),
            "env" => json!([{"name": "A", "value": "1"}]),
            "volumeMounts" => json!([{"name": "v", "mountPath": "/v"}]),
            "labels" => json!({"a": "b"}),
            "remote_logging" => json!({"enable": true}),
            "exceptions_report_level" => json!("TYPE"),
            "enable" => json!(true),
            "volumes" => json!([{"name": "w", "csi": {"driver": "d.example"}}]),
            "log_level" => json!("debug"),
            "image" => json!("mine"),
            other => panic!("which value has `{other}`?"),
        };
        let after = with(&start, &format!("/globals/runtime{path}"), other.clone());
        assert_effect(&path, &start, &after);
        // Pods are alike for all machines: here each key is warned of.
        let own = with(&start, &format!("{MACHINE}/runtime{path}"), other);
        let (before, after) = (outcome(&start).said, outcome(&own).said);
        assert_ne!(before, after, "{path} of a machine");
    }
}

#[test]
fn sections_and_names_have_an_effect() {
    let network =
        |epochs: u32| json!({NETWORK: {"kind": "feedforward_hourglass", "epochs": epochs}});
    let machine = |key: &str| match key {
        "name" => json!("n"),
        "project_name" => json!("q"),
        "metadata" => json!({"a": 1}),
        "dataset" => with(
            &base()["machines"][0]["dataset"],
            "/tag_list",
            json!(["X", "Y"]),
        ),
        "model" => network(2),
        "evaluation" => json!({"seed": 1}),
        "runtime" => json!({"log_level": "debug"}),
        other => panic!("which value has `{other}`?"),
    };
    for (key, _) in keys_of("machine") {
        let path = format!("{MACHINE}/{key}");
        assert_effect(key, &base(), &with(&base(), &path, machine(key)));
    }
    let mut start = base();
    start["machines"][0]
        .as_object_mut()
        .unwrap()
        .shift_remove("model");
    start["globals"]["model"] = network(1);
    for (key, _) in keys_of("globals") {
        let other = if key == "dataset" {
            json!({"asset": "x"})
        } else {
            machine(key)
        };
        assert_effect(
            key,
            &start,
            &with(&start, &format!("/globals/{key}"), other),
        );
    }
}

/// Numbers that no key is meant to have, or few.
const NUMBERS: [&str; 5] = [
    "2147483648",
    "9223372036854775807",
    "18446744073709551616",
    "-1",
    "0",
];

/// What stands for a number until the config is a text.
const HERE: &str = "@";

/// Configs with [`HERE`] for each key of the schema that may be a number, by a name for it.
fn numbers() -> Vec<(String, Value)> {
    let mut configs = Vec::new();
    let mut put = |name: String, start: &Value, path: &str| {
        configs.push((name.clone(), with(start, path, json!(HERE))));
        configs.push((format!("{name}[]"), with(start, path, json!([HERE]))));
    };
    for (key, _) in keys_of("dataset") {
        put(key.to_owned(), &base(), &format!("{MACHINE}/dataset/{key}"));
    }
    for (key, _) in keys_of("filter_periods") {
        put(
            key.to_owned(),
            &base(),
            &format!("{MACHINE}/dataset/filter_periods/{key}"),
        );
    }
    for (key, _) in keys_of("evaluation") {
        put(
            key.to_owned(),
            &base(),
            &format!("{MACHINE}/evaluation/{key}"),
        );
    }
    for case in definitions()["provider"]["allOf"].as_array().unwrap() {
        let ty = &case["if"]["properties"]["type"]["enum"][0];
        let start = with(
            &base(),
            "/machines/0/dataset/data_provider",
            json!({ "type": ty }),
        );
        for key in case["then"]["properties"].as_object().unwrap().keys() {
            let path = format!("{MACHINE}/dataset/data_provider/{key}");
            put(format!("{ty}.{key}"), &start, &path);
        }
    }
    let mut paths = Vec::new();
    leaves(&definitions()["runtime"], "", &mut paths);
    for path in paths {
        put(path.clone(), &base(), &format!("/globals/runtime{path}"));
        put(path.clone(), &base(), &format!("{MACHINE}/runtime{path}"));
    }
    for name in definitions().keys() {
        let Some(class) = name.strip_prefix("class ") else {
            continue;
        };
        for (key, _) in keys_of(name) {
            // Wherever such a class may stand.
            for slot in ["model", "step", "cv", "callback", "layer"] {
                let (start, path) = slot_of(slot, class);
                put(
                    format!("{slot} {class}.{key}"),
                    &start,
                    &format!("{path}{key}"),
                );
            }
        }
    }
    configs
}

/// A config with a class, and the path of its parameters.
fn slot_of(slot: &str, class: &str) -> (Value, String) {
    let network = json!({NETWORK: {"kind": "feedforward_hourglass"}});
    let part = json!({ class: {} });
    let raw = "gordo.machine.model.models.KerasRawModelRegressor";
    let (section, value, inner) = match slot {
        "model" => ("model", part, String::new()),
        "step" => (
            "model",
            json!({PIPELINE: [part, network]}),
            format!("{PIPELINE}/0/"),
        ),
        "cv" => ("evaluation", json!({"cv": part}), "cv/".to_owned()),
        "callback" => {
            let network = json!({NETWORK: {"kind": "feedforward_hourglass", "callbacks": [part]}});
            ("model", network, format!("{NETWORK}/callbacks/0/"))
        }
        _ => {
            let spec = json!({"spec": {"tensorflow.keras.models.Sequential": {"layers": [part]}}});
            let inner = format!("{raw}/kind/spec/tensorflow.keras.models.Sequential/layers/0/");
            ("model", json!({raw: {"kind": spec}}), inner)
        }
    };
    let config = with(&base(), &format!("{MACHINE}/{section}"), value);
    (config, format!("{MACHINE}/{section}/{inner}{class}/"))
}

#[test]
fn numbers_beyond_reason_are_told_at_their_place_or_harmless() {
    let mut tried = 0;
    let mut trained = 0;
    let mut elsewhere = Vec::new();
    for (name, config) in numbers() {
        let text = serde_json::to_string_pretty(&config).unwrap();
        let at = text.find(&format!("\"{HERE}\"")).unwrap();
        let errors = |found: &[Diagnostic]| -> Vec<String> {
            let errors = found.iter().filter(|item| item.severity == Severity::Error);
            errors
                .map(|item| format!("{} {}", item.code, item.message))
                .collect()
        };
        let plain = errors(&read(&text.replacen(&format!("\"{HERE}\""), "1", 1)).1);
        for number in NUMBERS {
            tried += 1;
            let text = text.replacen(&format!("\"{HERE}\""), number, 1);
            let (read, found) = read(&text);
            // Where the number stands for nothing, what it was given for may be missing.
            let is_missing =
                |error: &String| error.starts_with("project::missing_provider_argument");
            let fresh: Vec<String> = errors(&found)
                .into_iter()
                .filter(|error| !plain.contains(error) && !is_missing(error))
                .collect();
            // At the number, at the list around it, or at the key.
            let line_start = text[..at].rfind('\n').unwrap_or(0);
            let before = text[..line_start].rfind('\n').unwrap_or(0);
            let is_here = |item: &Diagnostic| {
                let mut labels = item.labels.iter();
                labels.any(|label| label.span.start >= before && label.span.start <= at)
            };
            if !fresh.is_empty() && !found.iter().any(is_here) {
                elsewhere.push(format!("{name} {number}: {fresh:?}"));
            }
            let project = read.project.filter(|_| errors(&found).is_empty());
            for machine in project.iter().flat_map(|project| &project.machines) {
                trained += 1;
                let _ = build(machine);
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
    assert!(tried > 2000, "{tried}");
    assert!(trained > 50, "{trained}");
}

#[test]
fn networks_too_large_for_any_machine_are_refused() {
    for (keywords, is_refused) in [
        (
            json!({"kind": "feedforward_symmetric", "dims": [1_000_000, 1_000_000], "funcs": ["tanh", "tanh"]}),
            true,
        ),
        (
            json!({"kind": "feedforward_symmetric", "dims": [9_000, 9_000], "funcs": ["tanh", "tanh"]}),
            false,
        ),
        (
            json!({"kind": "feedforward_symmetric", "dims": [16_000, 16_000], "funcs": ["tanh", "tanh"]}),
            true,
        ),
    ] {
        let config = with(&base(), "/machines/0/model", json!({ NETWORK: keywords }));
        let (_, found) = read(&config.to_string());
        let refused = found
            .iter()
            .any(|item| item.code == "model::too_many_weights");
        assert_eq!(refused, is_refused, "{config}");
    }
}
