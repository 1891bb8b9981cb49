//! Asks an InfluxDB server over HTTP.

use std::io::{self, BufReader};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, IgnoredAny};
use ureq::http::{self, StatusCode};
use ureq::{Agent, Body, Timeout};

use super::connection::{Connection, agent};
use super::query;
use super::response::{self, Response, ResponseError};
use super::settings::InfluxProvider;
use crate::provider::error::ReadError;
use crate::provider::remote::{
    CircuitBreaker, RemoteErrorKind, Timeouts, Wait, lock, not_connected,
};

/// How long a list of tags is good for, as with Gordo.
const LIST_LASTS: Duration = Duration::from_mins(10);

/// Tags by measurement.
pub(super) type TagsByMeasurement = Vec<(String, Vec<String>)>;

/// A server and its database.
pub(super) struct Client {
    pub(super) connection: Connection,
    breaker: CircuitBreaker,
    agent: Agent,
    timeouts: Timeouts,
    known: Mutex<Option<(Instant, Arc<TagsByMeasurement>)>>,
}

impl Client {
    /// A client that has not asked anything yet.
    pub(super) fn new(
        config: &InfluxProvider,
        connection: Connection,
        base: &Path,
    ) -> Result<Self, ReadError> {
        let breaker = CircuitBreaker::new(connection.server(), config.retry);
        let timeouts = Timeouts::new(config.retry);
        let agent = agent(config.tls.as_ref(), timeouts, base);
        Ok(Self {
            agent: agent.map_err(|kind| breaker.error(kind))?,
            connection,
            breaker,
            timeouts,
            known: Mutex::new(None),
        })
    }

    /// Asks a query, for all of its rows.
    pub(super) fn query<R: DeserializeOwned>(&self, query: &str) -> Result<Response<R>, ReadError> {
        let response = self.breaker.call(|| self.try_once(query, false))?;
        if !response.partial {
            return Ok(response);
        }
        // A server may be set to answer no more than so many rows, unless in parts.
        let response: Response<R> = self.breaker.call(|| self.try_once(query, true))?;
        if response.partial {
            return Err(self.error(self.broken_because("it lacks its last part")));
        }
        Ok(response)
    }

    /// Asks a query, once.
    pub(super) fn ask_once<R: DeserializeOwned>(
        &self,
        query: &str,
    ) -> Result<Response<R>, RemoteErrorKind> {
        self.try_once(query, false)
    }

    /// That an answer is not what was asked for.
    pub(super) fn error(&self, kind: RemoteErrorKind) -> ReadError {
        self.breaker.error(kind)
    }

    /// All tags of the database, asked for once in a while.
    pub(super) fn tags(&self) -> Result<Arc<TagsByMeasurement>, ReadError> {
        let mut known = lock(&self.known);
        if let Some((since, tags)) = &*known
            && since.elapsed() < LIST_LASTS
        {
            return Ok(Arc::clone(tags));
        }
        let query = query::tags(&self.connection.address.database);
        let response: Response<(String, String)> = self.query(&query)?;
        let series = response.series.into_iter();
        let tags = series.map(|series| {
            let tags = series.values.into_iter().map(|(_, tag)| tag);
            (series.name, tags.collect())
        });
        let tags: Arc<TagsByMeasurement> = Arc::new(tags.collect());
        *known = Some((Instant::now(), Arc::clone(&tags)));
        Ok(tags)
    }

    /// Asks once; `chunked` asks for an answer in parts.
    fn try_once<R: DeserializeOwned>(
        &self,
        query: &str,
        chunked: bool,
    ) -> Result<Response<R>, RemoteErrorKind> {
        let mut request = self.agent.get(&self.connection.url);
        for (name, value) in &self.connection.headers {
            request = request.header(name, value);
        }
        request = request.query("q", query);
        request = request.query("db", &self.connection.address.database);
        if chunked {
            request = request.query("chunked", "true");
        }
        let mut response = request.call().map_err(|error| self.not_answered(error))?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(&mut response));
        }
        response::read(BufReader::new(response.body_mut().as_reader()))
            .map_err(|broken| self.broken(broken))
    }

    /// What it means that no answer came.
    fn not_answered(&self, error: ureq::Error) -> RemoteErrorKind {
        let address = &self.connection.address;
        match error {
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                self.timeouts.exceeded(Wait::Connection)
            }
            ureq::Error::Timeout(_) => self.timeouts.exceeded(Wait::Answer),
            ureq::Error::HostNotFound | ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                RemoteErrorKind::UnknownHost
            }
            ureq::Error::Io(error) => {
                not_connected(&error, &address.host, address.port, self.timeouts)
            }
            ureq::Error::Rustls(error) => RemoteErrorKind::Untrusted {
                reason: error.to_string(),
            },
            ureq::Error::Tls(reason) => RemoteErrorKind::Untrusted {
                reason: reason.to_owned(),
            },
            other => self.broken_because(&other.to_string()),
        }
    }

    /// What a status other than 200 means.
    fn refused(&self, response: &mut http::Response<Body>) -> RemoteErrorKind {
        let status = response.status().as_u16();
        let message = format!("status {status}{}", self.message_of(response));
        match status {
            401 | 403 | 407 => RemoteErrorKind::Denied { message },
            500.. => RemoteErrorKind::ServerError { message },
            _ => RemoteErrorKind::RefusedQuery { message },
        }
    }

    /// The first words of a body, or of its `error` if it is one of InfluxDB.
    fn message_of(&self, response: &mut http::Response<Body>) -> String {
        let secrets = &self.connection.secrets;
        if let Some(place) = response.headers().get("location") {
            let place = String::from_utf8_lossy(place.as_bytes());
            return format!(", it has moved to `{}`", secrets.redact(&place));
        }
        let body = response.body_mut().with_config();
        let body = body.limit(1 << 16).lossy_utf8(true);
        let text = body.read_to_string().unwrap_or_default();
        let error = match response::read::<IgnoredAny>(text.as_bytes()) {
            Err(ResponseError::Error(error)) => error,
            _ => text,
        };
        match secrets.redact(&error) {
            message if message.is_empty() => message,
            message => format!(", {message}"),
        }
    }

    /// What is wrong with an answer of status 200.
    fn broken(&self, broken: ResponseError) -> RemoteErrorKind {
        match broken {
            ResponseError::Error(message) => self.error_of(&message),
            ResponseError::Empty => self.broken_because("it is empty"),
            ResponseError::Json(error) if error.is_io() => {
                match ureq::Error::from(io::Error::from(error)) {
                    ureq::Error::Timeout(_) => self.timeouts.exceeded(Wait::Answer),
                    error => self.broken_because(&format!("it breaks off: {error}")),
                }
            }
            ResponseError::Json(error) if error.is_eof() => self.broken_because("it breaks off"),
            ResponseError::Json(error) => {
                self.broken_because(&format!("it is no answer of InfluxDB: {error}"))
            }
        }
    }

    pub(super) fn broken_because(&self, reason: &str) -> RemoteErrorKind {
        RemoteErrorKind::BrokenAnswer {
            reason: self.connection.secrets.redact(reason),
        }
    }

    /// What an error within an answer means, by the server's words.
    fn error_of(&self, words: &str) -> RemoteErrorKind {
        let message = self.connection.secrets.redact(words);
        let says = |some: &[&str]| some.iter().any(|some| words.contains(some));
        if says(&["database not found"]) {
            RemoteErrorKind::UnknownDatabase { message }
        } else if says(&["retention policy not found"]) {
            RemoteErrorKind::UnknownTable {
                kind: "retention policy",
                message,
                present: Vec::new(),
            }
        } else if says(&["authoriz", "authenticat"]) {
            RemoteErrorKind::Denied { message }
        } else if says(&["timeout", "timed out", "interrupted", "engine is closed"]) {
            RemoteErrorKind::ServerError { message }
        } else {
            RemoteErrorKind::RefusedQuery { message }
        }
    }
}
