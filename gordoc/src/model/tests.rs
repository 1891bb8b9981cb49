mod columns;
mod places;
mod raw;

use serde_json::{Value as Json, json};

use std::any::Any;

use gordo_runtime::Smoothing;

use super::*;
use crate::config::node::{Node, Value as Written};
use crate::diagnostic::{Diagnostics, Stage};
use crate::part::detector::difference::DifferenceDetector;
use crate::part::fit::Estimator;

/// A node as the config parser would make it, with the nth node at bytes `n..n + 1`.
fn node(json: &Json) -> Node {
    fn build(json: &Json, next: &mut usize) -> Node {
        let span = Span::new(*next, *next + 1);
        *next += 1;
        let value = match json {
            Json::Null => Written::Null,
            Json::Bool(value) => Written::Bool(*value),
            Json::Number(value) => match value.as_i64() {
                Some(value) => Written::Int(value),
                None => Written::Float(value.as_f64().unwrap()),
            },
            Json::String(text) => Written::Text(text.clone()),
            Json::Array(items) => {
                Written::List(items.iter().map(|item| build(item, next)).collect())
            }
            Json::Object(map) => Written::Map(
                map.iter()
                    .map(|(key, value)| (build(&json!(key), next), build(value, next)))
                    .collect(),
            ),
        };
        Node { span, value }
    }
    build(json, &mut 0)
}

const PIPELINE: &str = "sklearn.pipeline.Pipeline";
const NETWORK: &str = "gordo.machine.model.models.KerasAutoEncoder";
const DETECTOR: &str = "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector";
const SCALER: &str = "sklearn.preprocessing.MinMaxScaler";
const TARGET: &str = "sklearn.compose.TransformedTargetRegressor";

fn network(mut keywords: Json) -> Json {
    let mut all = json!({ "kind": "feedforward_hourglass" });
    for (key, value) in keywords.as_object_mut().unwrap() {
        all[key] = value.take();
    }
    json!({ NETWORK: all })
}

fn report(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|item| {
            let spans: Vec<_> = item.labels.iter().map(|label| label.span.start).collect();
            let help = item.help.as_deref().unwrap_or_default();
            format!("{} {spans:?} {} ({help})", item.code, item.message)
        })
        .collect()
}

/// The model of a definition over four tags, and what was found.
fn resolved(definition: &Json) -> (Option<Model>, Vec<String>) {
    let (model, refused, blocked) = checked(definition, (4, 4));
    (model, [refused, blocked].concat())
}

/// The model of a definition over so many tags and targets, what stops the config from being
/// read, and what stops the machine from being built.
fn checked(
    definition: &Json,
    n_columns: (usize, usize),
) -> (Option<Model>, Vec<String>, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let model = resolve(&node(definition), Some(n_columns), &mut diagnostics);
    assert_eq!(model.is_none(), diagnostics.has_errors(), "{definition}");
    let [config, build] = [Stage::Config, Stage::Build].map(|stage| diagnostics.of_stage(stage));
    (model, report(&config), report(&build))
}

#[track_caller]
fn check_fails(definition: &Json, expected: &[&str]) {
    let (model, found) = resolved(definition);
    assert!(model.is_none(), "{definition} resolves");
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found}\nlacks {expected}");
    }
}

#[track_caller]
fn check_warns(definition: &Json, expected: &str) {
    let (model, found) = resolved(definition);
    assert!(model.is_some(), "{found:?}");
    assert!(
        matches!(&found[..], [one] if one.starts_with(expected)),
        "{found:?}"
    );
}

#[track_caller]
fn check_network(keywords: Json) -> Network {
    let (model, found) = resolved(&network(keywords));
    assert!(found.is_empty(), "{found:?}");
    model.unwrap().network().expect("a network").clone()
}

/// An estimator as what it is.
fn a<T: Any>(estimator: &dyn Estimator) -> &T {
    let any: &dyn Any = estimator;
    any.downcast_ref().expect("an estimator of this class")
}

#[test]
fn the_common_detector_resolves() {
    let (model, found) = resolved(
        &json!({ DETECTOR: { "base_estimator": { PIPELINE: { "steps": [
        SCALER, network(json!({ "epochs": 3 })) ] } }, "window": 6, "smoothing_method": "ewma" } }),
    );
    assert!(found.is_empty(), "{found:?}");
    let model = model.unwrap();
    assert_eq!(
        model.python_type(),
        "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>"
    );
    let texts = model.detector_texts().unwrap();
    assert_eq!(texts["scaler"], "MinMaxScaler()");
    let base = "Pipeline(steps=[('step_0', MinMaxScaler()), ('step_1', \
         KerasAutoEncoder(epochs=3, kind='feedforward_hourglass'))])";
    assert_eq!(texts["base_estimator"], base);
    let settings = a::<DifferenceDetector>(&*model.estimator).settings;
    assert!(settings.require_thresholds && !settings.shuffle);
    let smoothed = settings.smoothed.unwrap();
    assert_eq!(
        (smoothed.method, smoothed.window),
        (Smoothing::Exponential, 6)
    );
}

#[test]
fn a_detector_without_parts_has_the_documented_ones() {
    let (model, _) = resolved(&json!(DETECTOR));
    let model = model.unwrap();
    assert_eq!(
        model.expanded,
        json!({ DETECTOR: {
            "base_estimator": { NETWORK: { "kind": "feedforward_hourglass" } },
            "scaler": { "sklearn.preprocessing._data.MinMaxScaler":
                { "clip": false, "copy": true, "feature_range": [0, 1] } },
            "shuffle": false } })
    );
    assert_eq!(model.detector_texts(), None);
    let detector = a::<DifferenceDetector>(&*model.estimator);
    assert_eq!(a::<Network>(&*detector.base), &check_network(json!({})));
    assert!(detector.settings.smoothed.is_none());
}

#[test]
fn require_thresholds_survives_expansion() {
    let (model, _) = resolved(&json!({ DETECTOR: { "require_thresholds": false } }));
    let model = model.unwrap();
    assert_eq!(model.expanded[DETECTOR]["require_thresholds"], json!(false));
    let detector = a::<DifferenceDetector>(&*model.estimator);
    assert!(!detector.settings.require_thresholds);
}

#[test]
fn an_expanded_definition_resolves_to_the_same_model() {
    for definition in [
        json!({ DETECTOR: { "window": 3, "require_thresholds": false } }),
        json!({ PIPELINE: ["sklearn.preprocessing.RobustScaler", network(json!({}))] }),
        json!({ TARGET: { "regressor": network(json!({})), "transformer": SCALER } }),
    ] {
        let first = resolved(&definition).0.unwrap();
        let again = resolved(&first.expanded).0.unwrap();
        assert_eq!(again.expanded, first.expanded);
        let text = |model: &Model| format!("{:?}", model.estimator);
        assert_eq!(text(&again), text(&first));
    }
}

#[test]
fn training_keywords_are_read() {
    let network = check_network(json!({
        "epochs": 7, "batch_size": -1, "validation_split": 0.25, "shuffle": false, "verbose": 0,
        "optimizer": "sgd", "optimizer_kwargs": { "learning_rate": 0.02, "momentum": 0.5 },
        "compile_kwargs": { "loss": "MAE", "metrics": ["mse"] },
        "callbacks": [{ "tensorflow.keras.callbacks.EarlyStopping":
            { "patience": 2, "restore_best_weights": true, "min_delta": -0.5 } }] }));
    let expected = Training {
        epochs: 7,
        batch_size: None,
        validation_split: 0.25,
        shuffle: false,
        optimizer: Optimizer::Sgd {
            learning_rate: 0.02,
            momentum: 0.5,
            nesterov: false,
        },
        optimizer_given: true,
        loss: Loss::MeanAbsoluteError,
        metrics: vec!["mse".to_owned()],
        early_stopping: Some(EarlyStopping {
            monitor: "val_loss".to_owned(),
            min_delta: 0.5,
            patience: 2,
            restore_best_weights: true,
            start_from_epoch: 0,
        }),
    };
    assert_eq!(network.training, expected);
}

#[test]
fn training_defaults_are_the_documented_ones() {
    let training = check_network(json!({})).training;
    assert_eq!((training.epochs, training.batch_size), (1, Some(32)));
    assert!(!training.optimizer_given && training.shuffle);
    assert_eq!(training.metrics, ["accuracy"]);
    assert!(matches!(training.optimizer, Optimizer::Adam { .. }));
    let named = check_network(json!({ "optimizer": "RMSPROP" })).training;
    assert!(named.optimizer_given && matches!(named.optimizer, Optimizer::RmsProp { .. }));
}

#[test]
fn mismatched_layers_point_at_both_lists() {
    check_fails(
        &json!({ NETWORK: { "kind": "feedforward_model",
            "encoding_dim": [256, 128, 64], "encoding_func": ["tanh", "tanh"] } }),
        &[
            "model::mismatched_layers [6, 11] 3 encoding layers but 2 encoding activations \
           (give `encoding_func` one activation per layer)",
        ],
    );
    check_fails(
        &json!({ NETWORK: { "kind": "feedforward_symmetric", "dims": [1] } }),
        &["model::mismatched_layers [6] 1 layer but 3 activations"],
    );
}

#[test]
fn a_side_of_a_network_has_no_more_layers_than_can_be_kept() {
    let dims = |n: usize| {
        let (dims, funcs) = (vec![2; n], vec!["tanh"; n]);
        json!({ NETWORK: { "kind": "feedforward_symmetric", "dims": dims, "funcs": funcs } })
    };
    check_fails(
        &dims(1001),
        &["1001 layers, not at most 1000 (give `dims` at most 1000 widths)"],
    );
    assert!(resolved(&dims(1000)).0.is_some());
}

#[test]
fn classes_are_named_as_they_are_today() {
    let check = |path: &str, expected: &str| check_fails(&json!({ path: {} }), &[expected]);
    check(
        "sklearn.preprocessing.MinMaxScalr",
        "model::unknown_class [1]",
    );
    check(
        "sklearn.preprocessing.MinMaxScalr",
        "did you mean `sklearn.preprocessing.MinMaxScaler`?",
    );
    check(
        "gordo.model.models.KerasAutoEncodr",
        "model::unknown_class [1]",
    );
    check(
        "sklearn.cluster.FeatureAgglomeration",
        "model::not_supported_yet",
    );
    check_fails(
        &json!({ "gordo.machine.model.models.KerasLSTMForecast": { "kind": "lstm_model" } }),
        &["model::not_supported_yet"],
    );
    check_fails(&json!("justtext"), &["model::unknown_class [0]"]);
}

#[test]
fn paths_of_earlier_releases_mean_todays_classes() {
    let steps = json!([
        "sklearn.preprocessing.data.MinMaxScaler",
        { "gordo.model.models.KerasAutoEncoder": { "kind": "feedforward_hourglass" } },
    ]);
    let (model, found) = resolved(&json!({ PIPELINE: steps }));
    let today = json!({ PIPELINE: [SCALER, network(json!({}))] });
    assert_eq!(model.unwrap().expanded, expand(&node(&today)));
    let warnings = [
        "model::old_path [3] `sklearn.preprocessing.data.MinMaxScaler` is an old path of \
         `sklearn.preprocessing.MinMaxScaler` (write `sklearn.preprocessing.MinMaxScaler`)",
        "model::old_path [5] `gordo.model.models.KerasAutoEncoder` is an old path of \
         `gordo.machine.model.models.KerasAutoEncoder` (write \
         `gordo.machine.model.models.KerasAutoEncoder`)",
    ];
    assert_eq!(found, warnings);
}

#[test]
fn a_model_may_only_transform() {
    for definition in [json!(SCALER), json!({ PIPELINE: [SCALER, SCALER] })] {
        let (model, found) = resolved(&definition);
        assert_eq!(found, Vec::<String>::new());
        assert!(!model.unwrap().predicts);
    }
    let (model, _) = resolved(&json!({ PIPELINE: [SCALER, network(json!({}))] }));
    assert!(model.unwrap().predicts);
}

#[test]
fn forms_that_are_no_definition_are_refused() {
    for definition in [
        json!(null),
        json!(3),
        json!([SCALER]),
        json!({}),
        json!({ "a": 1, "b": 2 }),
    ] {
        check_fails(&definition, &["model::not_a_definition [0]"]);
    }
    check_fails(&json!({ SCALER: null }), &["model::no_parameters [2]"]);
    check_fails(&json!(PIPELINE), &["model::missing_parameter"]);
    check_fails(
        &json!({ PIPELINE: { "memory": null } }),
        &["model::missing_parameter"],
    );
    check_fails(&json!({ PIPELINE: [] }), &["model::no_steps"]);
    check_fails(
        &json!({ DETECTOR: { "base_estimator": SCALER } }),
        &["model::no_estimator"],
    );
    check_fails(
        &json!({ PIPELINE: [network(json!({})), SCALER] }),
        &["model::not_a_transformer"],
    );
    check_fails(&json!({ PIPELINE: [DETECTOR] }), &["model::inner_detector"]);
    check_fails(
        &json!({ DETECTOR: { "base_estimator": DETECTOR } }),
        &["model::inner_detector"],
    );
    check_fails(
        &json!("sklearn.model_selection.KFold"),
        &["model::not_a_model"],
    );
}

#[test]
fn every_finding_of_a_definition_is_reported() {
    check_fails(
        &json!({ PIPELINE: [
            { SCALER: { "feature_rang": [0, 1], "clip": "yes" } },
            { "sklearn.preprocessing.RobustScaler": { "quantile_range": [75, 25] } },
            network(json!({ "epochs": 0, "func": "tahn" })) ] }),
        &[
            "model::unknown_parameter [6, 4] `MinMaxScaler` has no parameter `feature_rang` \
             (did you mean `feature_range`?)",
            "model::wrong_kind [11] `clip` is text, not `true` or `false`",
            "model::out_of_range [16] `quantile_range` is `[75,25]`",
            "model::unknown_activation [27] `tahn` is not an activation (did you mean `tanh`?)",
            "model::out_of_range [25] `epochs` is `0`, not a whole number from 1 to 100000",
        ],
    );
}

#[test]
fn network_keywords_are_checked() {
    let check = |keywords: Json, expected: &str| check_fails(&network(keywords), &[expected]);
    check(json!({ "kind": "lstm_model" }), "model::unknown_kind");
    check(json!({ "kind": "my.factory" }), "model::not_supported_yet");
    check(
        json!({ "kind": "feedforward_symmetric", "dims": [], "funcs": [] }),
        "model::no_layers",
    );
    check(
        json!({ "kind": "feedforward_model", "encoding_dim": [], "encoding_func": [] }),
        "model::no_layers",
    );
    check(json!({ "dims": [3] }), "model::keyword_of_another_kind");
    check(json!({ "class_weight": 1 }), "model::refused_keyword");
    check(json!({ "compression_factor": 1.1 }), "model::out_of_range");
    check(json!({ "encoding_layers": 0 }), "model::out_of_range");
    check(json!({ "validation_split": 1.0 }), "model::out_of_range");
    check(json!({ "batch_size": 0 }), "model::out_of_range");
    check(json!({ "epochs": 1.5 }), "model::wrong_kind");
    check(json!({ "optimizer": "nosuch" }), "model::unknown_optimizer");
    check(json!({ "optimizer": "Nadam" }), "model::not_supported_yet");
    check(
        json!({ "optimizer_kwargs": { "lr": 0.1 } }),
        "(did you mean `learning_rate`?)",
    );
    check(
        json!({ "optimizer_kwargs": { "amsgrad": true } }),
        "model::not_supported_yet",
    );
    check(
        json!({ "optimizer": "SGD", "optimizer_kwargs": { "momentum": 1 } }),
        "model::wrong_kind",
    );
    check(
        json!({ "compile_kwargs": { "loss": "huber" } }),
        "model::not_supported_yet",
    );
    check(
        json!({ "compile_kwargs": { "metrics": ["ms"] } }),
        "model::unknown_metric",
    );
    check(json!({ "callbacks": [SCALER] }), "model::not_a_callback");
    check_fails(&json!(NETWORK), &["model::no_kind"]);
}

#[test]
fn keywords_without_effect_are_warned_of() {
    check_warns(&network(json!({ "loss": "mae" })), "model::ignored_keyword");
    check_warns(&network(json!({ "epoch": 3 })), "model::ignored_keyword");
    check_warns(
        &network(json!({ "callbacks": ["tensorflow.keras.callbacks.EarlyStopping"] })),
        "model::unwatched_monitor",
    );
    check_warns(
        &json!({ DETECTOR: { "smoothing_method": "sma" } }),
        "model::smoothing_without_window",
    );
}

#[test]
fn scoring_scalers_resolve_to_transformers() {
    let check = |definition: Json, expected: Option<&str>| {
        let mut diagnostics = Diagnostics::default();
        let found = resolve_transformer(&node(&definition), Some(4), &mut diagnostics);
        assert_eq!(found.map(|found| format!("{found:?}")).as_deref(), expected);
        assert_eq!(diagnostics.has_errors(), expected.is_none());
    };
    check(
        json!({ PIPELINE: [{ SCALER: { "feature_range": [-1, 1.5] } }, "passthrough",
            "sklearn.preprocessing.MaxAbsScaler"] }),
        Some(
            "TransformerPipeline { steps: [MinMaxScaler { feature_range: (-1.0, 1.5), \
             clip: false }, MaxAbsScaler] }",
        ),
    );
    check(network(json!({})), None);
}

#[test]
fn splitters_resolve() {
    let check = |definition: Json, expected: Option<&str>, code: &str| {
        let mut diagnostics = Diagnostics::default();
        let found = resolve_splitter(&node(&definition), &mut diagnostics);
        assert_eq!(found.map(|found| format!("{found:?}")).as_deref(), expected);
        let found = report(&diagnostics).join("\n");
        assert!(
            found.starts_with(code) && found.is_empty() == code.is_empty(),
            "{found}"
        );
    };
    let k_fold = "sklearn.model_selection.KFold";
    check(
        json!({ "sklearn.model_selection.TimeSeriesSplit": { "n_splits": 3, "gap": 2 } }),
        Some("TimeSeriesSplit { n_splits: 3, max_train_size: None, test_size: None, gap: 2 }"),
        "",
    );
    check(
        json!(k_fold),
        Some("KFold { n_splits: 5, shuffle: No }"),
        "",
    );
    check(
        json!({ k_fold: { "shuffle": true, "random_state": 7 } }),
        Some("KFold { n_splits: 5, shuffle: Seeded(7) }"),
        "",
    );
    check(
        json!({ k_fold: { "shuffle": true } }),
        Some("KFold { n_splits: 5, shuffle: Seeded(0) }"),
        "model::unseeded_shuffle",
    );
    check(
        json!({ k_fold: { "random_state": 7 } }),
        None,
        "model::seed_without_shuffle",
    );
    check(
        json!({ k_fold: { "n_splits": 1 } }),
        None,
        "model::out_of_range",
    );
    check(
        json!({ "sklearn.model_selection.ShuffleSplit": { "test_size": 3, "random_state": 5 } }),
        Some("ShuffleSplit { n_splits: 10, test: Some(Rows(3)), train: None, seed: 5 }"),
        "",
    );
    let repeated = "sklearn.model_selection.RepeatedKFold";
    check(
        json!({ repeated: { "n_repeats": 3 } }),
        Some("RepeatedKFold { n_splits: 5, n_repeats: 3, seed: 0 }"),
        "model::unseeded_shuffle",
    );
    check(
        json!({ repeated: { "n_repeats": 300 } }),
        None,
        "model::conflicting_parameters",
    );
    check(json!(SCALER), None, "model::not_a_splitter");
    check(
        json!({ "sklearn.model_selection.ShuffleSplit": { "test_size": 0.5, "train_size": 0.6 } }),
        None,
        "model::conflicting_parameters",
    );
}
