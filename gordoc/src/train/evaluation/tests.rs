use serde_json::Value;

use super::super::golden::{assert_close, batch, documents, number, numbers, splitter, step};
use super::super::{fold, metadata};
use super::*;
use crate::model::{Detector, Estimator, Smoothing, Splitter};

/// The golden test double: answers `a x + b` after dropping rows, or its first training row.
struct Fake<'a>(&'a Value);

impl Fake<'_> {
    fn answer(&self, first: &[f64], x: &Batch) -> Batch {
        let drop = usize::try_from(self.0["drop"].as_u64().unwrap_or(0)).unwrap();
        let (a, b) = (self.0["a"].as_f64(), self.0["b"].as_f64());
        let width = first.len();
        let rows = x.to_f64();
        let rows = rows.chunks_exact(x.width).skip(drop);
        let values = if self.0["first_row"] == true {
            rows.flat_map(|_| first.to_vec()).collect()
        } else {
            let line = |x: &f64| a.unwrap_or(1.0) * x + b.unwrap_or(0.0);
            rows.flat_map(|row| row[..width].iter().map(line)).collect()
        };
        Batch::double(x.rows - drop, width, values)
    }
}

fn detector(document: &Value) -> Detector {
    let parameters = &document["params"];
    let window = parameters["window"]
        .as_u64()
        .map(|window| usize::try_from(window).unwrap());
    Detector {
        // Never fitted: the test double stands in.
        base: Estimator::Pipeline {
            steps: Vec::new(),
            last: Box::new(Estimator::Network(
                super::super::golden::network(Vec::new()),
            )),
        },
        scaler: match &parameters["scaler"] {
            Value::Null => step(&Value::from("x.MinMaxScaler")).unwrap(),
            scaler => step(scaler).unwrap(),
        },
        require_thresholds: true,
        shuffle: parameters["shuffle"] == true,
        window,
        smoothing: window.map(|_| Smoothing::Median),
    }
}

#[test]
fn thresholds_of_test_doubles_meet_the_peers() {
    let mut cases = 0;
    for (name, document) in documents("anomaly", "diff-") {
        let expected = &document["expected"];
        if document["cross_validate"] != true {
            continue;
        }
        cases += 1;
        let (x, y) = (batch(&document["X"]), batch(&document["y"]));
        let detector = detector(&document);
        let splitter = match &document["cv"] {
            Value::Null => Splitter::TimeSeriesSplit {
                n_splits: 3,
                max_train_size: None,
                test_size: None,
                gap: 0,
            },
            cv => splitter(cv).unwrap(),
        };
        let folds = fold::split(&splitter, y.rows).unwrap();
        let answered = run(&folds, &y, |index, fold| {
            let targets = rows::take(&y, &fold.train);
            let mut first = Vec::new();
            let fitted = fit::detector(&detector, &targets, |order| {
                let row = order.map_or(0, |order| order[0]);
                first = rows::take(&targets, &[row]).to_f64();
                let state = State::Pipeline(Vec::new());
                let history = None;
                Ok(fit::Fitted { state, history })
            })?;
            let State::Detector(fitted) = fitted.state else {
                panic!("a detector fits to a detector");
            };
            // Other bases than the test double are answered by what the peer recorded.
            let answers = if document["fake_base"].is_null() {
                batch(&expected["folds"][index]["prediction"])
            } else {
                Fake(&document["fake_base"]).answer(&first, &rows::take(&x, &fold.test))
            };
            Ok(Model {
                answers,
                detector: Some((fitted.scaler, fitted.window)),
            })
        })
        .unwrap();
        for (answered, fold) in answered.iter().zip(expected["folds"].as_array().unwrap()) {
            let want = numbers(&fold["prediction"]["data"]);
            assert_close(&name, &answered.answers.to_f64(), &want, &document);
        }
        let names = document["y_names"].as_array().unwrap().iter();
        let names: Vec<String> = names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        let estimator = Estimator::Detector(Box::new(detector));
        let mut meta = Value::from(metadata::model(&estimator, &names, &answered, None));
        for fixed in ["smoothing-method", "base_estimator"] {
            meta.as_object_mut().unwrap().remove(fixed);
        }
        for (key, want) in expected["metadata"].as_object().unwrap() {
            if key != "smoothing-method" {
                compare(&format!("{name} {key}"), &meta[key], want, &document);
            }
        }
    }
    assert!(cases == 0 || cases >= 9, "{cases} cases");
}

/// Compares documents: numbers by the tolerance, the golden's NaN with null.
fn compare(what: &str, got: &Value, want: &Value, document: &Value) {
    match want {
        Value::Object(entries) => {
            let keys = |value: &Value| -> Vec<String> {
                let entries = value.as_object().expect(what);
                entries.keys().cloned().collect()
            };
            assert_eq!(keys(got), keys(want), "{what}");
            for (key, want) in entries {
                compare(&format!("{what} {key}"), &got[key], want, document);
            }
        }
        Value::Array(items) => {
            assert_eq!(got.as_array().unwrap().len(), items.len(), "{what}");
            for (got, want) in got.as_array().unwrap().iter().zip(items) {
                compare(what, got, want, document);
            }
        }
        Value::String(text) if text != "NaN" => assert_eq!(got, want, "{what}"),
        Value::Bool(_) | Value::Null => assert_eq!(got, want, "{what}"),
        _ => assert_close(what, &[number(got)], &[number(want)], document),
    }
}
