use std::path::Path;

use serde_json::{Value, json};

use super::{Input, Machine, render};
use crate::name::{Name, Revision};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn revision(text: &str) -> Revision {
    Revision::new(text).unwrap()
}

fn document(machine: &str) -> Value {
    json!({
        "name": machine,
        "dataset": {"tag_list": ["TAG 1", "\"Grøn\" tag: #1", "{{inputs}}"]},
        "model": {"sklearn.decomposition.PCA": {}},
        "metadata": {"user_defined": {"machine-metadata": {"note": "$(PROJECT_NAME) 😀"}}},
        "runtime": {"reporters": []},
        "project_name": "north-field",
        "evaluation": {"cv_mode": "full_build"}
    })
}

fn snapshot(file: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"(gordoc-(?:server|builder)):[0-9.]+", "$1:[version]");
    settings.bind(|| insta::assert_snapshot!(file, text));
}

#[test]
fn the_manifests_of_a_project_read_well() {
    let (plain, digits) = (document("ct-23-0001"), document("007"));
    let machines = [
        Machine {
            name: &name("ct-23-0001"),
            document: &plain,
        },
        Machine {
            name: &name("007"),
            document: &digits,
        },
    ];
    let files = render(&Input::new(
        &name("north-field"),
        &revision("1700000000000"),
        &machines,
    ))
    .unwrap();
    let paths: Vec<_> = files.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "manifests/deployment.yaml",
            "manifests/kustomization.yaml",
            "manifests/service.yaml",
            "manifests/workflow.yaml",
        ]
    );
    for (path, text) in &files {
        let file = path.file_name().unwrap().to_str().unwrap();
        snapshot(&format!("workflow.{file}"), text);
    }
}

#[test]
fn no_machines_give_no_workflow() {
    let files = render(&Input::new(&name("north-field"), &revision("1"), &[])).unwrap();
    assert!(!files.contains_key(Path::new("manifests/workflow.yaml")));
    assert_eq!(files.len(), 3);
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let document = document("m");
    let machines = [Machine {
        name: &name("m"),
        document: &document,
    }];
    let (project, revision) = (name("p"), revision("1"));
    let input = Input::new(&project, &revision, &machines);
    assert_eq!(render(&input).unwrap(), render(&input).unwrap());
}

#[test]
fn every_workflow_knows_all_machines_and_trains_its_own() {
    let document = document("m");
    let names = ["a", "b", "c"].map(name);
    let machines = names.each_ref().map(|name| Machine {
        name,
        document: &document,
    });
    let (project, revision) = (name("p"), revision("1"));
    let mut input = Input::new(&project, &revision, &machines);
    input.machines_per_workflow = 2;
    let files = render(&input).unwrap();
    let text = &files[Path::new("manifests/workflow.yaml")];
    let (first, second) = text.split_once("\n---\n").unwrap();
    assert!(
        first.contains(r#"gordo-models: "[\"a\", \"b\"]""#),
        "{first}"
    );
    assert!(second.contains(r#"gordo-models: "[\"c\"]""#), "{second}");
    for workflow in [first, second] {
        assert!(workflow.contains(r#"value: "[\"a\",\"b\",\"c\"]""#));
    }
}

/// What users write reaches the YAML only as text that reads back as it was.
#[test]
fn machine_json_survives_yaml_and_json() {
    let document = document("007");
    let machines = [Machine {
        name: &name("007"),
        document: &document,
    }];
    let files = render(&Input::new(&name("p"), &revision("1"), &machines)).unwrap();
    let text = &files[Path::new("manifests/workflow.yaml")];
    let line = text
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(r#"value: "{\"name"#))
        .unwrap();
    // A double-quoted scalar of ASCII is JSON too.
    let machine: String = serde_json::from_str(&format!(r#""{{\"name{line}"#)).unwrap();
    let machine: Value = serde_json::from_str(&machine).unwrap();
    assert_eq!(machine["name"], "007");
    for section in ["dataset", "metadata", "runtime", "evaluation", "model"] {
        let text = machine[section].as_str().unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text).unwrap(),
            document[section]
        );
    }
    assert!(text.contains(r#"value: "007""#));
}

/// As a cluster keeps it: JSON, of at most about a megabyte.
#[test]
fn every_workflow_is_small_enough_for_a_cluster() {
    let note = "\"\\{{".repeat(4000);
    let document = json!({"metadata": {"note": note}, "runtime": {"a": [1, 2]}});
    for n_machines in [1, 90, 2000] {
        let names: Vec<Name> = (0..n_machines)
            .map(|number| name(&format!("machine-{number:05}-{}", "x".repeat(30))))
            .collect();
        let plain = json!({});
        let document = if n_machines > 100 { &plain } else { &document };
        let machines: Vec<Machine<'_>> = names
            .iter()
            .map(|name| Machine { name, document })
            .collect();
        let (project, revision) = (name("p"), revision("1700000000000"));
        let files = render(&Input::new(&project, &revision, &machines)).unwrap();
        let text = &files[Path::new("manifests/workflow.yaml")];
        for workflow in text.split("\n---\n") {
            assert!(
                workflow.len() < 1_000_000,
                "{n_machines}: {}",
                workflow.len()
            );
        }
    }
}

#[test]
fn names_too_many_for_a_variable_are_left_out_of_the_server() {
    let document = json!({});
    for (n_machines, is_told) in [(10, true), (2700, true), (2900, false)] {
        let names: Vec<Name> = (0..n_machines)
            .map(|number| name(&format!("machine-{number:05}-{}", "x".repeat(30))))
            .collect();
        let machines: Vec<Machine<'_>> = names
            .iter()
            .map(|name| Machine {
                name,
                document: &document,
            })
            .collect();
        let (project, revision) = (name("p"), revision("1"));
        let files = render(&Input::new(&project, &revision, &machines)).unwrap();
        let deployment = &files[Path::new("manifests/deployment.yaml")];
        assert_eq!(
            deployment.contains("EXPECTED_MODELS"),
            is_told,
            "{n_machines}"
        );
    }
}
