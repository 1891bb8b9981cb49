use std::sync::Arc;

use gordo_runtime::{Anomaly, Batch, Rejection, Smoothing, Step};
use serde_json::{Map, Value, json};

use super::diff_based::LastFold;
use super::difference::{DifferenceDetector, Settings};
use super::kfcv::AllFolds;
use super::threshold::{CrossValidation, Errors, Smoothed, ThresholdRule};
use crate::config::Node;
use crate::diagnostic::Diagnostics;
use crate::model::{resolve, resolve_splitter, resolve_transformer};
use crate::part::document::Reader;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, Run};
use crate::part::lowering::Fields;
use crate::part::rows;
use crate::part::splitter::Splitter;
use crate::part::tensors::Tensors;
use crate::random::Seed;
use crate::train::golden::{assert_close, batch, documents, indices, number, numbers};

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

/// What no test draws from.
fn context() -> FitContext<'static> {
    FitContext {
        seed: Seed::new(0),
        run: Run::Final,
        progress: &(),
    }
}

/// The detector of a golden document, around its test double or its base.
fn detector(document: &Value, (inputs, targets): (usize, usize)) -> DifferenceDetector {
    let parameters = &document["params"];
    let is_kfcv = document["detector"] == "DiffBasedKFCVAnomalyDetector";
    let or = |name: &str, kfcv: Value, plain: Value| match &parameters[name] {
        Value::Null if is_kfcv => kfcv,
        Value::Null => plain,
        given => given.clone(),
    };
    let minmax = || json!("sklearn.preprocessing.MinMaxScaler");
    let mut found = Diagnostics::default();
    let scaler = Node::from_json(&or("scaler", minmax(), minmax()));
    let scaler = resolve_transformer(&scaler, Some(targets), &mut found);
    let window = or("window", json!(144), Value::Null);
    let method = or("smoothing_method", json!("smm"), json!("smm"));
    let base = &document["base_estimator"];
    let percentile = or("threshold_percentile", json!(0.99), Value::Null);
    DifferenceDetector {
        base: match resolve(&Node::from_json(base), Some((inputs, targets)), &mut found) {
            Some(base) => base.estimator,
            None => Arc::new(Fake {
                settings: document["fake_base"].clone(),
                first: Vec::new(),
            }),
        },
        scaler: scaler.unwrap(),
        settings: Settings {
            require_thresholds: parameters["require_thresholds"] != false,
            shuffle: or("shuffle", json!(true), json!(false)) == true,
            smoothed: window.as_u64().map(|window| Smoothed {
                method: Smoothing::find(method.as_str().unwrap()).unwrap(),
                window: usize::try_from(window).unwrap(),
            }),
        },
        rule: match percentile.as_f64() {
            Some(percentile) => Arc::new(AllFolds { percentile }),
            None => Arc::new(LastFold) as Arc<dyn ThresholdRule>,
        },
    }
}

/// The splitter of a golden document, or that of its detector.
fn splitter(document: &Value) -> Arc<dyn Splitter> {
    let definition = match &document["cv"] {
        Value::Null if document["detector"] == "DiffBasedKFCVAnomalyDetector" => json!({
            "sklearn.model_selection.KFold": { "shuffle": true, "random_state": 0 } }),
        Value::Null => json!({ "sklearn.model_selection.TimeSeriesSplit": { "n_splits": 3 } }),
        given => given.clone(),
    };
    let mut found = Diagnostics::default();
    resolve_splitter(&Node::from_json(&definition), &mut found).unwrap()
}

/// What a golden detector answers, or what Gordo recorded of a base that is not compiled yet.
fn answer(fitted: &dyn Fitted, x: Batch, recorded: &Batch, document: &Value) -> Batch {
    let base = &document["base_estimator"];
    let columns = Some((x.width, recorded.width));
    let is_compiled =
        resolve(&Node::from_json(base), columns, &mut Diagnostics::default()).is_some();
    if base.is_null() || is_compiled {
        fitted.apply(x).unwrap()
    } else {
        recorded.clone()
    }
}

/// A golden detector, cross-validated if its document says so, and fitted on all rows.
fn fitted(name: &str, document: &Value) -> Box<dyn Fitted> {
    let (x, y) = (batch(&document["X"]), batch(&document["y"]));
    let detector = detector(document, (x.width, y.width));
    let all = || detector.fit(&x, &y, &context()).unwrap().fitted;
    if document["cross_validate"] != true {
        return all();
    }
    let folds = splitter(document).split(y.rows).unwrap();
    let expected = document["expected"]["folds"].as_array().unwrap();
    assert_eq!(folds.len(), expected.len(), "{name}");
    let tested = folds.iter().zip(expected).map(|(fold, expected)| {
        assert_eq!(fold.test, indices(&expected["test_rows"]), "{name}");
        let (x_train, y_train) = (rows::take(&x, &fold.train), rows::take(&y, &fold.train));
        let fitted = detector.fit(&x_train, &y_train, &context()).unwrap().fitted;
        let want = batch(&expected["prediction"]);
        let answers = answer(&*fitted, rows::take(&x, &fold.test), &want, document);
        assert_close(name, &answers.to_f64(), &want.to_f64(), document);
        let answered = &fold.test[fold.test.len() - answers.rows..];
        let errors = fitted.detector().unwrap();
        let errors = errors.errors(&answers, &rows::take(&y, answered)).unwrap();
        (answered, errors)
    });
    let tested: Vec<(&[usize], Errors)> = tested.collect();
    let mut fitted = all();
    fitted.detector_mut().unwrap().calibrate(&CrossValidation {
        targets: &y,
        folds: tested
            .iter()
            .map(|(rows, errors)| (*rows, errors))
            .collect(),
    });
    fitted
}

#[test]
fn detectors_meet_gordos() {
    let mut cases = 0;
    for (name, document) in documents("anomaly", "") {
        cases += 1;
        let (expected, fitted) = (&document["expected"], fitted(&name, &document));
        let detector = fitted.detector().unwrap();
        assert_eq!(
            detector.can_detect(),
            expected["anomaly_error"].is_null(),
            "{name}"
        );
        let texts = document["y_names"].as_array().unwrap().iter();
        let names: Vec<String> = texts
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        let mut wanted = expected["metadata"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        // Texts of a detector's parts are told by its definition.
        let mut parts = Map::new();
        for key in ["scaler", "shuffle"] {
            parts.extend(wanted.get(key).map(|text| (key.to_owned(), text.clone())));
        }
        let meta = detector.metadata(&names, parts);
        if !wanted.is_empty() {
            wanted.shift_remove("base_estimator");
            compare(
                &name,
                &Value::Object(meta),
                &Value::Object(wanted),
                &document,
            );
        }
        let Some(columns) = expected["frame"]["columns"].as_array() else {
            continue;
        };
        let apply = |key: &str, other: &str| match &document[key] {
            Value::Null => batch(&document[other]),
            given => batch(given),
        };
        let targets = apply("y_apply", "y").to_f64();
        let recorded = recorded(columns);
        let answers = answer(&*fitted, apply("X_apply", "X"), &recorded, &document);
        let lost = targets.len() - answers.to_f64().len();
        let anomaly = detector.detect(&answers, &targets[lost..]).unwrap();
        check_frame(&name, columns, &answers, &anomaly, &document);
        let tagless = columns.iter().filter(|column| column["name"][1] != "");
        assert!(tagless.count() >= 4 * names.len(), "{name}");
    }
    assert!(cases == 0 || cases >= 17, "{cases} cases");
}

/// The answers in a golden frame.
fn recorded(columns: &[Value]) -> Batch {
    let answers = columns
        .iter()
        .filter(|column| column["name"][0] == "model-output")
        .map(|column| numbers(&column["values"]["data"]));
    let answers: Vec<Vec<f64>> = answers.collect();
    let rows = answers[0].len();
    let values = (0..rows).flat_map(|row| answers.iter().map(move |column| column[row]));
    Batch::double(rows, answers.len(), values.collect())
}

/// Compares what was found with the columns of Gordo's frame, all but texts and inputs.
fn check_frame(
    name: &str,
    columns: &[Value],
    answers: &Batch,
    anomaly: &Anomaly,
    document: &Value,
) {
    let smooth = || anomaly.smooth.as_ref().unwrap();
    let (answers, mut last, mut tag) = (answers.to_f64(), "", 0);
    for column in columns {
        let group = column["name"][0].as_str().unwrap();
        tag = if group == last { tag + 1 } else { 0 };
        last = group;
        let found = match group {
            "model-output" => &answers,
            "tag-anomaly-scaled" => &anomaly.tag_scaled,
            "total-anomaly-scaled" => &anomaly.total_scaled,
            "tag-anomaly-unscaled" => &anomaly.tag_unscaled,
            "total-anomaly-unscaled" => &anomaly.total_unscaled,
            "smooth-tag-anomaly-scaled" => &smooth().tag_scaled,
            "smooth-total-anomaly-scaled" => &smooth().total_scaled,
            "smooth-tag-anomaly-unscaled" => &smooth().tag_unscaled,
            "smooth-total-anomaly-unscaled" => &smooth().total_unscaled,
            "anomaly-confidence" => anomaly.confidence.as_ref().unwrap(),
            "total-anomaly-confidence" => anomaly.total_confidence.as_ref().unwrap(),
            _ => continue,
        };
        let width = found.len() / anomaly.total_scaled.len();
        let found: Vec<f64> = found.iter().skip(tag).step_by(width).copied().collect();
        // What is infinite there is the largest number here.
        let want = numbers(&column["values"]["data"]);
        let want: Vec<f64> = want.iter().map(|v| v.clamp(f64::MIN, f64::MAX)).collect();
        assert_close(&format!("{name} {group} {tag}"), &found, &want, document);
    }
    let is_there = |group: &str| columns.iter().any(|column| column["name"][0] == group);
    assert_eq!(
        anomaly.smooth.is_some(),
        is_there("smooth-total-anomaly-scaled"),
        "{name}"
    );
    assert_eq!(
        anomaly.confidence.is_some(),
        is_there("anomaly-confidence"),
        "{name}"
    );
}

#[test]
fn detectors_come_back_from_their_documents() {
    let targets = Batch::double(8, 1, (0..8).map(f64::from).collect());
    for percentile in [None, Some(0.25)] {
        let name = if percentile.is_some() {
            "DiffBasedKFCVAnomalyDetector"
        } else {
            ""
        };
        let document = json!({
            "detector": name,
            "params": { "window": 3, "smoothing_method": "sma", "threshold_percentile": percentile },
            "base_estimator": {
                "gordo.machine.model.models.KerasAutoEncoder": { "kind": "feedforward_hourglass" } },
        });
        let detector = detector(&document, (1, 1));
        let mut fitted = detector.fit(&targets, &targets, &context()).unwrap().fitted;
        let answers = fitted.apply(targets.clone()).unwrap();
        let errors = fitted
            .detector()
            .unwrap()
            .errors(&answers, &targets)
            .unwrap();
        let rows: Vec<usize> = (0..8).collect();
        fitted.detector_mut().unwrap().calibrate(&CrossValidation {
            targets: &targets,
            folds: vec![(&rows, &errors)],
        });
        let mut tensors = Tensors::new();
        let written = fitted.write(&mut tensors);
        assert_eq!(
            written.get("threshold_percentile").and_then(Value::as_f64),
            percentile
        );
        let read = |document: &Value| {
            let reader = Reader::root(document, &tensors, crate::part::read);
            reader.part(&mut 1)
        };
        assert!(*read(&written).unwrap() == *fitted);
        let mut wrong = written;
        wrong["threshold_percentile"] = json!(1.5);
        assert_eq!(read(&wrong).is_err(), percentile.is_some());
    }
}

/// Rows 2 and 3 are tested by no fold.
#[test]
fn what_no_fold_tests_counts_as_answered_with_zero() {
    let targets = Batch::double(4, 1, vec![10.0, -20.0, 30.0, -40.0]);
    let errors = Errors {
        unscaled: vec![vec![1.0, 2.0]],
        scaled: vec![0.5, 0.25],
    };
    let folds = vec![(&[0, 1][..], &errors)];
    let found = CrossValidation {
        targets: &targets,
        folds,
    };
    let thresholds = |percentile: f64| {
        let found = AllFolds { percentile }.calibrate(&found, None).unwrap();
        (found.thresholds.features[0], found.thresholds.aggregate)
    };
    assert_eq!(thresholds(0.0), (1.0, 0.25));
    assert_eq!(thresholds(1.0), (40.0, 0.5));
    assert_eq!(thresholds(0.5), (16.0, 0.375));
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
