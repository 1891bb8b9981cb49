//! Columns, followed from step to step.

use super::*;

const PCA: &str = "sklearn.decomposition.PCA";
const SVD: &str = "sklearn.decomposition.TruncatedSVD";
const POWERS: &str = "sklearn.preprocessing.PolynomialFeatures";
const UNION: &str = "sklearn.pipeline.FeatureUnion";
const LINEAR: &str = "sklearn.linear_model.LinearRegression";
const BOOSTING: &str = "sklearn.ensemble.GradientBoostingRegressor";
const FOLDS: &str = "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector";

fn components(count: impl Into<Json>) -> Json {
    json!({ PCA: { "n_components": count.into() } })
}

/// What stops the build, classes to come left out.
fn blocked(definition: &Json, n_columns: (usize, usize)) -> Vec<String> {
    let (_, refused, mut blocked) = checked(definition, n_columns);
    assert!(refused.is_empty(), "{refused:?}");
    blocked.retain(|line| !line.starts_with("model::not_supported_yet"));
    blocked
}

/// A pipeline of steps over so many tags, and the start of what is found, if anything.
#[track_caller]
fn check_steps(n_tags: usize, steps: &[Json], expected: &str) {
    let mut steps = steps.to_vec();
    steps.push(json!(LINEAR));
    let found = blocked(&json!({ PIPELINE: steps }), (n_tags, n_tags));
    match found.as_slice() {
        [] => assert!(expected.is_empty(), "nothing found in {steps:?}"),
        [one] => assert!(
            !expected.is_empty() && one.contains(expected),
            "{one} in {steps:?}"
        ),
        more => panic!("{more:?}"),
    }
}

#[test]
fn no_more_components_than_columns() {
    let too_many = "model::too_many_components";
    check_steps(4, &[components(4)], "");
    check_steps(4, &[components(5)], "5 components, but only 4 can be found");
    check_steps(
        4,
        &[components(2), components(3)],
        "3 components, but only 2",
    );
    check_steps(4, &[json!(PCA), components(4)], "");
    check_steps(4, &[components(0.9), components(4)], "");
    check_steps(4, &[components(0.9), components(5)], too_many);
    check_steps(4, &[components("mle"), components(4)], too_many);
    let arpack = json!({ PCA: { "n_components": 4, "svd_solver": "arpack" } });
    check_steps(4, &[arpack], "only 3 can be found");
    check_steps(4, &[json!({ SVD: { "n_components": 5 } })], too_many);
    check_steps(1, &[json!(SVD)], "model::too_few_columns");
    check_steps(4, &[components(0)], "0 components leave no columns");
}

#[test]
fn powers_and_unions_add_columns() {
    check_steps(4, &[json!(POWERS), components(15)], "");
    check_steps(4, &[json!(POWERS), components(16)], "only 15");
    let union = |parts: &[Json]| json!({ UNION: parts });
    let parts = [components(2), json!(SCALER)];
    check_steps(4, &[union(&parts), components(6)], "");
    check_steps(4, &[union(&parts), components(7)], "only 6");
    let parts = [json!("passthrough"), json!("drop")];
    check_steps(4, &[union(&parts), components(5)], "only 4");
    let weighted = |name: &str| json!({ UNION: { "transformer_list": [SCALER], "transformer_weights": { name: 2 } } });
    check_steps(4, &[weighted("step_0")], "");
    check_steps(
        4,
        &[weighted("scaler")],
        "the union has no part `scaler` (use `step_0`)",
    );
}

#[test]
fn nothing_is_checked_by_numbers_that_are_not_known() {
    let mut found = Diagnostics::default();
    let definition = node(&json!({ PIPELINE: [components(9), network(json!({}))] }));
    let model = resolve(&definition, None, &mut found);
    assert!(model.is_none() && !found.of_stage(Stage::Config).has_errors());
    assert_eq!(found.iter().count(), 0);
}

#[test]
fn an_hourglass_is_as_wide_as_what_reaches_it() {
    let (model, refused, found) = checked(&network(json!({})), (10, 3));
    assert!(refused.is_empty() && found.is_empty());
    let model = model.unwrap();
    let network = model.network().unwrap();
    let units: Vec<usize> = network.layers.iter().map(|layer| layer.units).collect();
    assert_eq!(units, [8, 7, 5, 5, 7, 8, 3]);
}

#[test]
fn targets_fit_what_learns_them() {
    #[track_caller]
    fn check(n_targets: usize, definition: &Json, expected: &str) {
        let found = blocked(definition, (4, n_targets)).join("\n");
        assert!(found.contains(expected), "{found}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
    }
    let many = json!({ "sklearn.multioutput.MultiOutputRegressor": { "estimator": BOOSTING } });
    check(3, &json!(BOOSTING), "learns one target, but there are 3");
    check(1, &json!(BOOSTING), "");
    check(3, &many, "");
    let target = |transformer: Json| json!({ TARGET: { "regressor": BOOSTING, "transformer": transformer } });
    check(3, &target(components(1)), "");
    check(3, &target(components(4)), "only 3 can be found");
    let normalizer = "sklearn.preprocessing.Normalizer";
    check(1, &target(json!(normalizer)), "model::no_inverse");
    let both = json!({ PIPELINE: { "steps": [normalizer, SCALER] } });
    check(1, &target(both), "model::no_inverse");
    let signs = json!({ "sklearn.tree.DecisionTreeRegressor": { "monotonic_cst": [0, 1] } });
    check(1, &signs, "2 signs for 4 columns");
    let scaled = |scaler: Json| json!({ DETECTOR: { "base_estimator": LINEAR, "scaler": scaler } });
    check(3, &scaled(json!(SCALER)), "");
    check(3, &scaled(components(2)), "3 targets are scaled to 2");
    check(3, &scaled(json!(POWERS)), "3 targets are scaled to 10");
}

#[test]
fn folds_need_an_answer_for_every_row() {
    let check = |class: &str, lookback: usize, offset: Option<usize>| {
        let network = json!({ format!("gordo.machine.model.models.{class}"):
            { "kind": "lstm_model", "lookback_window": lookback } });
        let base = json!({ PIPELINE: { "steps": [SCALER, network] } });
        let found = blocked(&json!({ FOLDS: { "base_estimator": base } }), (4, 4)).join("\n");
        let expected = offset.map(|rows| format!("the first {rows} row"));
        assert!(
            found.contains(&expected.clone().unwrap_or_default()),
            "{found}"
        );
        assert_eq!(found.is_empty(), expected.is_none(), "{found}");
    };
    check("KerasLSTMAutoEncoder", 1, None);
    check("KerasLSTMAutoEncoder", 12, Some(11));
    check("KerasLSTMForecast", 1, Some(1));
}

#[test]
fn a_scoring_scaler_keeps_the_number_of_targets() {
    let mut found = Diagnostics::default();
    resolve_transformer(&node(&components(1)), Some(4), &mut found);
    let found = report(&found).join("\n");
    assert!(found.contains("4 targets are scaled to 1"), "{found}");
}
