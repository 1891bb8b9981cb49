//! Nights in which a clock is changed: what a user is told, and what is learnt from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{gordoc, run, stderr};

/// A file of local times with a row for each of these, and a config that reads it.
fn prepare(folder: &Path, zone: &str, period: (&str, &str), rows: &[&str]) {
    let mut text = "time,value\n".to_owned();
    for (number, row) in rows.iter().enumerate() {
        writeln!(text, "{row},{number}").unwrap();
    }
    fs::write(folder.join("FT-1.csv"), text).unwrap();
    let (start, end) = period;
    let config = format!(
        "machines:
  - name: pump
    dataset:
      tag_list: [FT-1]
      train_start_date: {start}
      train_end_date: {end}
      resolution: 30T
      data_provider: {{type: FilesDataProvider, path: ., timezone: {zone}}}
    model: {{gordo.machine.model.models.KerasAutoEncoder: {{kind: feedforward_hourglass}}}}
"
    );
    fs::write(folder.join("config.yaml"), config).unwrap();
}

fn dataset(folder: &Path) -> Command {
    let mut command = gordoc();
    command.current_dir(folder).env("COLUMNS", "300");
    command.args(["dataset", "config.yaml", "--machine", "pump", "-o", "rows"]);
    command
}

fn values(folder: &Path) -> Vec<(String, f64)> {
    let text = fs::read_to_string(folder.join("rows/X.csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let (time, value) = line.split_once(',').unwrap();
        (time[11..16].to_owned(), value.parse().unwrap())
    });
    rows.collect()
}

const AUTUMN: (&str, &str) = ("2023-10-28T23:00:00Z", "2023-10-29T03:00:00Z");
const BOTH: [&str; 8] = [
    "2023-10-29 01:00",
    "2023-10-29 01:30",
    "2023-10-29 02:00",
    "2023-10-29 02:30",
    "2023-10-29 02:00",
    "2023-10-29 02:30",
    "2023-10-29 03:00",
    "2023-10-29 03:30",
];

#[test]
fn both_passes_are_learnt_from_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), "Europe/Oslo", AUTUMN, &BOTH);
    let output = dataset(folder.path()).output().unwrap();
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
    let expect = [
        "23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00",
    ];
    let expect = expect
        .into_iter()
        .zip([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 7.0]);
    let expect: Vec<(String, f64)> = expect.map(|(at, value)| (at.to_owned(), value)).collect();
    assert_eq!(values(folder.path()), expect);
}

#[test]
fn one_pass_is_told_each_time_and_may_be_denied() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(
        folder,
        "Europe/Oslo",
        AUTUMN,
        &[&BOTH[..4], &BOTH[6..]].concat(),
    );
    let words = [
        "dataset::ambiguous_time",
        "⚠",
        "`pump`: readings of `FT-1`: ",
        "FT-1.csv:4: the clock of `Europe/Oslo` shows `2023-10-29 02:00:00` twice",
        "taken to be the first",
    ];
    // From the file, and from the cache, which keeps the warning with the readings.
    for _ in 0..2 {
        let output = dataset(folder)
            .args(["--data-cache", "cache"])
            .output()
            .unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        for word in words {
            assert!(said.contains(word), "lacks `{word}`: {said}");
        }
        assert_eq!(
            values(folder)[2..5],
            [
                ("00:00".to_owned(), 2.0),
                ("00:30".to_owned(), 3.0),
                // Between 3 and 4 half an hour before 02:00.
                ("01:00".to_owned(), 3.0 + 1.0 / 3.0),
            ]
        );
    }
    let output = dataset(folder).arg("--deny-warnings").output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains('×') && said.contains("dataset::ambiguous_time"),
        "{said}"
    );
    let mut compile = gordoc();
    compile.current_dir(folder).env("COLUMNS", "300");
    compile.args(["compile", "config.yaml", "-o", "out", "--bin", "none"]);
    compile.args(["--project-name", "works", "--deny-warnings"]);
    let output = compile.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("dataset::ambiguous_time"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_time_that_never_was_is_an_error_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let period = ("2024-03-31T00:00:00Z", "2024-03-31T02:00:00Z");
    let rows = ["2024-03-31 01:00", "2024-03-31 02:30", "2024-03-31 03:00"];
    prepare(folder, "Europe/Oslo", period, &rows);
    let output = dataset(folder).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let words = [
        "dataset::skipped_time",
        "FT-1.csv:3: `2024-03-31 02:30` does not exist in `Europe/Oslo`",
        "correct `timezone`",
    ];
    for word in words {
        assert!(said.contains(word), "lacks `{word}`: {said}");
    }
    prepare(folder, "Etc/GMT-1", period, &rows);
    run(&mut dataset(folder));
}
