//! Trees against scikit-learn's, and whatever they may be handed.

use gordo_runtime::Batch;
use serde_json::{Value, json};

use crate::config::Node;
use crate::diagnostic::Diagnostics;
use crate::model::resolve;
use crate::part::document::Reader;
use crate::part::error::FitError;
use crate::part::fit::{FitContext, Fitted, Run};
use crate::part::read;
use crate::part::tensors::Tensors;
use crate::random::Seed;
use crate::train::golden::{assert_close, batch, documents, numbers};

fn try_fit(definition: &Value, x: &Batch, y: &Batch) -> Result<Box<dyn Fitted>, FitError> {
    let mut found = Diagnostics::default();
    let widths = (x.width, y.width);
    let model = resolve(&Node::from_json(definition), Some(widths), &mut found);
    let model = model.unwrap_or_else(|| panic!("{definition}: {found:?}"));
    let context = FitContext {
        seed: Seed::new(0),
        run: Run::Final,
        progress: &(),
    };
    Ok(model.estimator.fit(x, y, &context)?.fitted)
}

/// Every class, with parameters that make it small.
fn classes() -> Vec<Value> {
    let small = json!({ "n_estimators": 5, "random_state": 1 });
    let ensemble = |class: &str| json!({ format!("sklearn.ensemble.{class}"): small });
    let histograms = json!({ "max_iter": 5, "min_samples_leaf": 3, "random_state": 1 });
    vec![
        json!({ "sklearn.tree.DecisionTreeRegressor": { "random_state": 1 } }),
        ensemble("RandomForestRegressor"),
        ensemble("ExtraTreesRegressor"),
        ensemble("RandomForestClassifier"),
        ensemble("GradientBoostingRegressor"),
        ensemble("IsolationForest"),
        json!({ "sklearn.ensemble.HistGradientBoostingRegressor": histograms }),
    ]
}

/// Numbers that are the same each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        let Self(state) = self;
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(*state >> 33).unwrap() % end
    }

    fn table(&mut self, rows: usize, width: usize) -> Batch {
        let values = (0..rows * width).map(|_| self.below(1000) as f64 / 100.0);
        Batch::double(rows, width, values.collect())
    }
}

/// A table, and whether the first two of its columns are together above their middle.
fn example(rows: usize) -> (Batch, Batch) {
    let x = Draw(5).table(rows, 3);
    let values = x.to_f64();
    let above = |row: &[f64]| f64::from(u8::from(row[0] + row[1] > 10.0));
    let y = values.chunks_exact(3).map(above).collect();
    (x, Batch::double(rows, 1, y))
}

fn bits(batch: &Batch) -> Vec<u64> {
    batch.to_f64().iter().map(|value| value.to_bits()).collect()
}

#[test]
fn trees_forests_and_boosting_meet_scikit_learns() {
    let mut cases = 0;
    for start in ["tree", "forest", "gbr"] {
        for (name, document) in documents("regressors", start) {
            cases += 1;
            let (x, y) = (batch(&document["X_fit"]), batch(&document["y_fit"]));
            let fitted = try_fit(&document["definition"], &x, &y).unwrap();
            let answer = fitted.apply(batch(&document["X_apply"])).unwrap();
            let want = numbers(&document["expected"]["predict"]["data"]);
            assert_close(&name, &answer.to_f64(), &want, &document);
        }
    }
    assert!(cases == 0 || cases >= 4, "{cases} cases");
}

/// Definitions, whether they learn two targets, and what scikit-learn 1.5.2 answers for five rows.
#[expect(clippy::too_many_lines, reason = "a table")]
fn answers_of_scikit_learn() -> Vec<(Value, usize, Vec<f64>)> {
    let ensemble =
        |class: &str, parameters: Value| json!({ format!("sklearn.ensemble.{class}"): parameters });
    vec![
        (
            ensemble(
                "ExtraTreesRegressor",
                json!({ "n_estimators": 3, "random_state": 2,
                "max_features": 2, "min_samples_leaf": 3 }),
            ),
            2,
            vec![
                4.080_555_555_555_556,
                4.978_253_968_253_968,
                6.665_805_555_555_555,
                5.556_694_444_444_443,
                5.797_638_888_888_888,
                6.746_388_888_888_888,
                5.608_030_303_030_303,
                7.191_363_636_363_635_5,
                4.782_555_555_555_555,
                4.562_833_333_333_334,
            ],
        ),
        (
            ensemble(
                "RandomForestRegressor",
                json!({ "n_estimators": 3, "random_state": 2,
                "max_samples": 0.5, "max_depth": 4, "criterion": "friedman_mse" }),
            ),
            1,
            vec![
                3.412_222_222_222_222_3,
                5.798_888_888_888_889,
                3.848_222_222_222_222_7,
                7.150_000_000_000_001,
                5.286_666_666_666_667,
            ],
        ),
        (
            ensemble(
                "RandomForestRegressor",
                json!({ "n_estimators": 3, "random_state": 2,
                "max_leaf_nodes": 6, "max_features": "log2" }),
            ),
            2,
            vec![
                4.834_498_550_724_638,
                5.317_405_797_101_45,
                5.388_540_974_967_062,
                5.817_023_978_919_631,
                4.611_603_535_353_535,
                6.557_651_515_151_515,
                6.574_970_238_095_237,
                6.248_184_523_809_523,
                4.908_625,
                6.311_708_333_333_333,
            ],
        ),
        (
            json!({ "sklearn.tree.DecisionTreeRegressor": { "random_state": 4, "max_depth": 5,
                "splitter": "random", "ccp_alpha": 0.05 } }),
            1,
            vec![
                5.502_799_999_999_999,
                4.666_666_666_666_667,
                5.821_25,
                3.825,
                5.502_799_999_999_999,
            ],
        ),
        (
            ensemble(
                "GradientBoostingRegressor",
                json!({ "n_estimators": 6, "random_state": 1,
                "subsample": 0.6, "loss": "huber" }),
            ),
            1,
            vec![
                4.529_416_984_107_025_5,
                4.875_745_448_476_435,
                5.231_637_520_052_421,
                4.368_435_882_992_14,
                4.592_435_476_495_558,
            ],
        ),
        (
            ensemble(
                "GradientBoostingRegressor",
                json!({ "n_estimators": 50, "random_state": 1,
                "n_iter_no_change": 2, "max_features": 2 }),
            ),
            1,
            vec![
                4.773_074_532_967_032_5,
                5.143_242_005_102_04,
                5.127_535_793_650_794,
                4.991_623_888_888_888,
                4.773_074_532_967_032_5,
            ],
        ),
        (
            ensemble(
                "HistGradientBoostingRegressor",
                json!({ "max_iter": 6, "random_state": 1,
                "min_samples_leaf": 4, "max_leaf_nodes": 5, "early_stopping": true,
                "validation_fraction": 0.2 }),
            ),
            1,
            vec![
                4.529_815_263_829_21,
                5.374_070_288_171_185,
                4.587_013_697_889_012,
                5.496_516_469_177_611,
                4.236_098_309_217_036,
            ],
        ),
    ]
}

#[test]
fn answers_are_scikit_learns_from_the_same_seed() {
    let mut draw = Draw(9);
    let (x, both, asked) = (draw.table(80, 3), draw.table(80, 2), draw.table(5, 3));
    let first: Vec<f64> = both.to_f64().into_iter().step_by(2).collect();
    let one = Batch::double(80, 1, first.clone());
    for (definition, n_targets, want) in answers_of_scikit_learn() {
        let y = if n_targets == 2 { &both } else { &one };
        let answer = try_fit(&definition, &x, y)
            .unwrap()
            .apply(asked.clone())
            .unwrap();
        for (got, want) in answer.to_f64().iter().zip(&want) {
            assert!(
                (got - want).abs() < 1e-12,
                "{definition}: {got}, not {want}"
            );
        }
    }
    let labels = first.iter().map(|value| (value / 3.0).floor());
    let labels = Batch::double(80, 1, labels.collect());
    let forest = json!({ "sklearn.ensemble.RandomForestClassifier": {
        "n_estimators": 9, "random_state": 3, "criterion": "entropy" } });
    let answer = try_fit(&forest, &x, &labels).unwrap().apply(asked).unwrap();
    assert_eq!(answer.to_f64(), [0.0, 1.0, 1.0, 1.0, 1.0]);
    let isolating = json!({ "sklearn.ensemble.IsolationForest": { "n_estimators": 7,
        "random_state": 3, "max_samples": 30, "max_features": 2, "contamination": 0.3 } });
    let answer = try_fit(&isolating, &x, &one).unwrap().apply(x).unwrap();
    let signs = answer.to_f64().into_iter().enumerate();
    let apart: Vec<usize> = signs
        .filter(|(_, sign)| *sign < 0.0)
        .map(|(row, _)| row)
        .collect();
    assert_eq!(
        apart,
        [
            3, 4, 14, 15, 16, 18, 19, 22, 23, 29, 30, 33, 34, 35, 36, 37, 38, 39, 40, 43, 49, 62,
            66, 76
        ]
    );
}

#[test]
fn what_is_learnt_is_nearly_what_is_so() {
    let (x, y) = example(400);
    for definition in classes() {
        if definition.to_string().contains("IsolationForest") {
            continue;
        }
        let answer = try_fit(&definition, &x, &y)
            .unwrap()
            .apply(x.clone())
            .unwrap();
        let pairs = answer.to_f64().into_iter().zip(y.to_f64());
        let right = pairs.filter(|(answer, y)| (*answer > 0.5) == (*y > 0.5));
        assert!(right.count() > 370, "{definition}");
    }
}

#[test]
fn rows_apart_are_isolated() {
    let (x, y) = example(300);
    let mut values = x.to_f64();
    values[..3].copy_from_slice(&[90.0, -90.0, 90.0]);
    let x = Batch::double(300, 3, values);
    for parameters in [
        json!({ "random_state": 0 }),
        json!({ "contamination": 0.01, "max_features": 2, "bootstrap": true }),
    ] {
        let definition = json!({ "sklearn.ensemble.IsolationForest": parameters });
        let answer = try_fit(&definition, &x, &y)
            .unwrap()
            .apply(x.clone())
            .unwrap();
        let answer = answer.to_f64();
        assert!(answer[0] < 0.0, "{definition}");
        let ordinary = answer.iter().filter(|sign| **sign > 0.0).count();
        assert!(ordinary > 200, "{ordinary}: {definition}");
    }
}

#[test]
fn documents_are_read_as_they_were_written() {
    let (x, y) = example(60);
    for definition in classes() {
        let fitted = try_fit(&definition, &x, &y).unwrap();
        let mut tensors = Tensors::new();
        let document = fitted.write(&mut tensors);
        let reader = Reader::root(&document, &tensors, read);
        let mut width = 3;
        let again = reader.part(&mut width).unwrap();
        assert_eq!(&*again, &*fitted, "{definition}");
        assert_eq!(width, 1);
        let answers = [&fitted, &again].map(|part| bits(&part.apply(x.clone()).unwrap()));
        assert_eq!(answers[0], answers[1]);
    }
}

#[test]
fn nodes_that_lead_nowhere_are_refused() {
    let forest = |right: Value, columns: Value, starts: Value| {
        let document = json!({
            "type": "RandomForestRegressor", "n_targets": 1, "values": [[1.0], [2.0]],
            "starts": starts, "right": right, "columns": columns, "thresholds": [0.5, 0.0, 0.0],
        });
        let tensors = Tensors::new();
        let read = Reader::root(&document, &tensors, read).part(&mut 2);
        read.map(drop).map_err(|error| error.to_string())
    };
    let (right, columns, starts) = (json!([2, 0, 0]), json!([1, 0, 0]), json!([0]));
    assert_eq!(
        forest(right.clone(), columns.clone(), starts.clone()),
        Ok(())
    );
    for wrong in [
        json!([1, 0, 0]),
        json!([3, 0, 0]),
        json!([2, 2, 0]),
        json!([0, 0, 2]),
    ] {
        let refusal = forest(wrong, columns.clone(), starts.clone()).unwrap_err();
        assert_eq!(refusal, "`right` is not right children behind left ones");
    }
    let refusal = forest(right.clone(), json!([2, 0, 0]), starts).unwrap_err();
    assert_eq!(refusal, "`columns` is not positions of columns");
    for wrong in [json!([]), json!([1]), json!([0, 3]), json!([0, 2, 1])] {
        let refusal = forest(right.clone(), columns.clone(), wrong).unwrap_err();
        assert!(
            refusal.starts_with("`starts` is not the starts of"),
            "{refusal}"
        );
    }
}

#[test]
fn answers_do_not_depend_on_threads() {
    let (x, y) = example(3000);
    for definition in classes() {
        let answers = || {
            bits(
                &try_fit(&definition, &x, &y)
                    .unwrap()
                    .apply(x.clone())
                    .unwrap(),
            )
        };
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let alone = pool(1).unwrap().install(answers);
        assert_eq!(alone, pool(3).unwrap().install(answers), "{definition}");
    }
}

#[test]
fn whatever_is_handed_over_is_learnt_or_refused() {
    let mut draw = Draw(3);
    let odd = [
        0.0,
        -0.0,
        1.0,
        1e300,
        -1e300,
        1e-300,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e30,
    ];
    let classes = classes();
    let mut learnt = 0;
    for _ in 0..400 {
        let rows = [0, 1, 2, 3, 40][draw.below(5)];
        let (mut x, y) = (draw.table(rows, 2), draw.table(rows, 1));
        let mut values = x.to_f64();
        for _ in 0..draw.below(4).min(values.len()) {
            let at = draw.below(values.len());
            values[at] = odd[draw.below(odd.len())];
        }
        if draw.below(4) == 0 {
            values.fill(7.0);
        }
        x = Batch::double(rows, 2, values);
        let mut targets: Vec<f64> = y.to_f64().iter().map(|value| value.round()).collect();
        if rows > 0 && draw.below(5) == 0 {
            targets[0] = odd[draw.below(odd.len())];
        }
        let y = Batch::double(rows, 1, targets);
        let definition = &classes[draw.below(classes.len())];
        if let Ok(fitted) = try_fit(definition, &x, &y) {
            learnt += 1;
            let answer = fitted.apply(x).unwrap();
            assert_eq!((answer.rows, answer.width), (rows, 1));
            let asked = (0..20).map(|_| odd[draw.below(odd.len())]);
            // It may refuse, not fail.
            let _ = fitted.apply(Batch::double(10, 2, asked.collect()));
        }
    }
    assert!(learnt > 100, "{learnt}");
}

#[test]
fn what_is_not_supported_is_refused_with_its_reason() {
    let check = |class: &str, parameters: Value, expected: &str| {
        let definition = Node::from_json(&json!({ format!("sklearn.{class}"): parameters }));
        let mut found = Diagnostics::default();
        assert!(
            resolve(&definition, Some((3, 1)), &mut found).is_none(),
            "{class}"
        );
        assert!(format!("{found:?}").contains(expected), "{found:?}");
    };
    let forest = "ensemble.RandomForestRegressor";
    check(
        forest,
        json!({ "criterion": "poisson" }),
        "`criterion: poisson` is not supported",
    );
    check(
        forest,
        json!({ "monotonic_cst": [0, 1, 0] }),
        "`monotonic_cst` is not supported",
    );
    let histograms = "ensemble.HistGradientBoostingRegressor";
    check(
        histograms,
        json!({ "loss": "gamma" }),
        "`loss: gamma` is not supported",
    );
    check(
        histograms,
        json!({ "loss": "quantile" }),
        "needs a `quantile`",
    );
    check(
        histograms,
        json!({ "max_features": 0.5 }),
        "`max_features` is not supported",
    );
    check(
        histograms,
        json!({ "categorical_features": [0] }),
        "is not supported",
    );
    let boosting = "ensemble.GradientBoostingRegressor";
    let linear = "sklearn.linear_model.LinearRegression";
    check(
        boosting,
        json!({ "init": linear }),
        "`init` is not supported",
    );
    let (x, y) = example(20);
    let asked = json!({ "sklearn.ensemble.RandomForestRegressor": { "max_samples": 30 } });
    let refusal = try_fit(&asked, &x, &y).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "`max_samples: 30` of 20 rows: there are not as many"
    );
    let labels = json!("sklearn.ensemble.RandomForestClassifier");
    let refusal = try_fit(&labels, &x, &x.slice(0..20))
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("learns whole numbers"), "{refusal}");
}
