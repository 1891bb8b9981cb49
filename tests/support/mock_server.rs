//! An HTTP server that gives prepared responses and records the requests it gets.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::root;

/// What a request is answered with.
#[derive(Clone, Debug)]
pub(crate) enum MockResponse {
    /// A status and a body.
    Body(u16, String),
    /// These bytes; then the connection is closed.
    Bytes(Vec<u8>),
    /// These bytes; then nothing for longer than a test waits.
    Hang(Vec<u8>),
}

impl MockResponse {
    /// A body of JSON, with status 200.
    pub(crate) fn json(body: &(impl ToString + ?Sized)) -> Self {
        Self::Body(200, body.to_string())
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct RecordedRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Parameters of the query, decoded.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Headers, their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
}

/// A server that answers each request with the next of its responses.
pub(crate) struct MockServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl MockServer {
    pub(crate) fn http(responses: impl IntoIterator<Item = MockResponse>) -> Self {
        Self::start(responses, None)
    }

    /// With the certificate of [`certificate`].
    pub(crate) fn https(responses: impl IntoIterator<Item = MockResponse>) -> Self {
        let folder = root().join("tests/support");
        let certificate = CertificateDer::from_pem_file(certificate()).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.join("localhost.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Self::start(responses, Some(Arc::new(config)))
    }

    fn start(
        responses: impl IntoIterator<Item = MockResponse>,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let responses = Arc::new(Mutex::new(responses.into_iter().collect::<VecDeque<_>>()));
        let record = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (responses, record, tls) =
                    (Arc::clone(&responses), Arc::clone(&record), tls.clone());
                thread::spawn(move || match tls {
                    None => respond(stream, &responses, &record),
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).unwrap();
                        respond(StreamOwned::new(connection, stream), &responses, &record);
                    }
                });
            }
        });
        Self { address, requests }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests so far, but for those that ask which series an answer is of.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap().clone()
    }
}

/// The certificate of HTTPS servers, which vouches for itself.
pub(crate) fn certificate() -> std::path::PathBuf {
    root().join("tests/support/localhost.crt")
}

/// A port at which nothing listens.
pub(crate) fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Answers one request; what is no request is told so in HTTP.
fn respond(
    stream: impl Read + Write,
    responses: &Mutex<VecDeque<MockResponse>>,
    record: &Mutex<Vec<RecordedRequest>>,
) {
    let mut stream = BufReader::new(stream);
    let Some(request) = read(&mut stream) else {
        let _ = stream
            .get_mut()
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        return;
    };
    let response = if asks_for_series(&request) {
        Some(series(&mut responses.lock().unwrap()))
    } else {
        record.lock().unwrap().push(request);
        responses.lock().unwrap().pop_front()
    };
    let (bytes, hangs) =
        match response.unwrap_or(MockResponse::Body(599, "no more responses".into())) {
            MockResponse::Body(status, body) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: \
                 {length}\r\nconnection: close\r\n\r\n{body}"
                );
                (answer.into_bytes(), false)
            }
            MockResponse::Bytes(bytes) => (bytes, false),
            MockResponse::Hang(bytes) => (bytes, true),
        };
    let stream = stream.get_mut();
    let _ = stream.write_all(&bytes).and_then(|()| stream.flush());
    if hangs {
        thread::sleep(Duration::from_secs(20));
    }
}

/// Whether a request is the question which series answer for a tag, which Gordo does not ask.
fn asks_for_series(request: &RecordedRequest) -> bool {
    let query = request.parameters.get("q");
    query.is_some_and(|query| query.contains(" GROUP BY * "))
}

/// The answer that was prepared for that question, which has tags; that there is none otherwise.
fn series(responses: &mut VecDeque<MockResponse>) -> MockResponse {
    let has_tags = |response: &MockResponse| match response {
        MockResponse::Body(_, body) => body.contains("\"tags\""),
        MockResponse::Bytes(_) | MockResponse::Hang(_) => false,
    };
    let prepared = responses.iter().position(has_tags);
    let prepared = prepared.and_then(|at| responses.remove(at));
    prepared.unwrap_or_else(|| MockResponse::json(r#"{"results":[{"statement_id":0}]}"#))
}

fn read(stream: &mut impl BufRead) -> Option<RecordedRequest> {
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .ok()
        .filter(|length| *length > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Some(RecordedRequest {
        method,
        path: path.to_owned(),
        parameters: pairs
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect(),
        headers,
    })
}

/// Text of percent-encoded text.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                let digits = str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
