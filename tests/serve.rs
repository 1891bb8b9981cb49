//! The linked servers: Gordo's recorded exchanges, the numbers of training time, and a fault
//! that lights up.

use std::fs;
use std::path::Path;

use gordo_runtime::Batch;
use gordoc::trained::store;
use serde_json::{Value, json};

use crate::support::{Server, exchange, gordoc, root, run, shared};

#[test]
fn recorded_exchanges_have_the_same_answers() {
    let Some(golden) = shared("golden/server") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut compile = gordoc();
    compile
        .arg("compile")
        .arg("--trained")
        .arg(golden.join("models"));
    run(compile.arg("-o").arg(folder.path()));
    let environment = [
        (
            "MODEL_COLLECTION_DIR",
            "/gordo/models/golden-project/models/1700000001000",
        ),
        (
            "EXPECTED_MODELS",
            r#"["ae-targets","ae-window","lstm-ae","plain-lr",]"#,
        ),
        ("PROJECT", "golden-project"),
    ];
    let server = Server::start(&folder.path().join("bin/golden-project"), &environment);
    let exchanges = golden.join("exchanges");
    let outcome = exchange::run(server.address(), &exchanges, |name| {
        !exchange::LATER.contains(&name)
    });
    assert_eq!(outcome.compared.len(), 48);
    let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Columns of the committed pump recording, one row per minute.
fn pump_rows(from: &str, n_rows: usize, tags: &[String]) -> Vec<Vec<f64>> {
    let path = root().join("examples/quickstart/data/pump.csv");
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let columns: Vec<usize> = tags
        .iter()
        .map(|tag| header.iter().position(|name| name == tag).unwrap())
        .collect();
    lines
        .skip_while(|line| !line.starts_with(from))
        .take(n_rows)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            columns
                .iter()
                .map(|at| cells[*at].parse().unwrap())
                .collect()
        })
        .collect()
}

/// A column of an answer, in row order.
fn column(data: &Value, group: &str, name: &str, rows: usize) -> Vec<f64> {
    let cells = &data["data"][group][name];
    (0..rows)
        .map(|row| cells[row.to_string()].as_f64().unwrap())
        .collect()
}

#[test]
fn the_quickstart_serves_what_it_learnt_and_sees_the_fault() {
    let folder = tempfile::tempdir().unwrap();
    let mut compile = gordoc();
    compile
        .arg("compile")
        .arg(root().join("examples/quickstart/config.yaml"));
    run(compile.arg("-o").arg(folder.path()));
    let revision = fs::read_dir(folder.path().join("trained"))
        .unwrap()
        .next()
        .unwrap();
    let pump = store::read(&revision.unwrap().path().join("pump")).unwrap();
    let server = Server::start(&folder.path().join("bin/quickstart"), &[]);
    assert_eq!(
        server.request("GET", "/healthcheck", ""),
        (200, String::new())
    );

    // Bit for bit what training-time code computes for the same rows.
    let rows = pump_rows("2024-03-15T00:00", 300, &pump.tags);
    let flat: Vec<f64> = rows.iter().flatten().copied().collect();
    let expected = pump.predict(Batch::double(300, 5, flat)).unwrap().to_f64();
    let (status, body) = ask(&server, "prediction", &json!({ "X": rows }));
    assert_eq!(status, 200, "{body}");
    let data: Value = serde_json::from_str(&body).unwrap();
    for (at, tag) in pump.target_tags.iter().enumerate() {
        let served = column(&data, "model-output", tag, 300);
        let computed: Vec<f64> = expected.iter().skip(at).step_by(5).copied().collect();
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&served), bits(&computed), "{tag}");
    }

    // The bearing wears from noon of the 16th on.
    let confidence = |from: &str| {
        let rows = pump_rows(from, 600, &pump.tags);
        let (status, body) = ask(
            &server,
            "anomaly/prediction",
            &json!({ "X": rows, "y": rows }),
        );
        assert_eq!(status, 200, "{body}");
        let data: Value = serde_json::from_str(&body).unwrap();
        let name = "total-anomaly-confidence";
        let mut values = column(&data, name, name, 600);
        values.sort_by(f64::total_cmp);
        values[300]
    };
    for healthy in ["2024-03-08T00:00", "2024-03-15T00:00", "2024-03-16T00:00"] {
        let median = confidence(healthy);
        assert!(median < 1.0, "{healthy}: {median}");
    }
    let fault = confidence("2024-03-17T00:00");
    assert!(fault > 3.0, "{fault}");
    assert_eq!(server.stop(), Some(0));
}

/// The pump alone, under thresholds of all folds and a scaler of several steps.
const ALL_FOLDS: &str = "
machines:
  - name: pump
    dataset:
      tag_list: [P101-flow, P101-discharge-pressure, P101-motor-current]
      train_start_date: 2024-03-04T00:00:00Z
      train_end_date: 2024-03-08T00:00:00Z
      data_provider:
        type: gordo_core.data_providers.contrib.CSVDataProvider
        file_path: FILE
        timestamp_column: time
    model:
      gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector:
        window: 6
        smoothing_method: ewma
        threshold_percentile: 0.95
        scaler:
          sklearn.pipeline.Pipeline:
            steps: [sklearn.preprocessing.MinMaxScaler, sklearn.preprocessing.StandardScaler]
        base_estimator:
          sklearn.compose.TransformedTargetRegressor:
            transformer: sklearn.preprocessing.MinMaxScaler
            regressor:
              sklearn.pipeline.Pipeline:
                steps:
                  - sklearn.preprocessing.MinMaxScaler
                  - gordo.machine.model.models.KerasAutoEncoder:
                      {kind: feedforward_hourglass, epochs: 20}
    evaluation:
      cv_mode: full_build
      cv:
        sklearn.model_selection.KFold: {n_splits: 4, shuffle: true, random_state: 0}
";

#[test]
fn thresholds_of_all_folds_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let data = root().join("examples/quickstart/data/pump.csv");
    let config = ALL_FOLDS.replace("FILE", data.to_str().unwrap());
    fs::write(folder.path().join("config.yaml"), config).unwrap();
    let out = folder.path().join("out");
    let compile = |out: &Path| {
        let mut compile = gordoc();
        compile.args(["compile", "--project-name", "quickstart"]);
        compile.arg("-o").arg(out);
        compile
    };
    run(compile(&out).arg(folder.path().join("config.yaml")));
    let revision = fs::read_dir(out.join("trained")).unwrap().next().unwrap();
    let trained = revision.unwrap().path();
    let document = fs::read_to_string(trained.join("pump/machine.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let detector = &document["state"];
    assert_eq!(detector["type"], "DiffBasedKFCVAnomalyDetector");

    let tags = store::read(&trained.join("pump")).unwrap().tags;
    let rows = pump_rows("2024-03-09T00:00", 60, &tags);
    let answer = |out: &Path| {
        let server = Server::start(&out.join("bin/quickstart"), &[]);
        let body = json!({ "X": rows, "y": rows });
        let (status, body) = ask(&server, "anomaly/prediction?all_columns=yes", &body);
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        answer["data"].clone()
    };
    let served = answer(&out);
    let data = json!({ "data": served });
    let ratios = |errors: &[f64], threshold: &Value| -> Vec<f64> {
        let threshold = threshold.as_f64().unwrap();
        errors.iter().map(|error| error / threshold).collect()
    };
    for (at, tag) in tags.iter().enumerate() {
        let errors = column(&data, "tag-anomaly-unscaled", tag, 60);
        let confidence = column(&data, "anomaly-confidence", tag, 60);
        assert_eq!(
            confidence,
            ratios(&errors, &detector["feature_thresholds"][at]),
            "{tag}"
        );
        let smooth = column(&data, "smooth-tag-anomaly-unscaled", tag, 60);
        assert_eq!(smooth[0].to_bits(), errors[0].to_bits(), "{tag}");
    }
    let total = column(&data, "total-anomaly-scaled", "total-anomaly-scaled", 60);
    let name = "total-anomaly-confidence";
    let confidence = column(&data, name, name, 60);
    assert_eq!(confidence, ratios(&total, &detector["aggregate_threshold"]));
    // Nineteen of twenty smoothed errors are below it.
    assert!(confidence.iter().filter(|ratio| **ratio < 1.0).count() >= 30);

    let again = folder.path().join("again");
    run(compile(&again).arg("--trained").arg(out.join("trained")));
    assert_eq!(answer(&again), served);
}

fn ask(server: &Server, route: &str, body: &Value) -> (u16, String) {
    let path = format!("/gordo/v0/quickstart/pump/{route}");
    server.request("POST", &path, &body.to_string())
}
