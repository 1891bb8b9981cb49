//! Readings on their way to many machines: what is read, what a fault does, and what is told.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{gordoc, stderr};

/// A day of readings, one per minute, in one file.
fn a_day(folder: &Path, tag: &str) {
    fs::create_dir_all(folder.join("data")).unwrap();
    let mut rows = "time,value\n".to_owned();
    for minute in 0..24 * 60 {
        let (hour, rest) = (minute / 60, minute % 60);
        writeln!(rows, "2021-03-01 {hour:02}:{rest:02}:00,{}", minute % 97).unwrap();
    }
    fs::write(folder.join(format!("data/{tag}.csv")), rows).unwrap();
}

/// A config of machines with their tags, all read from a folder with a file per tag.
fn config(folder: &Path, machines: &[(&str, &str)]) {
    let mut text = "machines:\n".to_owned();
    for (name, tags) in machines {
        writeln!(text, "  - name: {name}\n    dataset: {{tags: [{tags}]}}").unwrap();
    }
    text.push_str(
        "globals:
  dataset:
    train_start_date: 2021-03-01T00:00:00Z
    train_end_date: 2021-03-01T20:00:00Z
    data_provider: {type: FilesDataProvider, path: data}
  evaluation: {cv_mode: build_only}
  model:
    gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass}
",
    );
    fs::write(folder.join("config.yaml"), text).unwrap();
}

/// Trains what `config.yaml` of a folder says, into `out` there.
fn compile(folder: &Path) -> Command {
    let mut command = gordoc();
    command.current_dir(folder).env("COLUMNS", "200");
    command.args(["compile", "config.yaml", "-o", "out", "--bin", "none"]);
    command
}

fn output(command: &mut Command) -> (Option<i32>, Output) {
    let output = command.output().unwrap();
    (output.status.code(), output)
}

#[test]
fn a_fault_names_machine_tag_and_provider_and_the_other_machines_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for tag in ["A", "B", "C"] {
        a_day(folder, tag);
    }
    let good = fs::read_to_string(folder.join("data/B.csv")).unwrap();
    fs::write(folder.join("data/B.csv"), good.replace(",40\n", ",forty\n")).unwrap();
    let soon = "time,value\nsoon,1\n";
    let late = fs::read_to_string(folder.join("data/C.csv")).unwrap();
    fs::write(folder.join("data/C.csv"), soon).unwrap();
    config(
        folder,
        &[("first", "A"), ("second", "A, B, C"), ("third", "C")],
    );

    let (code, said) = output(&mut compile(folder));
    let text = stderr(&said);
    assert_eq!(code, Some(2), "{text}");
    for expected in [
        "`second`: `B` of `FilesDataProvider`: data/B.csv:42: `forty` in column `value` is not a",
        "`second`: `C` of `FilesDataProvider`: data/C.csv:2: `soon` is not a time stamp",
        "`third`: `C` of `FilesDataProvider`: data/C.csv:2: `soon` is not a time stamp",
        "2 machines could not be loaded: `second`, `third`",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }

    // Mended, the machine that was fine is not trained again.
    fs::write(folder.join("data/B.csv"), good).unwrap();
    fs::write(folder.join("data/C.csv"), late).unwrap();
    let (code, said) = output(&mut compile(folder));
    let text = stderr(&said);
    assert_eq!(code, Some(0), "{text}");
    let kept = text.lines().filter(|line| line.ends_with("kept"));
    assert_eq!(kept.count(), 1, "{text}");
    assert!(!folder.join("out/trained/.next").exists());
}
