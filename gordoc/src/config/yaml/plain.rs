//! Texts without quotes: they end with the line or at a mark, and go on in deeper lines.

use super::cursor::Cursor;
use super::scalar_text::ScalarText;

/// Where a plain text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Between brackets, where commas and brackets end it.
    Flow,
    /// In a block; lines with fewer blanks than this end it.
    Block(usize),
}

/// What a plain text was.
pub(super) struct Plain {
    /// One past its last byte.
    pub(super) end: usize,
    /// Whether line breaks follow it: what comes next starts a line.
    pub(super) ends_line: bool,
}

/// Reads the plain text at the cursor, and blanks behind it.
pub(super) fn scan(cursor: &mut Cursor<'_>, text: &mut ScalarText<'_>, context: Context) -> Plain {
    let mut plain = Plain {
        end: cursor.at(),
        ends_line: false,
    };
    let mut whitespace = Whitespace::default();
    while cursor.byte() != Some(b'#') {
        let from = cursor.at();
        letters(cursor, context);
        if cursor.at() == from {
            break;
        }
        plain.ends_line = false;
        whitespace.fill(text);
        text.copy(from, cursor.at());
        plain.end = cursor.at();
        let (next, ends_line) = spaces(cursor);
        plain.ends_line |= ends_line;
        whitespace = match next {
            Some(whitespace) => whitespace,
            None => break,
        };
        if matches!(context, Context::Block(indent) if cursor.column() < indent) {
            break;
        }
    }
    plain
}

/// Passes letters up to a separator or a mark.
fn letters(cursor: &mut Cursor<'_>, context: Context) {
    let bytes = cursor.rest().as_bytes();
    let flow = context == Context::Flow;
    let mut n = 0;
    while let Some(byte) = bytes.get(n) {
        let ends = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            b':' => {
                cursor.separates_after(n + 1)
                    || (flow && matches!(bytes.get(n + 1), Some(b',' | b'[' | b']' | b'{' | b'}')))
            }
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => flow,
            0xc2 | 0xe2 => cursor.separates_after(n),
            _ => false,
        };
        if ends {
            break;
        }
        n += 1;
    }
    cursor.advance(n);
}

/// What stands between two words: blanks, or line breaks to be folded.
#[derive(Default)]
struct Whitespace {
    blanks: (usize, usize),
    breaks: Vec<(&'static str, (usize, usize))>,
}

impl Whitespace {
    fn fill(&self, text: &mut ScalarText<'_>) {
        text.copy(self.blanks.0, self.blanks.1);
        for (reads, at) in &self.breaks {
            text.put(reads, *at);
        }
    }
}

/// Passes blanks and line breaks; no whitespace if the text ends here.
fn spaces(cursor: &mut Cursor<'_>) -> (Option<Whitespace>, bool) {
    let from = cursor.at();
    cursor.blanks();
    let Some(first) = cursor.line_break() else {
        let whitespace = Whitespace {
            blanks: (from, cursor.at()),
            breaks: Vec::new(),
        };
        return ((cursor.at() > from).then_some(whitespace), false);
    };
    let mut breaks = Vec::new();
    if !first.folds {
        breaks.push((first.reads, first.at));
    }
    let n_before = breaks.len();
    loop {
        if cursor.at_document_mark() {
            return (None, true);
        }
        cursor.blanks();
        let Some(next) = cursor.line_break() else {
            break;
        };
        breaks.push((next.reads, next.at));
    }
    if first.folds && breaks.len() == n_before {
        breaks.push((" ", first.at));
    }
    let whitespace = Whitespace {
        blanks: (0, 0),
        breaks,
    };
    (Some(whitespace), true)
}
