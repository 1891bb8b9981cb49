//! A text to its tokens: indentation becomes starts and ends, a colon makes the text before it a
//! key.
//!
//! Knows no grammar: tokens may follow each other in any order.

mod keys;
mod tokens;

use std::collections::VecDeque;

use super::cursor::Cursor;
use super::syntax_error::{Read, SyntaxError};
use super::token::{SpannedToken, Token};
use keys::{PossibleKey, PossibleKeys};

/// Reads one token after the other.
pub(super) struct Scanner<'a> {
    cursor: Cursor<'a>,
    /// Words that were read and not yet taken.
    tokens: VecDeque<SpannedToken<'a>>,
    n_taken: usize,
    has_ended: bool,
    /// Columns of the block collections around the cursor; -1 outside of all.
    indents: Vec<isize>,
    /// Where the brackets around the cursor start.
    brackets: Vec<usize>,
    keys: PossibleKeys,
    /// Whether a key without `?` can start here.
    allows_key: bool,
}

impl<'a> Scanner<'a> {
    /// The tokens of a text.
    pub(super) fn new(text: &'a str) -> Self {
        let mut cursor = Cursor::new(text);
        if text.starts_with('\u{feff}') {
            cursor.advance('\u{feff}'.len_utf8());
        }
        Self {
            cursor,
            tokens: VecDeque::new(),
            n_taken: 0,
            has_ended: false,
            indents: vec![-1],
            brackets: Vec::new(),
            keys: PossibleKeys::new(),
            allows_key: true,
        }
    }

    /// The next token, left in place; the end of the stream is there for ever.
    pub(super) fn peek(&mut self) -> Read<&SpannedToken<'a>> {
        while self.needs_more()? {
            self.fetch()?;
        }
        Ok(&self.tokens[0])
    }

    /// The next token.
    pub(super) fn take(&mut self) -> Read<SpannedToken<'a>> {
        if self.peek()?.token == Token::StreamEnd {
            return Ok(self.tokens[0].clone());
        }
        self.n_taken += 1;
        Ok(self.tokens.pop_front().expect("peeked at"))
    }

    /// Whether the next token may change with what follows it.
    fn needs_more(&mut self) -> Read<bool> {
        if self.has_ended {
            return Ok(false);
        }
        if self.tokens.is_empty() {
            return Ok(true);
        }
        self.keys.forget_stale(&self.cursor)?;
        Ok(self.keys.first_word() == Some(self.n_taken))
    }

    fn fetch(&mut self) -> Read<()> {
        self.skip_to_word();
        self.keys.forget_stale(&self.cursor)?;
        let in_flow = !self.brackets.is_empty();
        if !in_flow {
            self.unwind(self.column());
        }
        let cursor = &self.cursor;
        let Some(byte) = cursor.byte() else {
            return self.stream_end();
        };
        let is_mark = cursor.separates_after(1);
        match byte {
            b'%' if cursor.starts_line() => self.directive(),
            b'-' | b'.' if cursor.at_document_mark() => self.document_mark(byte),
            b'[' => self.open(Token::FlowListStart),
            b'{' => self.open(Token::FlowMapStart),
            b']' => self.close(Token::FlowListEnd),
            b'}' => self.close(Token::FlowMapEnd),
            b',' => self.flow_entry(),
            b'-' if is_mark => self.block_entry(),
            b'?' if in_flow || is_mark => self.key(),
            b':' if in_flow || is_mark => self.value(),
            b'*' | b'&' => self.anchor(byte),
            b'!' => self.tag(),
            b'|' | b'>' if !in_flow => self.block_text(),
            b'\'' | b'"' => self.quoted_text(),
            _ if starts_plain(byte) => self.plain_text(),
            _ => Err(self.cannot_start(byte)),
        }
    }

    /// Passes blanks, comments and line breaks.
    fn skip_to_word(&mut self) {
        loop {
            self.cursor.blanks();
            if self.cursor.byte() == Some(b'#') {
                self.cursor.line_rest();
            }
            if self.cursor.line_break().is_none() {
                return;
            }
            if self.brackets.is_empty() {
                self.allows_key = true;
            }
        }
    }

    fn cannot_start(&self, byte: u8) -> SyntaxError {
        let at = self.cursor.at();
        if byte == b'\t' {
            return SyntaxError::scanner("a tab separates nothing", (at, at + 1))
                .label("a tab")
                .help("use blanks instead of tabs");
        }
        let mark = char::from(byte);
        SyntaxError::scanner(format!("no text starts with `{mark}`"), (at, at + 1))
            .label("cannot stand here")
            .help("put the text between quotes")
    }

    fn push(&mut self, token: Token<'a>, start: usize) {
        let end = self.cursor.at();
        self.tokens.push_back(SpannedToken { token, start, end });
    }

    /// Passes a mark of so many bytes.
    fn push_mark(&mut self, token: Token<'a>, length: usize) {
        let start = self.cursor.at();
        self.cursor.advance(length);
        self.push(token, start);
    }

    fn indent(&self) -> isize {
        self.indents.last().copied().unwrap_or(-1)
    }

    fn column(&self) -> isize {
        isize::try_from(self.cursor.column()).unwrap_or(isize::MAX)
    }

    /// Ends block collections that are indented more than this.
    fn unwind(&mut self, column: isize) {
        while self.indent() > column {
            self.indents.pop();
            self.push(Token::BlockEnd, self.cursor.at());
        }
    }

    /// Whether a block collection in this column is a new one, further in.
    fn indents_to(&mut self, column: isize) -> bool {
        let is_deeper = self.indent() < column;
        if is_deeper {
            self.indents.push(column);
        }
        is_deeper
    }

    /// Remembers that what comes next may be a key.
    fn save_key(&mut self) -> Read<()> {
        if !self.allows_key {
            return Ok(());
        }
        self.forget_key()?;
        let in_flow = !self.brackets.is_empty();
        let column = if in_flow { 0 } else { self.cursor.column() };
        let required = !in_flow && isize::try_from(column) == Ok(self.indent());
        self.keys.save(PossibleKey {
            token: self.n_taken + self.tokens.len(),
            required,
            at: self.cursor.at(),
            line: self.cursor.line(),
            column,
        });
        Ok(())
    }

    /// Forgets what might have been a key here, had a colon followed.
    fn forget_key(&mut self) -> Read<()> {
        self.keys.forget(self.cursor.text())
    }
}

/// Whether a text without quotes starts with this byte, which is no mark where it stands.
fn starts_plain(byte: u8) -> bool {
    !b"\t,[]{}#&*!|>'\"%@`".contains(&byte)
}
