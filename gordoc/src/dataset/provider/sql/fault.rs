//! What the errors of a PostgreSQL server mean.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use super::super::remote::{Limits, Secrets, not_connected};
use crate::dataset::error::{Trouble, Wait};

/// What it means that a server cannot be connected to.
pub(super) fn connecting(
    error: &Error,
    (host, port): (&str, u16),
    limits: Limits,
    secrets: &Secrets,
) -> Trouble {
    if let Some(error) = error.as_db_error() {
        return of_server(error, limits, secrets);
    }
    let said = secrets.strike(&told(error));
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    if said.contains("TLS") {
        Trouble::Untrusted { reason: said }
    } else if let Some(error) = io {
        not_connected(error, host, port, limits)
    } else if said.contains("authentication") || said.contains("password") {
        Trouble::Denied { said }
    } else {
        Trouble::BrokenAnswer { reason: said }
    }
}

/// What it means that a query fails.
pub(super) fn asking(error: &Error, limits: Limits, secrets: &Secrets) -> Trouble {
    match error.as_db_error() {
        Some(error) => of_server(error, limits, secrets),
        None => Trouble::BrokenAnswer {
            reason: secrets.strike(&told(error)),
        },
    }
}

/// What the server's own error means.
fn of_server(error: &DbError, limits: Limits, secrets: &Secrets) -> Trouble {
    let said = secrets.strike(error.message());
    let code = error.code();
    match *code {
        SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        | SqlState::INSUFFICIENT_PRIVILEGE => Trouble::Denied { said },
        SqlState::INVALID_CATALOG_NAME => Trouble::UnknownDatabase { said },
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => Trouble::UnknownTable {
            kind: "table",
            said,
            present: Vec::new(),
        },
        SqlState::UNDEFINED_COLUMN => Trouble::UnknownColumn { said },
        SqlState::QUERY_CANCELED => limits.exceeded(Wait::Answer),
        // What the server lacks, what its operator does, and what breaks in it.
        _ if ["53", "57", "58", "XX"].contains(&code.code().get(..2).unwrap_or_default()) => {
            Trouble::ServerError { said }
        }
        _ => Trouble::RefusedQuery { said },
    }
}

/// An error with what caused it.
fn told(error: &Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !told.contains(&next) {
            told = format!("{told}: {next}");
        }
        source = error.source();
    }
    told
}
