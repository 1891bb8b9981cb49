//! What is known of files and folders before any reading is read, and told once.
//!
//! What is looked at, and what is missing then, is the business of each provider.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::format::delimited;
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

/// Column names of CSV files; `None` for files that cannot be read.
type Headers = BTreeMap<(PathBuf, char), Option<BTreeSet<String>>>;

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

    /// Reports a mistake.
    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
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

    /// The columns of a CSV file that the config names at a place; one that is none is reported.
    pub(super) fn columns(
        &mut self,
        path: &Path,
        separator: char,
        (name, place): (&str, Span),
    ) -> Option<BTreeSet<String>> {
        let key = (path.to_owned(), separator);
        let header = self.headers.entry(key);
        let header = header.or_insert_with(|| delimited::column_names(path, separator));
        if header.is_none() {
            self.found.push(
                Diagnostic::error(
                    "dataset::unreadable_file",
                    format!("`{name}` is not a CSV file"),
                )
                .label(place, "has no readable header")
                .help("save it as text in UTF-8, with the names of the columns in the first line"),
            );
        }
        header.clone()
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
        format!("`{file}` has no column `{name}`"),
    )
}

/// The first names, in backticks.
pub(super) fn list(columns: &BTreeSet<String>) -> String {
    let shown = columns.iter().take(8).map(|name| format!("`{name}`"));
    let shown: Vec<String> = shown.collect();
    let more = if columns.len() > 8 { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}
