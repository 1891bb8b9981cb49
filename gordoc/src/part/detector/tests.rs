use std::sync::Arc;

use gordo_runtime::{Batch, Rejection, Smoothing, Step};
use serde_json::Value;

use super::diff_based::{DiffBasedDetector, Settings};
use super::threshold::Validation;
use crate::config::Node;
use crate::diagnostic::Diagnostics;
use crate::model::{resolve_splitter, resolve_transformer};
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, Run};
use crate::part::lowering::Fields;
use crate::part::rows;
use crate::part::tensors::Tensors;
use crate::random::Seed;
use crate::train::golden::{assert_close, batch, documents, number, numbers};

/// The golden test double: answers `a x + b` after dropping rows, or its first training row.
#[derive(Clone, Debug)]
struct Fake {
    settings: Value,
    /// The first row of targets it was fitted on.
    first: Vec<f64>,
}

impl Estimator for Fake {
    fn fit(&self, _: &Batch, y: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        let first = rows::take(y, &[0]).to_f64();
        let fitted = Box::new(Self {
            first,
            ..self.clone()
        });
        let history = None;
        Ok(Fit { fitted, history })
    }
}

impl Fitted for Fake {
    fn write(&self, _: &mut Tensors) -> Value {
        Value::Null
    }

    fn lower(&self, _: &mut Fields) {}
}

impl Step for Fake {
    fn apply(&self, x: Batch) -> Result<Batch, Rejection> {
        let drop = usize::try_from(self.settings["drop"].as_u64().unwrap_or(0)).unwrap();
        let (a, b) = (self.settings["a"].as_f64(), self.settings["b"].as_f64());
        let width = self.first.len();
        let rows = x.to_f64();
        let rows = rows.chunks_exact(x.width).skip(drop);
        let values = if self.settings["first_row"] == true {
            rows.flat_map(|_| self.first.clone()).collect()
        } else {
            let line = |x: &f64| a.unwrap_or(1.0) * x + b.unwrap_or(0.0);
            rows.flat_map(|row| row[..width].iter().map(line)).collect()
        };
        Ok(Batch::double(x.rows - drop, width, values))
    }
}

fn detector(document: &Value, width: usize) -> DiffBasedDetector {
    let parameters = &document["params"];
    let scaler = match &parameters["scaler"] {
        Value::Null => Value::from("sklearn.preprocessing.MinMaxScaler"),
        scaler => scaler.clone(),
    };
    let mut found = Diagnostics::default();
    let scaler = resolve_transformer(&Node::from_json(&scaler), Some(width), &mut found);
    let window = parameters["window"]
        .as_u64()
        .map(|window| usize::try_from(window).unwrap());
    DiffBasedDetector {
        base: Arc::new(Fake {
            settings: document["fake_base"].clone(),
            first: Vec::new(),
        }),
        scaler: scaler.unwrap(),
        settings: Settings {
            require_thresholds: true,
            shuffle: parameters["shuffle"] == true,
            window,
            smoothing: window.map(|_| Smoothing::Median),
        },
    }
}

#[test]
fn thresholds_of_test_doubles_meet_gordos() {
    let mut cases = 0;
    for (name, document) in documents("anomaly", "diff-") {
        let expected = &document["expected"];
        if document["cross_validate"] != true {
            continue;
        }
        cases += 1;
        let (x, y) = (batch(&document["X"]), batch(&document["y"]));
        let detector = detector(&document, y.width);
        let splitter = match &document["cv"] {
            Value::Null => {
                serde_json::json!({ "sklearn.model_selection.TimeSeriesSplit": { "n_splits": 3 } })
            }
            cv => cv.clone(),
        };
        let mut found = Diagnostics::default();
        let splitter = resolve_splitter(&Node::from_json(&splitter), &mut found).unwrap();
        let mut validations: Vec<Validation> = Vec::new();
        let context = FitContext {
            seed: Seed::new(0),
            run: Run::Final,
            progress: &(),
        };
        let fit = |order: &[usize]| {
            let (x, y) = (rows::take(&x, order), rows::take(&y, order));
            detector.fit(&x, &y, &context).unwrap().fitted
        };
        for (index, fold) in splitter.split(y.rows).unwrap().iter().enumerate() {
            let fitted = fit(&fold.train);
            let want = &expected["folds"][index]["prediction"];
            // Other bases than the test double answered what Gordo recorded.
            let answers = if document["fake_base"].is_null() {
                batch(want)
            } else {
                let answers = fitted.apply(rows::take(&x, &fold.test)).unwrap();
                assert_close(&name, &answers.to_f64(), &numbers(&want["data"]), &document);
                answers
            };
            let lost = fold.test.len() - answers.rows;
            let targets = rows::take(&y, &fold.test[lost..]);
            let fitted = fitted.detector().unwrap();
            validations.push(fitted.validate(&answers, &targets).unwrap());
        }
        let names = document["y_names"].as_array().unwrap().iter();
        let names: Vec<String> = names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        let fitted = fit(&[0, 1]);
        let meta = fitted.detector().unwrap().metadata(&names, &validations);
        for (key, want) in expected["metadata"].as_object().unwrap() {
            // Smoothing is by the test's method; texts are those of the definition.
            if !["smoothing-method", "scaler", "base_estimator", "shuffle"].contains(&key.as_str())
            {
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
