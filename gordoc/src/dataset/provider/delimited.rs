//! Reads the needed columns of a delimited text file, line by line.
//!
//! Never holds more than one line besides what it hands on.

use std::fs::File;
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};

use super::{Rows, file};
use crate::dataset::error::Cause;
use crate::dataset::time::Clock;

/// How a file is laid out.
pub(super) struct Layout<'a> {
    /// Column of times.
    pub(super) time_column: &'a str,
    /// Column of each tag, in the order of their numbers.
    pub(super) value_columns: &'a [String],
    /// Cell separator.
    pub(super) separator: char,
    /// Reads the times.
    pub(super) clock: &'a Clock,
}

/// Hands on the rows of `path`, and says at which place of the file each tag stands.
///
/// A row without a time is no row; a tag with an unreadable value fails, the others go on.
pub(super) fn read(
    path: &Path,
    layout: &Layout<'_>,
    rows: &mut Rows,
) -> Result<Vec<Option<usize>>, Cause> {
    let mut reader = open(path, layout.separator)?;
    let headers = reader
        .byte_headers()
        .map_err(|error| unreadable(path, &error))?;
    let time_at = find_column(path, headers, layout.time_column)?;
    let mut places = Vec::with_capacity(layout.value_columns.len());
    for (column, name) in layout.value_columns.iter().enumerate() {
        let found = find_column(path, headers, name);
        // The column of times is nobody's values.
        let found = match found {
            Ok(at) if at == time_at => Err(missing_column(path, headers, name)),
            found => found,
        };
        places.push(found.map_err(|cause| rows.fail(column, cause)).ok());
    }

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
        if !rows.wants(time) {
            continue;
        }
        for (column, place) in places.iter().enumerate() {
            let Some(at) = place.filter(|_| rows.is_open(column)) else {
                continue;
            };
            let cell = trimmed(&record, at);
            match parse_value(cell) {
                Some(value) => rows.push(column, time, value),
                None => rows.fail(
                    column,
                    Cause::UnreadableValue {
                        path: path.to_owned(),
                        line: line(&record),
                        column: layout.value_columns[column].clone(),
                        text: lossy(cell),
                    },
                ),
            }
        }
    }
    Ok(places)
}

fn open(path: &Path, separator: char) -> Result<::csv::Reader<File>, Cause> {
    let delimiter = u8::try_from(separator).expect("a config's separators are ASCII");
    let file = file::open(path)?;
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
    found.ok_or_else(|| missing_column(path, headers, column))
}

fn missing_column(path: &Path, headers: &ByteRecord, column: &str) -> Cause {
    Cause::MissingColumn {
        path: path.to_owned(),
        column: column.to_owned(),
        present: headers.iter().map(lossy).collect(),
    }
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
    use super::super::{Range, Series};
    use super::*;

    fn load(text: &str, separator: char, columns: &[&str]) -> Result<Vec<Series>, Cause> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        let mut rows = Rows::new(columns.iter().map(|_| Range::ALL.into()));
        let value_columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let layout = Layout {
            time_column: "time",
            value_columns: &value_columns,
            separator,
            clock: &Clock::utc(),
        };
        read(&path, &layout, &mut rows)?;
        rows.into_series().into_iter().collect()
    }

    #[test]
    fn columns_are_found_by_name_after_a_byte_order_mark() {
        let text = "\u{feff}time;B;A b\r\n1970-01-01;1;\r\n;5;6\n\n1970-01-02 00:00;nan; -2e3 \n";
        let loaded = load(text, ';', &["A b", "B"]).unwrap();
        assert_eq!(loaded[0].times, [0, 86_400_000_000_000]);
        assert!(loaded[0].values[0].is_nan());
        assert_eq!(loaded[0].values[1..], [-2000.0]);
        assert_eq!(loaded[1].values[..1], [1.0]);
        assert!(loaded[1].values[1].is_nan());
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
    }
}
