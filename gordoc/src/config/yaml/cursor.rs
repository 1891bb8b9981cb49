//! A place in a text that moves forward, character by character and line by line.
//!
//! Knows what blanks and line breaks are in YAML 1.1; knows no tokens.

/// A place in a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line_start: usize,
    line: usize,
}

/// A line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineBreak {
    /// How it reads in a scalar.
    pub(super) reads: &'static str,
    /// Whether folding turns it into a blank.
    pub(super) folds: bool,
    /// Its bytes.
    pub(super) at: (usize, usize),
}

impl<'a> Cursor<'a> {
    /// The start of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line_start: 0,
            line: 0,
        }
    }

    /// A place within a text, in the line that holds it.
    pub(super) fn within(text: &'a str, at: usize) -> Self {
        let line_start = text[..at].rfind('\n').map_or(0, |found| found + 1);
        Self {
            text,
            at,
            line_start,
            line: 0,
        }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Byte offset.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// How many line breaks were passed.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Characters since the start of the line.
    pub(super) fn column(&self) -> usize {
        let before = &self.text[self.line_start..self.at];
        before
            .chars()
            .filter(|letter| *letter != '\u{feff}')
            .count()
    }

    /// Whether it stands where a line starts.
    pub(super) fn starts_line(&self) -> bool {
        self.at == self.line_start || (self.at == 3 && self.text.starts_with('\u{feff}'))
    }

    /// What is left of the text.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next byte; `None` at the end.
    pub(super) fn byte(&self) -> Option<u8> {
        self.byte_after(0)
    }

    /// The byte that many bytes ahead.
    pub(super) fn byte_after(&self, n: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + n).copied()
    }

    /// The next character.
    pub(super) fn letter(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether what stands that many bytes ahead separates: a blank, a tab, a line break or the
    /// end.
    pub(super) fn separates_after(&self, n: usize) -> bool {
        match self.byte_after(n) {
            None | Some(b' ' | b'\t') => true,
            Some(_) => break_length(&self.text.as_bytes()[self.at + n..]) > 0,
        }
    }

    /// Whether a line break or the end is next.
    pub(super) fn ends_line(&self) -> bool {
        self.byte().is_none() || break_length(self.rest().as_bytes()) > 0
    }

    /// Whether a line starts here with `---` or `...` that stands alone.
    pub(super) fn at_document_mark(&self) -> bool {
        let marks = self.rest().starts_with("---") || self.rest().starts_with("...");
        marks && self.starts_line() && self.separates_after(3)
    }

    /// Passes bytes of this line.
    pub(super) fn advance(&mut self, n: usize) {
        self.at += n;
    }

    /// Passes bytes up to one that ends them, or to the end of the line.
    pub(super) fn advance_until(&mut self, ends: impl Fn(u8) -> bool) {
        let bytes = self.rest().as_bytes();
        let stops = |(n, byte): (usize, &u8)| ends(*byte) || break_length(&bytes[n..]) > 0;
        let length = bytes.iter().enumerate().position(stops);
        self.at += length.unwrap_or(bytes.len());
    }

    /// Passes blanks, tabs not among them; how many.
    pub(super) fn blanks(&mut self) -> usize {
        let n = self.rest().bytes().take_while(|byte| *byte == b' ');
        let n = n.count();
        self.at += n;
        n
    }

    /// Passes the rest of the line, without its break.
    pub(super) fn line_rest(&mut self) {
        self.advance_until(|_| false);
    }

    /// Passes a line break, if one is next.
    pub(super) fn line_break(&mut self) -> Option<LineBreak> {
        let rest = self.rest();
        let length = break_length(rest.as_bytes());
        if length == 0 {
            return None;
        }
        let reads = match &rest[..length] {
            "\u{2028}" => "\u{2028}",
            "\u{2029}" => "\u{2029}",
            _ => "\n",
        };
        let start = self.at;
        self.at += length;
        self.line_start = self.at;
        self.line += 1;
        Some(LineBreak {
            reads,
            folds: reads == "\n",
            at: (start, self.at),
        })
    }
}

/// How many bytes the line break takes that these bytes start with; 0 if they start with none.
fn break_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}
