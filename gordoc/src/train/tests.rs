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
            metrics: ["r2_score", "mean_squared_error"]
                .map(|name| Metric::find(name).unwrap())
                .to_vec(),
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
    columns(
        n_rows,
        |row| f64::from(row % 11),
        |row| f64::from(row % 7 * 10),
    )
}

fn columns(n_rows: u32, a: impl Fn(u32) -> f64, b: impl Fn(u32) -> f64) -> Dataset {
    let column = |name: &str, value: &dyn Fn(u32) -> f64| {
        let values = (0..n_rows).map(value);
        (Column::of_tag(name), values.collect::<Vec<f64>>())
    };
    let table = Table::new(vec![column("a", &a), column("b", &b)]);
    Dataset {
        times: (0..n_rows)
            .map(|row| i64::from(row) * 600_000_000_000)
            .collect(),
        x: table.clone(),
        y: table,
        metadata: json!({"rows": 80}),
        gaps: Vec::new(),
        warnings: Vec::new(),
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
            .thresholds()
            .unwrap()
            .aggregate
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

/// What is warned of, and of which tags.
fn warned(machine: &project::Machine, dataset: &Dataset) -> Vec<(&'static str, String)> {
    let trained = train(machine, dataset, &Options::default()).unwrap();
    let kept = warnings(&trained).into_iter();
    kept.map(|warning| (warning.code, warning.tags.join(" ")))
        .collect()
}

#[test]
fn folds_too_short_for_a_threshold_are_an_error_with_the_rows_it_takes() {
    for (n_rows, answered) in [(19, 4), (23, 5), (4, 1)] {
        let error = train(
            &machine(Mode::FullBuild),
            &rows(n_rows),
            &Options::default(),
        );
        let error = error.unwrap_err();
        assert_eq!(error.code(), "train::short_folds", "{n_rows}");
        let said = error.to_string();
        assert!(said.contains(&format!("has {answered} row")), "{said}");
        assert!(said.contains("24 rows are needed"), "{said}");
    }
    assert!(train(&machine(Mode::FullBuild), &rows(24), &Options::default()).is_ok());
    assert!(cross_validate(&machine(Mode::FullBuild), &rows(19), &Options::default()).is_ok());
    let mut fixed = machine(Mode::FullBuild);
    let splitter = json!({"sklearn.model_selection.TimeSeriesSplit": {"test_size": 3}});
    let splitter = Node::from_json(&splitter);
    let found = &mut Diagnostics::default();
    fixed.evaluation.splitter = model::resolve_splitter(&splitter, found).unwrap();
    let error = train(&fixed, &rows(500), &Options::default()).unwrap_err();
    assert!(error.help().contains("test_size"), "{error}");
}

#[test]
fn missing_thresholds_are_warned_of_where_they_may_be_missing() {
    let mut optional = machine(Mode::FullBuild);
    let definition = json!({ "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
        "require_thresholds": false } });
    let definition = Node::from_json(&definition);
    let mut found = Diagnostics::default();
    optional.model = model::resolve(&definition, Some((2, 2)), &mut found).unwrap();
    assert_eq!(
        warned(&optional, &rows(19))[0],
        ("train::missing_threshold", "a b".to_owned())
    );
    // Folds of six rows under a window of seven.
    let smoothed = train(&machine(Mode::FullBuild), &rows(24), &Options::default()).unwrap();
    let missing = warnings(&smoothed).swap_remove(0);
    assert_eq!(missing.code, "train::missing_threshold");
    assert_eq!(
        missing.message,
        "every one of the 3 smoothed thresholds is missing: `window` is 7, and the last fold has \
         6 rows to smooth over"
    );
    assert!(missing.help.contains("28 rows"), "{}", missing.help);
}

#[test]
fn tags_that_do_not_vary_are_told_with_their_values() {
    let saw = |row: u32| f64::from(row % 11);
    let machine = machine(Mode::FullBuild);
    let told = |b: &dyn Fn(u32) -> f64| {
        let trained = train(&machine, &columns(80, saw, b), &Options::default()).unwrap();
        let first = warnings(&trained).into_iter().next();
        first.map_or_else(String::new, |warning| {
            assert_eq!(
                (warning.code, warning.tags),
                ("train::constant_tag", vec!["b".to_owned()])
            );
            warning.message
        })
    };
    assert_eq!(
        told(&|_| 40.0),
        "`b` does not vary in the 80 rows that are learnt from: `b` is 40"
    );
    let rounding = told(&|row| 100.1 + f64::from(row % 3) * 1.5e-14);
    assert!(
        rounding.contains("but by rounding in the 80 rows"),
        "{rounding}"
    );
    assert!(
        rounding.contains("`b` is 100.1 to 100.1000000000000"),
        "{rounding}"
    );
    // Stuck until the last fold is tested.
    let late = told(&|row| if row < 60 { 7.5 } else { f64::from(row) });
    assert!(
        late.contains("in the 60 rows that the last fold learns from"),
        "{late}"
    );
    assert!(late.ends_with("`b` is 7.5"), "{late}");
}

#[test]
fn a_machine_that_can_alarm_has_no_warning() {
    let mut patient = machine(Mode::FullBuild);
    let network = json!({ "gordo.machine.model.models.KerasAutoEncoder": {
        "kind": "feedforward_symmetric", "dims": [8, 4], "funcs": ["tanh", "tanh"],
        "epochs": 60 } });
    let pipeline = json!({ "sklearn.pipeline.Pipeline": { "steps": [SCALER, network] } });
    let base = json!({ "sklearn.compose.TransformedTargetRegressor": {
        "transformer": SCALER, "regressor": pipeline } });
    let definition = json!({ "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
        "base_estimator": base } });
    let mut found = Diagnostics::default();
    let definition = Node::from_json(&definition);
    patient.model = model::resolve(&definition, Some((2, 2)), &mut found).unwrap();
    assert_eq!(warned(&patient, &rows(200)), []);
    let trained = train(&patient, &rows(200), &Options::default()).unwrap();
    let built = &trained.metadata["metadata"]["build_metadata"]["model"];
    assert_eq!(built.get("warnings"), None);
}

#[test]
fn thresholds_beyond_the_readings_are_told() {
    let mut unscaled = machine(Mode::FullBuild);
    let definition = json!({ "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
        "base_estimator": { "gordo.machine.model.models.KerasAutoEncoder": {
            "kind": "feedforward_symmetric", "dims": [2], "funcs": ["tanh"] } } } });
    let mut found = Diagnostics::default();
    let definition = Node::from_json(&definition);
    unscaled.model = model::resolve(&definition, Some((2, 2)), &mut found).unwrap();
    let far = columns(
        80,
        |row| 5000.0 + f64::from(row % 11),
        |row| f64::from(row % 7) - 3.0,
    );
    let found = warned(&unscaled, &far);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "train::wide_threshold");
    assert!(found[0].1.starts_with('a'), "{found:?}");
}

/// A detector over all folds, with these parameters.
fn over_all_folds(parameters: Value) -> project::Machine {
    let mut machine = machine(Mode::FullBuild);
    let mut definition = json!({ "base_estimator": {
        "gordo.machine.model.models.KerasAutoEncoder": { "kind": "feedforward_hourglass" } } });
    let Value::Object(parameters) = parameters else {
        panic!("{parameters} are no parameters");
    };
    definition.as_object_mut().unwrap().extend(parameters);
    let class = "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector";
    let definition = Node::from_json(&json!({ class: definition }));
    let mut found = Diagnostics::default();
    machine.model = model::resolve(&definition, Some((2, 2)), &mut found).unwrap();
    machine
}

fn split_by(machine: &mut project::Machine, class: &str, parameters: &Value) {
    let class = format!("sklearn.model_selection.{class}");
    let definition = Node::from_json(&json!({ class: parameters }));
    let found = &mut Diagnostics::default();
    machine.evaluation.splitter = model::resolve_splitter(&definition, found).unwrap();
}

#[test]
fn a_window_over_all_folds_that_no_rows_fill_is_an_error() {
    let fit = |parameters: Value, n_rows: u32| {
        train(
            &over_all_folds(parameters),
            &rows(n_rows),
            &Options::default(),
        )
    };
    let error = fit(json!({}), 80).unwrap_err();
    assert_eq!(error.code(), "train::long_window");
    assert!(
        error
            .to_string()
            .starts_with("`window` is 144 rows, and there are 80"),
        "{error}"
    );
    assert!(fit(json!({}), 144).is_ok());
    assert!(fit(json!({ "smoothing_method": "ewma" }), 80).is_ok());
    assert!(fit(json!({ "require_thresholds": false }), 80).is_ok());
}

#[test]
fn rows_that_no_fold_tests_are_told_with_the_thresholds_they_make() {
    let mut machine = over_all_folds(json!({ "window": 6 }));
    let far = columns(
        80,
        |row| 5000.0 + f64::from(row % 11),
        |row| f64::from(row % 7),
    );
    let told = |machine: &project::Machine| {
        let trained = train(machine, &far, &Options::default()).unwrap();
        let mut found = warnings(&trained).into_iter();
        found.find(|warning| warning.code == "train::untested_rows")
    };
    let warning = told(&machine).unwrap();
    let start = "20 of the 80 rows are tested by no fold, and count as if 0 had been answered: \
                 thresholds are near the readings themselves, 500";
    assert!(warning.message.starts_with(start), "{}", warning.message);
    assert!(
        warning
            .message
            .contains("`a`, which reads 5000.0000 to 5010.0000")
    );
    assert_eq!(warning.tags, ["a", "b"]);
    split_by(
        &mut machine,
        "KFold",
        &json!({ "n_splits": 4, "shuffle": true, "random_state": 0 }),
    );
    assert_eq!(told(&machine), None);
}

#[test]
fn thresholds_of_all_folds_have_metadata_of_their_own() {
    let mut machine = over_all_folds(json!({ "window": 6 }));
    split_by(&mut machine, "KFold", &json!({ "n_splits": 4 }));
    let trained = train(&machine, &dataset(), &Options::default()).unwrap();
    let model = &trained.metadata["metadata"]["build_metadata"]["model"]["model_meta"];
    let keys: Vec<&String> = model.as_object().unwrap().keys().collect();
    // A network that is the base tells of itself.
    assert_eq!(
        keys,
        ["feature-thresholds", "aggregate-threshold", "history"]
    );
    let document = trained.model.write(&mut Tensors::new());
    assert_eq!(document["type"], "DiffBasedKFCVAnomalyDetector");
    assert_eq!(document["feature_thresholds"], model["feature-thresholds"]);
    let mut pipeline = over_all_folds(json!({ "window": 6, "base_estimator": {
        "sklearn.pipeline.Pipeline": [SCALER, {
            "gordo.machine.model.models.KerasAutoEncoder": { "kind": "feedforward_hourglass" } }]
    } }));
    split_by(&mut pipeline, "KFold", &json!({ "n_splits": 4 }));
    let trained = train(&pipeline, &dataset(), &Options::default()).unwrap();
    let model = &trained.metadata["metadata"]["build_metadata"]["model"]["model_meta"];
    let keys: Vec<&String> = model.as_object().unwrap().keys().collect();
    let expected = [
        "feature-thresholds",
        "aggregate-threshold",
        "scaler",
        "base_estimator",
        "shuffle",
        "window",
        "smoothing-method",
        "threshold-percentile",
        "history",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn folds_in_any_order_give_the_same_machine_on_any_number_of_threads() {
    let mut machine = over_all_folds(json!({ "window": 6 }));
    split_by(
        &mut machine,
        "ShuffleSplit",
        &json!({ "n_splits": 5, "test_size": 0.4, "random_state": 3 }),
    );
    let train_on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let train = || train(&machine, &dataset(), &Options::default()).unwrap();
        pool.unwrap().install(train)
    };
    let one = train_on(1);
    assert_eq!(one, train_on(4));
    // Where a list starts and ends, not the earliest and latest of its rows.
    let built = &one.metadata["metadata"]["build_metadata"]["model"];
    let splits = &built["cross_validation"]["splits"];
    assert_eq!(splits["fold-5-n-test"], 32);
    let of_splitter = machine.evaluation.splitter.split(80).unwrap();
    let first = *of_splitter[0].test.first().unwrap();
    let time = splits["fold-1-test-start"].as_str().unwrap();
    let (hour, minute) = (first / 6, first % 6 * 10);
    assert_eq!(time, format!("1970-01-01 {hour:02}:{minute:02}:00+00:00"));
}

#[test]
fn fewer_rows_than_outputs_are_told() {
    let detector = machine(Mode::FullBuild);
    let told = |n_rows| {
        let found = warned(&detector, &rows(n_rows));
        found.iter().any(|(code, _)| *code == "train::few_rows")
    };
    assert!(!told(24));
    // The first of four folds learns from one row.
    let mut wide = over_all_folds(json!({ "window": 2 }));
    split_by(&mut wide, "TimeSeriesSplit", &json!({ "n_splits": 4 }));
    let found = warned(&wide, &rows(5));
    assert!(
        found.contains(&("train::few_rows", String::new())),
        "{found:?}"
    );
}
