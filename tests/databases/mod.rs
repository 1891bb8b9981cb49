//! Datasets read from databases: real ones give what files give, and every fault is told apart.

mod faults;
mod http;
mod local_times;
mod reporter;
mod secrets;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::services::{Influx, Postgres, influx, postgres};
use crate::support::{assert_same, gordoc, stderr, tree};

/// Tags whose names say much to a query language.
const TAGS: [&str; 4] = ["FT-101", "a.b/c (1)", "it's \"so\"", "x|y\\d+$"];

/// Midnight of 2021-03-01, in milliseconds since 1970.
const MIDNIGHT: u64 = 1_614_556_800_000;

/// Readings of a tag, the time in milliseconds since midnight; none from 00:20 to 01:00.
fn readings(tag: u8) -> impl Iterator<Item = (u64, f64)> {
    let rows = (0..300_u32).map(move |row| {
        let value = f64::from((row * 7) % 31) + f64::from(tag) * 0.1;
        (u64::from(row) * 97_125, value)
    });
    rows.filter(|(time, _)| !(1_200_000..3_600_000).contains(time))
}

/// Tags with the numbers that decide their readings.
fn tags() -> impl Iterator<Item = (u8, &'static str)> {
    (0..).zip(TAGS)
}

/// Writes the readings into a folder with a file per tag; answers the provider.
fn as_files(folder: &Path, look_back: bool) -> String {
    let mut files = serde_json::Map::new();
    for (number, tag) in tags() {
        let mut rows = "time,value\n".to_owned();
        for (time, value) in readings(number) {
            let time = gordoc::time::iso(((MIDNIGHT + time) * 1_000_000).cast_signed());
            writeln!(rows, "{time},{value}").unwrap();
        }
        fs::write(folder.join(format!("{number}.csv")), rows).unwrap();
        files.insert(tag.to_owned(), json!(format!("{number}.csv")));
    }
    let files = json!(files);
    format!("{{type: FilesDataProvider, path: ., look_back: {look_back}, files: {files}}}")
}

fn config(folder: &Path, name: &str, provider: &str, more: &str) {
    let tags = json!(TAGS);
    let text = format!(
        "machines:
  - name: pump
    dataset:
      tag_list: {tags}
      train_start_date: 2021-03-01T00:20:00Z
      train_end_date: 2021-03-01T06:00:00Z
      data_provider: {provider}
      {more}
    model: {{gordo.machine.model.models.KerasAutoEncoder: {{kind: feedforward_hourglass}}}}
"
    );
    fs::write(folder.join(name), text).unwrap();
}

fn dataset(folder: &Path, config: &str, output: &str) -> Command {
    let mut command = gordoc();
    command.current_dir(folder).env("COLUMNS", "300");
    command.args(["dataset", config, "--machine", "pump", "-o", output]);
    command
}

/// Names the finding and the words of it that a fault must have.
#[track_caller]
fn check_fault(command: &mut Command, code: &str, words: &[&str]) {
    let output = command.output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words.iter().chain(&[code]) {
        assert!(said.contains(word), "lacks `{word}`: {said}");
    }
}

/// Runs a command that must end well.
#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// Holds the rows of a provider against those of files, byte for byte.
#[track_caller]
fn check_same(folder: &Path, provider: &str, environment: &[(&str, &str)], more: &str) {
    let files = as_files(folder, provider.contains("look_back: true"));
    config(folder, "files.yaml", &files, more);
    config(folder, "database.yaml", provider, more);
    run(&mut dataset(folder, "files.yaml", "of-files"));
    run(dataset(folder, "database.yaml", "of-database").envs(environment.iter().copied()));
    assert_same(
        &tree(&folder.join("of-files")),
        &tree(&folder.join("of-database")),
    );
}

/// Writes the readings into a measurement `sensors`.
fn fill_influx(influx: &Influx) {
    let mut lines = String::new();
    for (number, tag) in tags() {
        let tag = tag
            .replace(' ', "\\ ")
            .replace(',', "\\,")
            .replace('=', "\\=");
        for (time, value) in readings(number) {
            let nanos = (MIDNIGHT + time) * 1_000_000;
            writeln!(lines, "sensors,tag={tag} Value={value} {nanos}").unwrap();
        }
    }
    influx.write(&lines);
}

#[test]
fn influx_gives_what_files_give() {
    let Some(influx) = influx("same") else {
        return;
    };
    fill_influx(&influx);
    let folder = tempfile::tempdir().unwrap();
    check_same(folder.path(), &influx.provider("sensors"), &[], "");
    let uri = "{type: InfluxDataProvider, measurement: sensors, uri_env: DB_URI}";
    let value = format!("same:{}@127.0.0.1:{}/same", influx.password, influx.port);
    check_same(folder.path(), uri, &[("DB_URI", &value)], "resolution: 1T");
}

/// More rows than the server answers at once, unless it is told to answer in parts.
#[test]
fn influx_gives_all_rows_of_a_long_series() {
    let Some(influx) = influx("long") else {
        return;
    };
    let mut lines = String::new();
    for second in 0..20_000 {
        let nanos = (MIDNIGHT + second * 1000) * 1_000_000;
        writeln!(lines, "m,tag=A Value={second} {nanos}").unwrap();
    }
    influx.write(&lines);
    let folder = tempfile::tempdir().unwrap();
    let text = machine("pump", "A", &influx.provider("m"), "resolution: 1S");
    fs::write(folder.path().join("c.yaml"), format!("machines:\n{text}")).unwrap();
    run(&mut dataset(folder.path(), "c.yaml", "rows"));
    let metadata = fs::read_to_string(folder.path().join("rows/metadata.json")).unwrap();
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!(
        metadata["tag_loading_metadata"]["A"]["original_length"],
        20_000
    );
}

/// What comes of reading a tag: the exit code, the values, and what is said.
fn outcome(provider: &str, tag: &str) -> (Option<i32>, Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let tag = json!(tag).to_string();
    let text = machine("pump", &tag, provider, "");
    fs::write(folder.path().join("c.yaml"), format!("machines:\n{text}")).unwrap();
    let output = dataset(folder.path(), "c.yaml", "rows").output().unwrap();
    let x = fs::read_to_string(folder.path().join("rows/X.csv")).unwrap_or_default();
    let values = x
        .lines()
        .skip(1)
        .map(|row| row.rsplit(',').next().unwrap_or_default().parse::<f64>());
    let values = values.map(|value| value.unwrap().to_string()).collect();
    (output.status.code(), values, stderr(&output))
}

/// Every letter of a tag stands for itself: no other tag answers for it.
#[test]
fn influx_reads_one_tag_of_many_that_look_alike() {
    let Some(influx) = influx("alike") else {
        return;
    };
    let tags = [
        "TI.100", "TI-100", "TIx100", "TI+100", "TI100", "TIII100", "TI.1000", "T|I",
    ];
    let mut lines = String::new();
    for (number, tag) in tags.iter().enumerate() {
        for hour in 0..7 {
            let nanos = (MIDNIGHT + hour * 3_600_000) * 1_000_000;
            writeln!(lines, "m,tag={tag} Value={number} {nanos}").unwrap();
        }
    }
    influx.write(&lines);
    for (number, tag) in tags.iter().enumerate() {
        let (code, values, said) = outcome(&influx.provider("m"), tag);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{tag}");
        let alone = |value: &String| *value == number.to_string();
        assert!(
            !values.is_empty() && values.iter().all(alone),
            "{tag}: {values:?}"
        );
    }
}

#[test]
fn influx_names_the_series_that_answer_for_one_tag() {
    let Some(influx) = influx("series") else {
        return;
    };
    let mut lines = String::new();
    for hour in 0..7 {
        let nanos = (MIDNIGHT + hour * 3_600_000) * 1_000_000;
        for (unit, value) in [("C", 20), ("F", 68)] {
            writeln!(lines, "m,tag=A,unit={unit} Value={value} {nanos}").unwrap();
            writeln!(lines, "m,tag=B,unit={unit},site=x Other={value} {nanos}").unwrap();
        }
        writeln!(lines, "m,tag=B,unit=C,site=x Value=1 {nanos}").unwrap();
    }
    // Long ago.
    writeln!(lines, "m,tag=B,unit=K Value=293 1000000000000000000").unwrap();
    influx.write(&lines);
    let (code, _, said) = outcome(&influx.provider("m"), "A");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("dataset::several_series"), "{said}");
    assert!(
        said.contains("readings of `A`: 2 series") && said.contains("`unit=C` and `unit=F`"),
        "{said}"
    );
    let (code, _, said) = outcome(&influx.provider("m"), "B");
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn influx_reads_other_retention_policies() {
    let Some(influx) = influx("policies") else {
        return;
    };
    influx.query(
        "CREATE RETENTION POLICY \"five \\\"y\\\"\" ON \"policies\" DURATION INF REPLICATION 1",
    );
    let nanos = MIDNIGHT * 1_000_000;
    influx.write(&format!("m,tag=A Value=-1 {nanos}"));
    influx.write_to("five \"y\"", &format!("m,tag=A Value=7 {nanos}"));
    let provider = |policy: &str| {
        let policy = json!(policy);
        let more = format!("retries: 1, retention_policy: {policy}");
        influx.provider("m").replace("retries: 1", &more)
    };
    let read = |provider: &str| outcome(provider, "A").1;
    assert!(
        read(&influx.provider("m"))
            .iter()
            .all(|value| value == "-1")
    );
    assert!(read(&provider("autogen")).iter().all(|value| value == "-1"));
    let kept = read(&provider("five \"y\""));
    assert!(
        !kept.is_empty() && kept.iter().all(|value| value == "7"),
        "{kept:?}"
    );
    let (code, _, said) = outcome(&provider("none"), "A");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is no such retention policy"), "{said}");
}

/// A machine of one tag, indented for a list.
fn machine(name: &str, tag: &str, provider: &str, more: &str) -> String {
    format!(
        "  - name: {name}
    dataset:
      tag_list: [{tag}]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-03-01T06:00:00Z
      data_provider: {provider}
      {more}
    evaluation: {{cv_mode: build_only}}
    model: {{gordo.machine.model.models.KerasAutoEncoder: {{kind: feedforward_hourglass}}}}
"
    )
}

/// Fills tables of every shape that a schema can have.
fn fill_postgres(postgres: &Postgres) {
    let schema = &postgres.schema;
    let mut statements = format!(
        "SET search_path TO \"{schema}\";
         CREATE TABLE readings (\"time\" timestamptz, tag text, value double precision);
         CREATE TABLE exact (\"at\" timestamp, \"the tag\" varchar(20), \"v\"\"\" numeric);
         INSERT INTO readings VALUES (NULL, 'FT-101', 1), ('infinity', 'FT-101', 2);
         "
    );
    for (number, tag) in tags() {
        let tag = tag.replace('\'', "''");
        for (time, value) in readings(number) {
            let time = format!("to_timestamp({} / 1000.0)", MIDNIGHT + time);
            writeln!(
                statements,
                "INSERT INTO readings VALUES ({time}, '{tag}', {value});
                 INSERT INTO exact VALUES ({time} AT TIME ZONE 'Europe/Oslo', '{tag}', \
                 {value});"
            )
            .unwrap();
        }
    }
    statements.push_str(
        "CREATE TABLE wide AS SELECT DISTINCT \"time\" FROM readings WHERE \"time\" < 'infinity';",
    );
    for tag in TAGS {
        let (column, tag) = (tag.replace('"', "\"\""), tag.replace('\'', "''"));
        writeln!(
            statements,
            "ALTER TABLE wide ADD COLUMN \"{column}\" real;
             UPDATE wide SET \"{column}\" = value::numeric FROM readings \
             WHERE readings.\"time\" = wide.\"time\" AND tag = '{tag}';"
        )
        .unwrap();
    }
    postgres.execute(&statements);
}

#[test]
fn postgres_gives_what_files_give() {
    let Some(postgres) = postgres("same") else {
        return;
    };
    fill_postgres(&postgres);
    let folder = tempfile::tempdir().unwrap();
    let check = |more: &str, options: &str| {
        let environment = [("DB_URL", postgres.url.as_str())];
        check_same(
            folder.path(),
            &postgres.provider(more),
            &environment,
            options,
        );
    };
    check("table: readings", "");
    check(
        "table: readings, look_back: true",
        "interpolation_limit: 1H",
    );
    check(
        "table: exact, time_column: at, tag_column: the tag, value_column: 'v\"', \
         timezone: Europe/Oslo",
        "",
    );
    let query = "select \"time\", value from same.readings where tag = :tag and \"time\" >= :start \
                 and \"time\" <= :end -- no : here";
    let text = format!(
        "{{type: SqlDataProvider, url_env: DB_URL, query: {}}}",
        json!(query)
    );
    let environment = [("DB_URL", postgres.url.as_str())];
    check_same(folder.path(), &text, &environment, "");
}

#[test]
fn a_column_per_tag_is_a_tag() {
    let Some(postgres) = postgres("wide") else {
        return;
    };
    fill_postgres(&postgres);
    let folder = tempfile::tempdir().unwrap();
    let environment = [("DB_URL", postgres.url.as_str())];
    let provider = postgres.provider("table: wide, value_column: '{tag}'");
    config(folder.path(), "c.yaml", &provider, "");
    run(dataset(folder.path(), "c.yaml", "rows").envs(environment));
    let x = fs::read_to_string(folder.path().join("rows/X.csv")).unwrap();
    let mut lines = x.lines();
    let columns = lines.next().unwrap().split(',').count();
    assert_eq!((columns, lines.count()), (1 + TAGS.len(), 31), "{x}");
}
