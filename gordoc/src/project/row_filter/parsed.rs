//! The texts of a filter, read one by one: each has its place, and so has all that is found in it.

use indexmap::IndexMap;

use super::parse::{Alternatives, parse};
use super::scope::loaded_tag;
use super::unquoted;
use crate::config::{Layout, Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};

/// A filter whose names are known, its meaning not yet.
pub(crate) struct ParsedFilter<'a> {
    pub(super) node: &'a Node,
    /// One for a text; those of a list are joined in groups.
    pub(super) items: Vec<FilterText<'a>>,
}

/// One text of a filter.
pub(super) struct FilterText<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
    pub(super) alternatives: Alternatives,
    layout: Layout,
}

impl<'a> ParsedFilter<'a> {
    /// Reads the texts of a filter that is not empty; `None` after an error.
    ///
    /// `listed` are the tags that the dataset names elsewhere.
    pub(crate) fn read(
        key: &str,
        node: &'a Node,
        source: &Source,
        listed: &[&str],
        found: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let read = |item: &'a Node, found: &mut Vec<Diagnostic>| {
            let Value::Text(text) = &item.value else {
                found.push(not_a_text(key, item));
                return None;
            };
            FilterText::read(text, item.span, source, listed, found)
        };
        let items: Vec<Option<FilterText<'a>>> = match &node.value {
            Value::List(items) => items.iter().map(|item| read(item, found)).collect(),
            _ => vec![read(node, found)],
        };
        let items = items.into_iter().collect::<Option<_>>()?;
        Some(Self { node, items })
    }

    /// Whether it is a list, whose texts are joined.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// Tags that are loaded because the filter names them, in that order, with their places.
    pub(crate) fn tags(&self) -> Vec<Spanned<String>> {
        let mut tags = IndexMap::new();
        for item in &self.items {
            let mut names = Vec::new();
            let parts = item.alternatives.iter().flatten();
            parts.for_each(|part| part.names(&mut names));
            for (name, span) in names {
                if let Some(tag) = loaded_tag(name) {
                    tags.entry(tag).or_insert_with(|| item.place(span));
                }
            }
        }
        let tags = tags.into_iter();
        tags.map(|(tag, span)| Spanned::new(tag, span)).collect()
    }
}

impl<'a> FilterText<'a> {
    fn read(
        text: &'a str,
        span: Span,
        source: &Source,
        listed: &[&str],
        found: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut item = Self {
            text,
            span,
            alternatives: Vec::new(),
            layout: Layout::of_scalar(&source.text, span, text),
        };
        match parse(text) {
            Ok(alternatives) => {
                item.alternatives = alternatives;
                let unquoted = unquoted::warn_misread(text, listed);
                found.extend(unquoted.into_iter().map(|finding| item.placed(finding)));
                Some(item)
            }
            Err(error) => {
                let unquoted = unquoted::find_cause(&error, text, listed);
                found.push(item.placed(unquoted.unwrap_or(*error)));
                None
            }
        }
    }

    /// The place in the config of a place in the text.
    pub(super) fn place(&self, span: Span) -> Span {
        match self.layout.place(span.start, span.end) {
            place if place.is_empty() => self.span,
            place => place,
        }
    }

    /// A finding with its places moved from the text to the config.
    pub(super) fn placed(&self, mut finding: Diagnostic) -> Diagnostic {
        for label in &mut finding.labels {
            label.span = self.place(label.span);
        }
        finding
    }
}

fn not_a_text(key: &str, node: &Node) -> Diagnostic {
    let kind = node.kind();
    Diagnostic::error(
        "dataset::bad_filter",
        format!("a condition of `{key}` is {kind}, not a text"),
    )
    .label(node.span, "not a text")
    .help(format!("write a condition, such as `{key}: \"TAG > 5\"`"))
    .class("TypeError")
}
