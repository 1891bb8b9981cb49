//! Where the characters of a parsed text stand in the outermost text.
//!
//! The parser counts characters; diagnostics count bytes of the outermost text, also inside
//! block strings, whose lines are shifted by their indentation.

use saphyr_parser::Marker;

use super::spelling;
use crate::source::Span;

/// How byte offsets of a text map to the outermost text.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// It is the outermost text.
    Outermost,
    /// Each line, or piece of one, starts somewhere else: inner start and outer start, both
    /// ascending.
    Lines(Vec<(usize, usize)>),
    /// No exact place is known: everything stands at one span.
    Whole(Span),
}

impl Layout {
    /// How the decoded text of a scalar lies in the text it was read from.
    ///
    /// Exact to the character, unless a parser's place is odd.
    pub(crate) fn of_scalar(outer: &str, span: Span, decoded: &str) -> Self {
        let raw = outer.get(span.start..span.end).unwrap_or("");
        if raw == decoded {
            return Self::Lines(vec![(0, span.start)]);
        }
        if let Some(inside) = raw.get(1..raw.len().saturating_sub(1))
            && raw.starts_with(['"', '\''])
            && inside == decoded
        {
            return Self::Lines(vec![(0, span.start + 1)]);
        }
        literal_lines(outer, span, decoded)
            .or_else(|| spelling::pieces(raw, span.start, decoded))
            .map_or(Self::Whole(span), Self::Lines)
    }

    /// The outer place of an inner byte range.
    pub(crate) fn place(&self, start: usize, end: usize) -> Span {
        match self {
            Self::Outermost => Span::new(start, end),
            Self::Lines(_) => {
                let start = self.point(start);
                Span::new(start, self.point(end).max(start))
            }
            Self::Whole(span) => *span,
        }
    }

    fn point(&self, inner: usize) -> usize {
        let Self::Lines(lines) = self else {
            return inner;
        };
        let after = lines.partition_point(|(start, _)| *start <= inner);
        after
            .checked_sub(1)
            .and_then(|index| lines.get(index))
            .map_or(0, |(start, outer)| outer + (inner - start))
    }
}

/// Line starts of a literal block: every decoded line ends the outer line it came from.
///
/// The parser's place of a block is its first line that is not blank.
fn literal_lines(outer: &str, span: Span, decoded: &str) -> Option<Vec<(usize, usize)>> {
    let first = outer
        .get(span.start..)?
        .find(|c: char| !c.is_whitespace())?
        + span.start;
    let line_start = |at: usize| outer[..at].rfind('\n').map_or(0, |found| found + 1);
    let mut outer_at = line_start(first);
    for _ in decoded.bytes().take_while(|byte| *byte == b'\n') {
        outer_at = line_start(outer_at.checked_sub(1)?);
    }
    let mut inner_at = 0;
    let mut lines = Vec::new();
    for line in decoded.split_inclusive('\n') {
        let inner = line.trim_end_matches('\n');
        let rest = outer.get(outer_at..)?;
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let written = rest[..length].trim_end_matches(['\n', '\r']);
        let start = match written.strip_suffix(inner) {
            Some(indentation) if indentation.trim().is_empty() => indentation.len(),
            _ => return None,
        };
        lines.push((inner_at, outer_at + start));
        inner_at += line.len();
        outer_at += length;
    }
    Some(lines)
}

/// From the parser's places (in characters) to spans of the outermost text.
pub(super) struct Places<'a> {
    text: &'a str,
    /// Byte offset of every 64th character; empty for ASCII, where both counts agree.
    checkpoints: Vec<usize>,
    layout: Layout,
}

impl<'a> Places<'a> {
    /// Places of a text with a layout.
    pub(super) fn new(text: &'a str, layout: Layout) -> Self {
        let checkpoints = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(64).map(|(at, _)| at).collect()
        };
        Self {
            text,
            checkpoints,
            layout,
        }
    }

    /// Byte offset in the parsed text.
    pub(super) fn byte(&self, mark: Marker) -> usize {
        if self.checkpoints.is_empty() {
            return mark.index().min(self.text.len());
        }
        let Some(start) = self.checkpoints.get(mark.index() / 64) else {
            return self.text.len();
        };
        self.text[*start..]
            .char_indices()
            .nth(mark.index() % 64)
            .map_or(self.text.len(), |(at, _)| start + at)
    }

    /// The parsed text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Outer place of a byte range of the parsed text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.layout.place(start, end)
    }
}
