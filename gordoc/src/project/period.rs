//! The training period: two dates with offsets, in order.

use std::cmp::Ordering;

use super::Period;
use crate::config::{DateTime, Node, Value, missing_zone};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Spanned;

/// First and last instant of a dataset, in order.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    start: Spanned<DateTime>,
    end: Spanned<DateTime>,
}

/// Reads the dates of a dataset whose old key names are already replaced.
pub(super) fn dates(section: &Node, diagnostics: &mut Diagnostics) -> Option<Dates> {
    let start = date("train_start_date", section, diagnostics);
    let end = date("train_end_date", section, diagnostics);
    let (start, end) = (start?, end?);
    let instants = (start.value.microseconds(), end.value.microseconds());
    let (message, label) = match instants.0.cmp(&instants.1) {
        Ordering::Less => return Some(Dates { start, end }),
        Ordering::Equal => ("the training period is empty", "ends at the same instant"),
        Ordering::Greater => ("the training period ends before it starts", "ends here"),
    };
    diagnostics.push(
        Diagnostic::error("config::inverted_period", message)
            .label(start.span, "starts here")
            .label(end.span, label)
            .help("swap `train_start_date` and `train_end_date`, or correct one of them")
            .class("ConfigException"),
    );
    None
}

impl Dates {
    /// The period that readings can be of: nanoseconds reach from 1678 to 2262.
    pub(super) fn period(&self, diagnostics: &mut Diagnostics) -> Option<Period> {
        let mut instant = |date: &Spanned<DateTime>| {
            let nanoseconds = date.value.nanoseconds();
            if nanoseconds.is_none() {
                let text = date.value.isoformat();
                diagnostics.push(
                    Diagnostic::error(
                        "config::not_a_date",
                        format!("`{text}` is not between 1678 and 2262"),
                    )
                    .label(date.span, "out of range")
                    .help("correct the year")
                    .at_build(),
                );
            }
            nanoseconds
        };
        let (start, end) = (instant(&self.start), instant(&self.end));
        Some(Period {
            start: start?,
            end: end?,
        })
    }
}

fn date(key: &str, section: &Node, diagnostics: &mut Diagnostics) -> Option<Spanned<DateTime>> {
    let Some(node) = section.get(key) else {
        diagnostics.push(
            Diagnostic::error("project::missing_date", format!("`dataset` has no `{key}`"))
                .label(section.key_line(), "in this dataset")
                .help(format!("add `{key}: 2020-01-31T00:00:00Z`"))
                .class("ConfigException"),
        );
        return None;
    };
    let (Value::Text(text) | Value::Timestamp(text)) = &node.value else {
        diagnostics.push(
            Diagnostic::error(
                "config::not_a_date",
                format!("`{key}` is {}, not a date", node.kind()),
            )
            .label(node.span, "not a date")
            .help("write it as `2020-01-31T00:00:00Z`")
            .class("ConfigException"),
        );
        return None;
    };
    // A bad time stamp of the outer document was reported while it was read.
    if diagnostics.has_error_at(node.span) {
        return None;
    }
    let Some(parsed) = DateTime::parse(text) else {
        diagnostics.push(
            Diagnostic::error(
                "config::not_a_date",
                format!("`{text}` is not an ISO 8601 date"),
            )
            .label(node.span, "not ISO 8601")
            .help("write it as `2020-01-31T00:00:00Z`"),
        );
        return None;
    };
    if parsed.offset.is_none() {
        diagnostics.push(missing_zone(text, node.span));
        return None;
    }
    Some(Spanned::new(parsed, node.span))
}
