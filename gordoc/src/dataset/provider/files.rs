//! `FilesDataProvider`: a folder with one CSV or Parquet file per tag, or a few wide ones.
//!
//! Every file is read once per load, however many tags it holds. `{tag}` in `value_column`
//! stands for the tag's name, for exports that have one column per tag.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::delimited::{self, Layout};
use super::{Access, Provider, Range, Ranges, Rows, State, file, parquet};
use crate::dataset::error::Cause;
use crate::dataset::time::Clock;
use crate::project::{self, Period};
use crate::source::Span;

/// `FilesDataProvider`
pub(super) struct FilesProvider {
    pub(super) config: project::FilesProvider,
    pub(super) folder: PathBuf,
    pub(super) span: Span,
}

impl Provider for FilesProvider {
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
        let named = self.config.files.get(tag);
        named.map_or_else(|| format!("{tag}.csv"), |file| file.value.clone())
    }

    fn window(&self, period: Period) -> Range {
        Range::of(self.config.window, period)
    }

    fn looks_back(&self) -> bool {
        self.config.look_back
    }

    fn read(&self, source: &str, tags: &[&str], rows: &mut Rows) -> Result<(), Cause> {
        let clock = Clock::in_zone(&self.config.timezone)
            .expect("the zone was looked up when the config was read");
        let columns: Vec<String> = tags.iter().map(|tag| self.config.column_of(tag)).collect();
        let path = self.folder.join(source);
        if project::FilesProvider::is_parquet(&path) {
            let layout = parquet::Layout {
                time_column: &self.config.time_column,
                time_unit: None,
                clock: &clock,
            };
            let absent = parquet::read_wide(&path, &layout, &columns, rows)?;
            for (column, cause) in absent.into_iter().enumerate() {
                if let Some(cause) = cause {
                    rows.fail(column, cause);
                }
            }
            return Ok(());
        }
        let layout = Layout {
            time_column: &self.config.time_column,
            value_columns: &columns,
            separator: self.config.separator,
            clock: &clock,
        };
        delimited::read(&path, &layout, rows).map(|_| ())
    }

    fn state(&self, source: &str, _wanted: &Ranges) -> State {
        file::state(&self.folder.join(source))
    }

    /// The tag's entry in `files`, or the folder.
    fn place(&self, cause: &Cause, tag: &str) -> Span {
        let entry = self.config.files.get(tag).map(|file| file.span);
        match cause {
            Cause::MissingFile { .. } => entry.unwrap_or(self.config.path.span),
            _ => entry.unwrap_or(self.span),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::project::Period;
    use crate::project::Window;
    use crate::source::Spanned;

    fn provider(folder: &Path, files: &[(&str, &str)]) -> FilesProvider {
        let entry = |(tag, file): &(&str, &str)| {
            let file = Spanned::new((*file).to_owned(), Span::new(7, 8));
            ((*tag).to_owned(), file)
        };
        FilesProvider {
            config: project::FilesProvider {
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

    fn read(provider: &FilesProvider, source: &str, tags: &[&str]) -> Result<Vec<Vec<f64>>, Cause> {
        let minute = Period {
            start: 0,
            end: 60_000_000_000,
        };
        let mut rows = Rows::new(tags.iter().map(|_| provider.window(minute).into()));
        provider.read(source, tags, &mut rows)?;
        let read = rows.into_series().into_iter();
        read.map(|series| series.map(|series| series.values))
            .collect()
    }

    #[test]
    fn a_wide_file_gives_several_tags_in_the_order_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let wide = "datetime;B;A\n1970-01-01 00:59:55;1;2\n1970-01-01 01:00:00;3;4\n";
        std::fs::write(folder.path().join("wide.csv"), wide).unwrap();
        let provider = provider(folder.path(), &[("A", "wide.csv"), ("B", "wide.csv")]);
        assert_eq!(provider.source("A"), provider.source("B"));
        assert_eq!(provider.source("C"), "C.csv");
        let read = read(&provider, "wide.csv", &["A", "B"]).unwrap();
        assert_eq!(read, [[4.0], [3.0]]);
    }

    #[test]
    fn faults_point_at_the_entry_of_the_tag_or_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let provider = provider(folder.path(), &[("A", "gone.csv")]);
        let cause = read(&provider, "gone.csv", &["A"]).unwrap_err();
        assert_eq!(cause.code(), "dataset::missing_file");
        assert_eq!(provider.place(&cause, "A"), Span::new(7, 8));
        assert_eq!(provider.place(&cause, "B"), Span::new(1, 2));
    }
}
