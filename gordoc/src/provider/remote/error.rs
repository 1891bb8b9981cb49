//! What a server did instead of giving readings.
//!
//! Tells no password and no key.

use std::fmt;
use std::time::Duration;

use gordo_runtime::{Escaped, Excerpt};
use thiserror::Error as ThisError;

use super::limits::Excess;

/// Who was asked, and what happened.
#[derive(Clone, Debug, ThisError)]
#[error("no readings{}: {kind}{}", from(server.as_deref()), after(*attempts))]
pub struct RemoteError {
    /// Host and port, if they are known.
    pub server: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// What happened.
    #[source]
    pub kind: RemoteErrorKind,
}

impl RemoteError {
    /// Whether another tag would have been read.
    pub(crate) fn is_of_tag(&self) -> bool {
        matches!(self.kind, RemoteErrorKind::UnknownTag { .. })
    }
}

/// What happened when a server was asked.
#[derive(Clone, Debug, ThisError)]
pub enum RemoteErrorKind {
    /// A password or key is not where the config says.
    #[error("{}", Escaped(problem))]
    Secret {
        /// What is wrong with it.
        problem: String,
    },
    /// Nothing listens there, or the way is closed.
    #[error("the connection is refused ({})", Escaped(reason))]
    Refused {
        /// What the system says.
        reason: String,
    },
    /// The name has no address.
    #[error("the host name has no address")]
    UnknownHost,
    /// Nothing came in time.
    #[error("{wait} within {}", seconds(*.limit))]
    TimedOut {
        /// What was waited for.
        wait: Wait,
        /// How long.
        limit: Duration,
    },
    /// The server is not whom it should be, or speaks no TLS.
    #[error("no trusted connection: {}", Escaped(reason))]
    Untrusted {
        /// What the TLS library says.
        reason: String,
    },
    /// User, password or key are refused, or may not read this.
    #[error("access is denied: {}", Escaped(message))]
    Denied {
        /// The server's words.
        message: String,
    },
    /// The server does not take the query.
    #[error("the query is refused: {}", Escaped(message))]
    RefusedQuery {
        /// The server's words, after its status if it has one.
        message: String,
    },
    /// The server cannot answer now.
    #[error("the server fails: {}", Escaped(message))]
    ServerError {
        /// The server's words, after its status if it has one.
        message: String,
    },
    /// The answer ends too early, or is no answer.
    #[error("the answer is broken: {}", Escaped(reason))]
    BrokenAnswer {
        /// What is wrong with it.
        reason: String,
    },
    /// The answer breaks a bound.
    #[error("{excess}, which is more than is read")]
    TooMuch {
        /// Which.
        excess: Excess,
    },
    /// No series of this name.
    #[error("there is no such tag in {}", Escaped(place))]
    UnknownTag {
        /// Measurement or table, in words.
        place: String,
        /// The name that was probably meant.
        near: Option<String>,
    },
    /// No database of this name.
    #[error("there is no such database: {}", Escaped(message))]
    UnknownDatabase {
        /// The server's words, or the name.
        message: String,
    },
    /// No measurement or table of this name.
    #[error("there is no such {kind}: {}", Escaped(message))]
    UnknownTable {
        /// `measurement` or `table`.
        kind: &'static str,
        /// The server's words, or the name.
        message: String,
        /// Names that there are, as far as they are known.
        present: Vec<String>,
    },
    /// No column of this name.
    #[error("there is no such column: {}", Escaped(message))]
    UnknownColumn {
        /// The server's words.
        message: String,
    },
    /// A value that is a text, even if one that looks like a number.
    #[error("the value at {time} is the text `{}`, not a number", Excerpt(text))]
    Value {
        /// When it was read.
        time: String,
        /// The text.
        text: String,
    },
    /// A column that holds something else.
    #[error("column `{}` holds {}, not {wanted}", Excerpt(column), Excerpt(found))]
    ColumnType {
        /// The column.
        column: String,
        /// What its type is.
        found: String,
        /// `times`, `numbers` or `tag names`.
        wanted: &'static str,
    },
}

/// What did not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A connection.
    Connection,
    /// An answer, or the next part of one.
    Answer,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "no connection",
            Self::Answer => "no answer",
        })
    }
}

impl RemoteErrorKind {
    /// Whether asking again may help.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::UnknownHost
                | Self::TimedOut { .. }
                | Self::ServerError { .. }
                | Self::BrokenAnswer { .. }
        )
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Secret { .. } => "dataset::missing_secret",
            Self::Refused { .. } => "dataset::connection_refused",
            Self::UnknownHost => "dataset::unknown_host",
            Self::TimedOut { .. } => "dataset::timed_out",
            Self::Untrusted { .. } => "dataset::untrusted_server",
            Self::Denied { .. } => "dataset::access_denied",
            Self::RefusedQuery { .. } => "dataset::refused_query",
            Self::ServerError { .. } => "dataset::server_error",
            Self::BrokenAnswer { .. } => "dataset::broken_answer",
            Self::TooMuch { .. } => "dataset::answer_limit",
            Self::UnknownTag { .. } => "dataset::unknown_tag",
            Self::UnknownDatabase { .. } => "dataset::unknown_database",
            Self::UnknownTable { .. } => "dataset::unknown_table",
            Self::UnknownColumn { .. } => "dataset::missing_column",
            Self::Value { .. } => "dataset::unreadable_value",
            Self::ColumnType { .. } => "dataset::column_type",
        }
    }

    pub(crate) fn help(&self) -> String {
        match self {
            Self::Secret { .. } => "put it there, or name another place".into(),
            Self::Refused { .. } => "start the server, or correct host and port".into(),
            Self::UnknownHost => "correct the host name".into(),
            Self::TimedOut { .. } => {
                "raise `timeout` (seconds), or ask for a shorter period".into()
            }
            Self::Untrusted { .. } => {
                "name the PEM file of its authority, or the host its certificate is for".into()
            }
            Self::Denied { .. } => "check user, password and key, and what they may read".into(),
            Self::RefusedQuery { .. } => "check the names in the provider's arguments".into(),
            Self::ServerError { .. } => "look into the server's log, and try again".into(),
            Self::BrokenAnswer { .. } => {
                "try again; check that the address is the database's".into()
            }
            Self::TooMuch { .. } => {
                "ask for a shorter period; check that the address is the database's".into()
            }
            Self::UnknownTag {
                near: Some(near), ..
            } => format!("did you mean `{}`?", Excerpt(near)),
            Self::UnknownTag { .. } => "check the name of the tag".into(),
            Self::UnknownDatabase { .. } => "correct the name of the database".into(),
            Self::UnknownTable { kind, present, .. } if present.is_empty() => {
                format!("correct the name of the {kind}")
            }
            Self::UnknownTable { present, .. } => format!("there are {}", listed(present)),
            Self::UnknownColumn { .. } => {
                "name the columns in `time_column`, `tag_column` and `value_column`".into()
            }
            Self::Value { .. } => {
                "name a field of numbers in `value_name`, or have numbers written without quotes"
                    .into()
            }
            Self::ColumnType { .. } => "name another column".into(),
        }
    }

    /// Gordo's exception, where it has one.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::UnknownTag { .. } | Self::Value { .. } | Self::ColumnType { .. } => "ValueError",
            Self::Refused { .. }
            | Self::UnknownHost
            | Self::TimedOut { .. }
            | Self::Untrusted { .. }
            | Self::BrokenAnswer { .. }
            | Self::TooMuch { .. } => "ConnectionError",
            Self::ServerError { .. } => "InfluxDBServerError",
            Self::Secret { .. } => "ConfigException",
            _ => "InfluxDBClientError",
        }
    }
}

/// Names in backticks.
pub(crate) fn quoted(names: &[String]) -> String {
    let names = names.iter().map(|name| format!("`{}`", Excerpt(name)));
    let names: Vec<String> = names.collect();
    names.join(", ")
}

/// Names that are listed before the rest is counted.
const LISTED: usize = 4;

/// `A`, `B` and 7 more
pub(crate) fn listed(names: &[String]) -> String {
    let first = quoted(&names[..names.len().min(LISTED)]);
    match names.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn from(server: Option<&str>) -> String {
    server.map_or_else(String::new, |server| format!(" from `{}`", Escaped(server)))
}

fn after(attempts: u32) -> String {
    match attempts {
        1 => String::new(),
        _ => format!("; tried {attempts} times"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_server_and_how_often_it_was_tried() {
        let check = |server: Option<&str>, attempts, kind, expect: &str| {
            let server = server.map(str::to_owned);
            let error = RemoteError {
                server,
                attempts,
                kind,
            };
            assert_eq!(error.to_string(), expect);
        };
        let limit = Duration::from_millis(2500);
        let wait = Wait::Connection;
        check(
            Some("db:8086"),
            3,
            RemoteErrorKind::TimedOut { wait, limit },
            "no readings from `db:8086`: no connection within 2.5 s; tried 3 times",
        );
        let problem = "the environment variable `X` is not set".to_owned();
        check(
            None,
            1,
            RemoteErrorKind::Secret { problem },
            "no readings: the environment variable `X` is not set",
        );
    }
}
