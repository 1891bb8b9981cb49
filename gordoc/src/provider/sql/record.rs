//! The table of machines that Gordo's reporter keeps in a PostgreSQL database: a row per machine.
//!
//! Writes, where everything else in this room reads.

use std::path::Path;

use serde_json::Value as Json;
use thiserror::Error;

use super::connection::Connection;
use super::session::Session;
use super::settings::{SqlProvider, SqlRows, SqlServer, SqlTable};
use super::statement::literal;
use crate::provider::remote::{RemoteErrorKind, RetryPolicy, Secret};
use crate::source::{Span, Spanned};

/// Which database has the table, in the words of Gordo's reporter.
#[derive(Clone, Debug)]
pub(crate) struct MachineTable {
    /// Name or address of the server.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// Who writes.
    pub(crate) user: String,
    /// The user's password.
    pub(crate) password: Option<String>,
    /// Which of its databases.
    pub(crate) database: String,
}

/// A machine is not in the table.
#[derive(Debug, Error)]
#[error("`{machine}` is not recorded at {server}: {kind}")]
pub(crate) struct NotRecorded {
    machine: String,
    server: String,
    kind: RemoteErrorKind,
}

impl MachineTable {
    /// Puts a machine's document in place of the one that is there.
    pub(crate) fn put(&self, name: &str, document: &Json) -> Result<(), NotRecorded> {
        self.try_put(name, document).map_err(|kind| NotRecorded {
            machine: name.to_owned(),
            server: format!("{}:{}", self.host, self.port),
            kind,
        })
    }

    fn try_put(&self, name: &str, document: &Json) -> Result<(), RemoteErrorKind> {
        let connection = Connection::new(&self.as_provider(), Path::new(""))?;
        Session::open(&connection)?.run(&statements(name, document))
    }

    fn as_provider(&self) -> SqlProvider {
        let password = self.password.clone().map(Secret::Written);
        SqlProvider {
            server: SqlServer {
                url: None,
                host: Some(self.host.clone()),
                port: Some(self.port),
                dbname: Some(self.database.clone()),
                user: Some(self.user.clone()),
                password: password.map(|password| Spanned::new(password, Span::default())),
                sslmode: None,
                sslrootcert: None,
            },
            // Nothing is read of it.
            rows: SqlRows::Table(SqlTable {
                schema: None,
                table: Spanned::new("machine".to_owned(), Span::default()),
                time_column: String::new(),
                tag_column: None,
                value_column: String::new(),
            }),
            timezone: "UTC".to_owned(),
            look_back: false,
            retry: RetryPolicy {
                timeout: None,
                attempts: 1,
            },
        }
    }
}

/// Makes the table if there is none, and puts the machine into it.
fn statements(name: &str, document: &Json) -> String {
    let json = |key: &str| literal(&document[key].to_string());
    format!(
        "CREATE TABLE IF NOT EXISTS \"machine\" (\"id\" SERIAL NOT NULL PRIMARY KEY, \
         \"name\" VARCHAR(255) NOT NULL, \"dataset\" JSONB NOT NULL, \"model\" JSONB NOT NULL, \
         \"metadata\" JSONB NOT NULL);\n\
         CREATE UNIQUE INDEX IF NOT EXISTS \"machine_name\" ON \"machine\" (\"name\");\n\
         INSERT INTO \"machine\" (\"name\", \"dataset\", \"model\", \"metadata\") \
         VALUES ({}, {}, {}, {}) ON CONFLICT (\"name\") DO UPDATE SET \
         \"dataset\" = EXCLUDED.\"dataset\", \"model\" = EXCLUDED.\"model\", \
         \"metadata\" = EXCLUDED.\"metadata\"",
        literal(name),
        json("dataset"),
        json("model"),
        json("metadata"),
    )
}
