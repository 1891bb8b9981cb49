//! What can be known of a project's files before any data is loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::{FilesProvider, ParquetProvider, Period, Provider, Tag, Window};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::partitions;
use crate::source::{Span, Spanned};

/// What to do where no partition is found.
pub(crate) const NO_PARTITION_HELP: &str =
    "name folders by dates, as `year=2020/month=05/day=01` or `2020/05/01`, or train on others";

/// Series that a machine reads: from where, and which.
#[derive(Clone, Debug)]
pub struct Series {
    provider: Spanned<Provider>,
    /// When, if that is known.
    period: Option<Period>,
    /// Names of inputs and targets, then of tags that only a row filter reads; each once.
    tags: Vec<Spanned<String>>,
    /// How many of them are inputs and targets.
    n_listed: usize,
}

impl Series {
    /// Tags read from a provider; a tag may be named several times.
    pub(super) fn new<'a>(
        provider: &Spanned<Provider>,
        period: Option<Period>,
        listed: impl Iterator<Item = &'a Spanned<Tag>>,
        triggers: &'a [Spanned<Tag>],
    ) -> Self {
        let mut seen = BTreeSet::new();
        let mut new = |tag: &&'a Spanned<Tag>| seen.insert(tag.value.name.as_str());
        let name = |tag: &Spanned<Tag>| Spanned::new(tag.value.name.clone(), tag.span);
        let mut tags: Vec<_> = listed.filter(&mut new).map(name).collect();
        let n_listed = tags.len();
        tags.extend(triggers.iter().filter(new).map(name));
        Self {
            provider: provider.clone(),
            period,
            tags,
            n_listed,
        }
    }

    /// The listed tag that one of a row filter, at this place, may be meant to be.
    fn meant_by(&self, at: usize) -> Option<&str> {
        let (listed, triggers) = self.tags.split_at(self.n_listed);
        let trigger = triggers.get(at.checked_sub(self.n_listed)?)?;
        did_you_mean(&trigger.value, listed.iter().map(|tag| tag.value.as_str()))
    }
}

/// Whether readings can come from elsewhere than their sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// They cannot.
    Needed,
    /// They may be kept in a cache, so a file that is missing is no mistake yet.
    MayBeKept,
}

/// Reports files, folders and columns that machines need and that are not there, each once.
pub fn preflight(series: &[Series], base: &Path, sources: Sources, diagnostics: &mut Diagnostics) {
    let mut look = Look {
        base,
        sources,
        headers: BTreeMap::new(),
        dated: BTreeMap::new(),
        diagnostics: Diagnostics::default(),
    };
    for one in series {
        look.series(one);
    }
    let mut told: Vec<Diagnostic> = Vec::new();
    for found in look.diagnostics.into_vec() {
        if !told.contains(&found) {
            told.push(found);
        }
    }
    diagnostics.at_build(|found| found.extend(told));
}

/// Column names of CSV files read so far; `None` for files that cannot be read.
type Headers = BTreeMap<(PathBuf, char), Option<BTreeSet<String>>>;

/// Folder, zone and period, and whether the folder has a file of the period.
type Dated = BTreeMap<(PathBuf, String, Period), bool>;

struct Look<'a> {
    base: &'a Path,
    sources: Sources,
    headers: Headers,
    dated: Dated,
    diagnostics: Diagnostics,
}

impl Look<'_> {
    fn series(&mut self, series: &Series) {
        match &series.provider.value {
            // Nothing is asked over a network.
            Provider::Random { .. } | Provider::Influx(_) | Provider::Sql(_) => {}
            Provider::Csv {
                file_path,
                timestamp_column,
                separator,
            } => {
                let path = self.base.join(&file_path.value);
                if !path.is_file() {
                    self.missing("file", file_path.span, &file_path.value, &path);
                    return;
                }
                let Some(columns) = self.columns(&path, *separator) else {
                    self.unreadable(file_path);
                    return;
                };
                let columns = columns.clone();
                self.column(timestamp_column, "time stamps", &columns, &file_path.value);
                for tag in &series.tags {
                    self.column(tag, "this tag", &columns, &file_path.value);
                }
            }
            Provider::Files(files) => self.files(files, series),
            Provider::Parquet(parquet) => self.partitions(parquet, series.period),
        }
    }

    fn files(&mut self, files: &FilesProvider, series: &Series) {
        let folder = self.base.join(&files.path.value);
        if !folder.is_dir() {
            self.missing("folder", files.path.span, &files.path.value, &folder);
            return;
        }
        for (at, tag) in series.tags.iter().enumerate() {
            let named = files.files.get(&tag.value);
            let file =
                named.map_or_else(|| format!("{}.csv", tag.value), |file| file.value.clone());
            let path = folder.join(&file);
            if !path.is_file() {
                let place = named.map_or(tag.span, |file| file.span);
                self.missing_tag_file(&tag.value, series.meant_by(at), place, &path);
            } else if !FilesProvider::is_parquet(&path) {
                let place = named.map_or(tag.span, |file| file.span);
                self.columns_of_tag(files, &path, &tag.value, place);
            }
        }
    }

    fn partitions(&mut self, parquet: &ParquetProvider, period: Option<Period>) {
        let folder = self.base.join(&parquet.path.value);
        if !folder.is_dir() {
            self.missing("folder", parquet.path.span, &parquet.path.value, &folder);
            return;
        }
        let Some(period) = period.filter(|_| parquet.window == Window::Closed) else {
            return;
        };
        let key = (folder, parquet.timezone.clone(), period);
        let has_some = self.dated.entry(key).or_insert_with_key(has_partition);
        if *has_some || self.sources == Sources::MayBeKept {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error(
                "dataset::no_partition",
                format!(
                    "`{}` has no partition of the training period",
                    parquet.path.value
                ),
            )
            .label(parquet.path.span, "has no file of these dates")
            .help(NO_PARTITION_HELP)
            .class("InsufficientDataError"),
        );
    }

    fn columns_of_tag(&mut self, files: &FilesProvider, path: &Path, tag: &str, place: Span) {
        let Some(columns) = self.columns(path, files.separator).cloned() else {
            self.unreadable(&Spanned::new(path.display().to_string(), place));
            return;
        };
        let value_column = files.column_of(tag);
        for (key, column) in [("time", &files.time_column), ("value", &value_column)] {
            if !columns.contains(column) {
                self.diagnostics.push(
                    no_column(column, &path.display().to_string())
                        .label(place, format!("has no column for the {key}"))
                        .help(format!(
                            "set `{key}_column` or `separator`; it has {}",
                            list(&columns)
                        )),
                );
            }
        }
    }

    fn column(
        &mut self,
        name: &Spanned<String>,
        what: &str,
        columns: &BTreeSet<String>,
        file: &str,
    ) {
        if columns.contains(&name.value) {
            return;
        }
        let names = columns.iter().map(String::as_str);
        let help = did_you_mean(&name.value, names).map_or_else(
            || format!("check the name and the separator; it has {}", list(columns)),
            |column| format!("did you mean `{column}`?"),
        );
        self.diagnostics.push(
            no_column(&name.value, file)
                .label(name.span, format!("no column for {what}"))
                .help(help),
        );
    }

    fn missing(&mut self, kind: &str, place: Span, written: &str, path: &Path) {
        self.tell_missing(
            Diagnostic::error(
                "dataset::missing_file",
                format!("the {kind} `{written}` does not exist"),
            )
            .label(place, format!("no such {kind}"))
            .help(format!(
                "paths start at the config file's folder: put it at `{}`",
                path.display()
            ))
            .class("FileNotFoundError"),
        );
    }

    fn tell_missing(&mut self, diagnostic: Diagnostic) {
        if self.sources == Sources::Needed {
            self.diagnostics.push(diagnostic);
        }
    }

    fn missing_tag_file(&mut self, name: &str, meant: Option<&str>, place: Span, path: &Path) {
        let shown = path.display();
        let help = meant.map_or_else(
            || format!("name its file under `files`: `{name}: ...`"),
            |listed| format!("did you mean `{listed}`?"),
        );
        self.tell_missing(
            Diagnostic::error(
                "dataset::missing_file",
                format!("the tag `{name}` has no file `{shown}`"),
            )
            .label(place, "no such file")
            .help(help)
            .class("FileNotFoundError"),
        );
    }

    fn unreadable(&mut self, file: &Spanned<String>) {
        self.diagnostics.push(
            Diagnostic::error(
                "dataset::unreadable_file",
                format!("`{}` is not a CSV file", file.value),
            )
            .label(file.span, "has no readable header")
            .help("save it as text in UTF-8, with the names of the columns in the first line"),
        );
    }

    fn columns(&mut self, path: &Path, separator: char) -> Option<&BTreeSet<String>> {
        let key = (path.to_owned(), separator);
        self.headers
            .entry(key)
            .or_insert_with(|| header(path, separator))
            .as_ref()
    }
}

/// A folder that cannot be listed is told when it is read.
fn has_partition((folder, zone, period): &(PathBuf, String, Period)) -> bool {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let overlaps = |(first, last)| first <= period.end && period.start <= last;
    let found = partitions::find(folder, &zone, &overlaps);
    found.is_ok_and(|found| !found.is_empty())
}

fn header(path: &Path, separator: char) -> Option<BTreeSet<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(separator).ok()?)
        .flexible(true)
        .from_path(path)
        .ok()?;
    let names = reader.headers().ok()?;
    Some(
        names
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect(),
    )
}

fn no_column(name: &str, file: &str) -> Diagnostic {
    Diagnostic::error(
        "dataset::missing_column",
        format!("`{file}` has no column `{name}`"),
    )
}

fn list(columns: &BTreeSet<String>) -> String {
    let shown: Vec<String> = columns
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if columns.len() > 8 { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}
