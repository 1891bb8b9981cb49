//! `FilesDataProvider`: a folder with one CSV or Parquet file per tag, or a few wide ones.
//!
//! Every file is read once per load, however many tags it holds. `{tag}` in `value_column`
//! stands for the tag's name, for exports that have one column per tag.

use std::path::PathBuf;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::collect::{Collector, Keep};
use super::delimited::{self, Layout};
use super::{Delivery, Provider, Request, parquet};
use crate::dataset::error::{Cause, Error};
use crate::dataset::time::Clock;
use crate::project::{self, Window};
use crate::source::Span;

/// `FilesDataProvider`
pub(super) struct FilesProvider {
    pub(super) config: project::FilesProvider,
    pub(super) folder: PathBuf,
    pub(super) span: Span,
}

impl FilesProvider {
    /// Files in the order of their first tag, with the numbers of their tags.
    fn group(&self, tags: &[&str]) -> IndexMap<PathBuf, Vec<usize>> {
        let mut groups: IndexMap<PathBuf, Vec<usize>> = IndexMap::new();
        for (number, tag) in tags.iter().enumerate() {
            let file = match self.config.files.get(*tag) {
                Some(file) => self.folder.join(&file.value),
                None => self.folder.join(format!("{tag}.csv")),
            };
            groups.entry(file).or_default().push(number);
        }
        groups
    }

    fn read(
        &self,
        (path, numbers): (&PathBuf, &Vec<usize>),
        request: &Request<'_>,
        clock: &Clock,
    ) -> Result<Vec<Delivery>, Error> {
        let tags: Vec<&str> = numbers.iter().map(|&number| request.tags[number]).collect();
        let columns: Vec<String> = tags.iter().map(|tag| self.config.column_of(tag)).collect();
        let keep = match self.config.window {
            Window::Closed => Keep {
                first: request.period.start,
                last: request.period.end,
            },
            Window::All => Keep {
                first: i64::MIN,
                last: i64::MAX,
            },
        };
        let mut collector = Collector::new(request, keep, tags.iter().copied());
        let layout = Layout {
            time_column: &self.config.time_column,
            value_columns: &columns,
            separator: self.config.separator,
            clock,
        };
        let read = if project::FilesProvider::is_parquet(path) {
            parquet::read(path, &layout, &mut collector)
        } else {
            delimited::read(path, &layout, &mut collector)
        };
        read.map_err(|cause| self.locate(cause, tags[0]))?;
        Ok(collector.finish())
    }

    /// Points at the entry of the file's first tag, or at the folder.
    fn locate(&self, cause: Cause, tag: &str) -> Error {
        let entry = self.config.files.get(tag).map(|file| file.span);
        match cause {
            Cause::MissingFile { path, .. } => Cause::MissingFile {
                path,
                tag: Some(tag.to_owned()),
            }
            .at(entry.unwrap_or(self.config.path.span)),
            Cause::Separator { .. } => cause.at(self.span),
            cause => cause.at(entry.unwrap_or(self.span)),
        }
    }
}

impl Provider for FilesProvider {
    fn load(&mut self, request: &Request<'_>) -> Result<Vec<Delivery>, Error> {
        let zone = &self.config.timezone;
        let clock = Clock::in_zone(zone).ok_or_else(|| {
            let name = zone.clone();
            Cause::UnknownZone { name }.at(self.span)
        })?;
        let request = Request {
            look_back_from: request.look_back_from.filter(|_| self.config.look_back),
            ..*request
        };
        let groups = self.group(request.tags);
        let groups: Vec<(&PathBuf, &Vec<usize>)> = groups.iter().collect();
        let read: Vec<Result<Vec<Delivery>, Error>> = groups
            .par_iter()
            .map(|group| self.read(*group, &request, &clock))
            .collect();

        // Sorted by tag again, and of several errors always the first.
        let mut deliveries: Vec<(usize, Delivery)> = Vec::with_capacity(request.tags.len());
        for ((_, numbers), read) in groups.into_iter().zip(read) {
            deliveries.extend(numbers.iter().copied().zip(read?));
        }
        deliveries.sort_by_key(|(number, _)| *number);
        Ok(deliveries
            .into_iter()
            .map(|(_, delivery)| delivery)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::project::Period;
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

    fn load(provider: &mut FilesProvider, tags: &[&str]) -> Result<Vec<Delivery>, Error> {
        provider.load(&Request {
            period: Period {
                start: 0,
                end: 60_000_000_000,
            },
            tags,
            look_back_from: Some(-10_000_000_000),
        })
    }

    #[test]
    fn a_wide_file_gives_several_tags_in_the_order_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let wide = "datetime;B;A\n1970-01-01 00:59:55;1;2\n1970-01-01 01:00:00;3;4\n";
        std::fs::write(folder.path().join("wide.csv"), wide).unwrap();
        std::fs::write(
            folder.path().join("C.csv"),
            "datetime;C\n1970-01-01 01:01:00;5\n",
        )
        .unwrap();
        let mut provider = provider(folder.path(), &[("A", "wide.csv"), ("B", "wide.csv")]);
        let loaded = load(&mut provider, &["A", "C", "B"]).unwrap();
        let values: Vec<f64> = loaded.iter().map(|tag| tag.series.values[0]).collect();
        assert_eq!(values, [4.0, 5.0, 3.0]);
        assert_eq!(loaded[2].earlier.map(|reading| reading.value), Some(1.0));
        assert_eq!(loaded[1].earlier, None);
    }

    #[test]
    fn a_missing_file_names_its_tag_and_its_entry() {
        let folder = tempfile::tempdir().unwrap();
        let mut provider = provider(folder.path(), &[("A", "gone.csv")]);
        let error = load(&mut provider, &["A"]).unwrap_err();
        assert!(
            error.to_string().ends_with("gone.csv` for tag `A`"),
            "{error}"
        );
        assert_eq!(error.span(), Span::new(7, 8));
        let error = load(&mut provider, &["B"]).unwrap_err();
        assert!(error.to_string().ends_with("B.csv` for tag `B`"), "{error}");
        assert_eq!(error.span(), Span::new(1, 2));
        provider.config.timezone = "Mars".into();
        let error = load(&mut provider, &["B"]).unwrap_err();
        assert_eq!(error.cause.code(), "dataset::unknown_zone");
    }
}
