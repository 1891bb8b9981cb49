//! Asks an InfluxDB server over HTTP.

use std::io::{self, BufReader};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, IgnoredAny};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body, Timeout};

use super::super::remote::{Door, Limits, lock, not_connected};
use super::answer::{self, Answer, Broken};
use super::query;
use super::settings::{Settings, agent};
use crate::dataset::error::{Cause, Trouble, Wait};
use crate::project::InfluxProvider;

/// How long a list of tags is good for, as with the peer.
const LIST_LASTS: Duration = Duration::from_mins(10);

/// Tags by measurement.
pub(super) type Known = Vec<(String, Vec<String>)>;

/// A server and its database.
pub(super) struct Client {
    pub(super) settings: Settings,
    door: Door,
    agent: Agent,
    limits: Limits,
    known: Mutex<Option<(Instant, Arc<Known>)>>,
}

impl Client {
    /// A client that has not asked anything yet.
    pub(super) fn new(
        config: &InfluxProvider,
        settings: Settings,
        base: &Path,
    ) -> Result<Self, Cause> {
        let door = Door::new(settings.server(), config.patience);
        let limits = Limits::new(config.patience);
        let agent = agent(config.tls.as_ref(), limits, base);
        Ok(Self {
            agent: agent.map_err(|trouble| door.fault(trouble))?,
            settings,
            door,
            limits,
            known: Mutex::new(None),
        })
    }

    /// Asks a query, for all of its rows.
    pub(super) fn ask<R: DeserializeOwned>(&self, query: &str) -> Result<Answer<R>, Cause> {
        let answer = self.door.persist(|| self.try_once(query, false))?;
        if !answer.partial {
            return Ok(answer);
        }
        // A server may be set to answer no more than so many rows, unless in parts.
        let answer: Answer<R> = self.door.persist(|| self.try_once(query, true))?;
        if answer.partial {
            return Err(self.fault(self.broken_because("it lacks its last part")));
        }
        Ok(answer)
    }

    /// That an answer is not what was asked for.
    pub(super) fn fault(&self, trouble: Trouble) -> Cause {
        self.door.fault(trouble)
    }

    /// All tags of the database, asked for once in a while.
    pub(super) fn tags(&self) -> Result<Arc<Known>, Cause> {
        let mut known = lock(&self.known);
        if let Some((since, tags)) = &*known
            && since.elapsed() < LIST_LASTS
        {
            return Ok(Arc::clone(tags));
        }
        let query = query::tags(&self.settings.address.database);
        let answer: Answer<(String, String)> = self.ask(&query)?;
        let series = answer.series.into_iter();
        let tags = series.map(|series| {
            let tags = series.values.into_iter().map(|(_, tag)| tag);
            (series.name, tags.collect())
        });
        let tags: Arc<Known> = Arc::new(tags.collect());
        *known = Some((Instant::now(), Arc::clone(&tags)));
        Ok(tags)
    }

    /// Asks once; `chunked` asks for an answer in parts.
    fn try_once<R: DeserializeOwned>(
        &self,
        query: &str,
        chunked: bool,
    ) -> Result<Answer<R>, Trouble> {
        let mut request = self.agent.get(&self.settings.url);
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        request = request.query("q", query);
        request = request.query("db", &self.settings.address.database);
        if chunked {
            request = request.query("chunked", "true");
        }
        let mut response = request.call().map_err(|error| self.not_answered(error))?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(&mut response));
        }
        answer::read(BufReader::new(response.body_mut().as_reader()))
            .map_err(|broken| self.broken(broken))
    }

    /// What it means that no answer came.
    fn not_answered(&self, error: ureq::Error) -> Trouble {
        let address = &self.settings.address;
        match error {
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                self.limits.exceeded(Wait::Connection)
            }
            ureq::Error::Timeout(_) => self.limits.exceeded(Wait::Answer),
            ureq::Error::HostNotFound | ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                Trouble::UnknownHost
            }
            ureq::Error::Io(error) => {
                not_connected(&error, &address.host, address.port, self.limits)
            }
            ureq::Error::Rustls(error) => Trouble::Untrusted {
                reason: error.to_string(),
            },
            ureq::Error::Tls(reason) => Trouble::Untrusted {
                reason: reason.to_owned(),
            },
            other => self.broken_because(&other.to_string()),
        }
    }

    /// What a status other than 200 means.
    fn refused(&self, response: &mut Response<Body>) -> Trouble {
        let status = response.status().as_u16();
        let said = format!("status {status}{}", self.said(response));
        match status {
            401 | 403 | 407 => Trouble::Denied { said },
            500.. => Trouble::ServerError { said },
            _ => Trouble::RefusedQuery { said },
        }
    }

    /// The first words of a body, or of its `error` if it is one of InfluxDB.
    fn said(&self, response: &mut Response<Body>) -> String {
        let secrets = &self.settings.secrets;
        if let Some(place) = response.headers().get("location") {
            let place = String::from_utf8_lossy(place.as_bytes());
            return format!(", it has moved to `{}`", secrets.strike(&place));
        }
        let body = response.body_mut().with_config();
        let body = body.limit(1 << 16).lossy_utf8(true);
        let text = body.read_to_string().unwrap_or_default();
        let error = match answer::read::<IgnoredAny>(text.as_bytes()) {
            Err(Broken::Error(error)) => error,
            _ => text,
        };
        match secrets.strike(&error) {
            said if said.is_empty() => said,
            said => format!(", {said}"),
        }
    }

    /// What is wrong with an answer of status 200.
    fn broken(&self, broken: Broken) -> Trouble {
        match broken {
            Broken::Error(said) => self.error(&said),
            Broken::Empty => self.broken_because("it is empty"),
            Broken::Json(error) if error.is_io() => {
                match ureq::Error::from(io::Error::from(error)) {
                    ureq::Error::Timeout(_) => self.limits.exceeded(Wait::Answer),
                    error => self.broken_because(&format!("it breaks off: {error}")),
                }
            }
            Broken::Json(error) if error.is_eof() => self.broken_because("it breaks off"),
            Broken::Json(error) => {
                self.broken_because(&format!("it is no answer of InfluxDB: {error}"))
            }
        }
    }

    pub(super) fn broken_because(&self, reason: &str) -> Trouble {
        Trouble::BrokenAnswer {
            reason: self.settings.secrets.strike(reason),
        }
    }

    /// What an error within an answer means, by the server's words.
    fn error(&self, words: &str) -> Trouble {
        let said = self.settings.secrets.strike(words);
        let says = |some: &[&str]| some.iter().any(|some| words.contains(some));
        if says(&["database not found"]) {
            Trouble::UnknownDatabase { said }
        } else if says(&["authoriz", "authenticat"]) {
            Trouble::Denied { said }
        } else if says(&["timeout", "timed out", "interrupted", "engine is closed"]) {
            Trouble::ServerError { said }
        } else {
            Trouble::RefusedQuery { said }
        }
    }
}
