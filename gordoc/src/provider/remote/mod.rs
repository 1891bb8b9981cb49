//! What providers that ask a server share: secrets, retries, TLS, and names for what fails.

mod arguments;
mod circuit_breaker;
pub(super) mod error;
mod limits;
mod secret;
mod shared_clients;
mod tls;

use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

pub(super) use arguments::{Refused, RetryPolicy, TlsTrust, secret_keys};
pub(super) use circuit_breaker::{CircuitBreaker, lock, remote_error};
pub use error::{RemoteError, RemoteErrorKind, Wait};
pub use limits::Excess;
pub(super) use limits::{BoundedJson, Limits};
pub(super) use secret::{Secret, Secrets, resolve};
pub(super) use shared_clients::SharedClients;
pub(super) use tls::{MAX_PEM, certificates, client_config};

/// Longest wait for a connection unless the config has one.
const CONNECTION: Duration = Duration::from_secs(10);
/// Longest wait for an answer, or for its next part, unless the config has one.
const ANSWER: Duration = Duration::from_mins(5);

/// Time limits of one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// Of connecting.
    pub(super) connection: Duration,
    /// Of every wait for the next part of an answer.
    pub(super) answer: Duration,
}

impl Timeouts {
    /// The timeouts of a config.
    pub(super) fn new(retry: RetryPolicy) -> Self {
        Self {
            connection: retry.timeout.unwrap_or(CONNECTION),
            answer: retry.timeout.unwrap_or(ANSWER),
        }
    }

    /// That a wait was too long.
    pub(super) fn exceeded(self, wait: Wait) -> RemoteErrorKind {
        let limit = match wait {
            Wait::Connection => self.connection,
            Wait::Answer => self.answer,
        };
        RemoteErrorKind::TimedOut { wait, limit }
    }
}

/// What it means that a connection failed, or was closed before an answer.
pub(super) fn not_connected(
    error: &io::Error,
    host: &str,
    port: u16,
    timeouts: Timeouts,
) -> RemoteErrorKind {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    match error.kind() {
        TimedOut => return timeouts.exceeded(Wait::Connection),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => {
            return RemoteErrorKind::BrokenAnswer {
                reason: "the connection is closed before it begins".into(),
            };
        }
        _ => {}
    }
    if let Some(inner) = error.get_ref()
        && inner.is::<rustls::Error>()
    {
        return RemoteErrorKind::Untrusted {
            reason: error.to_string(),
        };
    }
    // The system has no kind for this one.
    if error.raw_os_error().is_none() && (host, port).to_socket_addrs().is_err() {
        return RemoteErrorKind::UnknownHost;
    }
    RemoteErrorKind::Refused {
        reason: error.to_string(),
    }
}
