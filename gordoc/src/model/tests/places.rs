//! What stops a config from being read, and what only stops a machine from being built.

use super::*;

const PCA: &str = "sklearn.decomposition.PCA";
const LINEAR: &str = "sklearn.linear_model.LinearRegression";
const MANY: &str = "sklearn.multioutput.MultiOutputRegressor";
const UNION: &str = "sklearn.pipeline.FeatureUnion";
const FOLDS: &str = "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector";
const FORECAST: &str = "gordo.machine.model.models.KerasLSTMForecast";
const RAW: &str = "gordo.machine.model.models.KerasRawModelRegressor";

/// Codes of what is refused and of what is blocked, over four tags.
fn codes(definition: &Json) -> (Vec<String>, Vec<String>) {
    let (_, refused, blocked) = checked(definition, (4, 4));
    let code = |line: String| line.split(' ').next().unwrap().to_owned();
    (
        refused.into_iter().map(code).collect(),
        blocked.into_iter().map(code).collect(),
    )
}

#[track_caller]
fn check_refused(definition: &Json, expected: &[&str]) {
    assert_eq!(codes(definition).0, expected, "{definition}");
}

#[track_caller]
fn check_blocked(definition: &Json, expected: &[&str]) {
    let (refused, blocked) = codes(definition);
    assert!(refused.is_empty(), "{definition}: {refused:?}");
    let blocked: Vec<&str> = blocked
        .iter()
        .map(String::as_str)
        .filter(|code| *code != "model::not_supported_yet")
        .collect();
    assert_eq!(blocked, expected, "{definition}");
}

#[test]
fn classes_to_come_are_checked_by_their_names() {
    check_refused(
        &json!({ PCA: { "components": 2 } }),
        &["model::unknown_parameter"],
    );
    check_refused(
        &json!({ LINEAR: { "nosuch": 1 } }),
        &["model::unknown_parameter"],
    );
    check_refused(&json!(MANY), &["model::missing_parameter"]);
    check_refused(&json!({ UNION: {} }), &["model::missing_parameter"]);
    check_refused(
        &json!({ FOLDS: { "percentile": 1 } }),
        &["model::unknown_parameter"],
    );
    check_refused(&json!({ FORECAST: {} }), &["model::no_kind"]);
    check_refused(
        &json!({ FORECAST: { "kind": "feedforward_model" } }),
        &["model::unknown_kind"],
    );
    check_refused(&json!(RAW), &["model::no_kind"]);
    check_blocked(
        &json!({ FORECAST: { "kind": "lstm_model", "lookback_window": 3 } }),
        &[],
    );
}

#[test]
fn forms_are_refused_as_steps_and_blocked_as_values() {
    for value in [json!(null), json!(3), json!([SCALER])] {
        check_refused(&value, &["model::not_a_definition"]);
        check_refused(
            &json!({ PIPELINE: [value.clone(), LINEAR] }),
            &["model::not_a_definition"],
        );
    }
    check_blocked(
        &json!({ DETECTOR: { "scaler": 3 } }),
        &["model::wrong_kind"],
    );
    check_blocked(
        &json!({ MANY: { "estimator": { LINEAR: null } } }),
        &["model::no_parameters"],
    );
    check_refused(
        &json!({ PIPELINE: [{ LINEAR: null }] }),
        &["model::no_parameters"],
    );
    check_blocked(&json!({}), &["model::not_a_definition"]);
    check_blocked(
        &json!({ PIPELINE: [{ "a": 1, "b": 2 }] }),
        &["model::not_a_definition"],
    );
    check_refused(
        &json!({ PIPELINE: { "steps": null } }),
        &["model::wrong_kind"],
    );
    check_blocked(
        &json!({ PIPELINE: { "steps": {} } }),
        &["model::wrong_kind"],
    );
    check_blocked(&json!({ PIPELINE: [] }), &["model::no_steps"]);
}

#[test]
fn what_looks_like_a_class_is_made_wherever_it_stands() {
    let stray = json!({ SCALER: { "clip": { PCA: { "nosuch": 1 } } } });
    check_refused(&stray, &["model::unknown_parameter"]);
    check_refused(
        &json!({ SCALER: { "clip": PIPELINE } }),
        &["model::missing_parameter"],
    );
}

#[test]
fn values_only_stop_the_build() {
    let check = |class: &str, parameters: Json, code: &str| {
        let definition = json!({ PIPELINE: [{ class: parameters }, LINEAR] });
        check_blocked(&definition, &[code]);
    };
    check(SCALER, json!({ "clip": "yes" }), "model::wrong_kind");
    check(PCA, json!({ "n_components": -1 }), "model::out_of_range");
    check(PCA, json!({ "svd_solver": "ful" }), "model::out_of_range");
    check(
        "sklearn.impute.SimpleImputer",
        json!({ "fill_value": "none" }),
        "model::wrong_kind",
    );
    check_blocked(&network(json!({ "epochs": 0 })), &["model::out_of_range"]);
    let blocked = checked(&json!({ PCA: { "svd_solver": "ful" } }), (4, 4)).2;
    assert!(
        blocked[0].ends_with("(did you mean `full`?)"),
        "{blocked:?}"
    );
}

#[test]
fn parameters_must_go_together() {
    let check = |class: &str, parameters: Json| {
        let definition = json!({ class: parameters });
        let found = codes(&definition).1;
        let code = "model::conflicting_parameters".to_owned();
        assert!(found.contains(&code), "{definition}: {found:?}");
    };
    let forest = "sklearn.ensemble.RandomForestRegressor";
    check(PCA, json!({ "n_components": 0.5, "svd_solver": "arpack" }));
    check(forest, json!({ "bootstrap": false, "max_samples": 5 }));
    check(forest, json!({ "bootstrap": false, "oob_score": true }));
    check("sklearn.linear_model.Ridge", json!({ "solver": "lbfgs" }));
    check(
        "sklearn.preprocessing.QuantileTransformer",
        json!({ "n_quantiles": 20, "subsample": 10 }),
    );
    check(
        "sklearn.preprocessing.PolynomialFeatures",
        json!({ "degree": 0, "include_bias": false }),
    );
    check(
        "sklearn.neighbors.KNeighborsRegressor",
        json!({ "algorithm": "kd_tree", "metric": "cosine" }),
    );
    check(
        TARGET,
        json!({ "regressor": LINEAR, "func": "numpy.log1p" }),
    );
    let inverse = json!({ "regressor": LINEAR, "inverse_func": "numpy.expm1" });
    check(TARGET, inverse);
}

#[test]
fn functions_are_called_with_what_they_take() {
    const FUNCTION: &str = "sklearn.preprocessing.FunctionTransformer";
    const MULTIPLY: &str = "gordo.machine.model.transformer_funcs.general.multiply_by";
    let check = |parameters: Json, expected: &[&str]| {
        let definition = json!({ PIPELINE: [{ FUNCTION: parameters }, LINEAR] });
        check_blocked(&definition, expected);
    };
    check(json!({ "func": MULTIPLY, "kw_args": { "factor": 2 } }), &[]);
    check(json!({ "func": MULTIPLY }), &["model::missing_parameter"]);
    check(
        json!({ "func": MULTIPLY, "kw_args": { "factr": 2 } }),
        &["model::unknown_parameter", "model::missing_parameter"],
    );
    check(
        json!({ "func": MULTIPLY, "kw_args": { "factor": "x" } }),
        &["model::wrong_kind"],
    );
    check(
        json!({ "func": "numpy.log2p" }),
        &["model::unknown_function"],
    );
    check(
        json!({ "func": "numpy.log1p", "inverse_func": "numpy.expm1" }),
        &[],
    );
    let twice =
        json!({ TARGET: { "regressor": LINEAR, "func": MULTIPLY, "inverse_func": MULTIPLY } });
    check_blocked(&twice, &["model::missing_parameter"; 2]);
    check(
        json!({ "kw_args": { "factor": 2 } }),
        &["model::conflicting_parameters"],
    );
}
