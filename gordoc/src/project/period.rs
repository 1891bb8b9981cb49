//! The training period: two dates with offsets, in order.

use super::Period;
use crate::config::{DateTime, Node, Value, missing_zone};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Spanned;

/// Reads the period of a dataset whose old key names are already replaced.
pub(super) fn period(section: &Node, diagnostics: &mut Diagnostics) -> Option<Period> {
    let start = date("train_start_date", section, diagnostics);
    let end = date("train_end_date", section, diagnostics);
    let (start, end) = (start?, end?);
    if start.value < end.value {
        return Some(Period {
            start: start.value,
            end: end.value,
        });
    }
    let (message, label) = if start.value == end.value {
        ("the training period is empty", "ends at the same instant")
    } else {
        ("the training period ends before it starts", "ends here")
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

fn date(key: &str, section: &Node, diagnostics: &mut Diagnostics) -> Option<Spanned<i64>> {
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
    let Some(nanoseconds) = parsed.nanoseconds() else {
        diagnostics.push(
            Diagnostic::error(
                "config::not_a_date",
                format!("`{text}` is not between 1678 and 2262"),
            )
            .label(node.span, "out of range")
            .help("correct the year"),
        );
        return None;
    };
    Some(Spanned::new(nanoseconds, node.span))
}
