//! Which rows of a dataset are kept: known periods, the row filter, and the tags that only it
//! reads.

use super::Tag;
use super::row_filter::{ParsedFilter, RowFilter, Scope};
use super::tag_lists::Tags;
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::{Source, Spanned};

/// Which rows are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Applied first, without a buffer.
    pub known_periods: Option<RowFilter>,
    /// Applied to what is left.
    pub row_filter: Option<RowFilter>,
    /// Rows before and after a removed one that the row filter removes too.
    pub buffer: usize,
    /// Tags that the row filter names, in that order.
    pub row_filter_tags: Vec<String>,
    /// Those of them that are neither inputs nor targets; loaded, filtered by, and dropped.
    pub trigger_tags: Vec<Spanned<Tag>>,
}

/// Reads the keys that select rows; `None` after a diagnostic.
pub(super) fn read(
    section: &Node,
    source: &Source,
    tags: &Tags<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Selection> {
    let mut found = Vec::new();
    let buffer = buffer(section, &mut found);
    let row_filter = row_filter(section, source, tags, &mut found);
    let known = known_periods(section, source, tags, row_filter.as_ref(), &mut found);
    diagnostics.extend(found.into_iter().map(|finding| match finding.severity {
        Severity::Warning => finding,
        Severity::Error => finding.at_build(),
    }));
    Some(Selection {
        buffer: buffer?,
        known_periods: known?,
        ..row_filter?
    })
}

/// `row_filter` with the tags that it names; nothing is selected if there is none.
fn row_filter(
    section: &Node,
    source: &Source,
    tags: &Tags<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<Selection> {
    let key = "row_filter";
    let Some(node) = filter_node(section, key) else {
        return Some(Selection::default());
    };
    let loaded: Vec<&str> = tags.loaded().collect();
    let listed = tags.listed();
    let parsed = ParsedFilter::read(key, node, source, &listed, found)?;
    let named = parsed.tags();
    if !named.is_empty() && !tags.agree(found) {
        return None;
    }
    let is_new = |tag: &&Spanned<String>| !loaded.contains(&tag.value.as_str());
    let triggers = named.iter().filter(is_new).map(|tag| tags.trigger(tag));
    let trigger_tags = triggers.collect();
    let scope = Scope::open(loaded.iter().copied()).paired(tags.are_paired);
    let filter = parsed.check(&scope, found)?;
    Some(Selection {
        row_filter: Some(filter),
        row_filter_tags: named.into_iter().map(|tag| tag.value).collect(),
        trigger_tags,
        ..Selection::default()
    })
}

/// `known_filter_periods`, which can only use tags that are loaded anyway.
#[expect(clippy::option_option, reason = "none is fine, wrong is not")]
fn known_periods(
    section: &Node,
    source: &Source,
    tags: &Tags<'_>,
    row_filter: Option<&Selection>,
    found: &mut Vec<Diagnostic>,
) -> Option<Option<RowFilter>> {
    let key = "known_filter_periods";
    let Some(node) = filter_node(section, key) else {
        return Some(None);
    };
    let parsed = ParsedFilter::read(key, node, source, &tags.listed(), found)?;
    let scope = match row_filter {
        Some(selection) => {
            let triggers = selection.trigger_tags.iter();
            let triggers = triggers.map(|tag| tag.value.name.as_str());
            Scope::closed(tags.loaded().chain(triggers))
        }
        // What it would have loaded is unknown.
        None => Scope::open(tags.loaded()),
    };
    parsed
        .check(&scope.paired(tags.are_paired), found)
        .map(Some)
}

/// A filter's node, unless it is null or empty.
fn filter_node<'a>(section: &'a Node, key: &str) -> Option<&'a Node> {
    let node = section.get(key)?;
    match &node.value {
        Value::Null => None,
        Value::Text(text) if text.is_empty() => None,
        Value::List(items) if items.is_empty() => None,
        _ => Some(node),
    }
}

fn buffer(section: &Node, found: &mut Vec<Diagnostic>) -> Option<usize> {
    let Some(node) = section.get("row_filter_buffer_size") else {
        return Some(0);
    };
    let (what, label) = match node.value {
        Value::Int(rows) => match usize::try_from(rows) {
            Ok(rows) => return Some(rows),
            Err(_) => ("less than zero", "a number of rows".to_owned()),
        },
        _ => ("not a whole number", format!("{} instead", node.kind())),
    };
    let message = format!("`row_filter_buffer_size` is {what}");
    found.push(
        Diagnostic::error("dataset::bad_buffer", message)
            .label(node.span, label)
            .help("write how many rows beside each filtered one are dropped too, such as `6`"),
    );
    None
}
