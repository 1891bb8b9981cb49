//! What is known of files and folders before any reading is read, and told once.
//!
//! What is looked at, and what is missing then, is the business of each provider.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gordo_runtime::Excerpt;

use super::error::ReadError;
use super::file;
use super::format::delimited::Header;
use super::names::Present;
use super::time_range::TimeRange;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::{Span, Spanned};

/// Tags that a machine reads, and when.
#[derive(Clone, Debug)]
pub struct RequestedTags {
    /// When, if that is known.
    pub period: Option<TimeRange>,
    /// Names of inputs and targets, then of tags that only a row filter reads; each once.
    names: Vec<Spanned<String>>,
    /// How many of them are inputs and targets.
    n_listed: usize,
}

impl RequestedTags {
    /// Tags by name and place; one may be listed several times.
    pub fn new<'a>(
        period: Option<TimeRange>,
        listed: impl Iterator<Item = (&'a str, Span)>,
        triggers: impl Iterator<Item = (&'a str, Span)>,
    ) -> Self {
        let mut seen = BTreeSet::new();
        let mut new = |(name, _): &(&'a str, Span)| seen.insert(*name);
        let own = |(name, place): (&str, Span)| Spanned::new(name.to_owned(), place);
        let mut names: Vec<_> = listed.filter(&mut new).map(own).collect();
        let n_listed = names.len();
        names.extend(triggers.filter(new).map(own));
        Self {
            period,
            names,
            n_listed,
        }
    }

    /// All of them, each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.names.iter()
    }

    /// The listed tag that one of a row filter may be meant to be.
    pub(super) fn meant_by(&self, tag: &str) -> Option<&str> {
        let (listed, triggers) = self.names.split_at(self.n_listed);
        let trigger = triggers.iter().find(|trigger| trigger.value == tag)?;
        did_you_mean(&trigger.value, listed.iter().map(|tag| tag.value.as_str()))
    }
}

/// Whether readings can come from elsewhere than their sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// They cannot.
    Required,
    /// They may be cached, so a file that is missing is no mistake yet.
    MayBeCached,
}

/// Column names of CSV files, or why they cannot be read.
type Headers = BTreeMap<(PathBuf, char), Result<Arc<Header>, ReadError>>;

/// A look at the sources of all machines.
pub struct SourceCheck<'a> {
    /// Where relative paths start.
    pub(super) base: &'a Path,
    /// Whether they are needed.
    sources: Sources,
    headers: Headers,
    facts: BTreeMap<String, bool>,
    found: Diagnostics,
}

impl<'a> SourceCheck<'a> {
    /// Nothing was looked at yet.
    pub(super) fn new(base: &'a Path, sources: Sources) -> Self {
        Self {
            base,
            sources,
            headers: BTreeMap::new(),
            facts: BTreeMap::new(),
            found: Diagnostics::default(),
        }
    }

    /// Hands on what was found, each finding once.
    pub(super) fn finish(self, diagnostics: &mut Diagnostics) {
        let mut reported: Vec<Diagnostic> = Vec::new();
        for found in self.found.into_vec() {
            if !reported.contains(&found) {
                reported.push(found);
            }
        }
        diagnostics.at_build(|found| found.extend(reported));
    }

    /// Reports that a source is not there, unless its readings may be cached.
    pub(super) fn report_missing(&mut self, finding: Diagnostic) {
        if self.sources == Sources::Required {
            self.found.push(finding);
        }
    }

    /// Reports that a `file` or `folder` is not there, which stands in a config as `written`.
    pub(super) fn report_no(&mut self, kind: &str, written: &Spanned<String>, path: &Path) {
        self.report_missing(
            missing_file(format!("the {kind} `{}` does not exist", written.value))
                .label(written.span, format!("no such {kind}"))
                .help(format!(
                    "paths start at the config file's folder: put it at `{}`",
                    path.display()
                )),
        );
    }

    /// Whether something holds of the sources, which is found out once.
    pub(super) fn holds(&mut self, what: String, find_out: impl FnOnce() -> bool) -> bool {
        *self.facts.entry(what).or_insert_with(find_out)
    }

    /// Reports what is named as a Parquet file and is no file at all; more takes longer to see.
    pub(super) fn parquet(&mut self, path: &Path, place: Span) {
        if let Err(error) = file::open(path) {
            self.report_error(&error, place);
        }
    }

    fn report_error(&mut self, error: &ReadError, place: Span) {
        self.found.push(
            Diagnostic::error(error.code(), error.to_string())
                .label(place, error.label())
                .help(error.help())
                .class(error.class()),
        );
    }

    /// The columns of a CSV file that the config names at a place; a file that cannot be read is
    /// reported as the reader of its rows reports it.
    pub(super) fn header(
        &mut self,
        path: &Path,
        separator: char,
        place: Span,
    ) -> Option<Arc<Header>> {
        let key = (path.to_owned(), separator);
        let header = self.headers.entry(key);
        let header = header.or_insert_with(|| Header::read(path, separator).map(Arc::new));
        match header.clone() {
            Ok(header) => Some(header),
            Err(error) => {
                self.report_error(&error, place);
                None
            }
        }
    }

    /// Reports that a CSV file does not have a column, or that it has several of the name.
    pub(super) fn column(
        &mut self,
        column: &str,
        (header, file): (&Header, &str),
        (place, absent): (Span, String),
        help: impl FnOnce(&Present) -> String,
    ) {
        match header.count(column) {
            0 => {
                let present = header.without(column);
                let help = present.near().unwrap_or_else(|| help(&present));
                let missing = missing_column(column, file);
                self.found.push(missing.label(place, absent).help(help));
            }
            1 => {}
            n => self.found.push(
                Diagnostic::warning(
                    "dataset::repeated_column",
                    format!(
                        "`{file}` has {n} columns `{}`, of which the first is read",
                        Excerpt(column)
                    ),
                )
                .label(place, "stands there several times")
                .help("rename the others in the file, or remove them"),
            ),
        }
    }
}

/// That a file or folder is not there.
pub(super) fn missing_file(message: String) -> Diagnostic {
    Diagnostic::error("dataset::missing_file", message).class("FileNotFoundError")
}

/// That a file lacks a column.
pub(super) fn missing_column(name: &str, file: &str) -> Diagnostic {
    Diagnostic::error(
        "dataset::missing_column",
        format!("`{file}` has no column `{}`", Excerpt(name)),
    )
}
