//! Keys of all providers that ask a server: how long to wait, how often, and whom to trust.

use std::time::Duration;

use super::secret::Secret;
use crate::config::Value;
use crate::diagnostic::Diagnostic;
use crate::provider::arguments::{Arguments, config_error};
use crate::source::Spanned;

/// Nobody waits for longer; beyond, clocks cannot be set.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// How long to wait for a server, and how often to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// Longest wait for a connection, and for the next part of an answer; `None` is the
    /// provider's default.
    pub(crate) timeout: Option<Duration>,
    /// Attempts, the first included; 0 stands for many.
    pub(crate) attempts: u32,
}

/// Which servers are believed to be who they say they are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TlsTrust {
    /// Any.
    Anyone,
    /// Those with a certificate that a public authority vouches for.
    PublicRoots,
    /// Those that a certificate of this PEM file vouches for.
    Roots(Spanned<String>),
}

/// That an argument cannot be used, which is reported already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused;

impl Arguments<'_> {
    /// A text that may be left out or null.
    pub(crate) fn optional_text(&mut self, key: &str) -> Result<Option<Spanned<String>>, Refused> {
        match self.given(key) {
            None => Ok(None),
            Some(node) => self.text_of(key, node).map(Some).ok_or(Refused),
        }
    }

    /// A password or key: written out, or `<key>_env` or `<key>_file` that says where it is.
    pub(crate) fn secret(&mut self, key: &str) -> Result<Option<Spanned<Secret>>, Refused> {
        let keys = secret_keys(key);
        let [written, variable, file] = keys.each_ref().map(|key| self.given(key));
        let mut given = keys.iter().filter(|key| self.given(key).is_some());
        if let (Some(one), Some(other)) = (given.next(), given.next()) {
            let place = self.node.key_span(other).unwrap_or(self.place);
            self.refuse(
                config_error(
                    "project::bad_provider_argument",
                    format!("`{one}` and `{other}` are both given"),
                )
                .label(place, "says it again")
                .help("keep one of them"),
            );
            return Err(Refused);
        }
        if let Some(node) = written {
            if !matches!(node.value, Value::Text(_) | Value::Int(_)) {
                // The value stays out of the message.
                self.refuse_value(
                    Diagnostic::error(
                        "project::bad_provider_argument",
                        format!("`{key}` is {}, not a text", node.kind()),
                    )
                    .label(node.span, "not a text"),
                );
                return Err(Refused);
            }
            let secret = Secret::Written(node.to_key());
            return Ok(Some(Spanned::new(secret, node.span)));
        }
        let found = match (variable, file) {
            (Some(node), _) => {
                let name = self.text_of(&keys[1], node).ok_or(Refused)?;
                Some(Spanned::new(Secret::Variable(name.value), name.span))
            }
            (_, Some(node)) => {
                let path = self.text_of(&keys[2], node).ok_or(Refused)?;
                Some(Spanned::new(Secret::File(path.value), path.span))
            }
            _ => None,
        };
        Ok(found)
    }

    /// A port, as a number or as digits.
    pub(crate) fn port(&mut self, default: u16) -> Option<u16> {
        let Some(node) = self.given("port") else {
            return Some(default);
        };
        let port = node.to_key().parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            self.wrong("port", node, "a port between 1 and 65535");
        }
        port
    }

    /// `timeout` in seconds, and `retries`, which counts attempts.
    pub(crate) fn retry_policy(&mut self) -> Option<RetryPolicy> {
        let timeout = self.seconds("timeout");
        let attempts = self.size("retries", 3);
        Some(RetryPolicy {
            timeout: timeout.ok()?,
            attempts: attempts?,
        })
    }

    fn seconds(&mut self, key: &str) -> Result<Option<Duration>, Refused> {
        let Some(node) = self.given(key) else {
            return Ok(None);
        };
        let seconds = match node.value {
            Value::Int(seconds) => u32::try_from(seconds).ok().map(f64::from),
            Value::Float(seconds) => Some(seconds),
            _ => None,
        };
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let time = time.filter(|time| !time.is_zero() && *time <= LONGEST);
        if time.is_none() {
            self.wrong(
                key,
                node,
                "a number of seconds above zero, at most those of a year",
            );
        }
        time.map(Some).ok_or(Refused)
    }
}

/// A secret's own key, and those that name where it is found.
pub(crate) fn secret_keys(key: &str) -> [String; 3] {
    [key.to_owned(), format!("{key}_env"), format!("{key}_file")]
}
