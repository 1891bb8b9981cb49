//! The manifests are what a cluster and Argo take, also for awkward names.
//!
//! The validator is a Python program beside the repository; `GORDOC_VALIDATOR_PYTHON` names a
//! Python that has its packages.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use gordoc::name::{Name, Revision};
use gordoc::workflow::{Input, Machine, render};
use serde_json::{Value, json};

use crate::support::{python, shared};

#[test]
fn manifests_are_valid() {
    let Some(python) = python("GORDOC_VALIDATOR_PYTHON") else {
        return;
    };
    let Some(validator) = shared("tools/validate_manifests.py") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.arg(validator);
    for (case, files) in cases().iter().enumerate() {
        for (path, text) in files {
            // A kustomization is read by kustomize; no cluster has a schema for it.
            if path.ends_with("kustomization.yaml") {
                continue;
            }
            let name = path.file_name().unwrap().to_str().unwrap();
            let file = folder.path().join(format!("{case}-{name}"));
            std::fs::write(&file, text).unwrap();
            command.arg(file);
        }
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.trim_end().ends_with(", 0 failed"), "{said}");
}

/// Plain, awkward, long, with dots, many, none.
fn cases() -> Vec<BTreeMap<PathBuf, String>> {
    let many: Vec<_> = (0..65).map(|i| format!("machine-{i}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let long = "m".repeat(63);
    let awkward = ["007", "1e3", "a.b", "a-b", "yes", "null", "0x1f", &long];
    vec![
        files("north-field", &["ct-23-0001"]),
        files("1e3", &awkward),
        files(&"p".repeat(50), &["x"]),
        files("a.b", &["a.b.c"]),
        files("many", &many),
        files("none", &[]),
    ]
}

fn files(project: &str, names: &[&str]) -> BTreeMap<PathBuf, String> {
    let documents: Vec<_> = names.iter().map(|name| document(name)).collect();
    let name = |text: &str| Name::new(text).expect("a name");
    let names: Vec<Name> = names.iter().map(|text| name(text)).collect();
    let machines: Vec<_> = std::iter::zip(&names, &documents)
        .map(|(name, document)| Machine { name, document })
        .collect();
    let revision = Revision::new("1700000000001").expect("a number");
    render(&Input::new(&name(project), &revision, &machines)).expect("machines are small")
}

fn document(name: &str) -> Value {
    json!({
        "name": name,
        "dataset": {"tag_list": ["Grønn \"tag\"", "a: b # c", "'", "\u{85}\u{2028}\u{7f}", "😀"]},
        "model": {"sklearn.decomposition.PCA": {}},
        "metadata": {"{{workflow.name}}": ["{{", "}}", "{{{{inputs.parameters.nope}}", "$(X) $$"]},
        "runtime": {},
        "project_name": "p",
        "evaluation": {"cv_mode": "full_build"}
    })
}
