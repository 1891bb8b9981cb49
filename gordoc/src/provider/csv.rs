//! `CSVDataProvider`: one CSV file with a column per tag, as Gordo reads it.
//!
//! Its end is not included, and series come in the order of the file's columns.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::arguments::Arguments;
use super::check::{RequestedTags, SourceCheck};
use super::error::ReadError;
use super::file;
use super::format::delimited::{self, Header, Layout};
use super::kind::{Described, Provider, ProviderKind};
use super::reader::{Access, Reader, SourceState};
use super::rows::RowBuffer;
use super::time_range::{TimeRange, TimeRanges};
use crate::source::{Span, Spanned};
use crate::time::Clock;

pub(super) const KIND: ProviderKind = ProviderKind {
    names: &[
        "gordo_core.data_providers.contrib.CSVDataProvider",
        "gordo_core.data_providers.contrib.csv_provider.CSVDataProvider",
    ],
    keys: &["file_path", "timestamp_column", "sep"],
    is_in_gordo: true,
    describe,
};

/// `CSVDataProvider`
#[derive(Clone, Debug)]
struct CsvProvider {
    /// The file, relative to the config file's folder.
    file_path: Spanned<String>,
    /// Column of time stamps.
    timestamp_column: Spanned<String>,
    /// Cell separator.
    separator: char,
}

fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    arguments.check(KIND.keys);
    let file_path = arguments.required("file_path");
    let timestamp_column = arguments.required("timestamp_column");
    let separator = arguments.separator("sep");
    let provider = (|| {
        Some(CsvProvider {
            file_path: file_path?,
            timestamp_column: timestamp_column?,
            separator: separator?,
        })
    })();
    let document = json!({
        "file_path": arguments.json("file_path", Value::Null),
        "timestamp_column": arguments.json("timestamp_column", Value::Null),
        "sep": arguments.json("sep", json!(",")),
        "type": "gordo_core.data_providers.contrib.csv_provider.CSVDataProvider",
    });
    Described::new(&arguments, document, provider)
}

impl Provider for CsvProvider {
    fn check(&self, tags: &RequestedTags, check: &mut SourceCheck<'_>) {
        let path = check.base.join(&self.file_path.value);
        if !path.exists() {
            check.report_no("file", &self.file_path, &path);
            return;
        }
        let Some(header) = check.header(&path, self.separator, self.file_path.span) else {
            return;
        };
        self.check_column(&self.timestamp_column, "time stamps", &header, check);
        for tag in tags.iter() {
            self.check_column(tag, "this tag", &header, check);
        }
    }

    fn open(&self, span: Span, base: &Path, _seed: u64) -> Box<dyn Reader> {
        Box::new(CsvReader {
            path: base.join(&self.file_path.value),
            config: self.clone(),
            span,
        })
    }
}

impl CsvProvider {
    fn check_column(
        &self,
        name: &Spanned<String>,
        what: &str,
        header: &Header,
        check: &mut SourceCheck<'_>,
    ) {
        let absent = format!("no column for {what}");
        let file = (header, self.file_path.value.as_str());
        check.column(&name.value, file, (name.span, absent), |present| {
            format!("check the name and the separator; it has {present}")
        });
    }
}

/// Reads the file.
struct CsvReader {
    path: PathBuf,
    config: CsvProvider,
    span: Span,
}

impl Reader for CsvReader {
    fn name(&self) -> &'static str {
        "CSVDataProvider"
    }

    fn access(&self) -> Access {
        Access::Files
    }

    fn identity(&self) -> Value {
        json!({
            "type": self.name(),
            "path": file::absolute(&self.path),
            "time_column": self.config.timestamp_column.value,
            "separator": self.config.separator,
        })
    }

    /// There is one file.
    fn source(&self, _tag: &str) -> String {
        String::new()
    }

    fn window(&self, period: TimeRange) -> TimeRange {
        TimeRange {
            first: period.first,
            last: period.last.saturating_sub(1),
        }
    }

    fn read(
        &self,
        _source: &str,
        tags: &[&str],
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let columns: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let layout = Layout {
            time_column: &self.config.timestamp_column.value,
            value_columns: &columns,
            separator: self.config.separator,
            clock: &Clock::utc(),
        };
        let places = delimited::read(&self.path, &layout, rows)?;
        for (column, place) in places.into_iter().enumerate() {
            if let Some(place) = place {
                rows.rank(column, place);
            }
        }
        Ok(())
    }

    fn state(&self, _source: &str, _wanted: &TimeRanges) -> SourceState {
        file::state(&self.path)
    }

    fn place(&self, error: &ReadError, _tag: &str) -> Span {
        let time_column = &self.config.timestamp_column;
        match error {
            ReadError::MissingFile { .. }
            | ReadError::UnreadableFile { .. }
            | ReadError::NotCsv { .. }
            | ReadError::LongLine { .. }
            | ReadError::OpenQuote { .. }
            | ReadError::ExtraCells { .. }
            | ReadError::MissingCell { .. } => self.config.file_path.span,
            ReadError::MissingColumn { column, .. } if *column == time_column.value => {
                time_column.span
            }
            _ => self.span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(folder: &Path, text: Option<&str>) -> CsvReader {
        let path = folder.join("a.csv");
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        CsvReader {
            path,
            config: CsvProvider {
                file_path: Spanned::new("a.csv".into(), Span::new(1, 2)),
                timestamp_column: Spanned::new("t".into(), Span::new(3, 4)),
                separator: ',',
            },
            span: Span::new(0, 9),
        }
    }

    fn read(reader: &CsvReader, tags: &[&str]) -> Result<RowBuffer<'static>, ReadError> {
        let period = TimeRange {
            first: 0,
            last: 60_000_000_000,
        };
        let mut rows = RowBuffer::new(tags.iter().map(|_| reader.window(period).into()));
        reader.read("", tags, &mut rows).map(|()| rows)
    }

    #[test]
    fn series_come_in_file_order_without_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let text = "t,B,A\n1970-01-01T00:00:00+00:00,1,2\n1970-01-01T00:01:00,3,4\n";
        let reader = reader(folder.path(), Some(text));
        let read = read(&reader, &["A", "B"]).unwrap().finish();
        let ranks: Vec<usize> = read.iter().map(|raw| raw.as_ref().unwrap().rank).collect();
        assert_eq!(ranks, [2, 1]);
        let b = read.into_iter().nth(1).unwrap().unwrap();
        assert_eq!(b.series.series().unwrap().values, [1.0]);
    }

    #[test]
    fn refusals_point_at_the_key_behind_them() {
        let check = |text, tags: &[&str], code, span| {
            let folder = tempfile::tempdir().unwrap();
            let reader = reader(folder.path(), text);
            let read = read(&reader, tags).and_then(|rows| rows.into_series().remove(0));
            let error = read.unwrap_err();
            assert_eq!((error.code(), reader.place(&error, tags[0])), (code, span));
        };
        let missing = "dataset::missing_column";
        for (text, code) in [
            (None, "dataset::missing_file"),
            (Some(""), "dataset::unreadable_file"),
            (Some("t,A\n1970-01-01,1,2\n"), "dataset::ragged_line"),
            (Some("t,A\n1970-01-01\n"), "dataset::ragged_line"),
            (Some("t,A\n\"\n"), "dataset::open_quote"),
        ] {
            check(text, &["A"], code, Span::new(1, 2));
        }
        check(Some("t,A\n"), &["B"], missing, Span::new(0, 9));
        check(Some("x,A\n"), &["A"], missing, Span::new(3, 4));
        // The column of times is no tag.
        check(Some("t,A\n"), &["t"], missing, Span::new(3, 4));
    }
}
