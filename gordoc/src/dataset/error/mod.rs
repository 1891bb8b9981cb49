//! Why a machine has no rows: the cause, and the config value behind it.
//!
//! Causes are found one at a time; what can be seen without data is the `project` room's
//! business.

mod explain;
mod fault;

use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::diagnostic::{Diagnostic, Label};
use crate::project::row_filter::quoted as in_message;
use crate::source::Span;

pub use fault::{Fault, Trouble, Wait};

/// A cause and its place in the config.
#[derive(Clone, Debug, ThisError)]
#[error("{}{cause}", reading(context.as_deref()))]
pub struct Error {
    /// What is wrong.
    #[source]
    pub cause: Cause,
    span: Span,
    context: Option<Box<Context>>,
}

/// What else is known of an error.
#[derive(Clone, Debug)]
enum Context {
    /// What was being read.
    Read { tag: String, provider: &'static str },
    /// Places instead of the one value as a whole.
    Labels(Vec<Label>),
}

/// What is wrong with the data, or with what the config asks of it.
#[derive(Clone, Debug, ThisError)]
pub enum Cause {
    /// Tags without a single row in the period.
    #[error("no readings in the training period for {}", quoted(tags))]
    MissingSeries {
        /// In loading order.
        tags: Vec<String>,
    },
    /// After joining, no more rows than the threshold.
    #[error(
        "joining the tags leaves too few rows ({rows}): more than `n_samples_threshold` ({threshold}) are needed; {}",
        emptied(empty)
    )]
    EmptyGenerated {
        /// Joined rows.
        rows: usize,
        /// `n_samples_threshold`
        threshold: usize,
        /// Tags that have no rows after resampling.
        empty: Vec<String>,
    },
    /// After known periods, no more rows than the threshold.
    #[error(
        "`known_filter_periods` leaves too few rows ({rows}): more than `n_samples_threshold` ({threshold}) are needed"
    )]
    StrictKnownPeriods {
        /// Rows that are left.
        rows: usize,
        /// `n_samples_threshold`
        threshold: usize,
    },
    /// After the row filter, no more rows than the threshold.
    #[error(
        "the row filter {} with a buffer of {buffer} leaves too few rows ({rows}): more than `n_samples_threshold` ({threshold}) are needed",
        in_message(filter)
    )]
    StrictRowFilter {
        /// Rows that are left.
        rows: usize,
        /// `n_samples_threshold`
        threshold: usize,
        /// As written.
        filter: String,
        /// `row_filter_buffer_size`
        buffer: usize,
    },
    /// After dropping odd periods, no more rows than the threshold.
    #[error(
        "`filter_periods` leaves too few rows ({rows}): more than `n_samples_threshold` ({threshold}) are needed"
    )]
    StrictFilterPeriods {
        /// Rows that are left.
        rows: usize,
        /// `n_samples_threshold`
        threshold: usize,
    },
    /// A provider hands on a row from outside the period.
    #[error("`{tag}` has a reading at {time}, {} the training period's {bound}", if *early { "before" } else { "after" })]
    OutOfPeriod {
        /// The tag.
        tag: String,
        /// Time of the row.
        time: String,
        /// The date it violates.
        bound: String,
        /// Before the start, or else after the end.
        early: bool,
    },
    /// A provider's file is not there.
    #[error("there is no file `{}`", path.display())]
    MissingFile {
        /// The file.
        path: PathBuf,
    },
    /// A provider's file cannot be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    UnreadableFile {
        /// The file.
        path: PathBuf,
        /// What the system or the format's reader says.
        reason: String,
    },
    /// A folder has no file of a period.
    #[error("`{}` has no partition between {start} and {end}", folder.display())]
    NoPartition {
        /// The folder.
        folder: PathBuf,
        /// From when one is needed.
        start: String,
        /// Until when.
        end: String,
    },
    /// Readings cannot be set aside.
    #[error("cannot set readings aside in `{}`: {reason}", folder.display())]
    NoRoom {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file lacks a column.
    #[error("`{}` has no column `{column}`", path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        column: String,
        /// The columns there are.
        present: Vec<String>,
    },
    /// A column's type holds neither times nor numbers.
    #[error("column `{column}` of `{}` holds {found}, not {wanted}", path.display())]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What its type is.
        found: String,
        /// `times` or `numbers`.
        wanted: &'static str,
    },
    /// A cell is no time stamp.
    #[error("{}:{line}: `{text}` is not a time stamp", path.display())]
    UnreadableTime {
        /// The file.
        path: PathBuf,
        /// One-based line, or row of a Parquet file.
        line: u64,
        /// The cell.
        text: String,
    },
    /// A cell is no number.
    #[error("{}:{line}: `{text}` in column `{column}` is not a number", path.display())]
    UnreadableValue {
        /// The file.
        path: PathBuf,
        /// One-based line.
        line: u64,
        /// Its column.
        column: String,
        /// The cell.
        text: String,
    },
    /// A server that gave no readings.
    #[error(transparent)]
    Fault(#[from] Box<Fault>),
    /// Random readings need two different seconds.
    #[error("the training period is shorter than a second, so no random readings fit in")]
    ShortPeriod,
    /// `max_size` below `min_size`.
    #[error("`min_size` {min_size} is above `max_size` {max_size}")]
    BadSizes {
        /// Fewest readings.
        min_size: u32,
        /// Most readings.
        max_size: u32,
    },
    /// More buckets than memory should hold.
    #[error(
        "`resolution` ({resolution}) splits the readings of `{tag}` into {buckets} rows, more than {most}"
    )]
    TooManyBuckets {
        /// The tag.
        tag: String,
        /// As written.
        resolution: String,
        /// How many it would be.
        buckets: u64,
        /// How many are allowed.
        most: u64,
    },
    /// A name twice among the tags.
    #[error("`{tag}` is listed twice")]
    RepeatedTag {
        /// The name.
        tag: String,
    },
    /// One name with different fields in `tag_list` and `target_tag_list`.
    #[error("the tag `{tag}` is given with two sets of fields")]
    ConflictingTags {
        /// The name.
        tag: String,
    },
    /// Raw rows cannot be joined if times recur.
    #[error("`{tag}` has two readings at {time}, so it cannot be joined without a resolution")]
    RepeatedTime {
        /// The tag.
        tag: String,
        /// The time.
        time: String,
    },
    /// Rows that are no number.
    #[error("`{tag}` has an infinite value")]
    Infinite {
        /// The tag.
        tag: String,
    },
}

impl Cause {
    /// Puts the cause at its place.
    pub fn at(self, span: Span) -> Error {
        Error {
            cause: self,
            span,
            context: None,
        }
    }
}

impl Error {
    /// Names the tag that was being read, and the provider.
    #[must_use]
    pub(crate) fn reading(self, tag: &str, provider: &'static str) -> Self {
        let tag = tag.to_owned();
        Self {
            context: Some(Box::new(Context::Read { tag, provider })),
            ..self
        }
    }

    /// Points at the tag, by name, if it is the tag that is wrong.
    #[must_use]
    pub(super) fn pointing_at_tag(self, place: impl Fn(&str) -> Option<Span>) -> Self {
        let span = match (&self.cause, self.context.as_deref()) {
            (Cause::Fault(fault), Some(Context::Read { tag, .. })) if fault.is_of_tag() => {
                place(tag)
            }
            _ => None,
        };
        Self {
            span: span.unwrap_or(self.span),
            ..self
        }
    }

    /// The config value behind it; empty if that is a default.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Points at these places instead of the value as a whole.
    #[must_use]
    pub(super) fn labelled(mut self, labels: Vec<Label>) -> Self {
        self.context = Some(Box::new(Context::Labels(labels)));
        self
    }

    /// Name of the peer's exception class.
    pub fn class(&self) -> &'static str {
        self.cause.class()
    }

    fn help(&self) -> String {
        match (&self.cause, self.context.as_deref()) {
            (Cause::MissingFile { .. }, Some(Context::Read { tag, provider }))
                if *provider == "FilesDataProvider" =>
            {
                format!("name its file under `files`: `{tag}: ...`")
            }
            (cause, _) => cause.help(),
        }
    }

    /// As a finding that points into the config.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.cause.code(), self.to_string())
            .class(self.cause.class())
            .help(self.help());
        if let Some(Context::Labels(labels)) = self.context.as_deref() {
            diagnostic.labels.clone_from(labels);
            return diagnostic;
        }
        if self.span == Span::default() {
            return diagnostic;
        }
        diagnostic.label(self.span, self.cause.label())
    }
}

impl From<&Error> for Diagnostic {
    fn from(error: &Error) -> Self {
        error.diagnostic()
    }
}

fn reading(context: Option<&Context>) -> String {
    match context {
        Some(Context::Read { tag, provider }) => format!("`{tag}` of `{provider}`: "),
        _ => String::new(),
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn emptied(tags: &[String]) -> String {
    if tags.is_empty() {
        return "every tag has rows of its own".into();
    }
    format!("no rows are left of {}", quoted(tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_names_counts_place_and_class() {
        let error = Cause::EmptyGenerated {
            rows: 13,
            threshold: 13,
            empty: vec!["A".into()],
        }
        .at(Span::new(3, 9));
        let diagnostic = error.diagnostic();
        assert_eq!(diagnostic.code, "dataset::too_few_rows");
        assert_eq!(diagnostic.class, "EmptyGeneratedDataframeError");
        assert_eq!(diagnostic.labels[0].span, Span::new(3, 9));
        assert!(diagnostic.message.contains("(13)") && diagnostic.message.contains("`A`"));
    }

    #[test]
    fn what_was_being_read_is_named() {
        let path = "A.csv".into();
        let error = Cause::MissingFile { path }.at(Span::default());
        let error = error.reading("A", "FilesDataProvider");
        let message = "`A` of `FilesDataProvider`: there is no file `A.csv`";
        assert_eq!(error.to_string(), message);
        let help = error.diagnostic().help.unwrap();
        assert_eq!(help, "name its file under `files`: `A: ...`");
    }

    #[test]
    fn a_default_value_has_no_place() {
        let error = Cause::ShortPeriod.at(Span::default());
        assert!(error.diagnostic().labels.is_empty());
        assert!(error.diagnostic().help.is_some());
    }
}
