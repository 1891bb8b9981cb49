//! Tags that are named without the backticks that their names need.
//!
//! `P101-flow` without them is `P101` minus `flow`, `GRA TAG 1` is nothing at all.

use gordo_runtime::Excerpt;

use super::name;
use super::parsed::FilterText;
use super::scope::Scope;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

const CODE: &str = "dataset::unquoted_tag";

/// Warnings for tags that can be read as calculations, if not all of their words are tags.
pub(super) fn warn_misread(text: &str, listed: &[&str]) -> Vec<Diagnostic> {
    let tags = find(text, listed);
    let is_misread = |(_, tag): &(Span, &str)| words(tag).any(|word| !listed.contains(&word));
    tags.into_iter()
        .filter(is_misread)
        .map(|(span, tag)| finding(Severity::Warning, span, tag))
        .collect()
}

/// The error for a tag that cannot be read, if it is the cause of another error.
pub(super) fn find_cause(error: &Diagnostic, text: &str, listed: &[&str]) -> Option<Diagnostic> {
    let place = error.labels.first()?.span;
    let overlaps = |span: Span| span.start <= place.end && place.start <= span.end;
    let mut tags = find(text, listed).into_iter();
    let (span, tag) = tags.find(|(span, _)| overlaps(*span))?;
    Some(finding(Severity::Error, span, tag))
}

/// Tells findings about texts that are the names of tags how tags are written.
pub(super) fn name_quoted_tags(found: &mut [Diagnostic], item: &FilterText<'_>, scope: &Scope<'_>) {
    if found.is_empty() {
        return;
    }
    let mut texts = Vec::new();
    for part in item.alternatives.iter().flatten() {
        part.texts(&mut texts);
    }
    texts.retain(|(text, _)| scope.lists(text.trim()));
    for finding in found {
        let Some(place) = finding.labels.first().map(|label| label.span) else {
            continue;
        };
        let overlaps = |span: Span| span.start < place.end && place.start < span.end;
        if let Some((text, _)) = texts.iter().find(|(_, span)| overlaps(*span)) {
            let tag = Excerpt(text.trim());
            finding.help = Some(format!(
                "put the tag `{tag}` in backticks: in quotes it is a text"
            ));
        }
    }
}

fn finding(severity: Severity, span: Span, tag: &str) -> Diagnostic {
    let read = match severity {
        Severity::Warning => "is read as a calculation",
        Severity::Error => "cannot be read",
    };
    let message = format!("the tag `{tag}` {read} without backticks");
    Diagnostic {
        severity,
        ..Diagnostic::error(CODE, message)
    }
    .label(span, "a tag's name")
    .help("put the name in backticks")
    .class("SyntaxError")
}

/// Listed tags that stand in a text without backticks, the longest at each place.
fn find<'t>(text: &str, listed: &[&'t str]) -> Vec<(Span, &'t str)> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut quote = None;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '`' | '\'' | '"') => quote = Some(c),
            None if c == '#' => break,
            None if at >= end && !name::is_continue(before) => {
                if let Some(tag) = starting(&text[at..], listed) {
                    end = at + tag.len();
                    found.push((Span::new(at, end), tag));
                }
            }
            None => {}
        }
        before = c;
    }
    found
}

/// The longest tag that needs backticks at the start of a text.
fn starting<'t>(text: &str, listed: &[&'t str]) -> Option<&'t str> {
    let starts = |tag: &&str| {
        let after = text.strip_prefix(*tag).and_then(|rest| rest.chars().next());
        text.starts_with(*tag) && !after.is_some_and(name::is_continue)
    };
    let tags = listed.iter().copied();
    let tags = tags.filter(|tag| !tag.trim().is_empty() && !name::is_plain(tag));
    tags.filter(starts).max_by_key(|tag| tag.len())
}

/// The plain names in a name.
fn words(tag: &str) -> impl Iterator<Item = &str> {
    let pieces = tag.split(|c| !name::is_continue(c));
    pieces.filter(|piece| name::is_plain(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, listed: &[&str], expect: &[&str]) {
        let found = find(text, listed);
        let found: Vec<&str> = found
            .iter()
            .map(|(span, _)| &text[span.start..span.end])
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn tags_are_found_outside_of_quotes() {
        let listed = ["P101-flow", "P101", "GRA TAG 1", "GRA TAG 12", "1A", " "];
        check("P101-flow > 5 & P101 > 1", &listed, &["P101-flow"]);
        check("`P101-flow` > 5", &listed, &[]);
        check("index > 'P101-flow' # P101-flow", &listed, &[]);
        check(
            "GRA TAG 12 > GRA TAG 1",
            &listed,
            &["GRA TAG 12", "GRA TAG 1"],
        );
        check("XP101-flow + P101-flows", &listed, &[]);
        check("1A>1", &listed, &["1A"]);
    }

    #[test]
    fn a_difference_of_two_tags_is_no_mistake() {
        assert_eq!(warn_misread("A-B > 5", &["A-B", "A", "B"]), []);
        assert_eq!(warn_misread("A-B > 5", &["A-B", "A"]).len(), 1);
    }
}
