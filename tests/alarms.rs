//! `gordoc compile` of machines that could not raise an alarm, or would always: what is said,
//! where it is kept, and what ends the run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{gordoc, stderr};

/// A folder with a config of one machine `tank` and its readings `all.csv`, ten minutes apart.
fn folder(
    tags: &[&str],
    n_rows: usize,
    value: impl Fn(&str, usize) -> String,
) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = format!("time,{}\n", tags.join(","));
    for row in 0..n_rows {
        let (day, minute) = (1 + row / 144, row % 144 * 10);
        write!(
            csv,
            "2024-01-{day:02}T{:02}:{:02}:00Z",
            minute / 60,
            minute % 60
        )
        .unwrap();
        for tag in tags {
            write!(csv, ",{}", value(tag, row)).unwrap();
        }
        csv.push('\n');
    }
    let last = n_rows - 1;
    let (day, minute) = (1 + last / 144, last % 144 * 10);
    let config = format!(
        "machines:
  - name: tank
    dataset:
      tag_list: [{}]
      train_start_date: 2024-01-01T00:00:00Z
      train_end_date: 2024-01-{day:02}T{:02}:{:02}:00Z
      data_provider: {{type: gordo_core.data_providers.contrib.CSVDataProvider, file_path: all.csv, timestamp_column: time}}
    model:
      gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
        window: 12
        base_estimator:
          sklearn.compose.TransformedTargetRegressor:
            transformer: sklearn.preprocessing.MinMaxScaler
            regressor:
              sklearn.pipeline.Pipeline:
                steps:
                  - sklearn.preprocessing.MinMaxScaler
                  - gordo.machine.model.models.KerasAutoEncoder:
                      {{kind: feedforward_hourglass, epochs: 3}}
",
        tags.join(", "),
        minute / 60,
        minute % 60
    );
    fs::write(folder.path().join("all.csv"), csv).unwrap();
    fs::write(folder.path().join("config.yaml"), config).unwrap();
    folder
}

fn compile(folder: &Path) -> Command {
    let mut command = gordoc();
    let arguments = ["compile", "config.yaml", "-o", "out", "--bin", "none"];
    command
        .current_dir(folder)
        .env("COLUMNS", "400")
        .args(arguments);
    command
}

/// Codes of the findings drawn on stderr.
fn codes(output: &Output) -> Vec<String> {
    let said = stderr(output);
    let lines = said.lines().filter(|line| line.starts_with("train::"));
    lines.map(str::to_owned).collect()
}

/// The document of the one machine that was kept.
fn document(folder: &Path) -> Value {
    let mut trained = fs::read_dir(folder.join("out/trained")).unwrap();
    let path = trained.next().unwrap().unwrap().path();
    let text = fs::read_to_string(path.join("tank/machine.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Any value of an object of this key, at any depth.
fn find<'a>(document: &'a Value, key: &str) -> Option<&'a Value> {
    match document {
        Value::Object(entries) => entries
            .get(key)
            .or_else(|| entries.values().find_map(|value| find(value, key))),
        Value::Array(items) => items.iter().find_map(|item| find(item, key)),
        _ => None,
    }
}

fn saw(row: usize) -> String {
    format!("{}.5", 50 + row % 7)
}

#[test]
fn what_keeps_a_machine_from_alarming_is_told_kept_and_told_again() {
    type Reading = fn(&str, usize) -> String;
    let cases: [(&[&str], usize, Reading, &[&str]); 5] = [
        (
            &["XV-1"],
            200,
            |_, _| "40".to_owned(),
            &["train::constant_tag", "train::zero_threshold"],
        ),
        (
            &["FT-1", "XV-1"],
            200,
            |tag, row| {
                if tag == "FT-1" {
                    saw(row)
                } else {
                    "1e-3".to_owned()
                }
            },
            &["train::constant_tag"],
        ),
        (
            &["FT-1", "TT-1"],
            200,
            |tag, row| match (tag, row % 2) {
                ("FT-1", _) => saw(row),
                (_, 0) => "100.1".to_owned(),
                _ => "100.10000000000001".to_owned(),
            },
            &["train::constant_tag"],
        ),
        (
            &["FT-1", "TT-1"],
            200,
            |tag, row| match tag {
                "TT-1" if row < 150 => "7".to_owned(),
                _ => saw(row),
            },
            &["train::constant_tag"],
        ),
        (
            &["FT-1"],
            40,
            |_, row| saw(row),
            &["train::missing_threshold"],
        ),
    ];
    for (tags, n_rows, value, expected) in cases {
        let folder = folder(tags, n_rows, value);
        let first = compile(folder.path()).output().unwrap();
        assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
        let told = codes(&first);
        for code in expected {
            assert!(
                told.iter().any(|other| other == code),
                "{code}: {}",
                stderr(&first)
            );
        }
        let count = match told.len() {
            1 => "  1 warning".to_owned(),
            n => format!("  {n} warnings"),
        };
        assert!(stderr(&first).contains(&count), "{}", stderr(&first));
        let document = document(folder.path());
        let kept = find(&document, "warnings")
            .and_then(Value::as_array)
            .unwrap();
        let kept: Vec<&str> = kept
            .iter()
            .map(|warning| warning["code"].as_str().unwrap())
            .collect();
        assert_eq!(kept, told);

        let second = compile(folder.path()).output().unwrap();
        assert!(stderr(&second).contains("kept"), "{}", stderr(&second));
        assert_eq!(codes(&second), told);
        let denied = compile(folder.path())
            .arg("--deny-warnings")
            .output()
            .unwrap();
        assert_eq!(denied.status.code(), Some(2), "{}", stderr(&denied));
        assert!(
            stderr(&denied).contains("they are denied"),
            "{}",
            stderr(&denied)
        );
    }
}

#[test]
fn folds_under_six_rows_leave_no_machine() {
    for (n_rows, is_trained) in [(19, false), (23, false), (24, true)] {
        let folder = folder(&["FT-1", "TT-1"], n_rows, |_, row| saw(row));
        let output = compile(folder.path()).output().unwrap();
        let said = stderr(&output);
        let expected = if is_trained { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(expected), "{said}");
        assert_eq!(said.contains("train::short_folds"), !is_trained, "{said}");
        assert_eq!(said.contains("24 rows are needed"), !is_trained, "{said}");
    }
}
