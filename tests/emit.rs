//! Every emitted file of the sample project, as a snapshot; that they compile and are formatted.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Server, gordoc, root, run, stderr, tree};

/// Folders of files that are written elsewhere or are not text of ours.
const ELSEWHERE: [&str; 4] = [".gordoc", "vendor", "trained", "bin"];

fn compile(output: &Path) {
    let config = root().join("tests/cases/sample/config.yaml");
    let mut command = gordoc();
    command.arg("compile").arg(config).arg("-o").arg(output);
    run(command.args(["--project-revision", "1577836800000", "--bin", "both"]));
}

/// What changes with every edit of the runtime or of a kernel: digests, and the numbers that
/// were learnt in the machine documents.
fn filters() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"0\.1\.0\+[0-9a-f]{16}", "0.1.0+[digest]"),
        (r"\b[0-9a-f]{128}\b", "[checksum]"),
        (r"\b[0-9a-f]{64}\b", "[digest]"),
        (r#"target = "[^"]+""#, "target = \"[host]\""),
        (r"\[target\.[^\]]+\]", "[target.[host]]"),
    ]
}

#[test]
fn every_emitted_file_is_as_recorded() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, replacement) in filters() {
        settings.add_filter(pattern, replacement);
    }
    settings.bind(|| {
        let mut summary = String::new();
        for (path, bytes) in tree(folder.path()) {
            let name = path.to_str().unwrap().to_owned();
            if ELSEWHERE.iter().any(|folder| path.starts_with(folder)) {
                continue;
            }
            let is_text = !name.ends_with("weights.bin")
                && !name.ends_with("metadata.json")
                && !name.ends_with("Cargo.lock");
            if is_text {
                let text = String::from_utf8(bytes).unwrap();
                insta::assert_snapshot!(format!("sample.{}", name.replace('/', ".")), text);
            } else if name.ends_with("weights.bin") {
                writeln!(summary, "{name}: {} bytes", bytes.len()).unwrap();
            } else {
                writeln!(summary, "{name}").unwrap();
            }
        }
        insta::assert_snapshot!("sample.other-files", summary);
    });
}

#[test]
fn emitted_code_is_formatted_and_short() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path());
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]);
    for (path, bytes) in tree(folder.path()) {
        let is_ours = ["machines", "servers", "shards"]
            .iter()
            .any(|folder| path.starts_with(folder));
        if is_ours && path.extension().is_some_and(|extension| extension == "rs") {
            let lines = String::from_utf8_lossy(&bytes).lines().count();
            assert!(lines <= 60, "{}: {lines} lines", path.display());
            rustfmt.arg(folder.path().join(path));
        }
    }
    let output = rustfmt.output().expect("rustfmt is installed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn awkward_names_survive_to_the_server() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path());
    let server = Server::start(&folder.path().join("bin/007"), &[]);
    let path = "/gordo/v0/sample/007/metadata";
    let (status, body) = server.request("GET", path, "");
    assert_eq!(status, 200, "{body}");
    let document: serde_json::Value = serde_json::from_str(&body).unwrap();
    let tags = &document["metadata"]["dataset"]["tag_list"];
    let tags = tags.as_array().expect("tags are listed");
    let expected = ["O'Neil \"x\"", "back\\slash", "trykk ø {{ argo }}"];
    assert_eq!(tags, &expected.map(serde_json::Value::from));
    let body = r#"{"X": [[0.5, 0.5, 0.5]], "y": [[0.5, 0.5]]}"#;
    let path = "/gordo/v0/sample/007/anomaly/prediction";
    let (status, answer) = server.request("POST", path, body);
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert!(answer["data"]["model-input"]["O'Neil \"x\""]["0"].is_number());
}

#[test]
fn a_machine_document_holds_what_clients_read() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path());
    let text = fs::read_to_string(folder.path().join("machines/ct-23-0001/metadata.json")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let model = &document["metadata"]["build_metadata"]["model"];
    assert_eq!(model["model_offset"], 0);
    assert_eq!(model["model_creation_date"], serde_json::Value::Null);
    let scores = &model["cross_validation"]["scores"];
    assert!(scores["explained-variance-score-GRA-TAG-1"]["fold-3"].is_number());
    assert!(model["model_meta"]["aggregate-threshold"].is_number());
    assert!(model["model_meta"]["history"]["loss"].is_array());
    let data = &document["metadata"]["build_metadata"]["dataset"]["dataset_meta"];
    assert!(data["summary_statistics"]["GRA-TAG 1"]["50%"].is_number());
}

#[test]
fn a_date_is_recorded_only_if_the_environment_gives_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = root().join("tests/cases/sample/config.yaml");
    let mut command = gordoc();
    command.env("SOURCE_DATE_EPOCH", "1600000000");
    command
        .arg("compile")
        .arg(&config)
        .args(["--bin", "none", "-o"]);
    let output = command.arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(folder.path().join("machines/007/metadata.json")).unwrap();
    assert!(text.contains(r#""model_creation_date": "2020-09-13 12:26:40.000000+00:00""#));
}
