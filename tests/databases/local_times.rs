//! Nights in which a clock is changed, in tables of local times.

use std::fmt::Write as _;
use std::fs;

use super::{check_fault, dataset};
use crate::support::services::{Postgres, postgres};
use crate::support::stderr;

/// A table with a row for each of these local times, numbered in a column of their order.
fn fill(postgres: &Postgres, rows: &[&str]) {
    let schema = &postgres.schema;
    let mut statements = format!(
        "SET search_path TO \"{schema}\";
         DROP TABLE IF EXISTS readings;
         CREATE TABLE readings (\"time\" timestamp, tag text, value float8, id int);\n"
    );
    for (number, row) in rows.iter().enumerate() {
        writeln!(
            statements,
            "INSERT INTO readings VALUES ('{row}', 'LT-2', {number}, {number});"
        )
        .unwrap();
    }
    postgres.execute(&statements);
}

const QUERY: &str = "select \"time\", value from clocks.readings where tag = :tag and \
                     \"time\" between :start and :end order by ";

struct Plant {
    postgres: Postgres,
    folder: tempfile::TempDir,
}

impl Plant {
    fn command(&self, provider: &str) -> std::process::Command {
        let text = format!(
            "machines:
  - name: pump
    dataset:
      tag_list: [LT-2]
      train_start_date: 2024-10-26T23:00:00Z
      train_end_date: 2024-10-27T03:00:00Z
      resolution: 15T
      data_provider: {provider}
    model: {{gordo.machine.model.models.KerasAutoEncoder: {{kind: feedforward_hourglass}}}}
"
        );
        fs::write(self.folder.path().join("c.yaml"), text).unwrap();
        let mut command = dataset(self.folder.path(), "c.yaml", "rows");
        command.env("DB_URL", &self.postgres.url);
        command
    }

    /// Values by the hour and minute of their rows.
    fn value(&self, time: &str) -> String {
        let text = fs::read_to_string(self.folder.path().join("rows/X.csv")).unwrap();
        let row = text
            .lines()
            .find(|line| line.contains(&format!("T{time}:00Z,")));
        let (_, value) = row
            .unwrap_or_else(|| panic!("{time}: {text}"))
            .split_once(',')
            .unwrap();
        let value: f64 = value.parse().unwrap();
        value.to_string()
    }

    fn query(order: &str) -> String {
        let query = serde_json::json!(format!("{QUERY}{order}"));
        format!(
            "{{type: SqlDataProvider, url_env: DB_URL, query: {query}, timezone: Europe/Vienna}}"
        )
    }
}

/// Every quarter of an hour from midnight to 05:00, one hour twice.
fn night() -> Vec<String> {
    let quarter = |hour: u32| (0..60).step_by(15).map(move |minute| (hour, minute));
    let hours = [0, 1, 2, 2, 3, 4];
    let times = hours.into_iter().flat_map(quarter);
    times
        .map(|(hour, minute)| format!("2024-10-27 {hour:02}:{minute:02}"))
        .collect()
}

#[test]
fn rows_of_a_table_that_cannot_be_told_apart_are_left_out_with_a_warning() {
    let Some(postgres) = postgres("clocks") else {
        return;
    };
    let plant = Plant {
        postgres,
        folder: tempfile::tempdir().unwrap(),
    };
    let night = night();
    let rows: Vec<&str> = night.iter().map(String::as_str).collect();
    fill(&plant.postgres, &rows);
    let table = plant
        .postgres
        .provider("table: readings, timezone: Europe/Vienna");
    for provider in [table, Plant::query("1")] {
        let output = plant.command(&provider).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        for word in [
            "dataset::ambiguous_time",
            "readings of `LT-2`",
            "the clock of `Europe/Vienna` shows `2024-10-27 02:00:00` twice",
            "8 rows are left out",
        ] {
            assert!(said.contains(word), "lacks `{word}`: {said}");
        }
        // Interpolated between 7 at 23:45 and 16 at 02:00.
        assert_eq!([plant.value("00:00"), plant.value("01:00")], ["8", "12"]);
        assert_eq!([plant.value("23:45"), plant.value("02:00")], ["7", "16"]);
    }
    // The order of rows is that of a query, forwards and backwards.
    for order in ["id", "id desc"] {
        let output = plant.command(&Plant::query(order)).output().unwrap();
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(0), String::new())
        );
        let told = ["00:00", "00:45", "01:00", "01:45", "02:00"].map(|time| plant.value(time));
        assert_eq!(told, ["8", "11", "12", "15", "16"]);
    }
}

#[test]
fn a_time_of_a_table_that_never_was_is_named() {
    let Some(postgres) = postgres("clocks-spring") else {
        return;
    };
    fill(
        &postgres,
        &["2024-10-27 01:00", "2024-10-27 02:30", "2024-10-27 03:00"],
    );
    let provider = postgres.provider("table: readings, timezone: America/Asuncion");
    let plant = Plant {
        postgres,
        folder: tempfile::tempdir().unwrap(),
    };
    // There the clock is put forward at midnight of another Sunday: all is well.
    let output = plant.command(&provider).output().unwrap();
    assert!(
        !stderr(&output).contains("skipped_time"),
        "{}",
        stderr(&output)
    );
    let mut command = plant.command(&provider);
    fill(
        &plant.postgres,
        &["2024-03-31 01:00", "2024-03-31 02:30", "2024-03-31 04:00"],
    );
    let config = plant.folder.path().join("c.yaml");
    let text = fs::read_to_string(&config).unwrap();
    let text = text
        .replace("2024-10-26T23", "2024-03-31T00")
        .replace("2024-10-27", "2024-03-31");
    fs::write(&config, text.replace("America/Asuncion", "Europe/Vienna")).unwrap();
    let words = [
        "`2024-03-31 02:30:00` does not exist in `Europe/Vienna`",
        "`LT-2`",
    ];
    check_fault(&mut command, "dataset::skipped_time", &words);
}
