//! Readings on their way to many machines: what is read, what a fault does, and what is told.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{assert_same, gordoc, run, stderr, tree};

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
        writeln!(
            text,
            "  - name: {name}\n    evaluation: {{cv_mode: build_only}}"
        )
        .unwrap();
        writeln!(text, "    dataset: {{tags: [{tags}]}}").unwrap();
    }
    text.push_str(
        "globals:
  dataset:
    train_start_date: 2021-03-01T00:00:00Z
    train_end_date: 2021-03-01T20:00:00Z
    data_provider: {type: FilesDataProvider, path: data}
  model:
    gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass}
",
    );
    fs::write(folder.join("config.yaml"), text).unwrap();
}

/// Reads from elsewhere than the folder with a file per tag.
fn use_provider(folder: &Path, provider: &str) {
    let text = fs::read_to_string(folder.join("config.yaml")).unwrap();
    let text = text.replace("{type: FilesDataProvider, path: data}", provider);
    fs::write(folder.join("config.yaml"), text).unwrap();
}

/// Trains what `config.yaml` of a folder says, into `out` there.
fn compile(folder: &Path) -> Command {
    let mut command = gordoc();
    command.current_dir(folder).env("COLUMNS", "200");
    command.args(["compile", "config.yaml", "-o", "out", "--bin", "none"]);
    command
}

/// Writes the rows of a machine into a folder; readings are kept in `kept` beside it.
fn dataset(folder: &Path, machine: &str, output: &str) -> Command {
    let mut command = gordoc();
    command.current_dir(folder);
    command.args(["dataset", "config.yaml", "--machine", machine, "-o", output]);
    command.args(["--data-cache", "kept"]);
    command
}

/// What a command says once it is done.
fn said(command: &mut Command) -> String {
    let (code, output) = output(command);
    assert_eq!(code, Some(0), "{}", stderr(&output));
    stderr(&output)
}

/// Files in which readings are kept.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let kept = folder.join("kept");
    if !kept.exists() {
        return Vec::new();
    }
    let files = tree(&kept).into_keys();
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "parquet"));
    files.map(|path| kept.join(path)).collect()
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

#[test]
fn what_is_kept_needs_no_source() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for tag in ["A", "B"] {
        a_day(folder, tag);
    }
    config(folder, &[("first", "A, B"), ("second", "B, A")]);
    let kept = ["--data-cache", "kept"];
    let told = said(compile(folder).args(kept));
    assert!(
        told.contains("2 tags fetched, 0 tags from the cache\n"),
        "{told}"
    );
    let expected = tree(&folder.join("out"));

    fs::remove_dir_all(folder.join("data")).unwrap();
    fs::remove_dir_all(folder.join("out")).unwrap();
    let told = said(compile(folder).args(kept));
    assert!(
        told.contains("0 tags fetched, 2 tags from the cache\n"),
        "{told}"
    );
    let warning = "warning: no source is left of `A`, `B`: the cache has its readings\n";
    assert!(told.contains(warning), "{told}");
    assert_same(&expected, &tree(&folder.join("out")));

    let (code, output) = output(&mut compile(folder));
    assert_eq!(code, Some(1), "{}", stderr(&output));
}

#[test]
fn a_changed_file_and_a_damaged_one_are_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for tag in ["A", "B"] {
        a_day(folder, tag);
    }
    config(folder, &[("pump", "A, B")]);
    let told = said(&mut dataset(folder, "pump", "first"));
    assert_eq!(told, "2 tags fetched, 0 tags from the cache\n");
    let told = said(&mut dataset(folder, "pump", "second"));
    assert_eq!(told, "0 tags fetched, 2 tags from the cache\n");
    assert_same(&tree(&folder.join("first")), &tree(&folder.join("second")));

    let rows = fs::read_to_string(folder.join("data/A.csv")).unwrap();
    fs::write(folder.join("data/A.csv"), rows.replace(",40\n", ",41\n")).unwrap();
    let told = said(&mut dataset(folder, "pump", "third"));
    assert_eq!(told, "1 tag fetched, 1 tag from the cache\n");
    run(gordoc().current_dir(folder).args([
        "dataset",
        "config.yaml",
        "--machine",
        "pump",
        "-o",
        "plain",
    ]));
    assert_same(&tree(&folder.join("plain")), &tree(&folder.join("third")));

    for path in kept(folder) {
        let mut bytes = fs::read(&path).unwrap();
        bytes[100] ^= 0x40;
        fs::write(&path, bytes).unwrap();
    }
    let told = said(&mut dataset(folder, "pump", "fourth"));
    let damaged = told.lines().filter(|line| line.contains("is damaged: `"));
    assert_eq!(damaged.count(), 2, "{told}");
    assert!(
        told.ends_with("2 tags fetched, 0 tags from the cache\n"),
        "{told}"
    );
    assert_same(&tree(&folder.join("plain")), &tree(&folder.join("fourth")));
    let told = said(&mut dataset(folder, "pump", "fifth"));
    assert_eq!(told, "0 tags fetched, 2 tags from the cache\n");
}

#[test]
fn a_run_that_is_killed_goes_on_with_what_it_had_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for tag in ["A", "B", "C"] {
        a_day(folder, tag);
    }
    config(folder, &[("pump", "A, B, C")]);
    // A file that unpacks to a hundred gigabytes keeps the run busy in the middle.
    use_provider(
        folder,
        "{type: FilesDataProvider, path: data, files: {B: B.csv.zst}}",
    );
    let frame = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
    let mut endless = frame(b"time,value\n");
    endless.extend(frame(&vec![b'\n'; 100 << 20]).repeat(1000));
    fs::write(folder.join("data/B.csv.zst"), endless).unwrap();
    let mut command = dataset(folder, "pump", "rows");
    let mut child = command.args(["--fetch-jobs", "1"]).spawn().unwrap();
    let begun = Instant::now();
    while kept(folder).is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing is kept");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.join("rows").exists());

    config(folder, &[("pump", "A, B, C")]);
    let told = said(&mut dataset(folder, "pump", "rows"));
    assert_eq!(told, "2 tags fetched, 1 tag from the cache\n");
}

#[test]
fn runs_beside_each_other_share_a_cache() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for tag in ["A", "B", "C"] {
        a_day(folder, tag);
    }
    config(folder, &[("pump", "A, B, C")]);
    let outputs = ["1", "2", "3", "4"];
    let runs = outputs.map(|output| dataset(folder, "pump", output).spawn().unwrap());
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    for output in outputs {
        assert_same(&tree(&folder.join("1")), &tree(&folder.join(output)));
    }
    let told = said(&mut dataset(folder, "pump", "last"));
    assert_eq!(told, "0 tags fetched, 3 tags from the cache\n");
}

#[test]
fn a_wide_file_is_kept_in_the_order_of_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut rows = "time,C,A,B\n".to_owned();
    for hour in 0..20 {
        writeln!(rows, "2021-03-01 {hour:02}:00:00,{hour},1.5,{hour}").unwrap();
    }
    fs::write(folder.join("wide.csv"), rows).unwrap();
    config(folder, &[("pump", "A, B, C")]);
    let provider = "{type: gordo_core.data_providers.contrib.CSVDataProvider, \
                    file_path: wide.csv, timestamp_column: time}";
    use_provider(folder, provider);
    let told = said(&mut dataset(folder, "pump", "first"));
    assert_eq!(told, "3 tags fetched, 0 tags from the cache\n");
    fs::remove_file(folder.join("wide.csv")).unwrap();
    said(&mut dataset(folder, "pump", "second"));
    assert_same(&tree(&folder.join("first")), &tree(&folder.join("second")));
}

#[test]
fn a_lake_partitioned_by_date_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for tag in ["A", "B"] {
        a_day(folder, tag);
    }
    config(folder, &[("pump", "A, B")]);
    run(dataset(folder, "pump", "written").args(["--format", "parquet"]));
    run(&mut dataset(folder, "pump", "expected"));
    let lake = folder.join("lake/year=2021/month=03/day=01");
    fs::create_dir_all(&lake).unwrap();
    fs::copy(
        folder.join("written/X.parquet"),
        lake.join("part-0.parquet"),
    )
    .unwrap();
    let broken = folder.join("lake/year=2021/month=02/day=28/part-0.parquet");
    fs::create_dir_all(broken.parent().unwrap()).unwrap();
    fs::write(broken, "not looked into").unwrap();
    use_provider(
        folder,
        "{type: ParquetDataProvider, path: lake, value_column: '{tag}'}",
    );
    for round in ["2 tags fetched, 0 tags from", "0 tags fetched, 2 tags from"] {
        assert_eq!(
            said(&mut dataset(folder, "pump", "rows")),
            format!("{round} the cache\n")
        );
        let x = |rows: &str| fs::read_to_string(folder.join(rows).join("X.csv")).unwrap();
        assert_eq!(x("rows"), x("expected"));
    }

    // Nothing is left of the period, but what was kept.
    fs::remove_dir_all(folder.join("lake/year=2021/month=03")).unwrap();
    let told = said(&mut dataset(folder, "pump", "rows"));
    assert!(told.contains("no source is left of `A`, `B`"), "{told}");
    let output = gordoc()
        .current_dir(folder)
        .args(["check", "config.yaml"])
        .output()
        .unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("dataset::no_partition"), "{told}");
}
