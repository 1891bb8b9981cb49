//! What providers that ask a server share: secrets, patience, trust, and names for what fails.

mod door;
mod secret;
mod trust;

use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

pub(super) use door::{Door, Shared, fault, lock};
pub(super) use secret::{Secrets, reveal};
pub(super) use trust::{certificates, client_config};

use crate::dataset::error::{Trouble, Wait};
use crate::project::Patience;

/// Longest wait for a connection unless the config has one.
const CONNECTION: Duration = Duration::from_secs(10);
/// Longest wait for an answer, or for its next part, unless the config has one.
const ANSWER: Duration = Duration::from_mins(5);

/// Time limits of one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of connecting.
    pub(super) connection: Duration,
    /// Of every wait for the next part of an answer.
    pub(super) answer: Duration,
}

impl Limits {
    /// The limits of a config.
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            connection: patience.timeout.unwrap_or(CONNECTION),
            answer: patience.timeout.unwrap_or(ANSWER),
        }
    }

    /// That a wait was too long.
    pub(super) fn exceeded(self, wait: Wait) -> Trouble {
        let limit = match wait {
            Wait::Connection => self.connection,
            Wait::Answer => self.answer,
        };
        Trouble::TimedOut { wait, limit }
    }
}

/// What it means that a connection failed, or was closed before an answer.
pub(super) fn not_connected(error: &io::Error, host: &str, port: u16, limits: Limits) -> Trouble {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    match error.kind() {
        TimedOut => return limits.exceeded(Wait::Connection),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => {
            return Trouble::BrokenAnswer {
                reason: "the connection is closed before it begins".into(),
            };
        }
        _ => {}
    }
    if let Some(inner) = error.get_ref()
        && inner.is::<rustls::Error>()
    {
        return Trouble::Untrusted {
            reason: error.to_string(),
        };
    }
    // The system has no kind for this one.
    if error.raw_os_error().is_none() && (host, port).to_socket_addrs().is_err() {
        return Trouble::UnknownHost;
    }
    Trouble::Refused {
        reason: error.to_string(),
    }
}
