//! `gordoc fit`: results, states and refusals, beside the numbers of scikit-learn and Gordo.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{gordoc, shared, stderr, stdout, tree};

/// Cases that gordoc answers otherwise on purpose, and why.
const DIFFERENT: &[(&str, &str)] = &[];

fn fit(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = gordoc();
    command.arg("fit").current_dir(folder).args(arguments);
    command.output().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or(f64::NAN),
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(number).collect()
}

/// An array as CSV; a vector is one column.
fn csv(array: &Value, names: &[String], times: Option<(i64, i64)>) -> String {
    let shape = array["shape"].as_array().unwrap();
    let width = shape.get(1).map_or(1, |width| width.as_u64().unwrap());
    let width = usize::try_from(width).unwrap();
    let generic: Vec<String> = (0..width).map(|at| format!("c{at}")).collect();
    let names = if names.is_empty() { &generic } else { names };
    let time = if times.is_some() { "time," } else { "" };
    let mut text = format!("{time}{}\n", names.join(","));
    for (row, values) in numbers(&array["data"]).chunks(width).enumerate() {
        if let Some((start, step)) = times {
            let time = start + step * i64::try_from(row).unwrap();
            let time = jiff::Timestamp::from_second(time).unwrap();
            write!(text, "{time},").unwrap();
        }
        let cells = values.iter().map(|value| match value {
            missing if missing.is_nan() => String::new(),
            value => value.to_string(),
        });
        let cells: Vec<String> = cells.collect();
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    text
}

/// Columns of a CSV by name, in order; cells as texts.
fn columns(text: &str) -> Vec<(String, Vec<String>)> {
    let mut lines = text.lines();
    let split = |line: &str| -> Vec<String> {
        line.split(',')
            .map(|cell| cell.trim_matches('"').to_owned())
            .collect()
    };
    let names = split(lines.next().unwrap()).into_iter();
    let mut columns: Vec<(String, Vec<String>)> = names.map(|name| (name, Vec::new())).collect();
    for line in lines {
        for ((_, cells), cell) in columns.iter_mut().zip(split(line)) {
            cells.push(cell);
        }
    }
    columns
}

fn cell(text: &str) -> f64 {
    if text.is_empty() {
        return f64::NAN;
    }
    text.parse().unwrap()
}

/// All numbers of a CSV, row by row.
fn flat(text: &str) -> Vec<f64> {
    let lines = text.lines().skip(1);
    lines
        .flat_map(|line| line.split(',').map(|text| cell(text.trim_matches('"'))))
        .collect()
}

fn differences(what: &str, got: &[f64], want: &[f64], tolerance: &Value) -> Vec<String> {
    if got.len() != want.len() {
        return vec![format!("{what}: {} numbers, not {}", got.len(), want.len())];
    }
    let (rel, abs) = (number(&tolerance["rel"]), number(&tolerance["abs"]));
    let mut found = Vec::new();
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        let same = got.is_nan() && want.is_nan() || got.to_bits() == want.to_bits();
        // Infinity in answers is the largest finite number.
        let bounded = want.is_infinite() && got.abs() >= f64::MAX;
        if !same && !bounded && (got - want).abs() > abs + rel * want.abs() {
            found.push(format!("{what}[{at}]: {got}, not {want}"));
        }
    }
    found
}

/// Golden files of a folder by name.
fn documents(folder: &str) -> BTreeMap<String, Value> {
    let Some(folder) = shared(&format!("golden/model/{folder}")) else {
        return BTreeMap::new();
    };
    let files = tree(&folder).into_iter();
    let documents = files.map(|(path, bytes)| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_slice(&bytes).unwrap())
    });
    documents.collect()
}

/// Whether the class is one that this gordoc does not fit.
fn is_unsupported(output: &Output) -> bool {
    output.status.code() == Some(1) && stderr(output).contains("model::not_supported_yet")
}

/// Runs `compare` on each case of a folder; at least so many must be fitted.
fn compare_all(folder: &str, compare: impl Fn(&Path, &Value) -> Option<Vec<String>>) {
    let cases = documents(folder);
    let (mut n_fitted, mut wrong) = (0, Vec::new());
    for (name, case) in &cases {
        let place = tempfile::tempdir().unwrap();
        let Some(found) = compare(place.path(), case) else {
            continue;
        };
        n_fitted += 1;
        let is_listed = DIFFERENT.iter().any(|(listed, _)| listed == name);
        match (is_listed, found.is_empty()) {
            (true, true) => wrong.push(format!("{name} agrees: take it off the list")),
            (false, false) => wrong.push(format!("{name}:\n  {}", found.join("\n  "))),
            _ => {}
        }
    }
    println!("{n_fitted} of {} cases of {folder} are fitted", cases.len());
    assert!(cases.is_empty() || n_fitted > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn transformers_transform_as_recorded() {
    compare_all("transformers", |folder, case| {
        if case["X_fit"]["dtype"] == "f32" {
            return None;
        }
        write(folder, "definition.json", &case["definition"].to_string());
        write(folder, "x.csv", &csv(&case["X_fit"], &[], None));
        write(folder, "apply.csv", &csv(&case["X_apply"], &[], None));
        let base = ["definition.json", "--data", "x.csv", "--method"];
        let expected = &case["expected"];
        let output = fit(
            folder,
            &[&base[..], &["transform", "--apply", "apply.csv"]].concat(),
        );
        if is_unsupported(&output) {
            return None;
        }
        if !output.status.success() {
            return Some(vec![stderr(&output)]);
        }
        let want = numbers(&expected["transform"]["data"]);
        let mut found = differences(
            "transform",
            &flat(&stdout(&output)),
            &want,
            &case["tolerance"],
        );
        if let Some(undone) = expected.get("inverse_transform") {
            write(folder, "z.csv", &csv(&expected["transform"], &[], None));
            let undo = ["inverse_transform", "--apply", "z.csv"];
            let output = fit(folder, &[&base[..], &undo].concat());
            let want = numbers(&undone["data"]);
            let got = flat(&stdout(&output));
            found.extend(differences("inverse", &got, &want, &case["tolerance"]));
        }
        Some(found)
    });
}

#[test]
fn regressors_predict_as_recorded() {
    compare_all("regressors", |folder, case| {
        write(folder, "definition.json", &case["definition"].to_string());
        write(folder, "x.csv", &csv(&case["X_fit"], &[], None));
        write(
            folder,
            "y.csv",
            &csv(&case["y_fit"], &["y".to_owned()], None),
        );
        if case["y_fit"]["shape"].as_array().unwrap().len() == 2 {
            write(folder, "y.csv", &csv(&case["y_fit"], &[], None));
        }
        write(folder, "apply.csv", &csv(&case["X_apply"], &[], None));
        let files = [
            "--data",
            "x.csv",
            "--target",
            "y.csv",
            "--apply",
            "apply.csv",
        ];
        let output = fit(folder, &[&["definition.json"][..], &files].concat());
        if is_unsupported(&output) {
            return None;
        }
        if !output.status.success() {
            return Some(vec![stderr(&output)]);
        }
        let want = numbers(&case["expected"]["predict"]["data"]);
        let got = flat(&stdout(&output));
        Some(differences("predict", &got, &want, &case["tolerance"]))
    });
}

#[test]
fn networks_learn_as_recorded() {
    compare_all("nn_fit", |folder, case| {
        if case["cloned_before_fit"] == true || case["definition"].to_string().contains("LSTM") {
            return None;
        }
        write(folder, "definition.json", &case["definition"].to_string());
        write(folder, "x.csv", &csv(&case["X"], &[], None));
        write(folder, "y.csv", &csv(&case["y"], &[], None));
        write(folder, "weights.json", &case.to_string());
        let files = [
            "--data",
            "x.csv",
            "--target",
            "y.csv",
            "--state",
            "state.json",
        ];
        let more = ["--initial-weights", "weights.json", "-o", "out.csv"];
        let output = fit(folder, &[&["definition.json"][..], &files, &more].concat());
        if is_unsupported(&output) {
            return None;
        }
        if !output.status.success() {
            return Some(vec![stderr(&output)]);
        }
        let (expected, tolerance) = (&case["expected"], &case["tolerance"]);
        let got = flat(&fs::read_to_string(folder.join("out.csv")).unwrap());
        let want = numbers(&expected["predict"]["data"]);
        let got = &got[..want.len().min(got.len())];
        let mut found = differences("predict", got, &want, tolerance);
        let state = fs::read(folder.join("state.json")).unwrap();
        let state: Value = serde_json::from_slice(&state).unwrap();
        let layers = state["state"]["layers"].as_array().unwrap();
        let ours = layers
            .iter()
            .flat_map(|layer| [&layer["kernel"], &layer["bias"]]);
        let theirs = expected["weights_after"].as_array().unwrap();
        for (at, (ours, theirs)) in ours.zip(theirs).enumerate() {
            let mut got = Vec::new();
            flatten(ours, &mut got);
            let want = numbers(&theirs["data"]);
            found.extend(differences(
                &format!("weights {at}"),
                &got,
                &want,
                tolerance,
            ));
        }
        let history = &expected["metadata"]["history"];
        let losses = (&state["history"]["loss"], &history["loss"]);
        let (got, want) = (numbers(losses.0), numbers(losses.1));
        found.extend(differences("loss", &got, &want, tolerance));
        Some(found)
    });
}

fn flatten(value: &Value, found: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, found)),
        other => found.push(number(other)),
    }
}

/// Seconds since 1970 of a recorded index.
fn start(text: &Value) -> i64 {
    let time: jiff::Timestamp = text.as_str().unwrap().parse().unwrap();
    time.as_second()
}

/// What a frame has otherwise than the recorded one.
fn frame_differences(folder: &Path, case: &Value) -> Vec<String> {
    let expected = &case["expected"];
    let out = columns(&fs::read_to_string(folder.join("out.csv")).unwrap());
    let got: BTreeMap<&str, &Vec<String>> =
        out.iter().map(|(name, cells)| (&**name, cells)).collect();
    let mut found = Vec::new();
    let frame = expected["frame"]["columns"].as_array().unwrap();
    for column in frame {
        let name = column["name"].as_array().unwrap();
        let (top, sub) = (name[0].as_str().unwrap(), name[1].as_str().unwrap());
        let name = if sub.is_empty() {
            top.to_owned()
        } else {
            format!("{top}|{sub}")
        };
        let Some(cells) = got.get(&*name) else {
            found.push(format!("no column {name}"));
            continue;
        };
        let values = column.get("values").or(column.get("data")).unwrap();
        let list = values.get("data").unwrap_or(values);
        if top == "start" || top == "end" {
            let want: Vec<&str> = list
                .as_array()
                .unwrap()
                .iter()
                .map(|text| text.as_str().unwrap_or(""))
                .collect();
            if **cells != want {
                found.push(format!("{name}: {cells:?}, not {want:?}"));
            }
            continue;
        }
        let numbers_got: Vec<f64> = cells.iter().map(|text| cell(text)).collect();
        found.extend(differences(
            &name,
            &numbers_got,
            &numbers(list),
            &case["tolerance"],
        ));
    }
    found
}

#[test]
fn detectors_judge_as_recorded() {
    compare_all("anomaly", |folder, case| {
        if !case["fake_base"].is_null() {
            return None;
        }
        let texts = |list: &Value| -> Vec<String> {
            let texts = list.as_array().unwrap().iter();
            texts
                .map(|text| text.as_str().unwrap().to_owned())
                .collect()
        };
        let detector = case["detector"].as_str().unwrap();
        let path = format!("gordo.machine.model.anomaly.diff.{detector}");
        let mut parameters = case["params"].clone();
        parameters["base_estimator"] = case["base_estimator"].clone();
        write(
            folder,
            "definition.json",
            &json!({ path: parameters }).to_string(),
        );
        let times = case["index_step_seconds"]
            .as_i64()
            .map(|step| (start(&case["index_start"]), step));
        let (inputs, targets) = (texts(&case["x_names"]), texts(&case["y_names"]));
        write(folder, "x.csv", &csv(&case["X"], &inputs, times));
        write(folder, "y.csv", &csv(&case["y"], &targets, times));
        let mut arguments = vec!["definition.json", "--data", "x.csv", "--method", "anomaly"];
        if inputs != targets {
            arguments.extend(["--target", "y.csv"]);
        }
        if case["X_apply"].is_object() {
            let times = times.map(|(_, step)| (start(&case["apply_index_start"]), step));
            write(folder, "apply.csv", &csv(&case["X_apply"], &inputs, times));
            arguments.extend(["--apply", "apply.csv"]);
        }
        if case["cross_validate"] == false {
            arguments.extend(["--cv", "none"]);
        } else if !case["cv"].is_null() {
            write(folder, "cv.json", &case["cv"].to_string());
            arguments.extend(["--cv", "cv.json"]);
        }
        arguments.extend(["-o", "out.csv", "--state", "state.json"]);
        let output = fit(folder, &arguments);
        if is_unsupported(&output) {
            return None;
        }
        let expected = &case["expected"];
        if expected["anomaly_error"].is_object() {
            let code = output.status.code();
            return Some(if code == Some(2) {
                vec![]
            } else {
                vec![format!("{code:?}")]
            });
        }
        if !output.status.success() {
            return Some(vec![stderr(&output)]);
        }
        let mut found = frame_differences(folder, case);
        let state = fs::read(folder.join("state.json")).unwrap();
        let state: Value = serde_json::from_slice(&state).unwrap();
        if let Some(want) = expected["metadata"].get("aggregate-threshold") {
            let got = number(&state["metadata"]["aggregate-threshold"]);
            found.extend(differences(
                "aggregate",
                &[got],
                &[number(want)],
                &case["tolerance"],
            ));
        }
        Some(found)
    });
}

const READINGS: &str = "time,FT 1,TT-1\n2024-01-01T00:00:00Z,1,10\n2024-01-01T00:10:00Z,2,\n\
                        2024-01-01T00:20:00Z,4,30\n2024-01-01T00:30:00Z,5,inf\n";

#[test]
fn tables_keep_their_times_and_names() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(
        folder,
        "scaler.yaml",
        "sklearn.preprocessing.MinMaxScaler\n",
    );
    write(folder, "x.csv", &READINGS.replace("inf", "20"));
    let output = fit(
        folder,
        &["scaler.yaml", "--data", "x.csv", "--state", "state.json"],
    );
    assert_eq!(
        stdout(&output),
        "time,FT 1,TT-1\n2024-01-01T00:00:00Z,0,0\n2024-01-01T00:10:00Z,0.25,\n\
         2024-01-01T00:20:00Z,0.75,1\n2024-01-01T00:30:00Z,1,0.5\n",
        "{}",
        stderr(&output)
    );
    let state: Value =
        serde_json::from_slice(&fs::read(folder.join("state.json")).unwrap()).unwrap();
    assert_eq!(state["state"]["type"], "MinMaxScaler");
    // Columns are found by their names, and by their places where none is known.
    write(folder, "other.csv", "TT-1,FT 1\n10,5\n");
    let apply = ["scaler.yaml", "--data", "x.csv", "--apply", "other.csv"];
    assert_eq!(stdout(&fit(folder, &apply)), "FT 1,TT-1\n1,0\n");
    write(folder, "other.csv", "a,b\n5,10\n");
    assert_eq!(stdout(&fit(folder, &apply)), "FT 1,TT-1\n1,0\n");
    write(folder, "other.csv", "FT 1,b\n5,10\n");
    let output = fit(folder, &apply);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("has no column `TT-1`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_definition_is_told_its_errors_and_data_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "x.csv", READINGS);
    write(folder, "short.csv", "a,b\n1\n");
    write(folder, "text.csv", "a,b\n1,2\n3,x\n");
    write(
        folder,
        "scaler.yaml",
        "sklearn.preprocessing.MinMaxScaler: {}\n",
    );
    write(
        folder,
        "wrong.yaml",
        "sklearn.preprocessing.MinMaxScaler: {clip: 7}\n",
    );
    write(
        folder,
        "pca.yaml",
        "sklearn.decomposition.PCA: {n_components: 3}\n",
    );
    let network = "gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass}\n";
    write(folder, "network.yaml", network);
    for (arguments, code, words) in [
        (&["wrong.yaml", "--data", "x.csv"][..], 1, "wrong.yaml:1:"),
        (&["pca.yaml", "--data", "x.csv"], 1, "n_components"),
        (&["none.yaml", "--data", "x.csv"], 2, "none.yaml"),
        (&["scaler.yaml", "--data", "none.csv"], 2, "none.csv"),
        (&["scaler.yaml", "--data", "short.csv"], 2, "short.csv"),
        (
            &["scaler.yaml", "--data", "text.csv"],
            2,
            "line 3: `x` is not a number",
        ),
        (
            &["network.yaml", "--data", "x.csv"],
            2,
            "cannot be learnt from",
        ),
        (
            &["scaler.yaml", "--data", "x.csv", "--method", "predict"],
            2,
            "the definition only transforms, so there is no `--method predict`",
        ),
        (
            &["network.yaml", "--data", "x.csv", "--method", "anomaly"],
            2,
            "error",
        ),
        (
            &["scaler.yaml", "--data", "x.csv", "--target", "text.csv"],
            2,
            "text.csv",
        ),
    ] {
        let output = fit(folder, arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            stderr(&output)
        );
        let said = stderr(&output);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn a_detector_is_drawn_and_repeats_itself() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let detector = json!({"gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
        "base_estimator": {"sklearn.pipeline.Pipeline": [
            "sklearn.preprocessing.MinMaxScaler",
            {"gordo.machine.model.models.KerasAutoEncoder": {"kind": "feedforward_hourglass"}},
        ]},
    }});
    write(folder, "detector.json", &detector.to_string());
    let mut text = "time,FT 1,<b>\n".to_owned();
    for row in 0..200 {
        let time = jiff::Timestamp::from_second(1_704_067_200 + 600 * row).unwrap();
        writeln!(text, "{time},{},{}", row % 17, (row * 7) % 23).unwrap();
    }
    write(folder, "x.csv", &text);
    let fit_to = |name: &str, seed: &str| {
        let files = [
            "detector.json",
            "--data",
            "x.csv",
            "--method",
            "anomaly",
            "-o",
            name,
        ];
        let output = fit(
            folder,
            &[&files[..], &["--plot", "p.html", "--seed", seed]].concat(),
        );
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read_to_string(folder.join(name)).unwrap()
    };
    let frame = fit_to("a.csv", "1");
    assert_eq!(frame, fit_to("b.csv", "1"));
    assert_ne!(frame, fit_to("c.csv", "2"));
    let columns = columns(&frame);
    let names: Vec<&str> = columns.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names[..4], ["time", "start", "end", "model-input|FT 1"]);
    assert_eq!(*names.last().unwrap(), "total-anomaly-confidence");
    assert_eq!(columns[2].1[0], "2024-01-01T00:10:00+00:00");
    let page = fs::read_to_string(folder.join("p.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<b>"));
    // The total, then answers and anomalies of both tags, each anomaly with its threshold.
    assert_eq!(page.matches("<article").count(), 5);
    assert_eq!(page.matches("<path class=\"limit\" d=\"M").count(), 4);

    // Without thresholds there is nothing to judge by.
    let files = ["detector.json", "--data", "x.csv", "--method", "anomaly"];
    let output = fit(folder, &[&files[..], &["--cv", "none"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("no thresholds"),
        "{}",
        stderr(&output)
    );
}
