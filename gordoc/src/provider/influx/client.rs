//! Asks an InfluxDB server over HTTP.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
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
    BoundedJson, CircuitBreaker, Excess, Limits, RemoteErrorKind, Timeouts, Wait, lock,
    not_connected,
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
    limits: Limits,
    known: Mutex<Option<(Instant, Arc<TagsByMeasurement>)>>,
}

impl Client {
    /// A client that has not asked anything yet.
    pub(super) fn new(
        config: &InfluxProvider,
        connection: Connection,
        base: &Path,
        limits: Limits,
    ) -> Result<Self, ReadError> {
        let breaker = CircuitBreaker::new(connection.server(), config.retry);
        let timeouts = Timeouts::new(config.retry);
        let agent = agent(config.tls.as_ref(), timeouts, limits.time, base);
        Ok(Self {
            agent: agent.map_err(|kind| breaker.error(kind))?,
            connection,
            breaker,
            timeouts,
            limits,
            known: Mutex::new(None),
        })
    }

    /// Asks a query, for all of its rows.
    pub(super) fn query<R: DeserializeOwned>(&self, query: &str) -> Result<Response<R>, ReadError> {
        self.all_rows(query, self.limits.answer)
    }

    /// Asks for names, which are held in memory as they come.
    fn list<R: DeserializeOwned>(&self, query: &str) -> Result<Response<R>, ReadError> {
        self.all_rows(query, self.limits.list)
    }

    /// All rows of an answer of at most so many bytes.
    fn all_rows<R: DeserializeOwned>(
        &self,
        query: &str,
        most: u64,
    ) -> Result<Response<R>, ReadError> {
        let response = self.breaker.call(|| self.try_once(query, false, most))?;
        if !response.partial {
            return Ok(response);
        }
        // A server may be set to answer no more than so many rows, unless in parts.
        let response: Response<R> = self.breaker.call(|| self.try_once(query, true, most))?;
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
        self.try_once(query, false, self.limits.list)
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
        let response: Response<(IgnoredAny, String)> = self.list(&query)?;
        let series = response.series.into_iter();
        let tags = series.map(|series| {
            let tags = series.values.into_iter().map(|(_, tag)| tag);
            (series.name, tags.collect())
        });
        let tags: Arc<TagsByMeasurement> = Arc::new(tags.collect());
        *known = Some((Instant::now(), Arc::clone(&tags)));
        Ok(tags)
    }

    /// Asks once for at most so many bytes; `chunked` asks for an answer in parts.
    fn try_once<R: DeserializeOwned>(
        &self,
        query: &str,
        chunked: bool,
        most: u64,
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
        let excess = Cell::new(None);
        let body = response.body_mut().as_reader();
        let body = BoundedJson::new(body, most, &self.limits, &excess);
        response::read(BufReader::new(body)).map_err(|broken| match excess.get() {
            Some(excess) => RemoteErrorKind::TooMuch { excess },
            None => self.broken(broken),
        })
    }

    /// What it means that no answer came.
    fn not_answered(&self, error: ureq::Error) -> RemoteErrorKind {
        let address = &self.connection.address;
        match error {
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                self.timeouts.exceeded(Wait::Connection)
            }
            ureq::Error::Timeout(Timeout::Global) => self.too_long(),
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
        // Of what breaks off there is at least the beginning.
        let mut body = Vec::new();
        let unpacked = response.body_mut().as_reader().take(self.limits.text);
        let _ = BufReader::new(unpacked).read_to_end(&mut body);
        let text = String::from_utf8_lossy(&body);
        let error = match response::read::<IgnoredAny>(text.as_bytes()) {
            Err(ResponseError::Error(error)) => error,
            _ => text.into_owned(),
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
                    ureq::Error::Timeout(Timeout::Global) => self.too_long(),
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

    fn too_long(&self) -> RemoteErrorKind {
        let excess = Excess::Time(self.limits.time);
        RemoteErrorKind::TooMuch { excess }
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use serde_json::json;

    use super::super::KIND;
    use super::super::response::Reading;
    use super::*;
    use crate::provider::kind::described;

    const HEAD: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n";

    /// Small bounds, but time for a busy machine.
    const LIMITS: Limits = Limits {
        answer: 1 << 16,
        list: 1 << 12,
        part: 1 << 12,
        text: 1 << 10,
        time: Duration::from_mins(10),
    };

    /// What comes of asking a server that writes to whoever asks.
    fn ask(
        limits: Limits,
        serve: impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static,
    ) -> RemoteErrorKind {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while lines
                    .next()
                    .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
                {}
                // Until whoever asked hangs up.
                let _ = serve(&mut stream);
            }
        });
        let keys = json!({
            "measurement": "m", "database": "d", "host": "127.0.0.1", "port": port, "retries": 2,
        });
        let config = described(&KIND, &keys)
            .0
            .unwrap()
            .provider::<InfluxProvider>();
        let connection = Connection::new(&config, "".as_ref()).unwrap();
        let client = Client::new(&config, connection, "".as_ref(), limits).unwrap();
        match client.query::<Reading>("q").unwrap_err() {
            ReadError::Remote(error) => {
                // What breaks a bound is not asked for again.
                let is_excess = matches!(error.kind, RemoteErrorKind::TooMuch { .. });
                assert_eq!(error.attempts, if is_excess { 1 } else { 2 }, "{error}");
                error.kind
            }
            other => panic!("{other}"),
        }
    }

    #[track_caller]
    fn check(kind: &RemoteErrorKind, expect: Excess) {
        match kind {
            RemoteErrorKind::TooMuch { excess } => assert_eq!(*excess, expect),
            other => panic!("{other}"),
        }
    }

    fn forever(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        let bytes = bytes.repeat(1 + 4096 / bytes.len());
        loop {
            stream.write_all(&bytes)?;
        }
    }

    #[test]
    fn an_answer_without_end_is_ended() {
        let series = r#"{"results":[{"series":[{"columns":["time","A"],"values":["#;
        for (begin, more) in [
            ("", " "),
            ("[", "["),
            ("{\"x\":[", "0,"),
            ("{\"results\":[{\"x\":", "9"),
            (series, "[\"2020-01-01T00:00:00Z\",1],"),
            ("", "{\"results\":[]}\n"),
        ] {
            let begin = format!("{HEAD}\r\n{begin}");
            let kind = ask(LIMITS, move |stream| {
                stream.write_all(begin.as_bytes())?;
                forever(stream, more.as_bytes())
            });
            // What is no answer at all is refused before.
            if more == "[" {
                assert!(
                    matches!(kind, RemoteErrorKind::BrokenAnswer { .. }),
                    "{kind}"
                );
                continue;
            }
            check(&kind, Excess::Answer(1 << 16));
        }
    }

    #[test]
    fn a_text_without_end_is_ended() {
        for begin in [
            "{\"",
            "{\"results\":[{\"series\":[{\"name\":\"",
            "{\"error\":\"",
        ] {
            let begin = format!("{HEAD}\r\n{begin}");
            let kind = ask(LIMITS, move |stream| {
                stream.write_all(begin.as_bytes())?;
                forever(stream, b"x")
            });
            check(&kind, Excess::Text(1 << 10));
        }
    }

    #[test]
    fn what_is_packed_is_measured_unpacked() {
        let kind = ask(LIMITS, |stream| {
            stream.write_all(format!("{HEAD}content-encoding: gzip\r\n\r\n").as_bytes())?;
            stream.write_all(&gzip_of_blanks(1 << 20))
        });
        check(&kind, Excess::Answer(1 << 16));
    }

    #[test]
    fn the_words_of_an_error_are_cut_and_unpacked() {
        let kind = ask(LIMITS, |stream| {
            let head = "HTTP/1.1 500 X\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n";
            stream.write_all(head.as_bytes())?;
            stream.write_all(&gzip_of_blanks(1 << 24))
        });
        let message = "the server fails: status 500".to_owned();
        assert_eq!(kind.to_string(), message);
        let kind = ask(LIMITS, |stream| {
            stream.write_all(b"HTTP/1.1 500 X\r\n\r\nno \x1b[2J")?;
            forever(stream, b"room ")
        });
        let told = kind.to_string();
        assert!(
            told.starts_with(&format!("{message}, no \\u{{1b}}[2Jroom room")),
            "{told}"
        );
        assert!(told.len() < 400, "{told}");
    }

    /// So many blanks, each block of them a few bytes.
    fn gzip_of_blanks(n_bytes: u32) -> Vec<u8> {
        let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        // Bits from the lowest: a last block with fixed codes, a blank, then runs of 258 of what
        // was one byte before.
        let mut bits: Vec<bool> = vec![true, true, false];
        let blank = 0x30 + u32::from(b' ');
        bits.extend((0..8).rev().map(|bit| blank >> bit & 1 == 1));
        for _ in 0..n_bytes / 258 {
            let length = 0b1100_0101;
            bits.extend((0..8).rev().map(|bit| length >> bit & 1 == 1));
            bits.extend([false; 5]);
        }
        bits.extend([false; 7]);
        for byte in bits.chunks(8) {
            let byte = byte.iter().enumerate();
            packed.push(byte.fold(0, |sum, (at, bit)| sum | u8::from(*bit) << at));
        }
        packed
    }

    #[test]
    fn an_answer_that_trickles_is_ended() {
        let limits = Limits {
            time: Duration::from_millis(300),
            ..LIMITS
        };
        // Every byte comes soon enough, and there is always another.
        for begin in [
            format!("{HEAD}\r\n"),
            format!("{HEAD}x: "),
            "HTTP/1.1 200 O".to_owned(),
        ] {
            let kind = ask(limits, move |stream| {
                stream.write_all(begin.as_bytes())?;
                loop {
                    stream.write_all(b" ")?;
                    thread::sleep(Duration::from_millis(5));
                }
            });
            check(&kind, Excess::Time(limits.time));
        }
    }
}
