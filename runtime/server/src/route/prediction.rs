//! `{M}/prediction` and `{M}/anomaly/prediction`.

use std::time::Instant;

use gordo_runtime::{Description, Machine};
use hyper::header::{self, HeaderMap, HeaderValue};

use super::response::{anomaly_columns, anomaly_groups, groups};
use super::{compute, room};
use crate::error::RequestError;
use crate::reply::Reply;
use crate::target::RequestTarget;
use crate::time::resolution;
use crate::wire::frame::Table;
use crate::wire::index::Index;
use crate::wire::json::answer::{Answer, Group};
use crate::wire::json::body;
use crate::wire::json::keys::RowKeys;

/// Bytes that the keys of rows may always take.
const KEY_ROOM: usize = 8 << 20;

/// Responds with the machine's output for each row.
pub(crate) fn predict(
    target: &RequestTarget,
    headers: &HeaderMap,
    machine: &dyn Machine,
    body: Vec<u8>,
    revision: &'static str,
) -> Result<Reply, RequestError> {
    let description = machine.description();
    let body = json(headers, body)?;
    let (x, y) = select(&body, description)?;
    drop(y);
    json_only(target)?;
    room::check(body.len(), &x, None, description)?;
    let output = compute::predict(machine, &x, &body)?;
    let (groups, index) = groups(description, x, output, None);
    Ok(reply(groups, index, body, (revision, None)))
}

/// Responds with how far each row is from normal.
pub(crate) fn detect_anomalies(
    target: &RequestTarget,
    headers: &HeaderMap,
    machine: &dyn Machine,
    body: Vec<u8>,
    (revision, began): (&'static str, Instant),
) -> Result<Reply, RequestError> {
    let description = machine.description();
    let body = json(headers, body)?;
    let (x, y) = select(&body, description)?;
    let y = y.ok_or(RequestError::NoTargets)?;
    let not_detector = RequestError::NotDetector(description.python_type);
    let detector = machine.detector().ok_or(not_detector.clone())?;
    json_only(target)?;
    room::check(body.len(), &x, Some(&y), description)?;
    let output = compute::predict(machine, &x, &body)?;
    let targets = compute::align(&y, output.rows, &body)?;
    drop(y);
    let anomaly = detector
        .detect(&output, &targets)
        .map_err(RequestError::Machine)?;
    drop(targets);
    if !detector.can_detect() {
        return Err(not_detector);
    }
    let all_columns = target.query("all_columns").is_some();
    let columns = anomaly_columns(anomaly, all_columns);
    let length = resolution::nanos(description.resolution);
    let (mut groups, index) = groups(description, x, output, length);
    groups.extend(anomaly_groups(columns, description.target_tags));
    Ok(reply(groups, index, body, (revision, Some(began))))
}

/// A response of these groups; its rows are the last ones of the index.
fn reply(
    groups: Vec<Group>,
    index: Index,
    body: String,
    ends: (&'static str, Option<Instant>),
) -> Reply {
    let rows = index.len();
    let skip = groups.iter().find_map(Group::skip).unwrap_or(0).min(rows);
    let keys = RowKeys::new(index, skip, body.len().max(KEY_ROOM));
    Reply::answer(Answer::new(groups, keys, body, ends))
}

/// The text of a JSON body.
fn json(headers: &HeaderMap, body: Vec<u8>) -> Result<String, RequestError> {
    unpacked(headers, &body)?;
    let kind = headers.get(header::CONTENT_TYPE).map(text);
    // What a client sends that was told nothing: often JSON all the same.
    let looks_like_json = body.trim_ascii_start().starts_with(b"{");
    match kind.as_deref().map(MediaType::of) {
        Some(MediaType::Json) => body::text(body),
        Some(MediaType::Multipart) if has_file_named_x(&body) => {
            Err(RequestError::NotServed("parquet files; send JSON"))
        }
        Some(MediaType::Multipart) => Err(RequestError::NoInput),
        Some(MediaType::Form) if !looks_like_json => Err(RequestError::NoInput),
        _ => Err(RequestError::MediaType(kind)),
    }
}

/// What a body may be.
enum MediaType {
    Json,
    Multipart,
    /// What forms of web pages send.
    Form,
    Other,
}

impl MediaType {
    /// Reads a Content-Type, whose parameters do not count.
    fn of(text: &str) -> Self {
        let kind = text.split(';').next().unwrap_or_default();
        let kind = kind.trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => Self::Json,
            "multipart/form-data" => Self::Multipart,
            "application/x-www-form-urlencoded" => Self::Form,
            _ if kind.starts_with("application/") && kind.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

/// A header as a text: each byte that is no ASCII is one character, as Gordo reads them.
fn text(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

/// Refuses bodies that are packed: what they would become is not known before it is there.
fn unpacked(headers: &HeaderMap, bytes: &[u8]) -> Result<(), RequestError> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter().map(text);
    let packed =
        encodings.find(|one| !matches!(&*one.trim().to_ascii_lowercase(), "" | "identity"));
    if let Some(encoding) = packed {
        return Err(RequestError::Encoding(encoding));
    }
    if bytes.starts_with(b"\x1f\x8b") {
        return Err(RequestError::Encoding("gzip".to_owned()));
    }
    Ok(())
}

/// Whether a form has a file part `X`; a part without `filename` is no file.
fn has_file_named_x(body: &[u8]) -> bool {
    body.split(|byte| *byte == b'\n').any(|line| {
        // Part headers are short; lines of file content may be anything.
        let line = String::from_utf8_lossy(&line[..line.len().min(1024)]).to_ascii_lowercase();
        line.starts_with("content-disposition:")
            && (line.contains("name=\"x\"") || line.contains("name=x"))
            && line.contains("filename")
    })
}

/// Answers are JSON; `format` counts only when it is exactly `parquet`.
fn json_only(target: &RequestTarget) -> Result<(), RequestError> {
    if target.query("format") == Some("parquet") {
        return Err(RequestError::NotServed(
            "answers in parquet; ask for format=json",
        ));
    }
    Ok(())
}

/// Takes the machine's columns from both tables; `y` is checked even where it is not used.
fn select(body: &str, description: &Description) -> Result<(Table, Option<Table>), RequestError> {
    let tables = body::tables(body, description.tags, description.target_tags)?;
    let x = tables.x.ok_or(RequestError::NoInput)??;
    let y = tables.y.transpose()?;
    let x = x.select(description.tags, description.target_tags)?;
    let y = y
        .map(|frame| frame.select(description.target_tags, description.tags))
        .transpose()?;
    Ok((x, y))
}
