//! What the errors of a PostgreSQL server mean.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::provider::remote::{RemoteErrorKind, Secrets, Timeouts, Wait, not_connected};

/// What it means that a server cannot be connected to.
pub(super) fn connecting(
    error: &Error,
    (host, port): (&str, u16),
    timeouts: Timeouts,
    secrets: &Secrets,
) -> RemoteErrorKind {
    if let Some(error) = error.as_db_error() {
        return of_server(error, timeouts, secrets);
    }
    let message = secrets.redact(&told(error));
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    if message.contains("TLS") {
        RemoteErrorKind::Untrusted { reason: message }
    } else if let Some(error) = io {
        not_connected(error, host, port, timeouts)
    } else if message.contains("authentication") || message.contains("password") {
        RemoteErrorKind::Denied { message }
    } else {
        RemoteErrorKind::BrokenAnswer { reason: message }
    }
}

/// What it means that a query fails.
pub(super) fn querying(error: &Error, timeouts: Timeouts, secrets: &Secrets) -> RemoteErrorKind {
    match error.as_db_error() {
        Some(error) => of_server(error, timeouts, secrets),
        None => RemoteErrorKind::BrokenAnswer {
            reason: secrets.redact(&told(error)),
        },
    }
}

/// What the server's own error means.
fn of_server(error: &DbError, timeouts: Timeouts, secrets: &Secrets) -> RemoteErrorKind {
    let message = secrets.redact(error.message());
    let code = error.code();
    match *code {
        SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        | SqlState::INSUFFICIENT_PRIVILEGE => RemoteErrorKind::Denied { message },
        SqlState::INVALID_CATALOG_NAME => RemoteErrorKind::UnknownDatabase { message },
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => {
            RemoteErrorKind::UnknownTable {
                kind: "table",
                message,
                present: Vec::new(),
            }
        }
        SqlState::UNDEFINED_COLUMN => RemoteErrorKind::UnknownColumn { message },
        SqlState::QUERY_CANCELED => timeouts.exceeded(Wait::Answer),
        // What the server lacks, what its operator does, and what breaks in it.
        _ if ["53", "57", "58", "XX"].contains(&code.code().get(..2).unwrap_or_default()) => {
            RemoteErrorKind::ServerError { message }
        }
        _ => RemoteErrorKind::RefusedQuery { message },
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
