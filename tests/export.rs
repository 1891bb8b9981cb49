//! Models that Gordo itself trains, exported, compiled and asked.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::support::{Server, gordoc, python, root, run};

/// Definitions by name, every class at least once.
fn models() -> Map<String, Value> {
    serde_json::from_str(include_str!("export.json")).unwrap()
}

/// The script as the binary prints it.
fn script(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("export_gordo.py");
    fs::write(&path, run(gordoc().arg("export-script"))).unwrap();
    path
}

#[test]
fn exported_models_predict_what_gordo_predicts() {
    let Some(python) = python("GORDOC_GORDO_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (trained, out) = (folder.path().join("trained"), folder.path().join("out"));
    let gordo = folder.path().join("gordo");
    fs::create_dir(&gordo).unwrap();
    let mut train = Command::new(&python);
    train.arg(root().join("tests/export.py"));
    run(train.arg(root().join("tests/export.json")).arg(&gordo));
    let mut names: Vec<String> = models().keys().cloned().collect();
    names.push("built".to_owned());
    let mut export = Command::new(&python);
    export.arg(script(folder.path())).arg("-o").arg(&trained);
    run(export.args(names.iter().map(|name| gordo.join(name))));
    let mut compile = gordoc();
    compile.arg("compile").arg("--trained").arg(&trained);
    run(compile.arg("-o").arg(&out));
    let server = Server::start(&out.join("bin/exported"), &[]);
    let text = fs::read_to_string(gordo.join("rows.json")).unwrap();
    let known: Value = serde_json::from_str(&text).unwrap();
    let body = json!({ "X": known["rows"] }).to_string();
    for name in names {
        let path = format!("/gordo/v0/exported/{name}/prediction");
        let (status, answer) = server.request("POST", &path, &body);
        assert_eq!(status, 200, "{name}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let columns = answer["data"]["model-output"].as_object().unwrap();
        let expected = known["answers"][&name].as_array().unwrap();
        let offset = 40 - expected.len();
        for (column, cells) in columns.values().enumerate() {
            for (row, expected) in expected.iter().enumerate() {
                let served = cells[(row + offset).to_string()].as_f64().unwrap();
                let expected = expected[column].as_f64().unwrap();
                let apart = (served - expected).abs();
                assert!(
                    apart <= 1e-5 * expected.abs().max(1.0),
                    "{name}, row {row}, column {column}: {served}, Gordo {expected}"
                );
            }
        }
    }
    assert_eq!(server.stop(), Some(0));
}

/// A class that no machine can have is named, and the others are exported.
#[test]
fn what_cannot_be_served_is_named() {
    let Some(python) = python("GORDOC_GORDO_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let gordo = folder.path().join("gordo");
    fs::create_dir_all(gordo.join("bayes")).unwrap();
    let program = format!(
        "import pickle, json\n\
         from sklearn.linear_model import BayesianRidge\n\
         model = BayesianRidge().fit([[0.0], [1.0]], [0.0, 1.0])\n\
         pickle.dump(model, open({path:?} + '/model.pkl', 'wb'))\n\
         build = {{'model': {{'model_offset': 0}}}}\n\
         dataset = {{'tag_list': ['a'], 'resolution': '10T'}}\n\
         document = {{'name': 'bayes', 'project_name': 'p', 'dataset': dataset, 'model': {{}},\n\
             'metadata': {{'build_metadata': build}}}}\n\
         json.dump(document, open({path:?} + '/metadata.json', 'w'))\n",
        path = gordo.join("bayes").display().to_string()
    );
    run(Command::new(&python).arg("-c").arg(program));
    let mut export = Command::new(&python);
    export
        .arg(script(folder.path()))
        .arg("-o")
        .arg(folder.path().join("trained"));
    let output = export.arg(gordo.join("bayes")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = crate::support::stderr(&output);
    let expected = "not exported: model is a sklearn.linear_model._bayes.BayesianRidge";
    assert!(told.contains(expected), "{told}");
    assert!(!folder.path().join("trained").exists());
}
