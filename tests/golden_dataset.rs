//! The golden dataset cases: what Gordo makes of a `dataset` section and its series.
//!
//! Tolerance: relative 1e-9, as sums are added up in another order; counts and times exact.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gordoc::dataset::{self, Dataset, Job, Table, TraceSink};
use gordoc::diagnostic::{Diagnostic, Severity};
use gordoc::project::{self, NamedDataset, Options};
use gordoc::source::Source;
use gordoc::time::Clock;
use serde_json::{Map, Value, json};

#[test]
fn golden_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/dataset");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("no golden datasets beside the repository");
        return;
    };
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    let mut n_checked = 0;
    for folder in cases {
        let case = read_json(&folder.join("case.json"));
        check(&folder, &case);
        n_checked += 1;
    }
    assert!(n_checked >= 35, "only {n_checked} cases were checked");
}

fn check(folder: &Path, case: &Value) {
    let name = case["name"].as_str().unwrap();
    let expect = &case["expect"];
    let loaded = load(folder, case);
    if let Some(error) = expect.get("error") {
        let found = loaded.expect_err(name);
        assert_eq!(found.class, error["type"].as_str().unwrap(), "{name}");
        for text in texts(&error["contains"]) {
            let told = &found.message;
            assert!(told.contains(&text), "{name}: {told} lacks {text}");
        }
        return;
    }
    let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    compare_table(name, &loaded, &loaded.x, &folder.join("expected_X.csv"));
    compare_table(name, &loaded, &loaded.y, &folder.join("expected_y.csv"));
    assert_eq!(texts(&expect["gap_warning"]), loaded.gaps, "{name}");
    let mut keys: Vec<&String> = loaded.metadata.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        texts(&expect["metadata_keys"]),
        keys.into_iter().cloned().collect::<Vec<_>>()
    );
    let subset = expect["metadata_subset"].as_object().unwrap();
    for (key, value) in subset {
        let mut found = loaded.metadata[key].clone();
        // A set of names, which Gordo collects without an order.
        if key == "row_filter_tags" {
            found = json!(texts(&found).into_iter().collect::<BTreeSet<_>>());
        }
        compare(&format!("{name}.{key}"), value, &found);
    }
}

#[test]
fn a_wide_export_without_zone_gives_a_column_per_tag() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/skab");
    if !base.exists() {
        eprintln!("no recordings beside the repository");
        return;
    }
    let names = ["Volume Flow RateRMS", "Pressure"];
    let case = json!({
        "dataset": {
            "train_start_date": "2020-03-09T10:14:33Z",
            "train_end_date": "2020-03-09T10:20:00Z",
            "tag_list": names,
            "resolution": "1S",
            "interpolation_limit": "10S",
            "data_provider": {
                "type": "FilesDataProvider",
                "path": ".",
                "files": { names[0]: "valve1-0.csv", names[1]: "valve1-0.csv" },
                "time_column": "datetime",
                "value_column": "{tag}",
                "separator": ";",
            },
        },
    });
    let loaded = load(&base, &case).unwrap();
    assert_eq!(loaded.times.len(), 328);
    assert_eq!(
        loaded.x.row_major()[..4],
        [32.0, 0.054_711, 32.0, 0.382_638]
    );
}

/// Compares JSON; times are equal as instants, texts of JSON as JSON.
fn compare(place: &str, expect: &Value, found: &Value) {
    match (expect, found) {
        (Value::Object(expect), Value::Object(found)) => {
            assert_eq!(sorted_keys(expect), sorted_keys(found), "{place}");
            for (key, value) in expect {
                compare(&format!("{place}.{key}"), value, &found[key]);
            }
        }
        (Value::Array(expect), Value::Array(found)) => {
            assert_eq!(expect.len(), found.len(), "{place}");
            for (expect, found) in expect.iter().zip(found) {
                compare(place, expect, found);
            }
        }
        (Value::String(expect), Value::String(found)) if place.contains(".x_hist.") => {
            let parse = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
            assert_eq!(parse(expect), parse(found), "{place}");
        }
        (Value::String(expect), Value::String(found)) if place.contains("_date_actual") => {
            assert_eq!(time(expect), time(found), "{place}");
        }
        (Value::Number(expect), Value::Number(found)) => {
            close(place, expect.as_f64().unwrap(), found.as_f64().unwrap());
        }
        _ => assert_eq!(expect, found, "{place}"),
    }
}

fn compare_table(name: &str, loaded: &Dataset, table: &Table, path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(header[1..], table.names(), "{name}");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), table.n_rows(), "{name}");
    let values = table.row_major();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(time(row[0]), loaded.times[at], "{name}");
        for (column, cell) in row[1..].iter().enumerate() {
            let found = values[at * table.n_columns() + column];
            close(&format!("{name} {}", row[0]), number(cell), found);
        }
    }
}

/// A cell's number; an empty one is missing.
fn number(cell: &str) -> f64 {
    if cell.is_empty() {
        return f64::NAN;
    }
    cell.parse().unwrap()
}

#[track_caller]
fn close(place: &str, expect: f64, found: f64) {
    let tolerance = if expect == 0.0 {
        1e-12
    } else {
        expect.abs() * 1e-9
    };
    assert!(
        (expect - found).abs() <= tolerance || (expect.is_nan() && found.is_nan()),
        "{place}: {found} is not {expect}"
    );
}

/// Reads and loads a case's dataset as a machine's; what is wrong with it, at any stage.
fn load(folder: &Path, case: &Value) -> Result<Dataset, Diagnostic> {
    let mut dataset = case["dataset"].clone();
    if !case["provider"].is_null() {
        dataset["data_provider"] = injected(case);
    }
    let machine = json!({
        "name": "m",
        "dataset": dataset,
        "evaluation": { "cv_mode": "full_build", "seed": case["random_seed"].as_u64() },
    });
    let NamedDataset { dataset, seed, .. } = read(&json!({ "machines": [machine] }))?;
    if case["method"] == "get_client_data" {
        let job = Job {
            config: &dataset,
            base: folder,
            seed,
            trace: TraceSink::default(),
        };
        let loaded = dataset::load_for_client(job, &case["build_dataset_metadata"]);
        return Ok(loaded.unwrap());
    }
    dataset::load(&dataset, folder, seed).map_err(|error| error.diagnostic())
}

/// The only machine's dataset, or the first error.
fn read(config: &Value) -> Result<NamedDataset, Diagnostic> {
    let options = Options {
        project_name: Some("p".to_owned()),
        without_models: true,
        ..Options::default()
    };
    let reading = project::read(&Source::new("case.json", config.to_string()), &options);
    let mut findings = reading.diagnostics.iter();
    if let Some(error) = findings.find(|item| item.severity == Severity::Error) {
        return Err(error.clone());
    }
    let mut datasets = reading.project.unwrap().datasets;
    Ok(datasets.remove(0))
}

/// The source that hands out a case's series.
fn injected(case: &Value) -> Value {
    json!({
        "type": "FilesDataProvider",
        "path": ".",
        "files": case["series"],
        "window": case["provider"]["window"],
        "look_back": case["provider"]["look_back"],
    })
}

fn time(text: &str) -> i64 {
    Clock::utc().parse(text.as_bytes()).unwrap()
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn sorted_keys(map: &Map<String, Value>) -> Vec<&String> {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort();
    keys
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
