//! Asks a running server what Gordo was asked, and compares the answers.
//!
//! Reads the exchanges of `golden/server` and judges by the rules each carries. Knows HTTP
//! and JSON; parquet answers are reported as not compared.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// Exchanges about parts of the interface that are not there yet: parquet, downloads,
/// deletion.
pub(crate) const LATER: &[&str] = &[
    "download-model-headers",
    "anomaly-ae-targets-parquet",
    "anomaly-window-parquet-all-columns",
    "prediction-lr-parquet-in-json-out",
    "prediction-lr-json-in-parquet-out",
    "prediction-lr-parquet-range-index",
    "delete-current-revision-409",
    "delete-illegal-revision-422",
    "delete-revision-200",
    "delete-revision-again-404",
];

/// An exchange that went otherwise than recorded.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Name of the exchange.
    pub(crate) name: String,
    /// Where and how the answer differs.
    pub(crate) reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Names of the exchanges that were compared.
    pub(crate) compared: Vec<String>,
    /// Those that differ.
    pub(crate) failures: Vec<Failure>,
}

/// Runs the wanted exchanges of a folder in recording order against `address` (`host:port`).
///
/// An exchange that cannot be run, because the server does not answer, is a failure too.
pub(crate) fn run(address: &str, exchanges: &Path, wanted: impl Fn(&str) -> bool) -> Outcome {
    let mut recorded: Vec<Value> = fs::read_dir(exchanges)
        .expect("the folder of exchanges can be read")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| fs::read(path).expect("an exchange can be read"))
        .map(|bytes| serde_json::from_slice(&bytes).expect("an exchange is JSON"))
        .collect();
    recorded.sort_by_key(|exchange| exchange["order"].as_u64());
    let mut outcome = Outcome::default();
    for exchange in recorded {
        let name = exchange["name"].as_str().unwrap_or_default().to_owned();
        if !wanted(&name) {
            continue;
        }
        let answer = ask(address, &exchange["request"]);
        if let Err(reason) = answer.and_then(|answer| check(&exchange, &answer)) {
            outcome.failures.push(Failure {
                name: name.clone(),
                reason,
            });
        }
        outcome.compared.push(name);
    }
    outcome
}

/// A response.
struct Answer {
    status: u64,
    /// Values by lower-case name.
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Sends a recorded request on a connection of its own.
fn ask(address: &str, request: &Value) -> Result<Answer, String> {
    let (kind, body) = body(request);
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        text(&request["method"]),
        path(request),
        body.len()
    );
    if let Some(kind) = kind {
        let _ = write!(head, "content-type: {kind}\r\n");
    }
    for (name, value) in members(&request["headers"]) {
        let _ = write!(head, "{name}: {}\r\n", text(value));
    }
    head.push_str("\r\n");
    let told = |error: std::io::Error| format!("no answer: {error}");
    let mut stream = TcpStream::connect(address).map_err(told)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .map_err(told)?;
    stream.write_all(head.as_bytes()).map_err(told)?;
    stream.write_all(&body).map_err(told)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(told)?;
    answer(&bytes).ok_or_else(|| "the answer is not HTTP".to_owned())
}

/// The request line's path, with its query encoded.
fn path(request: &Value) -> String {
    let pairs: Vec<String> = items(&request["query"])
        .map(|pair| format!("{}={}", encode(text(&pair[0])), encode(text(&pair[1]))))
        .collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", text(&request["path"]), pairs.join("&"))
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The recorded body, and its type where the recording leaves that to us.
fn body(request: &Value) -> (Option<&'static str>, Vec<u8>) {
    if let Some(verbatim) = request["body_text"].as_str() {
        return (None, verbatim.as_bytes().to_vec());
    }
    if let Some(parts) = request.get("multipart") {
        let mut body = Vec::new();
        for (name, part) in members(parts) {
            let file = text(&part["filename"]);
            let head = format!(
                "--golden\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&base64(text(&part["base64"])));
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--golden--\r\n");
        return (Some("multipart/form-data; boundary=golden"), body);
    }
    (
        None,
        request
            .get("json")
            .map(|json| json.to_string().into_bytes())
            .unwrap_or_default(),
    )
}

fn base64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<usize> = text
        .bytes()
        .filter_map(|byte| alphabet.iter().position(|letter| *letter == byte))
        .collect();
    let bits = |digits: &[usize]| {
        let number = digits.iter().fold(0, |number, digit| number << 6 | digit);
        let bytes = (number << (6 * (4 - digits.len()))).to_be_bytes();
        bytes[bytes.len() - 3..][..digits.len() - 1].to_vec()
    };
    digits
        .chunks(4)
        .filter(|chunk| chunk.len() > 1)
        .flat_map(bits)
        .collect()
}

/// Splits a response; it must say its length or end with the connection.
fn answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Answer {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    })
}

/// Judges an answer by the rules of its exchange.
fn check(exchange: &Value, answer: &Answer) -> Result<(), String> {
    let (response, rules) = (&exchange["response"], &exchange["compare"]);
    let status = rules
        .get("status_recommended")
        .unwrap_or(&response["status"]);
    if status.as_u64() != Some(answer.status) {
        let body = String::from_utf8_lossy(&answer.body);
        return Err(format!(
            "status {} instead of {status}: {body:.300}",
            answer.status
        ));
    }
    check_headers(response, rules, answer)?;
    match rules["body"].as_str() {
        Some("none") => Ok(()),
        Some("empty") if answer.body.is_empty() => Ok(()),
        Some("empty") => Err("the body is not empty".to_owned()),
        _ => match response.get("json") {
            Some(expected) => {
                let given = serde_json::from_slice(&answer.body)
                    .map_err(|error| format!("the body is not JSON: {error}"))?;
                Comparison::new(rules).check("", expected, &given)
            }
            None => Err("answers that are not JSON are not compared here".to_owned()),
        },
    }
}

fn check_headers(response: &Value, rules: &Value, answer: &Answer) -> Result<(), String> {
    let ignored: Vec<&str> = items(&rules["headers_ignore"]).map(text).collect();
    for (name, expected) in members(&response["headers"]) {
        let expected = text(expected);
        let same = match answer.headers.get(name) {
            _ if ignored.contains(&name.as_str()) => true,
            Some(given) if name == "allow" => methods(given) == methods(expected),
            Some(given) => given == expected,
            None => false,
        };
        if !same {
            let given = answer.headers.get(name);
            return Err(format!(
                "header `{name}` is {given:?} instead of {expected:?}"
            ));
        }
    }
    match items(&response["headers_present"]).find(|name| !answer.headers.contains_key(text(name)))
    {
        Some(absent) => Err(format!("header {absent} is absent")),
        None => Ok(()),
    }
}

fn methods(list: &str) -> Vec<&str> {
    let mut methods: Vec<&str> = list.split(',').map(str::trim).collect();
    methods.sort_unstable();
    methods
}

/// How the values of one exchange compare; places are JSON pointers.
struct Comparison<'a> {
    rel_tol: f64,
    abs_tol: f64,
    ignore: Vec<&'a str>,
    unordered: Vec<&'a str>,
    texts: &'a Value,
}

impl<'a> Comparison<'a> {
    fn new(rules: &'a Value) -> Self {
        Self {
            rel_tol: rules["rel_tol"].as_f64().unwrap_or(0.0),
            abs_tol: rules["abs_tol"].as_f64().unwrap_or(0.0),
            ignore: items(&rules["ignore"]).map(text).collect(),
            unordered: items(&rules["unordered"]).map(text).collect(),
            texts: &rules["text"],
        }
    }

    fn check(&self, at: &str, expected: &Value, given: &Value) -> Result<(), String> {
        if self.ignore.contains(&at) {
            return Ok(());
        }
        if let Some(rule) = self.texts.get(at) {
            let sentence = text(given);
            let starts = sentence.starts_with(text(&rule["starts"]));
            let same = starts && sentence.ends_with(text(&rule["ends"]));
            return same
                .then_some(())
                .ok_or_else(|| format!("{at} is {given}, not as {rule}"));
        }
        match (expected, given) {
            (Value::Object(expected), Value::Object(given)) => self.objects(at, expected, given),
            (Value::Array(expected), Value::Array(given)) if self.unordered.contains(&at) => {
                self.sets(at, expected, given)
            }
            (Value::Array(expected), Value::Array(given)) => {
                if expected.len() != given.len() {
                    let (n, m) = (given.len(), expected.len());
                    return Err(format!("{at} has {n} items instead of {m}"));
                }
                let mut pairs = expected.iter().zip(given).enumerate();
                pairs.try_for_each(|(n, (a, b))| self.check(&format!("{at}/{n}"), a, b))
            }
            _ if self.scalars_agree(expected, given) => Ok(()),
            _ => Err(format!("{at} is {given:.200} instead of {expected:.200}")),
        }
    }

    fn objects(
        &self,
        at: &str,
        expected: &serde_json::Map<String, Value>,
        given: &serde_json::Map<String, Value>,
    ) -> Result<(), String> {
        let pointer = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        for (key, value) in expected {
            let place = pointer(key);
            match given.get(key) {
                Some(given) => self.check(&place, value, given)?,
                None if self.ignore.contains(&place.as_str()) => {}
                None => return Err(format!("{place} is absent")),
            }
        }
        let surplus = given.keys().find(|key| {
            !expected.contains_key(*key) && !self.ignore.contains(&pointer(key).as_str())
        });
        match surplus {
            Some(key) => Err(format!("{} is too much", pointer(key))),
            None => Ok(()),
        }
    }

    fn sets(&self, at: &str, expected: &[Value], given: &[Value]) -> Result<(), String> {
        let mut left: Vec<&Value> = given.iter().collect();
        for value in expected {
            // Items of a set have no place of their own.
            let found = left
                .iter()
                .position(|other| self.check("/*", value, other).is_ok());
            match found {
                Some(place) => drop(left.remove(place)),
                None => return Err(format!("{at} has no {value}")),
            }
        }
        left.first()
            .map_or(Ok(()), |value| Err(format!("{at} has {value} too much")))
    }

    fn scalars_agree(&self, expected: &Value, given: &Value) -> bool {
        match (expected, given) {
            // JSON has no such numbers: null stands for each of them.
            (Value::String(name), Value::Null) => {
                ["__NaN__", "__Infinity__", "__-Infinity__"].contains(&name.as_str())
            }
            (Value::Number(expected), Value::Number(given)) => {
                match (expected.as_f64(), given.as_f64()) {
                    (Some(a), Some(b)) => {
                        let gap = (a - b).abs();
                        gap <= self.abs_tol || gap <= self.rel_tol * a.abs().max(b.abs())
                    }
                    _ => expected == given,
                }
            }
            _ => expected == given,
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
