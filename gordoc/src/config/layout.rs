//! Where the characters of a parsed text stand in the outermost text.
//!
//! The text of a block string is a value of the outer document: indentation is cut, lines are
//! folded, escapes are decoded. Diagnostics point at the outermost text all the same.

use super::yaml;
use crate::source::Span;

/// How byte offsets of a text map to the outermost text.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// It is the outermost text.
    Outermost,
    /// Each part stands somewhere else.
    Parts(Vec<yaml::TextPart>),
    /// No exact place is known: everything stands at one span.
    Whole(Span),
}

impl Layout {
    /// How the decoded text of a scalar lies in the text it was read from.
    pub(crate) fn of_scalar(outer: &str, span: Span, decoded: &str) -> Self {
        yaml::parts_of_scalar(outer, (span.start, span.end), decoded)
            .filter(|parts| !parts.is_empty())
            .map_or(Self::Whole(span), Self::Parts)
    }

    /// The outer place of an inner byte range.
    pub(crate) fn place(&self, start: usize, end: usize) -> Span {
        match self {
            Self::Outermost => Span::new(start, end),
            Self::Parts(parts) => {
                let first = start_of(parts, start);
                let last = if end > start {
                    end_of(parts, end)
                } else {
                    first
                };
                Span::new(first, last.max(first))
            }
            Self::Whole(span) => *span,
        }
    }
}

/// Where the character at an inner byte starts; behind the last part for the end of the text.
fn start_of(parts: &[yaml::TextPart], inner: usize) -> usize {
    let part = &parts[parts
        .partition_point(|part| part.inner.1 <= inner)
        .min(parts.len() - 1)];
    (part.outer.0 + inner.saturating_sub(part.inner.0)).min(part.outer.1)
}

/// Where the character before an inner byte ends, however it is written.
fn end_of(parts: &[yaml::TextPart], inner: usize) -> usize {
    let part = &parts[parts
        .partition_point(|part| part.inner.1 < inner)
        .min(parts.len() - 1)];
    if inner >= part.inner.1 {
        return part.outer.1;
    }
    (part.outer.0 + inner.saturating_sub(part.inner.0)).min(part.outer.1)
}

#[cfg(test)]
mod tests {
    use crate::config::{Node, Value, parse_document, section};
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    /// Reads the section `s` of a config: its texts, and what stands at their places.
    fn places(text: &str) -> Vec<(String, String)> {
        let source = Source::new("test.yaml", text);
        let mut found = Diagnostics::default();
        let root = parse_document(&source, &mut found).unwrap();
        let inner = section(root.get("s").unwrap(), &source, "s", &mut found).unwrap();
        assert!(found.iter().next().is_none(), "{text:?}: {found:?}");
        let mut places = Vec::new();
        collect(&inner, &source, &mut places);
        places
    }

    fn collect(node: &Node, source: &Source, places: &mut Vec<(String, String)>) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| collect(item, source, places)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    collect(key, source, places);
                    collect(value, source, places);
                }
            }
            Value::Text(text) => {
                let written = &source.text[node.span.start..node.span.end];
                places.push((text.clone(), written.to_owned()));
            }
            other => panic!("{other:?}"),
        }
    }

    fn check(document: &str, written: [&str; 5]) {
        for end in ["\n", "\r\n"] {
            let text = document.replace('\n', end);
            let got = places(&text);
            let texts: Vec<&str> = got.iter().map(|(text, _)| text.as_str()).collect();
            assert_eq!(texts, ["k", "v é", "l", "w", "x y"], "{text:?}");
            let at: Vec<&str> = got.iter().map(|(_, written)| written.as_str()).collect();
            assert_eq!(at, written, "{text:?}");
        }
    }

    #[test]
    fn every_style_points_at_the_right_characters() {
        let documents = [
            "s: |\n  k: v é\n  l: [w, 'x y']\n",
            "s: |\n    k: v é\n    l: [w, 'x y']\nz: 1\n",
            "é: ü\ns: |\n  # ä\n\n  k: v é\n\n  l:\n  - w\n  - 'x y'\n",
            "s: |2\n    k: v é\n    l: [w, 'x y']\n",
            "\"s\": |-\n  k: v é\n  l: [w, 'x y']",
            "a: {b: {s: 1}}\ns: &name !!str |\n k: v é\n l:\n   - w\n   - 'x y'\n",
            "s: |\n  k: v é # tab:\t.\n  l: [w, 'x y']\n",
            "s: >\n  {k: v é,\n  l: [w,\n  'x y']}\n",
            "s: >+\n  k: v é\n\n  l: [w, 'x y']\n\n",
            "s: \"k: v é\\nl: [w, 'x y']\"\n",
            "s: \"{k: v é, \\\n  l: [w, 'x y']}\"\n",
            "s: \"{k: v é,\n l: [w, 'x y']}\"\n",
        ];
        for document in documents {
            check(document, ["k", "v é", "l", "w", "'x y'"]);
        }
    }

    #[test]
    fn escapes_are_pointed_at_whole() {
        check(
            "s: \"{\\x6b: v \\u00e9, l: [\\u0077, 'x\\x20y']}\"\n",
            ["\\x6b", "v \\u00e9", "l", "\\u0077", "'x\\x20y'"],
        );
        check(
            "s: '{k: v é, l: [w, ''x y'']}'\n",
            ["k", "v é", "l", "w", "''x y''"],
        );
    }

    #[test]
    fn problems_in_a_block_string_are_pointed_at_within() {
        let table = [
            ("s: |\n  a: 1\n  b: @x\n", "@"),
            ("s: \"a: 1\\nb: \\x40x\"\n", "\\x40"),
            ("s: >\n  a: {b: 1,\n\n  c: é]}\n", "]"),
            ("s: |\n  é: [1, 2\n", "["),
        ];
        for (text, place) in table {
            let source = Source::new("test.yaml", text);
            let mut found = Diagnostics::default();
            let root = parse_document(&source, &mut found).unwrap();
            assert!(section(root.get("s").unwrap(), &source, "s", &mut found).is_none());
            let span = found.iter().next().unwrap().labels[0].span;
            assert_eq!(&source.text[span.start..span.end], place, "{text:?}");
        }
    }
}
