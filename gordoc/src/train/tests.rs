use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::config::Node;
use crate::dataset::Column;
use crate::diagnostic::Diagnostics;
use crate::model::{self, Model};
use crate::name::Name;
use crate::part::splitter::time_series_split::TimeSeriesSplit;
use crate::part::tensors::Tensors;
use crate::project::{Aggregation, Evaluation, InterpolationMethod, Method, Metric, Period};
use crate::provider;
use crate::source::{Span, Spanned};

const SCALER: &str = "sklearn.preprocessing.MinMaxScaler";

/// A smoothing detector around a small network with transformed targets.
fn detector() -> Model {
    let network = json!({ "gordo.machine.model.models.KerasAutoEncoder": {
        "kind": "feedforward_symmetric", "dims": [2, 1], "funcs": ["tanh", "tanh"] } });
    let pipeline = json!({ "sklearn.pipeline.Pipeline": { "steps": [SCALER, network] } });
    let base = json!({ "sklearn.compose.TransformedTargetRegressor": {
        "transformer": SCALER, "regressor": pipeline } });
    let definition = json!({ "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
        "base_estimator": base, "window": 7 } });
    let mut found = Diagnostics::default();
    let definition = Node::from_json(&definition);
    model::resolve(&definition, Some((2, 2)), &mut found).unwrap()
}

fn some<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

fn machine(mode: Mode) -> project::Machine {
    project::Machine {
        name: some(Name::new("unit-one").unwrap()),
        project_name: Name::new("golden").unwrap(),
        dataset: project::Dataset {
            span: Span::default(),
            period: Period { start: 0, end: 1 },
            tags: Vec::new(),
            target_tags: Vec::new(),
            resolution: None,
            aggregation: some(Aggregation::Single(Method::Mean)),
            interpolation: InterpolationMethod::Linear,
            interpolation_limit: None,
            selection: project::Selection::default(),
            filter_periods: None,
            n_samples_threshold: 0,
            provider: some(provider::of_keys(&json!({"type": "RandomDataProvider"}))),
            document: json!({"tags": ["a", "b"]}),
        },
        model: detector(),
        model_document: some(json!({})),
        evaluation: Evaluation {
            mode,
            metrics: vec![Metric::R2, Metric::MeanSquaredError],
            scoring_scaler: model::resolve_transformer(
                &Node::from_json(&json!(SCALER)),
                Some(2),
                &mut Diagnostics::default(),
            ),
            splitter: Arc::new(TimeSeriesSplit::THREE),
            seed: 0,
            document: json!({"cv_mode": "full_build"}),
        },
        runtime: json!({"reporters": []}),
        global_metadata: json!({}),
        machine_metadata: json!({"owner": "unit test"}),
    }
}

fn dataset() -> Dataset {
    rows(80)
}

/// Two columns `a` and `b` over some rows.
fn rows(n_rows: u32) -> Dataset {
    let column = |name: &str, value: fn(u32) -> u32| {
        let values = (0..n_rows).map(|row| f64::from(value(row)));
        (Column::of_tag(name), values.collect::<Vec<f64>>())
    };
    let a = column("a", |row| row % 11);
    let b = column("b", |row| row % 7 * 10);
    let table = Table::new(vec![a, b]);
    Dataset {
        times: (0..n_rows)
            .map(|row| i64::from(row) * 600_000_000_000)
            .collect(),
        x: table.clone(),
        y: table,
        metadata: json!({"rows": 80}),
        gaps: Vec::new(),
    }
}

#[test]
fn a_full_build_leaves_thresholds_scores_and_history() {
    let trained = train(&machine(Mode::FullBuild), &dataset(), &Options::default()).unwrap();
    assert!(
        trained
            .model
            .detector()
            .unwrap()
            .aggregate_threshold()
            .unwrap()
            > 0.0
    );
    let state = trained.model.write(&mut Tensors::new());
    assert_eq!(state["feature_thresholds"].as_array().unwrap().len(), 2);
    assert!(state["smooth_aggregate_threshold"].as_f64().unwrap() > 0.0);
    assert_eq!(
        trained.python_type,
        "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>"
    );
    let built = &trained.metadata["metadata"]["build_metadata"];
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let meta = &built["model"]["model_meta"];
    assert_eq!(
        keys(meta),
        [
            "feature-thresholds",
            "aggregate-threshold",
            "feature-thresholds-per-fold",
            "aggregate-thresholds-per-fold",
            "window",
            "smoothing-method",
            "smooth-feature-thresholds",
            "smooth-aggregate-threshold",
            "smooth-feature-thresholds-per-fold",
            "smooth-aggregate-thresholds-per-fold",
            "scaler",
            "base_estimator",
            "shuffle",
            "history",
        ]
    );
    assert_eq!(meta["scaler"], "MinMaxScaler()");
    assert_eq!(
        keys(&built["model"]["cross_validation"]["scores"]),
        [
            "r2-score-a",
            "r2-score-b",
            "r2-score",
            "mean-squared-error-a",
            "mean-squared-error-b",
            "mean-squared-error",
        ]
    );
    let splits = &built["model"]["cross_validation"]["splits"];
    assert_eq!(splits["fold-1-train-start"], "1970-01-01 00:00:00+00:00");
    assert_eq!(splits["fold-3-n-test"], 20);
    assert_eq!(built["model"]["model_training_duration_sec"], Value::Null);
    assert_eq!(built["dataset"]["dataset_meta"], json!({"rows": 80}));
}

#[test]
fn any_number_of_threads_gives_the_same_machine() {
    let train_on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| train(&machine(Mode::FullBuild), &dataset(), &Options::default()))
            .unwrap()
    };
    let one = train_on(1);
    assert_eq!(one, train_on(4));
    assert_eq!(one.metadata.to_string(), train_on(3).metadata.to_string());
    let other = Options {
        seed: Some(1),
        ..Options::default()
    };
    assert_ne!(
        one.model,
        train(&machine(Mode::FullBuild), &dataset(), &other)
            .unwrap()
            .model
    );
}

#[test]
fn folds_alone_leave_scores_but_no_machine() {
    let machine = machine(Mode::CrossValOnly);
    let error = train(&machine, &dataset(), &Options::default()).unwrap_err();
    assert_eq!(error.code(), "train::folds_only");
    let document = cross_validate(&machine, &dataset(), &Options::default()).unwrap();
    let model = &document["metadata"]["build_metadata"]["model"];
    assert!(model["cross_validation"]["scores"]["r2-score"].is_object());
    assert_eq!(model["model_meta"], json!({}));
    assert_eq!(model["model_creation_date"], Value::Null);
}

#[test]
fn too_few_rows_are_an_error_before_anything_is_fitted() {
    let error = train(&machine(Mode::FullBuild), &rows(3), &Options::default()).unwrap_err();
    assert_eq!(error.code(), "train::too_few_rows");
}

#[test]
fn a_missing_reading_is_told_by_tag_and_row() {
    let mut dataset = dataset();
    let b = [0.0, 10.0, 20.0, f64::NAN, 40.0];
    let table = Table::new(vec![
        (Column::of_tag("a"), vec![1.0; 5]),
        (Column::of_tag("b"), b.to_vec()),
    ]);
    dataset.x = table;
    let error = train(&machine(Mode::BuildOnly), &dataset, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row 3 of input column `b` is missing, which cannot be learnt from"
    );
}
