//! The table of machines that `gordoc build` keeps, as Gordo's reporter does.

use serde_json::{Value, json};
use tokio_postgres::config::Host;

use crate::support::services::{Postgres, postgres};
use crate::support::{gordoc, stderr};

/// Gordo's reporter for this server.
fn reporter(postgres: &Postgres) -> Value {
    let config: tokio_postgres::Config = postgres.url.parse().unwrap();
    let host = match &config.get_hosts()[0] {
        Host::Tcp(host) => host.clone(),
        Host::Unix(folder) => folder.display().to_string(),
    };
    let password = config.get_password();
    let password = password.map(|password| String::from_utf8_lossy(password).into_owned());
    json!({"gordo.reporters.postgres.PostgresReporter": {
        "host": host,
        "port": config.get_ports()[0],
        "user": config.get_user(),
        "password": password,
        "database": config.get_dbname().or(config.get_user()),
    }})
}

#[test]
fn a_machine_that_is_built_is_recorded_once() {
    let Some(postgres) = postgres("reporter") else {
        return;
    };
    postgres.execute("DROP TABLE IF EXISTS machine");
    for note in ["first", "it's \"second\" \\"] {
        let machine = json!({
            "name": "unit-one",
            "project_name": "works",
            "dataset": {
                "tags": ["FT 1", "TT-1"],
                "train_start_date": "2024-06-01T00:00:00Z",
                "train_end_date": "2024-06-04T00:00:00Z",
                "data_provider": {"type": "RandomDataProvider"},
            },
            "model": {"gordo.machine.model.models.KerasAutoEncoder": {
                "kind": "feedforward_hourglass",
            }},
            "metadata": {"note": note},
            "runtime": {"reporters": [reporter(&postgres)]},
        });
        let folder = tempfile::tempdir().unwrap();
        let mut command = gordoc();
        command.current_dir(folder.path());
        let output = command
            .args(["build", &machine.to_string(), "out"])
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let note = note.replace('\'', "''");
        postgres.execute(&format!(
            "DO $$ BEGIN
               IF (SELECT metadata #>> '{{user_defined,machine-metadata,note}}' FROM machine
                   WHERE name = 'unit-one' AND dataset ->> 'resolution' = '10T') <> '{note}' THEN
                 RAISE EXCEPTION 'another machine is recorded';
               END IF;
             END $$"
        ));
    }
}
