//! Recorded configs: what `expand` prints for each beside what Gordo makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gordoc::command::cli::{Config, DocumentFormat, Expand};
use gordoc::command::{Level, Status, Streams, expand};
use gordoc::diagnostic::Style;
use gordoc::project::Options;
use serde_json::Value;

/// Recorded cases that gordoc answers otherwise on purpose, and why.
const DIFFERENT: &[(&str, &str)] = &[(
    "c15_config_map_env_by_name",
    "a config map reference may carry `name`, as Kubernetes wants it",
)];

fn recorded() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/config/normalize");
    if !root.is_dir() {
        println!("skipped: no recorded configs beside the repository");
        return None;
    }
    Some(root)
}

fn run(case: &Path, expect: &Value) -> (Status, Value) {
    let option = |key: &str| {
        expect["options"]
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let input = ["input.yaml", "input.json"].map(|name| case.join(name));
    let input = input.into_iter().find(|path| path.exists()).unwrap();
    let arguments = Expand {
        config: Config {
            config: input,
            project_name: None,
            default_data_provider: None,
            deny_warnings: false,
        },
        format: DocumentFormat::Json,
        custom_model_builder_envs: None,
    };
    let options = Options {
        project_name: expect["project_name"].as_str().map(str::to_owned),
        default_data_provider: option("default_data_provider"),
        custom_model_builder_envs: expect["options"].get("custom_model_builder_envs").cloned(),
        images_of_version: option("gordo_version"),
        ..Options::default()
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Streams {
        out: &mut out,
        err: &mut err,
        style: Style::default(),
        level: Level::Info,
    };
    let status = expand::expand(&arguments, &options, streams).unwrap();
    (status, serde_json::from_slice(&out).unwrap())
}

/// Leaves by path, without the version of the builder.
fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                leaves(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{path}/{index}"), found);
            }
        }
        _ if path.ends_with("/model_builder_version") => {}
        Value::Number(number) => {
            found.insert(path.to_owned(), Value::from(number.as_f64()));
        }
        _ => {
            found.insert(path.to_owned(), value.clone());
        }
    }
}

fn differences(got: &Value, want: &Value) -> Vec<String> {
    let (mut a, mut b) = (BTreeMap::new(), BTreeMap::new());
    leaves(got, "", &mut a);
    leaves(want, "", &mut b);
    let paths: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    paths
        .into_iter()
        .filter(|path| a.get(*path) != b.get(*path))
        .map(|path| format!("{path}: got {:?} want {:?}", a.get(path), b.get(path)))
        .collect()
}

fn compare(status: Status, got: &Value, want: &Value) -> Vec<String> {
    if want["ok"] == true {
        if status != Status::Done {
            return vec![format!("refused: {}", got["error"]["message"])];
        }
        let mut found = differences(&got["globals"], &want["globals"]);
        let Some(omitted) = want.get("machines_omitted") else {
            found.extend(differences(&got["machines"], &want["machines"]));
            return found;
        };
        let machines = got["machines"].as_array().unwrap();
        if machines.len() as u64 != omitted.as_u64().unwrap() {
            found.push(format!("{} machines", machines.len()));
        }
        let influx = &machines.last().unwrap()["runtime"]["influx"];
        found.extend(differences(influx, &want["machine_influx"]));
        return found;
    }
    if status != Status::ConfigErrors {
        return vec!["accepted".to_owned()];
    }
    let mut found = Vec::new();
    let error = &want["error"];
    let class = &got["error"]["class"];
    let bases = error["is_a"].as_array().unwrap();
    if *class != error["class"] && (class == "Exception" || !bases.contains(class)) {
        found.push(format!("class {class}, not {}", error["class"]));
    }
    let message = got["error"]["message"].as_str().unwrap();
    for fact in error["message_contains"].as_array().unwrap() {
        if !message.contains(fact.as_str().unwrap()) {
            found.push(format!("the message lacks {fact}: {message}"));
        }
    }
    found
}

#[test]
fn recorded_configs_expand_as_recorded() {
    let Some(root) = recorded() else { return };
    let mut wrong = Vec::new();
    let mut n_cases = 0;
    let mut cases: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    for case in cases {
        n_cases += 1;
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let want: Value =
            serde_json::from_str(&fs::read_to_string(case.join("expect.json")).unwrap()).unwrap();
        let (status, got) = run(&case, &want);
        let found = compare(status, &got, &want);
        let listed = DIFFERENT.iter().any(|(listed, _)| *listed == name);
        match (listed, found.is_empty()) {
            (true, true) => wrong.push(format!("{name} agrees: take it off the list")),
            (false, false) => wrong.push(format!(
                "{name}:\n  {}",
                found[..found.len().min(8)].join("\n  ")
            )),
            _ => {}
        }
    }
    assert!(n_cases > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
