//! `{M}/prediction` and `{M}/anomaly/prediction`.

use std::time::Instant;

use axum::http::header;
use gordo_runtime::{Anomaly, Batch, Description, Machine, Values};

use super::Call;
use crate::error::Refusal;
use crate::reply::Reply;
use crate::time::resolution;
use crate::wire::frame::Table;
use crate::wire::json::keys::{Keys, Stamps};
use crate::wire::json::parse::{self, Tables};
use crate::wire::json::write::{self, Cells, Group};

/// Answers the machine's output for each row.
pub(crate) fn predict(call: &Call, machine: &dyn Machine, body: &[u8]) -> Result<Reply, Refusal> {
    let description = machine.description();
    let tables = read(call, body)?;
    let (x, _) = select(tables, description)?;
    json_only(call)?;
    let output = run(machine, &x)?;
    let answer = Answer::new(description, &x, &output);
    Ok(answer.reply(Vec::new(), Cells::Null, None))
}

/// Answers how far each row is from normal.
pub(crate) fn judge(
    call: &Call,
    machine: &dyn Machine,
    body: &[u8],
    began: Instant,
) -> Result<Reply, Refusal> {
    let description = machine.description();
    let tables = read(call, body)?;
    let (x, y) = select(tables, description)?;
    let y = y.ok_or(Refusal::NoTargets)?;
    let not_detector = Refusal::NotDetector(description.python_type);
    let detector = machine.detector().ok_or(not_detector.clone())?;
    json_only(call)?;
    let output = run(machine, &x)?;
    let targets = align(&y, output.rows)?;
    let anomaly = detector
        .judge(&output, &targets)
        .map_err(Refusal::Machine)?;
    let thresholds =
        detector.feature_thresholds.is_some() || detector.aggregate_threshold.is_some();
    if detector.require_thresholds && !thresholds {
        return Err(not_detector);
    }
    let answer = Answer::new(description, &x, &output);
    let all_columns = call.target.query("all_columns").is_some();
    let parts = parts(anomaly, all_columns);
    let end = resolution::nanos(description.resolution)
        .and_then(|length| Stamps::new(&x.index, answer.skip(), length))
        .map_or(Cells::Null, Cells::Times);
    Ok(answer.reply(answer.anomaly_groups(&parts), end, Some(began)))
}

/// Reads the tables of a body by its media type.
fn read(call: &Call, body: &[u8]) -> Result<Tables, Refusal> {
    let kind = call
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let is_json =
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    if is_json {
        return parse::tables(body);
    }
    if kind == "multipart/form-data" && has_file_named_x(body) {
        return Err(Refusal::NotServed("parquet files; send JSON"));
    }
    Err(Refusal::NoInput)
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
fn json_only(call: &Call) -> Result<(), Refusal> {
    if call.target.query("format") == Some("parquet") {
        return Err(Refusal::NotServed(
            "answers in parquet; ask for format=json",
        ));
    }
    Ok(())
}

/// Takes the machine's columns from both tables; `y` is checked even where it is not used.
fn select(tables: Tables, description: &Description) -> Result<(Table, Option<Table>), Refusal> {
    let x = tables.x.ok_or(Refusal::NoInput)??;
    let y = tables.y.transpose()?;
    let x = x.select(description.tags)?;
    let y = y
        .map(|frame| frame.select(description.target_tags))
        .transpose()?;
    Ok((x, y))
}

fn run(machine: &dyn Machine, x: &Table) -> Result<Batch, Refusal> {
    let inputs = Batch::double(x.rows, x.columns.len(), x.numbers()?);
    machine.predict(inputs).map_err(Refusal::Machine)
}

/// The last rows of the targets, one for each row of the output.
fn align(y: &Table, rows: usize) -> Result<Vec<f64>, Refusal> {
    if y.rows > 0 && y.columns.iter().any(|column| column.is_object()) {
        return Err(Refusal::Value("y must be numbers.".to_owned()));
    }
    let mut numbers = y.numbers()?;
    let width = y.columns.len();
    if y.rows == 1 {
        return Ok(numbers.repeat(rows));
    }
    let Some(surplus) = y.rows.checked_sub(rows) else {
        return Err(Refusal::Value(format!(
            "y has {} rows, but the model answers {rows}.",
            y.rows
        )));
    };
    numbers.drain(..surplus * width);
    Ok(numbers)
}

/// One named part of an anomaly answer, per target or in total.
struct Part {
    name: &'static str,
    values: Values,
    is_total: bool,
}

/// What an answer shows of the anomalies.
fn parts(anomaly: Anomaly, all_columns: bool) -> Vec<Part> {
    let part = |name, values, is_total| Part {
        name,
        values: Values::Double(values),
        is_total,
    };
    let mut parts = vec![
        part("tag-anomaly-scaled", anomaly.tag_scaled, false),
        part("total-anomaly-scaled", anomaly.total_scaled, true),
        part("tag-anomaly-unscaled", anomaly.tag_unscaled, false),
        part("total-anomaly-unscaled", anomaly.total_unscaled, true),
    ];
    if let Some(smooth) = anomaly.smooth.filter(|_| all_columns) {
        parts.push(part("smooth-tag-anomaly-scaled", smooth.tag_scaled, false));
        parts.push(part(
            "smooth-total-anomaly-scaled",
            smooth.total_scaled,
            true,
        ));
        parts.push(part(
            "smooth-tag-anomaly-unscaled",
            smooth.tag_unscaled,
            false,
        ));
        parts.push(part(
            "smooth-total-anomaly-unscaled",
            smooth.total_unscaled,
            true,
        ));
    }
    if let Some(confidence) = anomaly.confidence {
        parts.push(part("anomaly-confidence", confidence, false));
    }
    if let Some(confidence) = anomaly.total_confidence {
        parts.push(part("total-anomaly-confidence", confidence, true));
    }
    parts
}

/// What an answer is written from.
struct Answer<'a> {
    description: &'a Description,
    x: &'a Table,
    output: &'a Batch,
    /// Names of the columns of an output that is not as wide as the targets.
    positions: Vec<String>,
}

impl<'a> Answer<'a> {
    fn new(description: &'a Description, x: &'a Table, output: &'a Batch) -> Self {
        let positions = (0..output.width).map(|at| at.to_string()).collect();
        Self {
            description,
            x,
            output,
            positions,
        }
    }

    /// Rows of the request that have no output.
    fn skip(&self) -> usize {
        self.x.rows.saturating_sub(self.output.rows)
    }

    fn anomaly_groups(&self, parts: &'a [Part]) -> Vec<Group<'a>> {
        let names = self.description.target_tags;
        let group = |part: &'a Part| {
            let numbers = |width, at| Cells::Numbers {
                values: &part.values,
                width,
                at,
            };
            let columns = if part.is_total {
                vec![(part.name, numbers(1, 0))]
            } else {
                let named = names.iter().enumerate();
                named
                    .map(|(at, name)| (*name, numbers(names.len(), at)))
                    .collect()
            };
            Group {
                name: part.name,
                columns,
            }
        };
        parts.iter().map(group).collect()
    }

    /// Writes the answer; `began` is given where the answer tells its time.
    fn reply<'b>(
        &'b self,
        mut groups: Vec<Group<'b>>,
        end: Cells<'b>,
        began: Option<Instant>,
    ) -> Reply {
        let skip = self.skip();
        let start = Stamps::new(&self.x.index, skip, 0).map_or(Cells::Null, Cells::Times);
        groups.push(Group {
            name: "start",
            columns: vec![("start", start)],
        });
        groups.push(Group {
            name: "end",
            columns: vec![("end", end)],
        });
        groups.push(self.input());
        groups.push(self.answered());
        let keys = Keys::new(&self.x.index, skip);
        let mut out = Vec::from(*b"{");
        write::key(&mut out, "data");
        write::data(&mut out, groups, &keys);
        if let Some(began) = began {
            out.extend_from_slice(b", ");
            write::key(&mut out, "time-seconds");
            write::string(&mut out, &format!("{:.4}", began.elapsed().as_secs_f64()));
        }
        out.push(b'}');
        Reply::json(out)
    }

    fn input(&self) -> Group<'_> {
        let columns = &self.x.columns;
        // Objects keep the kind of each column, numbers share one.
        let is_object = columns.iter().any(|column| column.is_object());
        let integer = is_object || columns.iter().all(|column| column.is_integer());
        let cells = columns.iter().map(|column| Cells::Given {
            column,
            skip: self.skip(),
            integer: integer && column.is_integer(),
        });
        let names = self.description.tags.iter().copied();
        Group {
            name: "model-input",
            columns: names.zip(cells).collect(),
        }
    }

    fn answered(&self) -> Group<'_> {
        let width = self.output.width;
        let targets = self.description.target_tags;
        let columns = (0..width).map(|at| {
            let name = if width == targets.len() {
                targets[at]
            } else {
                &self.positions[at]
            };
            (
                name,
                Cells::Numbers {
                    values: &self.output.values,
                    width,
                    at,
                },
            )
        });
        Group {
            name: "model-output",
            columns: columns.collect(),
        }
    }
}
