//! `CSVDataProvider`: one CSV file with a column per tag, as the peer reads it.
//!
//! Its end is not included, and series come in the order of the file's columns.

use std::path::PathBuf;

use super::collect::{Collector, Keep};
use super::delimited::{self, Layout};
use super::{Delivery, Provider, Request};
use crate::dataset::error::{Cause, Error};
use crate::dataset::time::Clock;
use crate::source::{Span, Spanned};

/// `CSVDataProvider`
pub(super) struct CsvProvider {
    pub(super) path: PathBuf,
    pub(super) path_span: Span,
    pub(super) time_column: Spanned<String>,
    pub(super) separator: char,
    pub(super) span: Span,
}

impl CsvProvider {
    fn read(&self, request: &Request<'_>) -> Result<Vec<Delivery>, Cause> {
        let present = delimited::header(&self.path, self.separator)?;
        let is_tag = |name: &str| name != self.time_column.value && request.tags.contains(&name);
        let mut columns: Vec<String> = Vec::with_capacity(request.tags.len());
        for name in &present {
            if is_tag(name) && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let is_missing = |tag: &&&str| !columns.iter().any(|column| column == *tag);
        if let Some(tag) = request.tags.iter().find(is_missing) {
            return Err(Cause::MissingColumn {
                path: self.path.clone(),
                column: (*tag).to_owned(),
                present,
            });
        }
        let keep = Keep {
            first: request.period.start,
            last: request.period.end.saturating_sub(1),
        };
        // The peer's CSV provider cannot be asked for earlier readings.
        let request = Request {
            look_back_from: None,
            ..*request
        };
        let mut collector = Collector::new(&request, keep, columns.iter().map(String::as_str));
        let layout = Layout {
            time_column: &self.time_column.value,
            value_columns: &columns,
            separator: self.separator,
            clock: &Clock::utc(),
        };
        delimited::read(&self.path, &layout, &mut collector)?;
        Ok(collector.finish())
    }
}

impl Provider for CsvProvider {
    fn load(&mut self, request: &Request<'_>) -> Result<Vec<Delivery>, Error> {
        self.read(request).map_err(|cause| {
            let span = match &cause {
                Cause::MissingFile { .. } | Cause::UnreadableFile { .. } => self.path_span,
                Cause::MissingColumn { column, .. } if *column == self.time_column.value => {
                    self.time_column.span
                }
                _ => self.span,
            };
            cause.at(span)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Period;

    fn load(text: Option<&str>, tags: &[&str]) -> Result<Vec<Delivery>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let mut provider = CsvProvider {
            path,
            path_span: Span::new(1, 2),
            time_column: Spanned::new("t".into(), Span::new(3, 4)),
            separator: ',',
            span: Span::new(0, 9),
        };
        provider.load(&Request {
            period: Period {
                start: 0,
                end: 60_000_000_000,
            },
            tags,
            look_back_from: Some(i64::MIN),
        })
    }

    #[test]
    fn series_come_in_file_order_without_the_end() {
        let text = "t,B,A\n1970-01-01T00:00:00+00:00,1,2\n1970-01-01T00:01:00,3,4\n";
        let loaded = load(Some(text), &["A", "B"]).unwrap();
        let order: Vec<&str> = loaded
            .iter()
            .map(|delivery| delivery.tag.as_str())
            .collect();
        assert_eq!(order, ["B", "A"]);
        assert_eq!(loaded[0].series.values, [1.0]);
    }

    #[test]
    fn refusals_point_at_the_key_behind_them() {
        let check = |text, tags: &[&str], code, span| {
            let error = load(text, tags).unwrap_err();
            assert_eq!((error.cause.code(), error.span()), (code, span));
        };
        check(None, &["A"], "dataset::missing_file", Span::new(1, 2));
        check(
            Some("t,A\n"),
            &["B"],
            "dataset::missing_column",
            Span::new(0, 9),
        );
        check(
            Some("x,A\n"),
            &["A"],
            "dataset::missing_column",
            Span::new(3, 4),
        );
        check(
            Some("t,A\n"),
            &["t"],
            "dataset::missing_column",
            Span::new(3, 4),
        );
    }
}
