//! The golden dataset cases: what the peer makes of a `dataset` section and its series.
//!
//! Tolerance: relative 1e-9, as sums are added up in another order; counts and times exact.

use std::fs;
use std::path::{Path, PathBuf};

use gordoc::dataset::time::Clock;
use gordoc::dataset::{self, Dataset, Table};
use gordoc::project::{
    self, Duration, FilesProvider, InterpolationMethod, Period, Provider, Resolution, Tag, Window,
};
use gordoc::source::{Span, Spanned};
use serde_json::{Map, Value};

/// Cases that need more than datasets can do yet.
const LATER: [(&str, &str); 15] = [
    ("aggregate_list_columns", "pair columns"),
    ("aggregate_single_item_list", "pair columns"),
    ("client_data", "client variant"),
    ("csv_provider", "row filter"),
    ("error_buffer_longer_than_data", "row filter"),
    ("error_known_periods_empty", "known filter periods"),
    ("error_row_filter_empties", "row filter"),
    ("filter_periods_iforest", "filter periods"),
    ("filter_periods_median", "filter periods"),
    ("filter_periods_quantile", "filter periods"),
    ("known_periods_then_buffered_filter", "known filter periods"),
    ("no_resolution", "row filter"),
    ("row_filter_list_buffer", "row filter"),
    ("row_filter_long_list", "row filter"),
    ("row_filter_trigger_tag", "row filter"),
];

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
        let name = case["name"].as_str().unwrap();
        if LATER.iter().any(|(later, _)| *later == name) {
            continue;
        }
        check(&folder, &case);
        n_checked += 1;
    }
    assert!(n_checked >= 17, "only {n_checked} cases were checked");
}

fn check(folder: &Path, case: &Value) {
    let name = case["name"].as_str().unwrap();
    let config = convert(case);
    let seed = case["random_seed"].as_u64().unwrap_or(0);
    let expect = &case["expect"];
    let loaded = dataset::load(&config, folder, seed);
    if let Some(error) = expect.get("error") {
        let found = loaded.expect_err(name);
        assert_eq!(found.class(), error["type"].as_str().unwrap(), "{name}");
        for text in error["contains"].as_array().unwrap() {
            let text = text.as_str().unwrap();
            assert!(
                found.to_string().contains(text),
                "{name}: {found} lacks {text}"
            );
        }
        return;
    }
    let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
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
        compare(&format!("{name}.{key}"), value, &loaded.metadata[key]);
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
    let case = serde_json::json!({
        "dataset": {
            "train_start_date": "2020-03-09T10:14:33Z",
            "train_end_date": "2020-03-09T10:20:00Z",
            "tag_list": names,
            "resolution": "1S",
            "interpolation_limit": "10S",
        },
        "provider": { "window": "closed", "look_back": false },
        "series": { names[0]: "valve1-0.csv", names[1]: "valve1-0.csv" },
    });
    let mut config = convert(&case);
    if let Provider::Files(files) = &mut config.provider.value {
        files.time_column = "datetime".into();
        files.value_column = "{tag}".into();
        files.separator = ';';
    }
    let loaded = dataset::load(&config, &base, 0).unwrap();
    assert_eq!(loaded.times.len(), 328);
    assert_eq!(loaded.x.values[..4], [32.0, 0.054_711, 32.0, 0.382_638]);
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
    assert_eq!(header[1..], table.columns, "{name}");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), table.n_rows(), "{name}");
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(time(row[0]), loaded.times[at], "{name}");
        for (column, cell) in row[1..].iter().enumerate() {
            let found = table.values[at * table.columns.len() + column];
            close(&format!("{name} {}", row[0]), cell.parse().unwrap(), found);
        }
    }
}

#[track_caller]
fn close(place: &str, expect: f64, found: f64) {
    let tolerance = if expect == 0.0 {
        1e-12
    } else {
        expect.abs() * 1e-9
    };
    assert!(
        (expect - found).abs() <= tolerance,
        "{place}: {found} is not {expect}"
    );
}

/// The part of the normaliser that the cases need.
fn convert(case: &Value) -> project::Dataset {
    let dataset = &case["dataset"];
    let tags = tags(&dataset["tag_list"]);
    let target_tags = match &dataset["target_tag_list"] {
        Value::Null => tags.clone(),
        list => self::tags(list),
    };
    let limit = dataset
        .get("interpolation_limit")
        .map_or(Some("48H"), Value::as_str);
    project::Dataset {
        span: Span::default(),
        period: Period {
            start: time(dataset["train_start_date"].as_str().unwrap()),
            end: time(dataset["train_end_date"].as_str().unwrap()),
        },
        tags,
        target_tags,
        resolution: Some(spanned(Resolution {
            text: text(&dataset["resolution"], "10T"),
            nanoseconds: nanoseconds(&text(&dataset["resolution"], "10T")),
        })),
        aggregation: spanned(text(&dataset["aggregation_methods"], "mean")),
        interpolation: match dataset["interpolation_method"].as_str() {
            Some("ffill") => InterpolationMethod::ForwardFill,
            _ => InterpolationMethod::Linear,
        },
        interpolation_limit: limit.map(|limit| {
            spanned(Duration {
                text: limit.to_owned(),
                nanoseconds: nanoseconds(limit),
            })
        }),
        n_samples_threshold: usize::try_from(dataset["n_samples_threshold"].as_u64().unwrap_or(0))
            .unwrap(),
        provider: spanned(provider(case)),
        document: Value::Null,
    }
}

fn provider(case: &Value) -> Provider {
    let injected = &case["provider"];
    if injected.is_null() {
        return Provider::Random {
            min_size: 100,
            max_size: 300,
        };
    }
    let file = |(tag, file): (&String, &Value)| (tag.clone(), spanned(text(file, "")));
    Provider::Files(FilesProvider {
        path: spanned(String::new()),
        files: case["series"]
            .as_object()
            .unwrap()
            .iter()
            .map(file)
            .collect(),
        time_column: "time".into(),
        value_column: "value".into(),
        separator: ',',
        timezone: "UTC".into(),
        window: match injected["window"].as_str() {
            Some("all") => Window::All,
            _ => Window::Closed,
        },
        look_back: injected["look_back"] == true,
    })
}

fn tags(list: &Value) -> Vec<Spanned<Tag>> {
    let tags = texts(list).into_iter();
    tags.map(|name| {
        spanned(Tag {
            name,
            fields: Map::new(),
        })
    })
    .collect()
}

fn nanoseconds(text: &str) -> i64 {
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap();
    let unit = match &text[at..] {
        "S" => 1,
        "T" | "min" => 60,
        "H" => 3600,
        unit => panic!("unit {unit}"),
    };
    text[..at].parse::<i64>().unwrap() * unit * 1_000_000_000
}

fn time(text: &str) -> i64 {
    Clock::utc().parse(text.as_bytes()).unwrap()
}

fn text(value: &Value, default: &str) -> String {
    value.as_str().unwrap_or(default).to_owned()
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

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
