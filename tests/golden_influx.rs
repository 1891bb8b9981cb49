//! Recorded conversations of Gordo with an InfluxDB server, held against ours.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gordoc::dataset::{self, Dataset};
use gordoc::project::{self, NamedDataset, Options};
use gordoc::source::Source;
use gordoc::time::Clock;
use serde_json::{Value, json};

use crate::support::mock_server::{MockResponse, MockServer, RecordedRequest};
use crate::support::shared;

#[test]
fn gordos_questions_are_asked_and_its_answers_understood() {
    let Some(path) = shared("golden/dataset/table_influx.json") else {
        return;
    };
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        check(case);
    }
}

fn check(case: &Value) {
    let responses = case["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(MockResponse::json);
    let expected = case["requests"].as_array().unwrap();
    let url = expected[0]["url"].as_str().unwrap();
    let server = if url.starts_with("https:") {
        MockServer::https(responses)
    } else {
        MockServer::http(responses)
    };
    let config = config(case, server.port());
    let loaded = dataset::load(&config.dataset, "".as_ref(), 0);
    match case.get("error") {
        None => assert_eq!(rows(&loaded.unwrap()), recorded_rows(case)),
        Some(error) => {
            let refused = loaded.unwrap_err();
            // Kind `other` asks for a failure alone.
            if error["kind"] == "value" {
                assert_eq!(refused.class(), error["type"].as_str().unwrap());
            }
        }
    }
    let asked = server.requests();
    assert_eq!(asked.len(), expected.len());
    for (asked, expected) in asked.iter().zip(expected) {
        compare(asked, expected);
    }
}

/// The case's dataset, asking a server at a port of this machine for rows as they are.
fn config(case: &Value, port: u16) -> NamedDataset {
    let mut provider = case["data_provider"].clone();
    provider["type"] = json!("InfluxDataProvider");
    if let Some(uri) = provider["uri"].as_str() {
        let (user, place) = uri.split_once('@').unwrap();
        let (_, path) = place.split_once('/').unwrap();
        provider["uri"] = json!(format!("{user}@127.0.0.1:{port}/{path}"));
    } else {
        provider["host"] = json!("127.0.0.1");
        provider["port"] = json!(port);
    }
    let config = json!({"machines": [{
        "name": "m",
        "dataset": {
            "data_provider": provider,
            "tag_list": [case["tag"]],
            "resolution": null,
            "train_start_date": case["train_start_date"],
            "train_end_date": case["train_end_date"],
        },
        "model": {},
    }]});
    let options = Options {
        project_name: Some("p".to_owned()),
        without_models: true,
        ..Options::default()
    };
    let reading = project::read(&Source::new("c.json", config.to_string()), &options);
    let mut project = reading.project.expect("the config is good");
    project.datasets.remove(0)
}

type Row = (i64, Option<f64>);

fn rows(dataset: &Dataset) -> Vec<Row> {
    let (_, values) = dataset.x.columns().next().unwrap();
    let values = values
        .iter()
        .map(|value| Some(*value).filter(|it| !it.is_nan()));
    dataset.times.iter().copied().zip(values).collect()
}

fn recorded_rows(case: &Value) -> Vec<Row> {
    let row = |row: &Value| {
        let time = Clock::utc().parse(row[0].as_str().unwrap().as_bytes());
        (time.unwrap(), row[1].as_f64())
    };
    case["series"].as_array().unwrap().iter().map(row).collect()
}

/// Compares all but host and port, which are ours.
fn compare(asked: &RecordedRequest, expected: &Value) {
    let text = |key: &str| expected[key].as_str().unwrap();
    assert_eq!(asked.method, text("method"));
    let path = text("url").splitn(4, '/').nth(3).unwrap();
    assert_eq!(asked.path, format!("/{path}"));
    let parameters = BTreeMap::from([
        ("db".to_owned(), text("db").to_owned()),
        ("q".to_owned(), with_plain_dots(text("q"))),
    ]);
    assert_eq!(asked.parameters, parameters);
    let who = STANDARD.encode(format!("{}:{}", text("user"), text("password")));
    assert_eq!(asked.headers["authorization"], format!("Basic {who}"));
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        assert_eq!(asked.headers[&name.to_lowercase()], value.as_str().unwrap());
    }
}

/// A recorded query in which a dot of the tag is a dot, as it is in ours alone.
fn with_plain_dots(query: &str) -> String {
    let Some((head, rest)) = query.split_once("=~ /^") else {
        return query.to_owned();
    };
    let (tag, tail) = rest.split_once("$/").expect("the pattern ends");
    format!("{head}=~ /^{}$/{tail}", tag.replace('.', "\\."))
}
