//! `CSVDataProvider`: one CSV file with a column per tag, as the peer reads it.
//!
//! Its end is not included, and series come in the order of the file's columns.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::delimited::{self, Layout};
use super::{Access, Provider, Range, Ranges, Rows, State, file};
use crate::dataset::error::Cause;
use crate::dataset::time::Clock;
use crate::project::Period;
use crate::source::{Span, Spanned};

/// `CSVDataProvider`
pub(super) struct CsvProvider {
    pub(super) path: PathBuf,
    pub(super) path_span: Span,
    pub(super) time_column: Spanned<String>,
    pub(super) separator: char,
    pub(super) span: Span,
}

impl Provider for CsvProvider {
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
            "time_column": self.time_column.value,
            "separator": self.separator,
        })
    }

    /// There is one file.
    fn source(&self, _tag: &str) -> String {
        String::new()
    }

    fn window(&self, period: Period) -> Range {
        Range {
            first: period.start,
            last: period.end.saturating_sub(1),
        }
    }

    fn read(&self, _source: &str, tags: &[&str], rows: &mut Rows) -> Result<(), Cause> {
        let columns: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let layout = Layout {
            time_column: &self.time_column.value,
            value_columns: &columns,
            separator: self.separator,
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

    fn state(&self, _source: &str, _wanted: &Ranges) -> State {
        file::state(&self.path)
    }

    fn place(&self, cause: &Cause, _tag: &str) -> Span {
        match cause {
            Cause::MissingFile { .. } | Cause::UnreadableFile { .. } => self.path_span,
            Cause::MissingColumn { column, .. } if *column == self.time_column.value => {
                self.time_column.span
            }
            _ => self.span,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn provider(folder: &Path, text: Option<&str>) -> CsvProvider {
        let path = folder.join("a.csv");
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        CsvProvider {
            path,
            path_span: Span::new(1, 2),
            time_column: Spanned::new("t".into(), Span::new(3, 4)),
            separator: ',',
            span: Span::new(0, 9),
        }
    }

    fn read(provider: &CsvProvider, tags: &[&str]) -> Result<Rows, Cause> {
        let period = Period {
            start: 0,
            end: 60_000_000_000,
        };
        let mut rows = Rows::new(tags.iter().map(|_| provider.window(period).into()));
        provider.read("", tags, &mut rows).map(|()| rows)
    }

    #[test]
    fn series_come_in_file_order_without_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let text = "t,B,A\n1970-01-01T00:00:00+00:00,1,2\n1970-01-01T00:01:00,3,4\n";
        let provider = provider(folder.path(), Some(text));
        let read = read(&provider, &["A", "B"]).unwrap().finish();
        let ranks: Vec<usize> = read.iter().map(|raw| raw.as_ref().unwrap().rank).collect();
        assert_eq!(ranks, [2, 1]);
        let b = read.into_iter().nth(1).unwrap().unwrap();
        assert_eq!(b.into_series().values, [1.0]);
    }

    #[test]
    fn refusals_point_at_the_key_behind_them() {
        let check = |text, tags: &[&str], code, span| {
            let folder = tempfile::tempdir().unwrap();
            let provider = provider(folder.path(), text);
            let read = read(&provider, tags).and_then(|rows| rows.into_series().remove(0));
            let cause = read.unwrap_err();
            assert_eq!(
                (cause.code(), provider.place(&cause, tags[0])),
                (code, span)
            );
        };
        let missing = "dataset::missing_column";
        check(None, &["A"], "dataset::missing_file", Span::new(1, 2));
        check(Some("t,A\n"), &["B"], missing, Span::new(0, 9));
        check(Some("x,A\n"), &["A"], missing, Span::new(3, 4));
        // The column of times is no tag.
        check(Some("t,A\n"), &["t"], missing, Span::new(3, 4));
    }
}
