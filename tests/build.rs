//! `gordoc build`: its files, scores, registry, exit codes and reports, beside Gordo's own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use gordoc::config::Node;
use gordoc::diagnostic::Diagnostics;
use gordoc::model;
use serde_json::{Value, json};

use crate::support::{gordoc, run, shared, stderr, stdout, tree};

/// What gordoc leaves otherwise than Gordo in every machine document.
const ALWAYS_OTHER: [&str; 2] = [
    "/metadata/build_metadata/model/model_builder_version",
    "/metadata/build_metadata/model/warnings",
];

/// Cases of failing builds that gordoc builds, and why.
const BUILT: &[(&str, &str)] = &[
    ("b11_err_in_name", "a name is a name"),
    ("name-contains-err", "a name is a name"),
    ("nan-in-metadata", "numbers that are missing are null"),
    ("imputer-nan-parameter", "numbers that are missing are null"),
    (
        "lookback-longer-than-first-fold",
        "it is an error of its own",
    ),
    ("keras-directly-inside-detector", "a detector is a detector"),
    ("ufunc-transformer", "functions have names"),
];

/// A small machine that every gordoc trains.
fn machine() -> Value {
    json!({
        "name": "unit-one",
        "project_name": "works",
        "dataset": {
            "tags": ["FT 1", "TT-1"],
            "train_start_date": "2024-06-01T00:00:00Z",
            "train_end_date": "2024-06-04T00:00:00Z",
            "data_provider": {"type": "RandomDataProvider"},
        },
        "model": {"gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
            "base_estimator": {"sklearn.pipeline.Pipeline": {"steps": [
                "sklearn.preprocessing.MinMaxScaler",
                {"gordo.machine.model.models.KerasAutoEncoder": {
                    "kind": "feedforward_hourglass",
                }},
            ]}},
        }},
    })
}

fn build_in(folder: &Path) -> Command {
    let mut command = gordoc();
    command.arg("build").current_dir(folder);
    for variable in [
        "MACHINE",
        "OUTPUT_DIR",
        "MODEL_REGISTER_DIR",
        "MODEL_BUILDER_CLASS",
        "EXCEPTIONS_REPORTER_FILE",
        "EXCEPTIONS_REPORT_LEVEL",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Builds a machine into `out`, reporting to `report.json`.
fn build(folder: &Path, machine: &Value, arguments: &[&str]) -> Output {
    let mut command = build_in(folder);
    command.args([&machine.to_string(), "out"]).args(arguments);
    command.args(["--exceptions-reporter-file", "report.json"]);
    command.output().unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let files = tree(folder).into_keys();
    files.map(|path| path.display().to_string()).collect()
}

/// Whether a machine's model can be made by this gordoc.
fn resolves(machine: &Value) -> bool {
    let definition = match &machine["model"] {
        // Whatever it says once it is filled, it is not told here.
        Value::String(text) if text.contains(['{', ':']) => return true,
        model => Node::from_json(model),
    };
    let dataset = &machine["dataset"];
    let count = |key: &str| dataset[key].as_array().map(Vec::len);
    let inputs = count("tags").or(count("tag_list")).unwrap_or(2);
    let targets = count("target_tag_list").unwrap_or(inputs);
    let mut found = Diagnostics::default();
    let model = model::resolve(&definition, Some((inputs, targets)), &mut found);
    model.is_some() && !found.has_errors()
}

#[test]
fn a_machine_is_built_scored_and_served() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = build_in(folder.path());
    let output = command
        .env("MACHINE", machine().to_string())
        .env("OUTPUT_DIR", "models/7/unit-one")
        .env("MODEL_REGISTER_DIR", "")
        .arg("--print-cv-scores")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let out = folder.path().join("models/7/unit-one");
    assert_eq!(
        names(&out),
        [
            "info.json",
            "machine.json",
            "metadata.json",
            "weights.safetensors"
        ]
    );
    let document = read(&out.join("metadata.json"));
    let build = &document["metadata"]["build_metadata"];
    let date = build["model"]["model_creation_date"].as_str().unwrap();
    assert!(date.len() == 32 && date.ends_with("+00:00"), "{date}");
    for (section, key) in [
        ("model", "model_training_duration_sec"),
        ("dataset", "query_duration_sec"),
    ] {
        assert!(build[section][key].as_f64().unwrap() >= 0.0, "{key}");
    }
    let key = read(&out.join("info.json"))["checksum"]
        .as_str()
        .unwrap()
        .len();
    assert_eq!(key, 128);
    let printed = stdout(&output);
    let lines: Vec<&str> = printed.lines().collect();
    // Four metrics of two tags and of both, with four figures and three folds each.
    assert_eq!(lines.len(), 4 * 3 * 7);
    assert!(lines[0].starts_with("explained-variance-score-FT-1_fold-mean="));

    let mut compile = gordoc();
    let models = folder.path().join("models");
    let crates = folder.path().join("crates");
    compile.args(["compile", "--bin", "none", "--trained"]);
    run(compile.arg(models).arg("-o").arg(&crates));
    assert!(crates.join("machines/unit-one/src/lib.rs").is_file());
}

#[test]
fn the_registry_saves_training() {
    let folder = tempfile::tempdir().unwrap();
    let build = |machine: &Value, out: &str| {
        let mut command = build_in(folder.path());
        command.args([&machine.to_string(), out]);
        run(command.args(["--model-register-dir", "register"]));
        let out = folder.path().join(out);
        (
            read(&out.join("metadata.json")),
            read(&out.join("info.json")),
        )
    };
    let made = |document: &Value| {
        document["metadata"]["build_metadata"]["model"]["model_creation_date"].clone()
    };
    let (first, info) = build(&machine(), "first");
    let key = info["checksum"].as_str().unwrap();
    let entry = folder.path().join("register").join(key);
    assert_eq!(fs::read(&entry).unwrap(), b"first");

    let mut second = machine();
    second["metadata"] = json!({"v": 2});
    second["runtime"] = json!({"server": {"x": 1}});
    let (reused, info) = build(&second, "second");
    assert_eq!(info["checksum"], key);
    assert_eq!(made(&reused), made(&first));
    assert_eq!(
        reused["metadata"]["user_defined"]["machine-metadata"],
        json!({"v": 2})
    );
    assert_eq!(
        reused["runtime"],
        json!({"server": {"x": 1}, "reporters": []})
    );
    assert_eq!(fs::read(&entry).unwrap(), b"first");

    // A damaged machine is no machine: it is made again, and the registry says where.
    fs::write(folder.path().join("first/machine.json"), "{").unwrap();
    let (again, _) = build(&second, "third");
    assert_ne!(made(&again), made(&first));
    assert_eq!(fs::read(&entry).unwrap(), b"third");
    // And so is one that is gone.
    fs::remove_dir_all(folder.path().join("third")).unwrap();
    build(&second, "fourth");
    assert_eq!(fs::read(&entry).unwrap(), b"fourth");
    assert_eq!(names(&folder.path().join("register")), [key]);
}

#[test]
fn scores_alone_leave_files_only_for_a_registry() {
    let folder = tempfile::tempdir().unwrap();
    let mut machine = machine();
    machine["evaluation"] = json!({"cv_mode": "cross_val_only"});
    let output = build(folder.path(), &machine, &["--print-cv-scores"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("r2-score_fold-3="));
    assert_eq!(names(folder.path()), [""; 0]);
    let register = ["--model-register-dir", "register"];
    for _ in 0..2 {
        let output = build(folder.path(), &machine, &register);
        assert!(output.status.success(), "{}", stderr(&output));
        let out = folder.path().join("out");
        assert_eq!(names(&out), ["info.json", "metadata.json"]);
    }
}

#[test]
fn parameters_fill_a_model_that_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut machine = machine();
    machine["model"] = json!(
        "gordo.machine.model.models.KerasAutoEncoder: {kind: {{ kind }}, epochs: {{ epochs }}}"
    );
    let kind = ["--model-parameter", "kind,feedforward_hourglass"];
    let output = build(folder.path(), &machine, &kind);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let report = read(&folder.path().join("report.json"));
    assert_eq!(report["type"], "ValueError");
    let message = report["message"].as_str().unwrap();
    assert!(
        message.contains("a parameter of the model is missing"),
        "{message}"
    );

    let output = build(
        folder.path(),
        &machine,
        &[kind[0], kind[1], "--model-parameter", "epochs,2"],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let document = read(&folder.path().join("out/metadata.json"));
    assert_eq!(
        document["model"]["gordo.machine.model.models.KerasAutoEncoder"]["epochs"],
        2
    );
}

#[test]
fn what_is_no_machine_ends_as_gordo_does() {
    let folder = tempfile::tempdir().unwrap();
    let output = |arguments: &[&str]| {
        let mut command = build_in(folder.path());
        command.args(arguments);
        command.args(["--exceptions-reporter-file", "report.json"]);
        command.output().unwrap().status.code()
    };
    let report = folder.path().join("report.json");
    // Not YAML: nothing is reported, as nothing is read yet.
    assert_eq!(output(&["{a: [", "out"]), Some(1));
    assert!(!report.exists());
    assert_eq!(output(&["[1]", "out"]), Some(1));
    assert_eq!(read(&report)["type"], "TypeError");
    assert_eq!(output(&[]), Some(2));
    assert_eq!(output(&["{}", "out", "--model-parameter", "x"]), Some(2));
    let class = ["--model-builder-class", "a.B"];
    assert_eq!(output(&["{}", "out", class[0], class[1]]), Some(85));
    assert_eq!(read(&report)["type"], "ImportError");
    // A folder that cannot be written to is told after training.
    fs::write(folder.path().join("file"), "").unwrap();
    let machine = machine().to_string();
    assert_eq!(output(&[&machine, "file/out"]), Some(1));
    assert_eq!(read(&report)["type"], "OSError");
}

/// Values that differ, by path; numbers may differ by the tolerance, or at all.
fn differences(got: &Value, want: &Value, case: &Value, path: &str, found: &mut Vec<String>) {
    let other = case["volatile"].as_array().into_iter().flatten();
    if ALWAYS_OTHER.contains(&path) || other.into_iter().any(|pointer| *pointer == *path) {
        return;
    }
    match (got, want) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for key in ours.keys().chain(theirs.keys()) {
                let at = format!("{path}/{key}");
                differences(&got[key], &want[key], case, &at, found);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                differences(ours, theirs, case, &format!("{path}/{index}"), found);
            }
        }
        (Value::Number(_), Value::Number(_)) if case["stochastic"] == true => {}
        (Value::Number(ours), Value::Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            let part = |key: &str| case["tolerance"][key].as_f64().unwrap_or(0.0);
            if (ours - theirs).abs() > part("abs") + part("rel") * theirs.abs() {
                found.push(format!("{path}: {ours}, not {theirs}"));
            }
        }
        _ if got == want => {}
        _ => found.push(format!("{path}: {got}, not {want}")),
    }
}

/// Golden files of a folder.
fn documents(folder: &str) -> Vec<Value> {
    let Some(folder) = shared(folder) else {
        return Vec::new();
    };
    let files = tree(&folder).into_values();
    let documents = files.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    documents.collect()
}

/// A folder with the data file of the goldens.
fn with_data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    if let Some(data) = shared("golden/model/data/build_input.csv") {
        fs::copy(data, folder.path().join("build_input.csv")).unwrap();
    }
    folder
}

#[test]
fn builds_leave_what_gordo_leaves() {
    let mut n_built = 0;
    let cases = documents("golden/model/build");
    let cases: Vec<&Value> = cases
        .iter()
        .filter(|case| case["kind"] == "build")
        .collect();
    for case in &cases {
        let (machine, expected) = (&case["machine"], &case["expected"]);
        if !resolves(machine) {
            continue;
        }
        n_built += 1;
        let id = &case["id"];
        let folder = with_data();
        let output = build(folder.path(), machine, &["--print-cv-scores"]);
        assert!(output.status.success(), "{id}: {}", stderr(&output));
        let out = folder.path().join("out");
        let mut found = Vec::new();
        if let Some(want) = expected.get("metadata") {
            let mut got = read(&out.join("metadata.json"));
            // Kept, where Gordo loses it.
            for (_, parameters) in got["model"].as_object_mut().unwrap() {
                if let Some(parameters) = parameters.as_object_mut() {
                    parameters.remove("require_thresholds");
                }
            }
            differences(&got, want, case, "", &mut found);
            assert_eq!(read(&out.join("info.json")), expected["info"], "{id}");
        } else {
            assert!(!out.exists(), "{id}");
        }
        let pair = |line: &str| {
            let (name, value) = line.rsplit_once('=').unwrap();
            (name.to_owned(), value.parse::<f64>().unwrap())
        };
        let printed = stdout(&output);
        let ours: Vec<_> = printed.lines().map(pair).collect();
        let theirs = expected["printed_scores"].as_array().unwrap();
        let theirs: Vec<_> = theirs
            .iter()
            .map(|line| pair(line.as_str().unwrap()))
            .collect();
        assert_eq!(ours.len(), theirs.len(), "{id}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours.0, theirs.0, "{id}");
            let (got, want) = (json!(ours.1), json!(theirs.1));
            differences(&got, &want, case, &ours.0, &mut found);
        }
        assert!(found.is_empty(), "{id}:\n{}", found.join("\n"));
    }
    println!("{n_built} of {} builds are compared", cases.len());
    assert!(cases.is_empty() || n_built > 0);
}

#[test]
fn failing_builds_end_as_gordos() {
    let mut cases = Vec::new();
    if let Some(file) = shared("golden/config/build_exit.json") {
        cases = read(&file).as_array().unwrap().clone();
    }
    if let Some(file) = shared("golden/model/build/exit_codes.json") {
        cases.extend(read(&file)["cases"].as_array().unwrap().iter().cloned());
    }
    let mut n_compared = 0;
    for case in &cases {
        let (id, machine) = (case["id"].as_str().unwrap(), &case["machine"]);
        let succeeds = BUILT.iter().any(|(name, _)| *name == id);
        // What only the data or the reporters show needs a model that can be made.
        let is_late = succeeds
            || [0, 80, 90, 30]
                .iter()
                .any(|code| case["exit_code"] == *code)
            || matches!(&machine["model"], Value::String(text) if text.contains("{{"));
        if is_late && !resolves(machine) {
            continue;
        }
        n_compared += 1;
        let levels: Vec<&str> = match case["report_level"].as_str() {
            Some(level) => vec![level],
            None => vec!["EXIT_CODE", "TYPE", "message", "TRACEBACK"],
        };
        for level in levels {
            let folder = with_data();
            let arguments = case["args"].as_array().unwrap().iter();
            let mut arguments: Vec<&str> = arguments.map(|text| text.as_str().unwrap()).collect();
            arguments.extend(["--exceptions-report-level", level]);
            let output = build(folder.path(), machine, &arguments);
            let code = output.status.code().map(i64::from);
            let report = folder.path().join("report.json");
            if succeeds && code == Some(0) || case["exit_code"] == 0 {
                assert_eq!(code, Some(0), "{id}: {}", stderr(&output));
                assert!(!report.exists(), "{id}");
                continue;
            }
            if case["peer_quirk"] == true {
                assert_eq!(code, Some(2), "{id}: {}", stderr(&output));
                continue;
            }
            assert_eq!(
                code,
                case["exit_code"].as_i64(),
                "{id}: {}",
                stderr(&output)
            );
            let got = read(&report);
            let level = level.to_uppercase();
            let want = case["reports"].get(&level).unwrap_or(&case["report"]);
            assert_eq!(got["type"], want["type"], "{id} {level}");
            for part in want["message_contains"].as_array().into_iter().flatten() {
                let message = got["message"].as_str().unwrap();
                assert!(message.contains(part.as_str().unwrap()), "{id}: {message}");
            }
            if let Some(keys) = want["keys"].as_array() {
                let mut ours: Vec<&String> = got.as_object().unwrap().keys().collect();
                ours.sort();
                assert_eq!(json!(ours), json!(keys), "{id}");
            }
            let is_kept = case["output_files"].is_array();
            assert_eq!(folder.path().join("out").exists(), is_kept, "{id}");
        }
    }
    println!(
        "{n_compared} of {} failing builds are compared",
        cases.len()
    );
}

#[test]
fn the_recorded_registry_is_kept() {
    for case in documents("golden/model/build") {
        if case["kind"] != "registry" || !resolves(&case["machines"]["first"]) {
            continue;
        }
        let folder = with_data();
        for name in ["first", "second", "third"] {
            let mut command = build_in(folder.path());
            command.args([&case["machines"][name].to_string(), name]);
            run(command.args(["--model-register-dir", "register"]));
            let info = read(&folder.path().join(name).join("info.json"));
            assert_eq!(info["checksum"], case["checksums"][name], "{name}");
        }
        let second = read(&folder.path().join("second/metadata.json"));
        let user = &second["metadata"]["user_defined"];
        assert_eq!(*user, case["second_user_defined"]);
        assert_eq!(second["runtime"], case["second_runtime"]);
        for (key, place) in case["registry"].as_object().unwrap() {
            let entry = fs::read(folder.path().join("register").join(key)).unwrap();
            assert_eq!(entry, place.as_str().unwrap().as_bytes());
        }
    }
}
