//! `gordoc expand`: the document alone on stdout, everything said on stderr, and how it ends.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{gordoc, python, root, run, stderr, stdout};

fn case(name: &str) -> PathBuf {
    root().join("tests/cases").join(name).join("config.yaml")
}

fn quickstart() -> PathBuf {
    root().join("examples/quickstart/config.yaml")
}

fn expand(config: PathBuf, arguments: &[&str]) -> Output {
    let mut command = gordoc();
    let command = command.arg("expand").arg(config).args(arguments);
    command.output().unwrap()
}

/// What is on stdout, read to its last byte.
fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_document_is_alone_on_stdout() {
    let output = expand(quickstart(), &["--project-name", "north-field"]);
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
    let document = document(&output);
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["project_name", "globals", "machines"]);
    assert_eq!(document["project_name"], "north-field");
    let machines = document["machines"].as_array().unwrap();
    let names: Vec<&Value> = machines.iter().map(|machine| &machine["name"]).collect();
    assert_eq!(names, ["random", "pump", "pump-bearing"]);
    for machine in machines {
        assert_eq!(machine["project_name"], "north-field");
        assert_eq!(machine["dataset"]["resolution"], "10T");
    }
}

#[test]
fn a_config_comes_from_stdin_too() {
    let mut child = gordoc()
        .args(["expand", "-", "--project-name", "quickstart"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&fs::read(quickstart()).unwrap()).unwrap();
    drop(stdin);
    let piped = child.wait_with_output().unwrap();
    assert_eq!(document(&piped), document(&expand(quickstart(), &[])));
}

#[test]
fn warnings_are_drawn_on_stderr_and_can_be_denied() {
    let output = expand(case("broken/misspelt_key"), &[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(document(&output)["machines"][0]["name"], "intake-pump");
    assert!(stderr(&output).contains("did you mean `resolution`?"));

    let output = expand(case("broken/misspelt_key"), &["--deny-warnings"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(document(&output).as_object().unwrap().len(), 1);
    assert!(document(&output)["error"]["message"].is_string());
}

#[test]
fn errors_are_a_document_on_stdout_and_drawn_on_stderr() {
    let output = expand(case("broken/missing_zone"), &[]);
    assert_eq!(output.status.code(), Some(1));
    let document = document(&output);
    assert_eq!(document["error"]["class"], "ValueError");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("config.yaml:5:25: `2021-03-01T00:00:00` has no timezone"),
        "{message}"
    );
    assert!(stderr(&output).contains("config::missing_zone"));
}

#[test]
fn what_cannot_be_read_leaves_stdout_empty_and_exits_with_two() {
    let cases: [(PathBuf, &[&str], &str); 4] = [
        (case("none"), &[], "cannot be read"),
        (root().join("tests/cases"), &[], "cannot be read"),
        (
            quickstart(),
            &["--custom-model-builder-envs", "{"],
            "--custom-model-builder-envs: ",
        ),
        (quickstart(), &["--format", "toml"], "invalid value"),
    ];
    for (config, arguments, expected) in cases {
        let output = expand(config, arguments);
        assert_eq!(
            (output.status.code(), stdout(&output)),
            (Some(2), String::new())
        );
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}

#[test]
fn values_that_look_like_others_stay_what_they_are() {
    let output = expand(case("awkward"), &["--project-name", "1e3"]);
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
    let document = document(&output);
    let machine = &document["machines"][0];
    assert_eq!(
        (&document["project_name"], &machine["name"]),
        (&json!("1e3"), &json!("007"))
    );
    let metadata = &machine["metadata"]["user_defined"]["machine-metadata"];
    assert_eq!(
        metadata["numbers"],
        json!([
            1e-7,
            -2.5e-9,
            1e22,
            1.5e300,
            9_007_199_254_740_993_i64,
            3.0,
            -0.0,
            0.1
        ])
    );
    let words = metadata["words"].as_array().unwrap();
    assert!(words.iter().all(Value::is_string), "{words:?}");
    assert_eq!(
        metadata["characters"][5],
        "\u{85}\u{2028}\u{2029}\u{feff}\u{7f}\u{9f}\u{7}"
    );
}

#[test]
fn pyyaml_reads_the_same_document() {
    let Some(python) = python("GORDOC_CLIENT_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (json, yaml) = (folder.path().join("a.json"), folder.path().join("a.yaml"));
    let cases = ["awkward", "broken/missing_zone", "broken/misspelt_key"];
    for config in cases.map(case).into_iter().chain([quickstart()]) {
        let one = expand(config.clone(), &["--project-name", "1e3"]);
        let arguments = ["--project-name", "1e3", "--format", "yaml"];
        let other = expand(config, &arguments);
        assert_eq!(one.status.code(), other.status.code());
        assert_eq!(stderr(&one), stderr(&other));
        fs::write(&json, &one.stdout).unwrap();
        fs::write(&yaml, &other.stdout).unwrap();
        let mut documents = Command::new(&python);
        documents.arg(root().join("tests/documents.py"));
        run(documents.arg(&json).arg(&yaml));
    }
}

/// Expands a config of one machine with this model.
fn expand_model(model: &Value) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    let config = json!({"machines": [{
        "name": "feed-pump",
        "dataset": {
            "tag_list": ["P101-flow", "P101-pressure"],
            "train_start_date": "2024-01-01T00:00:00Z",
            "train_end_date": "2024-02-01T00:00:00Z",
            "data_provider": {"type": "RandomDataProvider"},
        },
        "model": model,
    }]});
    fs::write(&path, config.to_string()).unwrap();
    expand(path, &[])
}

#[test]
fn only_models_that_cannot_be_made_are_refused() {
    let output = expand_model(&json!({"sklearn.decomposition.PCA": {"components": 9}}));
    assert_eq!(output.status.code(), Some(1));
    let error = &document(&output)["error"];
    assert_eq!(error["class"], "ValueError");
    let message = error["message"].as_str().unwrap();
    let expected = "Pipeline from definition failed: `PCA` has no parameter `components`";
    assert!(message.contains(expected), "{message}");

    // Not supported yet, of a wrong value, and without anything that learns.
    let output = expand_model(&json!({"sklearn.decomposition.PCA": {"n_components": 9}}));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
