mod hostile;

use std::any::Any;
use std::sync::Arc;

use gordo_runtime::Batch;
use serde_json::{Value, json};

use super::fit::{Estimator, FitContext, Run, Transformer, TransformerModel, invert};
use super::rows;
use crate::config::Node;
use crate::diagnostic::Diagnostics;
use crate::model::resolve;
use crate::project::Metric;
use crate::random::Seed;
use crate::train::golden::{assert_close, batch, documents, numbers};
use crate::train::score;

fn context(seed: u64) -> FitContext<'static> {
    FitContext {
        seed: Seed::new(seed),
        run: Run::Final,
        progress: &(),
    }
}

/// A definition that only transforms `width` columns.
pub(super) fn transformer(definition: &Value, width: usize) -> Arc<dyn Transformer> {
    let mut found = Diagnostics::default();
    let model = resolve(
        &Node::from_json(definition),
        Some((width, width)),
        &mut found,
    );
    let model = model.unwrap_or_else(|| panic!("{definition}: {found:?}"));
    let estimator: &dyn Any = &*model.estimator;
    let model: &TransformerModel = estimator.downcast_ref().unwrap();
    Arc::clone(&model.0)
}

#[test]
fn transformers_meet_gordo() {
    for (name, document) in documents("transformers", "") {
        let (x, x_apply) = (batch(&document["X_fit"]), batch(&document["X_apply"]));
        let fitted = transformer(&document["definition"], x.width)
            .fit(&x)
            .unwrap();
        let expected = &document["expected"];
        let transformed = fitted.apply(x_apply).unwrap();
        let want = numbers(&expected["transform"]["data"]);
        assert_close(&name, &transformed.to_f64(), &want, &document);
        if expected.get("inverse_transform").is_some() {
            let back = invert(&*fitted, batch(&expected["transform"])).unwrap();
            let want = numbers(&expected["inverse_transform"]["data"]);
            assert_close(&name, &back.to_f64(), &want, &document);
        }
    }
}

#[test]
fn regressors_meet_scikit_learn() {
    let mut cases = 0;
    for (name, document) in documents("regressors", "") {
        let definition = Node::from_json(&document["definition"]);
        let (x, y) = (batch(&document["X_fit"]), batch(&document["y_fit"]));
        let mut found = Diagnostics::default();
        let Some(model) = resolve(&definition, Some((x.width, y.width)), &mut found) else {
            continue;
        };
        cases += 1;
        let fitted = model.estimator.fit(&x, &y, &context(0)).unwrap().fitted;
        let predicted = fitted.apply(batch(&document["X_apply"])).unwrap();
        let want = numbers(&document["expected"]["predict"]["data"]);
        assert_close(&name, &predicted.to_f64(), &want, &document);
    }
    assert!(cases == 0 || cases >= 12, "{cases} cases");
}

/// Mean explained variance on the last fifth of the rows, and on those before, over five seeds.
fn explained_variance(csv: &str, estimator: &dyn Estimator) -> (f64, f64) {
    let mut lines = csv.lines();
    let width = lines.next().unwrap().split(',').count() - 1;
    let cells = lines.flat_map(|line| line.split(',').skip(1));
    let values: Vec<f64> = cells.map(|cell| cell.trim().parse().unwrap()).collect();
    let rows = values.len() / width;
    let table = Batch::double(rows, width, values);
    let (train, test): (Vec<usize>, Vec<usize>) = (0..rows).partition(|row| row * 5 < rows * 4);
    let (train, test) = (rows::take(&table, &train), rows::take(&table, &test));
    let (mut on_train, mut on_test) = (0.0, 0.0);
    for seed in 0..5 {
        let fitted = estimator
            .fit(&train, &train, &context(seed))
            .unwrap()
            .fitted;
        let score = |rows: &Batch| {
            let answers = fitted.apply(rows.clone()).unwrap();
            score::measure(
                Metric::find("explained_variance_score").unwrap(),
                rows,
                &answers,
            )
            .1
        };
        on_train += score(&train) / 5.0;
        on_test += score(&test) / 5.0;
    }
    (on_train, on_test)
}

#[test]
fn hourglasses_learn_as_well_as_gordos() {
    for (_, document) in documents("quality", "quality") {
        // Half up to the widths of the hourglass, as the factories work them out.
        for (dataset, dims) in [("turbine", [6, 4]), ("separator", [9, 6]), ("pump", [4, 3])] {
            let reference = &document["datasets"][dataset];
            let width = reference["tags"].as_array().unwrap().len();
            let scaler = "sklearn.preprocessing.MinMaxScaler";
            let network = json!({ "gordo.machine.model.models.KerasAutoEncoder": {
                "kind": "feedforward_symmetric", "dims": dims, "funcs": ["tanh", "tanh"],
                "epochs": 30 } });
            let pipeline = json!({ "sklearn.pipeline.Pipeline": { "steps": [scaler, network] } });
            let definition = json!({ "sklearn.compose.TransformedTargetRegressor": {
                "transformer": scaler, "regressor": pipeline } });
            let definition = Node::from_json(&definition);
            let mut found = Diagnostics::default();
            let model = resolve(&definition, Some((width, width)), &mut found).unwrap();
            let file = reference["csv"].as_str().unwrap();
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/golden/model/");
            let csv = std::fs::read_to_string(format!("{root}{file}")).unwrap();
            let (train, test) = explained_variance(&csv, &*model.estimator);
            let summary = &document["results"][dataset]["hourglass-adam"]["summary"];
            for (part, got) in [("train", train), ("test", test)] {
                let want = &summary[format!("explained_variance_{part}")];
                let mean = want["mean"].as_f64().unwrap();
                // Two standard errors of five seeds, or 0.01.
                let allowance = (2.0 * want["std"].as_f64().unwrap() / 5.0_f64.sqrt()).max(0.01);
                assert!(
                    got >= mean - allowance,
                    "{dataset} {part}: {got}, Gordo {mean}"
                );
            }
        }
    }
}
