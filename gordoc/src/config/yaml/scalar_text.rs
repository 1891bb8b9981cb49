//! The text of a scalar while it is read: blanks folded, escapes decoded, places remembered.

use std::borrow::Cow;

/// Bytes of a scalar's text, and the bytes they were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextPart {
    /// First byte and one past the last, in the scalar's text.
    pub(in crate::config) inner: (usize, usize),
    /// The same in the text it was read from.
    pub(in crate::config) outer: (usize, usize),
}

/// A scalar's text; borrowed while it reads as it is written.
pub(super) struct ScalarText<'a> {
    source: &'a str,
    text: Cow<'a, str>,
    /// Where a borrowed text ends in the source.
    end: usize,
    /// Its parts, if they are wanted.
    parts: Option<Vec<TextPart>>,
}

impl<'a> ScalarText<'a> {
    /// An empty text, read from this source.
    pub(super) fn new(source: &'a str, wants_parts: bool) -> Self {
        Self {
            source,
            text: Cow::Borrowed(""),
            end: 0,
            parts: wants_parts.then(Vec::new),
        }
    }

    /// Adds what stands in the source at these bytes.
    pub(super) fn copy(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        self.add_part(end - start, (start, end));
        match &mut self.text {
            Cow::Borrowed("") => self.text = Cow::Borrowed(&self.source[start..end]),
            Cow::Borrowed(before) if self.end == start => {
                *before = &self.source[start - before.len()..end];
            }
            text => text.to_mut().push_str(&self.source[start..end]),
        }
        self.end = end;
    }

    /// Adds what a line break or an escape at these bytes stands for.
    pub(super) fn put(&mut self, text: &str, at: (usize, usize)) {
        self.add_part(text.len(), at);
        self.text.to_mut().push_str(text);
    }

    /// Whether it reads like this.
    pub(super) fn reads(&self, text: &str) -> bool {
        self.text == text
    }

    /// The text.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        self.text
    }

    /// Its parts, ascending.
    pub(super) fn into_parts(self) -> Vec<TextPart> {
        self.parts.unwrap_or_default()
    }

    fn add_part(&mut self, length: usize, outer: (usize, usize)) {
        let start = self.text.len();
        if let Some(parts) = &mut self.parts {
            parts.push(TextPart {
                inner: (start, start + length),
                outer,
            });
        }
    }
}
