//! Every class of models on tables that no sensor should give: none may panic.

use gordo_runtime::{Batch, Values};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

use super::context;
use crate::config::Node;
use crate::diagnostic::Diagnostics;
use crate::model::catalog::{ParameterDefault, Role, catalog};
use crate::model::resolve;
use crate::part::document::Reader;
use crate::part::lowering::Fields;
use crate::part::tensors::Tensors;

/// What is fitted beside every class by its defaults: composites, and settings of their own kind.
fn definitions() -> Vec<Json> {
    let scaler = "sklearn.preprocessing.StandardScaler";
    let pca = |n: Json| json!({ "sklearn.decomposition.PCA": { "n_components": n } });
    let linear = "sklearn.linear_model.LinearRegression";
    let extra = [
        json!({ "sklearn.pipeline.Pipeline": [scaler, pca(json!(1)), linear] }),
        json!({ "sklearn.decomposition.PCA": { "whiten": true } }),
        pca(json!(0.9)),
        json!({ "sklearn.preprocessing.MinMaxScaler": { "clip": true, "feature_range": [-1, 1] } }),
        json!({ "sklearn.preprocessing.RobustScaler": { "unit_variance": true } }),
        json!({ "sklearn.preprocessing.Normalizer": { "norm": "max" } }),
        json!({ "sklearn.preprocessing.QuantileTransformer": { "output_distribution": "normal" } }),
        json!({ "sklearn.preprocessing.PowerTransformer": { "method": "box-cox" } }),
        json!({ "sklearn.preprocessing.PolynomialFeatures": { "degree": 3 } }),
        json!({ "sklearn.impute.SimpleImputer": { "strategy": "most_frequent" } }),
        json!({ "sklearn.pipeline.FeatureUnion": [scaler, pca(json!(1))] }),
        json!({ "sklearn.multioutput.MultiOutputRegressor": { "estimator": linear } }),
        json!({ "sklearn.compose.TransformedTargetRegressor": {
            "regressor": linear, "transformer": scaler } }),
        json!({ "sklearn.neighbors.KNeighborsRegressor": {
            "n_neighbors": 1, "weights": "distance", "p": 3 } }),
        json!({ "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
            "base_estimator": linear } }),
    ];
    let needs_nothing = |default: &ParameterDefault| *default != ParameterDefault::Required;
    let plain = catalog().filter(|entry| {
        let is_model = matches!(entry.role, Role::Transformer | Role::Estimator);
        let complete = entry
            .parameters
            .iter()
            .all(|one| needs_nothing(&one.default));
        entry.supported && is_model && complete && !entry.open
    });
    plain
        .map(|entry| json!(entry.paths[0]))
        .chain(extra)
        .collect()
}

/// Numbers as they come, and those at the ends of what there is.
fn number() -> impl Strategy<Value = f64> {
    let ends = [
        0.0,
        -0.0,
        1.0,
        100.1,
        100.1 + 1e-14,
        1e300,
        -1e300,
        1e-300,
        f64::MAX,
    ];
    prop_oneof![3 => -10.0..10.0, 1 => select(ends.to_vec())]
}

fn any_number() -> impl Strategy<Value = f64> {
    let none = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    prop_oneof![6 => number(), 1 => select(none.to_vec())]
}

/// Rows of `width` numbers; some columns are the same in every row.
fn table<S: Strategy<Value = f64>>(
    rows: std::ops::Range<usize>,
    width: usize,
    number: impl Fn() -> S,
) -> impl Strategy<Value = Batch> {
    let constant = vec(prop::option::weighted(0.2, number()), width);
    let rows = vec(vec(number(), width), rows);
    (rows, constant).prop_map(move |(mut rows, constant)| {
        for row in &mut rows {
            for (number, constant) in row.iter_mut().zip(&constant) {
                *number = constant.unwrap_or(*number);
            }
        }
        Batch::double(rows.len(), width, rows.concat())
    })
}

#[test]
fn no_table_makes_a_part_panic() {
    const WIDTH: usize = 3;
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    for definition in definitions() {
        let mut runner = TestRunner::new_with_rng(
            config.clone(),
            prop::test_runner::TestRng::deterministic_rng(config.rng_algorithm),
        );
        let learnt = (table(1..40, WIDTH, number), table(40..41, 1, number));
        let tables = (learnt, table(0..5, WIDTH, any_number), any::<bool>());
        let outcome = runner.run(&tables, |((x, y), rows, is_single)| {
            check(&definition, &x, &y.slice(0..x.rows), rows, is_single)
        });
        outcome.unwrap_or_else(|error| panic!("{definition}: {error}"));
    }
}

/// Fits, writes, reads again, lowers and applies a model; any of it may refuse.
fn check(
    definition: &Json,
    x: &Batch,
    y: &Batch,
    mut rows: Batch,
    is_single: bool,
) -> Result<(), TestCaseError> {
    let mut found = Diagnostics::default();
    let widths = Some((x.width, y.width));
    let Some(model) = resolve(&Node::from_json(definition), widths, &mut found) else {
        return Err(TestCaseError::fail(format!("{found:?}")));
    };
    let Ok(fit) = model.estimator.fit(x, y, &context(0)) else {
        return Ok(());
    };
    if is_single {
        rows.values = Values::Single(rows.values.into_single());
    }
    let answer = fit.fitted.apply(rows.clone());
    let mut fields = Fields::new(x.width);
    fit.fitted.lower(&mut fields);
    if let Ok(answer) = &answer {
        prop_assert_eq!(answer.width, fields.width);
        prop_assert_eq!(answer.to_f64().len(), answer.rows * answer.width);
    }
    // What is written reads as the same part, or is refused for numbers that are not finite.
    let mut tensors = Tensors::new();
    let document = fit.fitted.write(&mut tensors);
    let mut width = x.width;
    let reader = Reader::root(&document, &tensors, crate::part::read);
    if let Ok(read) = reader.part(&mut width) {
        prop_assert_eq!(width, fields.width);
        let again = read.apply(rows);
        let bits = |batch: Batch| {
            batch
                .to_f64()
                .into_iter()
                .map(f64::to_bits)
                .collect::<Vec<_>>()
        };
        prop_assert_eq!(again.map(bits), answer.map(bits));
    }
    Ok(())
}
