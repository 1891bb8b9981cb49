use gordo_runtime::Step as _;

use super::super::Part;
use super::super::golden::{assert_close, batch, documents, numbers, step};
use super::*;
use crate::project::Metric;
use crate::random;
use crate::trained::flow::unscale;

#[test]
fn scalers_meet_the_peer() {
    let mut cases = 0;
    for (name, document) in documents("transformers", "") {
        let Some(step) = step(&document["definition"]) else {
            continue;
        };
        cases += 1;
        let state = super::step(&step, &batch(&document["X_fit"])).unwrap();
        let expected = &document["expected"];
        let transformed = state.apply(batch(&document["X_apply"])).unwrap();
        let want = numbers(&expected["transform"]["data"]);
        assert_close(&name, &transformed.to_f64(), &want, &document);
        if expected.get("inverse_transform").is_some() {
            let back = unscale(&state, batch(&expected["transform"])).unwrap();
            let want = numbers(&expected["inverse_transform"]["data"]);
            assert_close(&name, &back.to_f64(), &want, &document);
        }
    }
    assert!(cases == 0 || cases >= 11, "{cases} cases");
}

/// Mean explained variance on the last fifth of the rows, and on those before, over five seeds.
fn explained_variance(csv: &str, estimator: &Estimator) -> (f64, f64) {
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
        let course = Course {
            seed: random::Seed::new(seed),
            part: Part::Final,
            progress: &(),
        };
        let fitted = super::estimator(estimator, &train, &train, &course).unwrap();
        let score = |rows: &Batch| {
            let answers = fitted.state.apply(rows.clone()).unwrap();
            let metric = Metric::ExplainedVariance;
            super::super::score::measure(metric, rows, &answers).1
        };
        on_train += score(&train) / 5.0;
        on_test += score(&test) / 5.0;
    }
    (on_train, on_test)
}

#[test]
fn hourglasses_learn_as_well_as_the_peers() {
    for (_, document) in documents("quality", "quality") {
        // Half up to the widths of the hourglass, as the factories work them out.
        for (dataset, dims) in [("turbine", [6, 4]), ("separator", [9, 6]), ("pump", [4, 3])] {
            let reference = &document["datasets"][dataset];
            let width = reference["tags"].as_array().unwrap().len();
            let scaler = Step::MinMaxScaler {
                feature_range: (0.0, 1.0),
                clip: false,
            };
            let layer = |units, activation, activity_l1| crate::model::Layer {
                units,
                activation,
                activity_l1,
            };
            let tanh = gordo_runtime::Activation::Tanh;
            let mut network = super::super::golden::network(vec![
                layer(dims[0], tanh, 0.0),
                layer(dims[1], tanh, 1e-4),
                layer(dims[1], tanh, 0.0),
                layer(dims[0], tanh, 0.0),
                layer(width, gordo_runtime::Activation::Linear, 0.0),
            ]);
            network.training.epochs = 30;
            let estimator = Estimator::TransformedTarget {
                transformer: scaler.clone(),
                regressor: Box::new(Estimator::Pipeline {
                    steps: vec![scaler],
                    last: Box::new(Estimator::Network(network)),
                }),
            };
            let file = reference["csv"].as_str().unwrap();
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/golden/model/");
            let csv = std::fs::read_to_string(format!("{root}{file}")).unwrap();
            let (train, test) = explained_variance(&csv, &estimator);
            let summary = &document["results"][dataset]["hourglass-adam"]["summary"];
            for (part, got) in [("train", train), ("test", test)] {
                let want = &summary[format!("explained_variance_{part}")];
                let mean = want["mean"].as_f64().unwrap();
                // Two standard errors of five seeds, or 0.01.
                let allowance = (2.0 * want["std"].as_f64().unwrap() / 5.0_f64.sqrt()).max(0.01);
                assert!(
                    got >= mean - allowance,
                    "{dataset} {part}: {got}, peer {mean}"
                );
            }
        }
    }
}
