//! Reads every file once per load, however many tags it holds.
//!
//! `{tag}` in `value_column` stands for the tag's name, for exports that have one column per tag.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::settings::{FilesProvider, file_help};
use crate::provider::error::ReadError;
use crate::provider::file;
use crate::provider::format::{delimited, parquet};
use crate::provider::reader::{Access, Reader, SourceState};
use crate::provider::rows::RowBuffer;
use crate::provider::time_range::{TimeRange, TimeRanges};
use crate::provider::warning;
use crate::source::Span;
use crate::time::{Clock, LocalTimes, RowOrder};

/// Reads the files of a folder.
pub(super) struct FilesReader {
    pub(super) config: FilesProvider,
    pub(super) folder: PathBuf,
    pub(super) span: Span,
}

impl Reader for FilesReader {
    fn name(&self) -> &'static str {
        "FilesDataProvider"
    }

    fn access(&self) -> Access {
        Access::Files
    }

    /// Which file a tag is in is not part of it, nor is what a machine picks of its rows.
    fn identity(&self) -> Value {
        json!({
            "type": self.name(),
            "path": file::absolute(&self.folder),
            "time_column": self.config.time_column,
            "value_column": self.config.value_column,
            "separator": self.config.separator,
            "timezone": self.config.timezone,
        })
    }

    fn source(&self, tag: &str) -> String {
        self.config.file_of(tag)
    }

    fn window(&self, period: TimeRange) -> TimeRange {
        self.config.window.of(period)
    }

    fn looks_back(&self) -> bool {
        self.config.look_back
    }

    fn read(&self, source: &str, tags: &[&str], rows: &mut RowBuffer<'_>) -> Result<(), ReadError> {
        let clock = Clock::in_zone(&self.config.timezone)
            .expect("the zone was looked up when the config was read");
        let columns: Vec<String> = tags.iter().map(|tag| self.config.column_of(tag)).collect();
        let path = self.folder.join(source);
        if FilesProvider::is_parquet(&path) {
            let layout = parquet::Layout {
                time_column: &self.config.time_column,
                time_unit: None,
                clock: &clock,
            };
            let mut times = LocalTimes::new(RowOrder::AsWritten);
            let absent = parquet::read_wide(&path, &layout, &columns, &mut times, rows)?;
            if let Some(doubt) = times.finish() {
                let place = format!("{}:{}", path.display(), doubt.line);
                rows.warn_all(&warning::ambiguous_time(&doubt, &place, &clock));
            }
            for (column, cause) in absent.into_iter().enumerate() {
                if let Some(cause) = cause {
                    rows.fail(column, cause);
                }
            }
            return Ok(());
        }
        let layout = delimited::Layout {
            time_column: &self.config.time_column,
            value_columns: &columns,
            separator: self.config.separator,
            clock: &clock,
        };
        delimited::read(&path, &layout, rows).map(|_| ())
    }

    fn state(&self, source: &str, _wanted: &TimeRanges) -> SourceState {
        file::state(&self.folder.join(source))
    }

    /// The tag's entry in `files`, or the folder.
    fn place(&self, error: &ReadError, tag: &str) -> Span {
        let entry = self.config.files.get(tag).map(|file| file.span);
        match error {
            ReadError::MissingFile { .. } => entry.unwrap_or(self.config.path.span),
            _ => entry.unwrap_or(self.span),
        }
    }
    fn help(&self, error: &ReadError, tag: &str) -> String {
        match error {
            ReadError::MissingFile { .. } => file_help(tag),
            _ => error.help(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::provider::time_range::Window;
    use crate::source::Spanned;

    fn reader(folder: &Path, files: &[(&str, &str)]) -> FilesReader {
        let entry = |(tag, file): &(&str, &str)| {
            let file = Spanned::new((*file).to_owned(), Span::new(7, 8));
            ((*tag).to_owned(), file)
        };
        FilesReader {
            config: FilesProvider {
                path: Spanned::new(String::new(), Span::new(1, 2)),
                files: files.iter().map(entry).collect(),
                time_column: "datetime".into(),
                value_column: "{tag}".into(),
                separator: ';',
                timezone: "Europe/Oslo".into(),
                window: Window::Closed,
                look_back: true,
            },
            folder: folder.to_owned(),
            span: Span::new(0, 9),
        }
    }

    fn read(reader: &FilesReader, source: &str, tags: &[&str]) -> Result<Vec<Vec<f64>>, ReadError> {
        let minute = TimeRange {
            first: 0,
            last: 60_000_000_000,
        };
        let mut rows = RowBuffer::new(tags.iter().map(|_| reader.window(minute).into()));
        reader.read(source, tags, &mut rows)?;
        let read = rows.into_series().into_iter();
        read.map(|series| series.map(|series| series.values))
            .collect()
    }

    #[test]
    fn a_wide_file_gives_several_tags_in_the_order_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let wide = "datetime;B;A\n1970-01-01 00:59:55;1;2\n1970-01-01 01:00:00;3;4\n";
        std::fs::write(folder.path().join("wide.csv"), wide).unwrap();
        let reader = reader(folder.path(), &[("A", "wide.csv"), ("B", "wide.csv")]);
        assert_eq!(reader.source("A"), reader.source("B"));
        assert_eq!(reader.source("C"), "C.csv");
        let read = read(&reader, "wide.csv", &["A", "B"]).unwrap();
        assert_eq!(read, [[4.0], [3.0]]);
    }

    #[test]
    fn errors_point_at_the_entry_of_the_tag_or_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let reader = reader(folder.path(), &[("A", "gone.csv")]);
        let error = read(&reader, "gone.csv", &["A"]).unwrap_err();
        assert_eq!(error.code(), "dataset::missing_file");
        assert_eq!(reader.place(&error, "A"), Span::new(7, 8));
        assert_eq!(reader.place(&error, "B"), Span::new(1, 2));
        let help = "name its file under `files`: `B: ...`";
        assert_eq!(reader.help(&error, "B"), help);
    }
}
