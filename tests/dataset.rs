//! `gordoc dataset`: the files, what is said on the way, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{assert_same, gordoc, python, root, run, stderr, stdout, tree};

fn quickstart() -> PathBuf {
    root().join("examples/quickstart/config.yaml")
}

fn case(name: &str) -> PathBuf {
    root().join("tests/cases").join(name).join("config.yaml")
}

fn dataset(config: &Path, machine: &str, output: &Path) -> Command {
    let mut command = gordoc();
    command.arg("dataset").arg(config);
    command.args(["--machine", machine]);
    command.arg("-o").arg(output);
    command
}

fn output(command: &mut Command) -> (Option<i32>, Output) {
    let output = command.output().unwrap();
    (output.status.code(), output)
}

/// The names of a folder's files.
fn names(folder: &Path) -> Vec<String> {
    let files = tree(folder).into_keys();
    files.map(|path| path.display().to_string()).collect()
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A recording of a day, one row per ten minutes; HEAT has no reading from 06:00 to 18:00.
fn a_day_with_a_hole(folder: &Path) -> PathBuf {
    let mut rows = vec!["when,FLOW,HEAT".to_owned()];
    for row in 0..144 {
        let (hour, minute) = (row / 6, row % 6);
        let heat = if (6..18).contains(&hour) { "" } else { "7.5" };
        rows.push(format!("2021-03-01T{hour:02}:{minute}0:00Z,{row},{heat}"));
    }
    fs::write(folder.join("day.csv"), rows.join("\n")).unwrap();
    let config = "machines:
  - name: intake
    dataset:
      tags: [FLOW, HEAT]
      target_tag_list: [HEAT]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-03-02T00:00:00Z
      interpolation_limit: 1H
      data_provider:
        type: gordo_core.data_providers.contrib.CSVDataProvider
        file_path: day.csv
        timestamp_column: when
    model: {gordo.machine.model.models.KerasLSTMAutoEncoder: {kind: lstm_model}}
";
    let path = folder.join("config.yaml");
    fs::write(&path, config).unwrap();
    path
}

#[test]
fn inputs_targets_and_metadata_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("not/yet/there");
    let (code, said) = output(&mut dataset(&quickstart(), "pump-bearing", &rows));
    assert_eq!(
        (code, stdout(&said), stderr(&said)),
        (Some(0), String::new(), String::new())
    );
    assert_eq!(names(&rows), ["X.csv", "metadata.json", "y.csv"]);

    let (x, y) = (lines(&rows, "X.csv"), lines(&rows, "y.csv"));
    assert_eq!(
        x[0],
        "time,P101-flow,P101-discharge-pressure,P101-motor-current"
    );
    assert_eq!(y[0], "time,P101-bearing-temperature,P101-vibration");
    // Ten days of rows ten minutes apart, both ends included.
    assert_eq!((x.len(), y.len()), (1442, 1442));
    for (x, y) in std::iter::zip(&x, &y) {
        assert_eq!(x.split(',').next(), y.split(',').next());
    }
    assert!(x[1].starts_with("2024-03-04T00:00:00Z,"), "{}", x[1]);
    assert!(x[1441].starts_with("2024-03-14T00:00:00Z,"), "{}", x[1441]);

    let text = fs::read(rows.join("metadata.json")).unwrap();
    let metadata: Value = serde_json::from_slice(&text).unwrap();
    let keys: Vec<&String> = metadata.as_object().unwrap().keys().collect();
    let expected = [
        "row_filter_tags",
        "tag_loading_metadata",
        "train_start_date_actual",
        "train_end_date_actual",
        "summary_statistics",
        "x_hist",
    ];
    assert_eq!(keys, expected);
    let loading = &metadata["tag_loading_metadata"];
    assert_eq!(loading["aggregate_metadata"]["joined_length"], 1441);
    assert_eq!(loading["P101-vibration"]["original_length"], 14400);
}

#[test]
fn the_same_config_gives_the_same_bytes() {
    for format in ["csv", "parquet"] {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&one, &other] {
            run(dataset(&quickstart(), "random", folder.path()).args(["--format", format]));
        }
        assert_same(&tree(one.path()), &tree(other.path()));
    }
}

#[test]
fn tags_with_gaps_are_reported_and_rows_need_no_model_that_is_supported() {
    let folder = tempfile::tempdir().unwrap();
    let config = a_day_with_a_hole(folder.path());
    let rows = folder.path().join("rows");
    let (code, said) = output(&mut dataset(&config, "intake", &rows));
    assert_eq!((code, stdout(&said)), (Some(0), String::new()));
    assert_eq!(
        stderr(&said),
        "warning: not enough data between 2021-03-01 00:00:00+00:00 and 2021-03-02 \
         00:00:00+00:00: gaps in `HEAT`\n"
    );
    // Six hours, an hour that is filled in, six hours and the end's row.
    let x = lines(&rows, "X.csv");
    assert_eq!(x.len(), 1 + 36 + 6 + 37);
    assert_eq!(x[..2], ["time,FLOW,HEAT", "2021-03-01T00:00:00Z,0,7.5"]);
    assert!(x[43].starts_with("2021-03-01T18:00:00Z,"), "{}", x[43]);
}

#[test]
fn an_unknown_machine_is_answered_with_the_names_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows");
    let (code, said) = output(&mut dataset(&quickstart(), "pmp", &rows));
    assert_eq!((code, stdout(&said)), (Some(2), String::new()));
    assert_eq!(
        stderr(&said),
        "error: there is no machine `pmp`\n  help: the machines are `random`, `pump`, \
         `pump-bearing`\n"
    );
    assert!(!rows.exists());
}

#[test]
fn what_cannot_be_read_or_written_exits_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows");
    let (code, said) = output(&mut dataset(
        &case("broken/missing_csv"),
        "intake-pump",
        &rows,
    ));
    assert_eq!((code, stdout(&said)), (Some(2), String::new()));
    let said = stderr(&said);
    assert!(said.contains("dataset::missing_file"), "{said}");
    assert!(said.contains("config.yaml:9:20"), "{said}");
    assert!(!rows.exists());

    let (code, said) = output(&mut dataset(
        &folder.path().join("none.yaml"),
        "pump",
        &rows,
    ));
    assert_eq!((code, stdout(&said)), (Some(2), String::new()));
    assert!(stderr(&said).contains("none.yaml cannot be read"));

    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    let (code, said) = output(&mut dataset(&quickstart(), "random", &file));
    assert_eq!((code, stdout(&said)), (Some(2), String::new()));
    assert!(stderr(&said).contains("a-file: "), "{}", stderr(&said));
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn findings_in_the_config_are_drawn_and_errors_exit_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let misspelt = case("broken/misspelt_key");
    let rows = folder.path().join("rows");
    let (code, said) = output(&mut dataset(&misspelt, "intake-pump", &rows));
    assert_eq!(code, Some(0));
    assert!(
        stderr(&said).contains("did you mean `resolution`?"),
        "{}",
        stderr(&said)
    );
    assert!(rows.join("X.csv").exists());

    let rows = folder.path().join("denied");
    let mut denied = dataset(&misspelt, "intake-pump", &rows);
    let (code, said) = output(denied.arg("--deny-warnings"));
    assert_eq!((code, stdout(&said)), (Some(1), String::new()));
    assert!(stderr(&said).contains("config::unknown_key"));
    assert!(!rows.exists());

    let (code, said) = output(&mut dataset(
        &case("broken/missing_zone"),
        "intake-pump",
        &rows,
    ));
    assert_eq!((code, stdout(&said)), (Some(1), String::new()));
    assert!(stderr(&said).contains("config::missing_zone"));
    assert!(!rows.exists());
}

#[test]
fn pandas_reads_the_same_from_both_forms() {
    let Some(python) = python("GORDOC_CLIENT_PYTHON") else {
        return;
    };
    let day = tempfile::tempdir().unwrap();
    let machines = [
        (quickstart(), "pump-bearing", "1441"),
        (quickstart(), "random", "2013"),
        (case("awkward"), "007", "1006"),
        (a_day_with_a_hole(day.path()), "intake", "79"),
    ];
    for (config, machine, n_rows) in machines {
        let folder = tempfile::tempdir().unwrap();
        let rows = folder.path();
        run(&mut dataset(&config, machine, rows));
        run(dataset(&config, machine, rows).args(["--format", "parquet"]));
        let expected = ["X.csv", "X.parquet", "metadata.json", "y.csv", "y.parquet"];
        assert_eq!(names(rows), expected);
        for table in ["X", "y"] {
            let mut tables = Command::new(&python);
            tables.arg(root().join("tests/tables.py"));
            tables.arg(rows.join(format!("{table}.csv")));
            let read = run(tables.arg(rows.join(format!("{table}.parquet"))));
            assert_eq!(read.trim(), n_rows, "{machine}");
        }
    }
}

/// A dataset of two tags with readings at odd times; `keys` are further lines of it.
fn two_tags(folder: &Path, keys: &str) -> PathBuf {
    let rows = "time,value\n2020-01-01T00:01:00Z,1\n2020-01-01T00:02:00Z,4\n\
                2020-01-01T00:12:00Z,\n2020-01-01T00:25:00Z,7\n";
    fs::write(folder.join("A.csv"), rows).unwrap();
    fs::write(folder.join("B.csv"), rows.replace("00:02", "00:03")).unwrap();
    let config = format!(
        "machines:
  - name: pump
    dataset:
      tags: [A]
      target_tag_list: [B, A]
      train_start_date: 2020-01-01T00:00:00Z
      train_end_date: 2020-01-01T00:40:00Z
      {keys}
      data_provider: {{type: gordoc.FilesDataProvider, path: .}}
"
    );
    let path = folder.join("config.yaml");
    fs::write(&path, config).unwrap();
    path
}

/// Rows of `X` and `y` of such a dataset.
fn tables(keys: &str) -> [Vec<String>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let config = two_tags(folder.path(), keys);
    let rows = folder.path().join("rows");
    run(&mut dataset(&config, "pump", &rows));
    ["X.csv", "y.csv"].map(|name| lines(&rows, name))
}

#[test]
fn several_aggregation_methods_give_pair_columns() {
    let [x, y] = tables("aggregation_methods: [max, count]");
    assert_eq!(
        x,
        [
            "time,A|max,A|count",
            "2020-01-01T00:00:00Z,4,2",
            "2020-01-01T00:10:00Z,5.5,0",
            "2020-01-01T00:20:00Z,7,1",
            "2020-01-01T00:30:00Z,7,0",
            "2020-01-01T00:40:00Z,7,0",
        ]
    );
    assert_eq!(y[0], "time,B|max,B|count,A|max,A|count");
}

#[test]
fn without_a_resolution_raw_rows_are_joined() {
    for nothing in ["null", "false", "\"\""] {
        let [x, y] = tables(&format!("resolution: {nothing}"));
        assert_eq!(
            x,
            [
                "time,A",
                "2020-01-01T00:01:00Z,1",
                "2020-01-01T00:12:00Z,",
                "2020-01-01T00:25:00Z,7",
            ]
        );
        assert_eq!(
            y[1..3],
            ["2020-01-01T00:01:00Z,1,1", "2020-01-01T00:12:00Z,,"]
        );
    }
}

#[test]
fn rows_need_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    let text = "machines:\n  - name: a\n    dataset:\n      tags: [A]\n      train_start_date: \
                2020-01-01T00:00:00Z\n      train_end_date: 2020-01-02T00:00:00Z\n      \
                data_provider: {type: RandomDataProvider}\n";
    fs::write(&config, text).unwrap();
    let mut command = gordoc();
    command
        .arg("dataset")
        .arg(&config)
        .args(["--machine", "a", "-o"]);
    run(command.arg(folder.path().join("rows")));
    let table = fs::read_to_string(folder.path().join("rows/X.csv")).unwrap();
    assert!(table.starts_with("time,A\n2020-01-01T00:"), "{table}");
}
