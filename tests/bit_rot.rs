//! Trained machines that changed on disk: trained again, left out or refused, never linked unsaid.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{assert_same, gordoc, root, run, stderr, tree};

fn compile(output: &Path, revision: &str, seed: &str) -> Command {
    let mut command = gordoc();
    command
        .arg("compile")
        .arg(root().join("examples/quickstart/config.yaml"));
    command.arg("-o").arg(output).args(["--bin", "none"]);
    command.args(["--project-revision", revision, "--seed", seed]);
    command
}

fn trained(folder: &Path, output: &Path) -> Output {
    let mut command = gordoc();
    command.args(["compile", "--bin", "none", "--trained"]);
    command.arg(folder).arg("-o").arg(output);
    command.output().unwrap()
}

/// Changes a file, and gives back what it held.
fn edit(path: &Path, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut bytes = whole.clone();
    change(&mut bytes);
    assert_ne!(bytes, whole);
    fs::write(path, bytes).unwrap();
    whole
}

#[test]
fn a_machine_that_changed_on_disk_is_trained_again_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (out, linked) = (folder.path().join("out"), folder.path().join("linked"));
    run(&mut compile(&out, "1", "1"));
    let before = tree(&out);
    let flipped = |bytes: &mut Vec<u8>| {
        let last = bytes.len() - 3;
        bytes[last] ^= 1;
    };
    let threshold = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (head, rest) = text.split_once("\"aggregate_threshold\": ").unwrap();
        *bytes = format!("{head}\"aggregate_threshold\": 9{rest}").into_bytes();
    };
    for file in ["weights.safetensors", "machine.json"] {
        let path = out.join("trained/1/pump").join(file);
        if file == "machine.json" {
            edit(&path, threshold);
        } else {
            edit(&path, flipped);
        }
        let expect = format!("{} has changed since it was written", path.display());
        let output = trained(&out.join("trained"), &linked);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(&expect), "{}", stderr(&output));
        let output = compile(&out, "1", "1").output().unwrap();
        let said = stderr(&output);
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains(&format!("warning: `pump` was trained again: {expect}")),
            "{said}"
        );
        assert_eq!(said.matches("kept").count(), 2, "{said}");
        assert_same(&before, &tree(&out));
    }
    assert!(!linked.join("machines").exists());
}

#[test]
fn a_damaged_older_revision_is_left_out_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (revision, seed) in [("1", "1"), ("2", "2"), ("3", "3")] {
        run(&mut compile(&out, revision, seed));
    }
    let path = out.join("trained/2/random/machine.json");
    let whole = edit(&path, |bytes| bytes.truncate(100));
    let output = compile(&out, "3", "3").output().unwrap();
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("warning: revision 2 is not linked: "),
        "{said}"
    );
    assert!(said.contains("trained/2/random/machine.json"), "{said}");
    assert_eq!(said.matches("kept").count(), 3, "{said}");
    assert!(out.join("revisions/1/pump").exists() && !out.join("revisions/2").exists());
    fs::write(&path, whole).unwrap();
    run(&mut compile(&out, "3", "3"));
    assert!(out.join("revisions/2/pump").exists());
}
