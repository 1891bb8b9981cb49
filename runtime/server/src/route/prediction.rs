//! `{M}/prediction` and `{M}/anomaly/prediction`.

use std::time::Instant;

use gordo_runtime::{Batch, Description, Machine};
use hyper::header::{self, HeaderMap, HeaderValue};

use super::response::{PredictionResponse, anomaly_columns};
use crate::error::RequestError;
use crate::reply::Reply;
use crate::target::RequestTarget;
use crate::time::resolution;
use crate::wire::column::Column;
use crate::wire::frame::Table;
use crate::wire::json::body::{self, Tables};
use crate::wire::json::keys::Timestamps;
use crate::wire::json::table::Cells;

/// Responds with the machine's output for each row.
pub(crate) fn predict(
    target: &RequestTarget,
    headers: &HeaderMap,
    machine: &dyn Machine,
    body: &[u8],
) -> Result<Reply, RequestError> {
    let description = machine.description();
    unpacked(headers, body)?;
    let tables = read(headers, body)?;
    let (x, _) = select(tables, description)?;
    json_only(target)?;
    let output = run(machine, &x)?;
    let response = PredictionResponse::new(description, &x, &output);
    Ok(response.reply(Vec::new(), Cells::Null, None))
}

/// Responds with how far each row is from normal.
pub(crate) fn detect_anomalies(
    target: &RequestTarget,
    headers: &HeaderMap,
    machine: &dyn Machine,
    body: &[u8],
    began: Instant,
) -> Result<Reply, RequestError> {
    let description = machine.description();
    unpacked(headers, body)?;
    let tables = read(headers, body)?;
    let (x, y) = select(tables, description)?;
    let y = y.ok_or(RequestError::NoTargets)?;
    let not_detector = RequestError::NotDetector(description.python_type);
    let detector = machine.detector().ok_or(not_detector.clone())?;
    json_only(target)?;
    let output = run(machine, &x)?;
    let targets = align(&y, output.rows)?;
    let anomaly = detector
        .detect(&output, &targets)
        .map_err(RequestError::Machine)?;
    if !detector.can_detect() {
        return Err(not_detector);
    }
    let response = PredictionResponse::new(description, &x, &output);
    let all_columns = target.query("all_columns").is_some();
    let columns = anomaly_columns(anomaly, all_columns);
    let end = resolution::nanos(description.resolution)
        .and_then(|length| Timestamps::new(&x.index, response.skip(), length))
        .map_or(Cells::Null, Cells::Times);
    Ok(response.reply(response.anomaly_groups(&columns), end, Some(began)))
}

/// Reads the tables of a body by its media type.
fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<Tables, RequestError> {
    let kind = headers.get(header::CONTENT_TYPE).map(text);
    // What a client sends that was told nothing: often JSON all the same.
    let looks_like_json = bytes.trim_ascii_start().starts_with(b"{");
    match kind.as_deref().map(MediaType::of) {
        Some(MediaType::Json) => body::tables(bytes),
        Some(MediaType::Multipart) if has_file_named_x(bytes) => {
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
fn select(
    tables: Tables,
    description: &Description,
) -> Result<(Table, Option<Table>), RequestError> {
    let x = tables.x.ok_or(RequestError::NoInput)??;
    let y = tables.y.transpose()?;
    let x = x.select(description.tags)?;
    let y = y
        .map(|frame| frame.select(description.target_tags))
        .transpose()?;
    Ok((x, y))
}

fn run(machine: &dyn Machine, x: &Table) -> Result<Batch, RequestError> {
    let inputs = Batch::double(x.rows, x.columns.len(), x.numbers()?);
    machine.predict(inputs).map_err(RequestError::Machine)
}

/// The last rows of the targets, one for each row of the output.
fn align(y: &Table, rows: usize) -> Result<Vec<f64>, RequestError> {
    if y.rows > 0 && y.columns.iter().any(Column::is_object) {
        return Err(RequestError::Value("y must be numbers.".to_owned()));
    }
    let mut numbers = y.numbers()?;
    let width = y.columns.len();
    if y.rows == 1 {
        return Ok(numbers.repeat(rows));
    }
    let Some(surplus) = y.rows.checked_sub(rows) else {
        return Err(RequestError::Value(format!(
            "y has {} rows, but the model answers {rows}.",
            y.rows
        )));
    };
    numbers.drain(..surplus * width);
    Ok(numbers)
}
