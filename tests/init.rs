//! `gordoc init`, `schema` and `completions`: what a new user and an editor get.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{gordoc, python, root, run, shared, stderr, stdout, tree};

fn init(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = gordoc();
    command.arg("init").arg(folder).args(arguments);
    command
}

fn names(folder: &Path) -> Vec<String> {
    let files = tree(folder).into_keys();
    files.map(|path| path.display().to_string()).collect()
}

#[test]
fn a_new_config_has_no_findings() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, files) in [
        (&[][..], &["config.yaml", "gordoc.schema.json"][..]),
        (
            &["--demo"][..],
            &["config.yaml", "data/pump.csv", "gordoc.schema.json"][..],
        ),
    ] {
        let folder = folder.path().join(format!("plant-{}", arguments.len()));
        let output = init(&folder, arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stderr(&output).contains("gordoc compile "));
        assert_eq!(names(&folder), files);
        let mut check = gordoc();
        check.arg("check").arg(folder.join("config.yaml"));
        let output = check.arg("--deny-warnings").output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    }
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("gordoc.schema.json"), "mine").unwrap();
    let output = init(folder.path(), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("gordoc.schema.json exists already"),
        "{}",
        stderr(&output)
    );
    assert_eq!(names(folder.path()), ["gordoc.schema.json"]);
    assert_eq!(
        fs::read(folder.path().join("gordoc.schema.json")).unwrap(),
        b"mine"
    );
}

#[test]
fn shells_can_complete_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(gordoc().args(["completions", shell]));
        for command in ["check", "expand", "dataset", "compile", "explain", "init"] {
            assert!(script.contains(command), "{shell} lacks {command}");
        }
    }
    let output = gordoc().args(["completions", "cmd"]).output().unwrap();
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(2), String::new())
    );
}

/// Configs that Gordo accepts, and ours.
fn accepted() -> Vec<PathBuf> {
    let mut configs = vec![
        root().join("examples/quickstart/config.yaml"),
        root().join("templates/init/config.yaml"),
        root().join("tests/cases/awkward/config.yaml"),
        root().join("tests/cases/sample/config.yaml"),
    ];
    let Some(golden) = shared("golden/config") else {
        return configs;
    };
    for entry in fs::read_dir(golden.join("normalize")).unwrap() {
        let case = entry.unwrap().path();
        let expect: Value =
            serde_json::from_slice(&fs::read(case.join("expect.json")).unwrap()).unwrap();
        let input = ["input.yaml", "input.json"].map(|name| case.join(name));
        let input = input.into_iter().find(|path| path.exists());
        configs.extend(input.filter(|_| expect["ok"] == true));
    }
    for entry in fs::read_dir(golden.join("workflow")).unwrap() {
        configs.push(entry.unwrap().path().join("input.yaml"));
    }
    configs.sort();
    configs
}

#[test]
fn the_schema_fits_what_is_accepted_and_no_misspelt_argument() {
    let Some(python) = python("GORDOC_VALIDATOR_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    fs::write(&schema, run(gordoc().arg("schema"))).unwrap();
    let mut validator = Command::new(&python);
    validator.arg(root().join("tests/schema.py")).arg(&schema);
    let configs = accepted();
    let said = run(validator.args(&configs));
    assert_eq!(said.trim(), format!("{} fit, 0 do not", configs.len()));

    let broken = folder.path().join("broken.yaml");
    let text = fs::read_to_string(root().join("templates/init/config.yaml")).unwrap();
    for (from, to, expected) in [
        (
            "epochs: 20",
            "epochs: many",
            "epochs: 'many' is not of type 'integer'",
        ),
        (
            "name: pump-1",
            "name: Pump 1",
            "name: 'Pump 1' does not match",
        ),
        (
            "type: RandomDataProvider",
            "{type: RandomDataProvider, min_sise: 3}",
            "'min_sise' was unexpected",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        fs::write(&broken, changed).unwrap();
        let mut validator = Command::new(&python);
        validator.arg(root().join("tests/schema.py")).arg(&schema);
        let said = run(validator.arg(&broken));
        assert!(said.contains(expected), "{said}");
    }
}
