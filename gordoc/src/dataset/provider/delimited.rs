//! Reads the needed columns of a delimited text file, line by line.
//!
//! Never holds more than one line besides what it collects.

use std::fs::File;
use std::io;
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};

use super::collect::Collector;
use crate::dataset::error::Cause;
use crate::dataset::time::Clock;

/// How a file is laid out.
pub(super) struct Layout<'a> {
    /// Column of times.
    pub(super) time_column: &'a str,
    /// Column of each tag, as numbered by the collector.
    pub(super) value_columns: &'a [String],
    /// Cell separator.
    pub(super) separator: char,
    /// Reads the times.
    pub(super) clock: &'a Clock,
}

/// Feeds all rows of `path` to the collector; a row without a time is no row.
pub(super) fn read(
    path: &Path,
    layout: &Layout<'_>,
    collector: &mut Collector,
) -> Result<(), Cause> {
    let mut reader = open(path, layout.separator)?;
    let headers = reader
        .byte_headers()
        .map_err(|error| unreadable(path, &error))?;
    let time_at = find_column(path, headers, layout.time_column)?;
    let columns = layout.value_columns.iter();
    let value_at: Vec<usize> = columns
        .map(|column| find_column(path, headers, column))
        .collect::<Result<_, _>>()?;

    let mut record = ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| unreadable(path, &error))?
    {
        let cell = trimmed(&record, time_at);
        if cell.is_empty() {
            continue;
        }
        let Some(time) = layout.clock.parse(cell) else {
            return Err(Cause::UnreadableTime {
                path: path.to_owned(),
                line: line(&record),
                text: lossy(cell),
            });
        };
        if !collector.wants(time) {
            continue;
        }
        for (column, &at) in value_at.iter().enumerate() {
            let cell = trimmed(&record, at);
            let value = parse_value(cell).ok_or_else(|| Cause::UnreadableValue {
                path: path.to_owned(),
                line: line(&record),
                column: layout.value_columns[column].clone(),
                text: lossy(cell),
            })?;
            collector.push(column, time, value);
        }
    }
    Ok(())
}

/// The column names of a file, in file order.
pub(super) fn header(path: &Path, separator: char) -> Result<Vec<String>, Cause> {
    let mut reader = open(path, separator)?;
    let headers = reader
        .byte_headers()
        .map_err(|error| unreadable(path, &error))?;
    Ok(headers.iter().map(lossy).collect())
}

/// What an I/O error means for a provider's file.
pub(super) fn open_error(path: &Path, error: &io::Error) -> Cause {
    if error.kind() == io::ErrorKind::NotFound {
        return Cause::MissingFile {
            path: path.to_owned(),
            tag: None,
        };
    }
    Cause::UnreadableFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn open(path: &Path, separator: char) -> Result<::csv::Reader<File>, Cause> {
    let delimiter = u8::try_from(separator).ok().filter(u8::is_ascii);
    let delimiter = delimiter.filter(|byte| !matches!(byte, b'\n' | b'\r' | b'"'));
    let delimiter = delimiter.ok_or(Cause::Separator { separator })?;
    let file = File::open(path).map_err(|error| open_error(path, &error))?;
    // Flexible: short rows lack values, which is what an empty cell says too.
    Ok(ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(file))
}

fn unreadable(path: &Path, error: &::csv::Error) -> Cause {
    Cause::UnreadableFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn find_column(path: &Path, headers: &ByteRecord, column: &str) -> Result<usize, Cause> {
    let found = headers.iter().position(|name| name == column.as_bytes());
    found.ok_or_else(|| Cause::MissingColumn {
        path: path.to_owned(),
        column: column.to_owned(),
        present: headers.iter().map(lossy).collect(),
    })
}

fn trimmed(record: &ByteRecord, at: usize) -> &[u8] {
    record.get(at).unwrap_or_default().trim_ascii()
}

fn line(record: &ByteRecord) -> u64 {
    record.position().map_or(0, ::csv::Position::line)
}

fn lossy(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

/// A number, or NaN for the texts that stand for no value.
fn parse_value(cell: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(cell).ok()?;
    match text {
        "" | "NA" | "N/A" | "n/a" | "#N/A" | "<NA>" | "NULL" | "null" | "None" => Some(f64::NAN),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::collect::Keep;
    use super::super::{Delivery, Request};
    use super::*;
    use crate::project::Period;

    fn load(text: &str, separator: char, columns: &[&str]) -> Result<Vec<Delivery>, Cause> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        let request = Request {
            period: Period { start: 0, end: 10 },
            tags: columns,
            look_back_from: None,
        };
        let keep = Keep {
            first: i64::MIN,
            last: i64::MAX,
        };
        let mut collector = Collector::new(&request, keep, columns.iter().copied());
        let value_columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let layout = Layout {
            time_column: "time",
            value_columns: &value_columns,
            separator,
            clock: &Clock::utc(),
        };
        read(&path, &layout, &mut collector)?;
        Ok(collector.finish())
    }

    #[test]
    fn columns_are_found_by_name_after_a_byte_order_mark() {
        let text = "\u{feff}time;B;A b\r\n1970-01-01;1;\r\n;5;6\n\n1970-01-02 00:00;nan; -2e3 \n";
        let loaded = load(text, ';', &["A b", "B"]).unwrap();
        assert_eq!(loaded[0].series.times, [0, 86_400_000_000_000]);
        assert!(loaded[0].series.values[0].is_nan());
        assert_eq!(loaded[0].series.values[1..], [-2000.0]);
        assert_eq!(loaded[1].series.values[..1], [1.0]);
        assert!(loaded[1].series.values[1].is_nan());
    }

    #[test]
    fn refusals_name_file_line_and_columns() {
        let error = load("time,A\n1970-01-01,1\nsoon,2\n", ',', &["A"]).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("a.csv:3: `soon` is not a time stamp")
        );
        let error = load("time,A\n1970-01-01,\"1,5\"\n", ',', &["A"]).unwrap_err();
        let message = error.to_string();
        assert!(
            message.ends_with("a.csv:2: `1,5` in column `A` is not a number"),
            "{message}"
        );
        let error = load("time,A\n", ',', &["B"]).unwrap_err();
        assert_eq!(error.code(), "dataset::missing_column");
        assert_eq!(error.help(), "the columns are `time`, `A`");
        assert_eq!(load("", 'é', &[]).unwrap_err().code(), "dataset::separator");
    }
}
