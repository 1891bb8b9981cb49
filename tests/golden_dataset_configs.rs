//! Recorded dataset sections: types, dates, tags and documents beside what Gordo makes of
//! them.

use std::path::Path;

use gordoc::config::DateTime;
use gordoc::diagnostic::{Severity, Stage};
use gordoc::project::{self, Options, Tag};
use gordoc::source::Source;
use serde_json::{Map, Value, json};

fn cases() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../shared/golden/dataset/table_configs.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no recorded datasets beside the repository");
        return Vec::new();
    };
    let table: Value = serde_json::from_str(&text).unwrap();
    table["cases"].as_array().unwrap().clone()
}

fn check(case: &Value) -> Result<(), String> {
    let config = json!({"machines": [{
        "name": "m",
        "dataset": case["dataset"],
        "model": {"gordo.machine.model.models.KerasAutoEncoder": {"kind": "feedforward_hourglass"}},
    }]});
    let options = Options {
        project_name: Some("p".to_owned()),
        default_data_provider: case["default_data_provider"].as_str().map(str::to_owned),
        without_models: true,
        ..Options::default()
    };
    let reading = project::read(&Source::new("c.json", config.to_string()), &options);
    let expect = &case["expect"];
    let Some(error) = expect.get("error") else {
        let Some(project) = reading.project else {
            return Err(format!("refused: {:?}", reading.diagnostics));
        };
        let document = &project.documents[0]["dataset"];
        if let Some(wanted) = expect.get("to_dict")
            && !same(document, wanted)
        {
            return Err(format!("got {document}\nwant {wanted}"));
        }
        return project
            .datasets
            .first()
            .map_or(Ok(()), |named| loadable(&named.dataset, expect));
    };
    let found = reading.diagnostics.of_stage(Stage::Config);
    let first = found.iter().find(|item| item.severity == Severity::Error);
    let Some(first) = first else {
        return Err("accepted".to_owned());
    };
    if error["type"] != first.class {
        return Err(format!("class {}, not {}", first.class, error["type"]));
    }
    let told = format!("{first:?}");
    let missing = error["mentions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|word| !told.contains(word.as_str().unwrap()));
    missing.map_or(Ok(()), |word| {
        Err(format!("does not mention {word}: {told}"))
    })
}

fn loadable(dataset: &project::Dataset, expect: &Value) -> Result<(), String> {
    let instant =
        |key: &str| DateTime::parse(expect[key].as_str().unwrap()).and_then(|t| t.nanoseconds());
    let period = (Some(dataset.period.start), Some(dataset.period.end));
    if period != (instant("train_start_date"), instant("train_end_date")) {
        return Err(format!("period {:?}", dataset.period));
    }
    for (key, tags) in [
        ("tag_list", &dataset.tags),
        ("target_tag_list", &dataset.target_tags),
    ] {
        let tags: Vec<Value> = tags.iter().map(|tag| object(&tag.value)).collect();
        if !same(&json!(tags), &expect[key]) {
            return Err(format!("{key} {tags:?}"));
        }
    }
    Ok(())
}

fn object(tag: &Tag) -> Value {
    let mut all = Map::from_iter([("name".to_owned(), json!(tag.name))]);
    all.extend(tag.fields.clone());
    all.into()
}

/// Equality in which 1 is 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[test]
fn recorded_datasets_are_read_as_recorded() {
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case["name"].as_str().unwrap();
        if let Err(problem) = check(&case) {
            wrong.push(format!("{name}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
