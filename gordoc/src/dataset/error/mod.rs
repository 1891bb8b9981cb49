//! Why a machine has no rows: the cause, and the config value behind it.
//!
//! Causes are found one at a time; what can be seen without data is the `project` room's
//! business.

mod explain;

use thiserror::Error as ThisError;

use crate::diagnostic::{Diagnostic, Label};
use crate::project::row_filter::quoted as in_message;
use crate::provider::{ReadError, Reader, quoted};
use crate::source::Span;

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
    Read {
        tag: String,
        provider: &'static str,
        help: String,
    },
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
    /// A source that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
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
    /// That a tag cannot be read.
    pub(crate) fn reading(error: ReadError, tag: &str, reader: &dyn Reader) -> Self {
        let context = Context::Read {
            tag: tag.to_owned(),
            provider: reader.name(),
            help: reader.help(&error, tag),
        };
        Self {
            span: reader.place(&error, tag),
            cause: error.into(),
            context: Some(Box::new(context)),
        }
    }

    /// Points at the tag, by name, if it is the tag that is wrong.
    #[must_use]
    pub(super) fn pointing_at_tag(self, place: impl Fn(&str) -> Option<Span>) -> Self {
        let span = match (&self.cause, self.context.as_deref()) {
            (Cause::Read(ReadError::Remote(error)), Some(Context::Read { tag, .. }))
                if error.is_of_tag() =>
            {
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

    /// Name of Gordo's exception class.
    pub fn class(&self) -> &'static str {
        self.cause.class()
    }

    fn help(&self) -> String {
        match self.context.as_deref() {
            Some(Context::Read { help, .. }) => help.clone(),
            _ => self.cause.help(),
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
        Some(Context::Read { tag, provider, .. }) => format!("`{tag}` of `{provider}`: "),
        _ => String::new(),
    }
}

fn emptied(tags: &[String]) -> String {
    if tags.is_empty() {
        return "every tag has rows of its own".into();
    }
    format!("no rows are left of {}", quoted(tags))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
        let provider = crate::provider::plain_random(Span::new(1, 2)).provider;
        let provider = provider.unwrap();
        let reader = provider.value.open(provider.span, Path::new(""), 0);
        let error = Error::reading(ReadError::ShortPeriod, "A", &*reader);
        let start = "`A` of `RandomDataProvider`: the training period is shorter";
        assert!(error.to_string().starts_with(start), "{error}");
        assert_eq!(error.span(), Span::new(1, 2));
    }

    #[test]
    fn a_default_value_has_no_place() {
        let error = Cause::from(ReadError::ShortPeriod).at(Span::default());
        assert!(error.diagnostic().labels.is_empty());
        assert!(error.diagnostic().help.is_some());
    }
}
