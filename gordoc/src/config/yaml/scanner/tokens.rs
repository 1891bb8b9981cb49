//! Each kind of token: what it does to keys, brackets and indentation.

use super::super::plain::{self, Context};
use super::super::scalar_text::ScalarText;
use super::super::syntax_error::{Read, SyntaxError};
use super::super::token::{SpannedToken, Style, Token};
use super::super::{block, quoted, tag};
use super::Scanner;
use super::keys::PossibleKey;

impl<'a> Scanner<'a> {
    pub(super) fn stream_end(&mut self) -> Read<()> {
        if let Some(start) = self.brackets.last() {
            let bracket = &self.cursor.text()[*start..=*start];
            let error = SyntaxError::parser(format!("`{bracket}` has no end"), (*start, start + 1));
            return Err(error
                .label("this bracket is never closed")
                .help("close the bracket"));
        }
        self.unwind(-1);
        self.forget_key()?;
        self.has_ended = true;
        self.push(Token::StreamEnd, self.cursor.at());
        Ok(())
    }

    pub(super) fn directive(&mut self) -> Read<()> {
        self.leave_document()?;
        let start = self.cursor.at();
        let token = tag::directive(&mut self.cursor)?;
        self.push(token, start);
        Ok(())
    }

    pub(super) fn document_mark(&mut self, byte: u8) -> Read<()> {
        self.leave_document()?;
        let token = if byte == b'-' {
            Token::DocumentStart
        } else {
            Token::DocumentEnd
        };
        self.push_mark(token, 3);
        Ok(())
    }

    fn leave_document(&mut self) -> Read<()> {
        if self.brackets.is_empty() {
            self.unwind(-1);
        }
        self.allows_key = false;
        self.forget_key()
    }

    pub(super) fn open(&mut self, token: Token<'a>) -> Read<()> {
        self.save_key()?;
        self.brackets.push(self.cursor.at());
        self.keys.open();
        self.allows_key = true;
        self.push_mark(token, 1);
        Ok(())
    }

    pub(super) fn close(&mut self, token: Token<'a>) -> Read<()> {
        self.forget_key()?;
        let at = self.cursor.at();
        let Some(start) = self.brackets.pop() else {
            let what = format!("{} closes nothing", token.name());
            return Err(SyntaxError::parser(what, (at, at + 1))
                .label("no bracket is open here")
                .help("remove it, or put the text between quotes"));
        };
        let opened = self.cursor.text().as_bytes()[start];
        if (opened == b'[') != (token == Token::FlowListEnd) {
            let opened = char::from(opened);
            let what = format!("{} cannot close `{opened}`", token.name());
            return Err(SyntaxError::parser(what, (at, at + 1))
                .label("another bracket is open here")
                .context((start, start + 1), "this one")
                .help("close brackets in the order they were opened"));
        }
        self.keys.close();
        self.allows_key = false;
        self.push_mark(token, 1);
        Ok(())
    }

    pub(super) fn flow_entry(&mut self) -> Read<()> {
        self.allows_key = true;
        self.forget_key()?;
        self.push_mark(Token::FlowEntry, 1);
        Ok(())
    }

    pub(super) fn block_entry(&mut self) -> Read<()> {
        if self.brackets.is_empty() {
            self.start_block(Token::BlockListStart, "an element of a list starts a line")?;
        }
        self.allows_key = true;
        self.forget_key()?;
        self.push_mark(Token::BlockEntry, 1);
        Ok(())
    }

    pub(super) fn key(&mut self) -> Read<()> {
        if self.brackets.is_empty() {
            self.start_block(Token::BlockMapStart, "`? ` starts a line")?;
        }
        self.allows_key = self.brackets.is_empty();
        self.forget_key()?;
        self.push_mark(Token::Key, 1);
        Ok(())
    }

    pub(super) fn value(&mut self) -> Read<()> {
        let in_flow = !self.brackets.is_empty();
        if let Some(key) = self.keys.take() {
            self.insert_key(key, in_flow);
            self.allows_key = false;
        } else {
            if !in_flow {
                let rule = "`: ` follows what cannot be a key";
                self.start_block(Token::BlockMapStart, rule)?;
            }
            self.allows_key = !in_flow;
        }
        self.push_mark(Token::Value, 1);
        Ok(())
    }

    /// Starts a block collection at the cursor, where it must be allowed to.
    fn start_block(&mut self, token: Token<'a>, rule: &str) -> Read<()> {
        let at = self.cursor.at();
        if !self.allows_key {
            return Err(SyntaxError::scanner(rule, (at, at + 1))
                .label("not here")
                .help("put a text that holds this mark between quotes, or check the indentation"));
        }
        if self.indents_to(self.column()) {
            self.push(token, at);
        }
        Ok(())
    }

    /// Puts the mark of a key before the tokens that turned out to be one.
    fn insert_key(&mut self, key: PossibleKey, in_flow: bool) {
        let index = key.token - self.n_taken;
        let mark = |token| SpannedToken {
            token,
            start: key.at,
            end: key.at,
        };
        self.tokens.insert(index, mark(Token::Key));
        let column = isize::try_from(key.column).unwrap_or(isize::MAX);
        if !in_flow && self.indents_to(column) {
            self.tokens.insert(index, mark(Token::BlockMapStart));
        }
    }

    pub(super) fn anchor(&mut self, byte: u8) -> Read<()> {
        self.save_key()?;
        self.allows_key = false;
        let start = self.cursor.at();
        let name = tag::anchor(&mut self.cursor)?;
        let token = if byte == b'*' {
            Token::Alias(name)
        } else {
            Token::Anchor(name)
        };
        self.push(token, start);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Read<()> {
        self.save_key()?;
        self.allows_key = false;
        let start = self.cursor.at();
        let token = tag::tag(&mut self.cursor)?;
        self.push(token, start);
        Ok(())
    }

    pub(super) fn block_text(&mut self) -> Read<()> {
        self.allows_key = true;
        self.forget_key()?;
        let start = self.cursor.at();
        let mut text = ScalarText::new(self.cursor.text(), false);
        let parent = self.indent();
        block::scan(&mut self.cursor, &mut text, parent)?;
        self.push(Token::Scalar(text.into_text(), Style::Block), start);
        Ok(())
    }

    pub(super) fn quoted_text(&mut self) -> Read<()> {
        self.save_key()?;
        self.allows_key = false;
        let start = self.cursor.at();
        let mut text = ScalarText::new(self.cursor.text(), false);
        quoted::scan(&mut self.cursor, &mut text)?;
        self.push(Token::Scalar(text.into_text(), Style::Quoted), start);
        Ok(())
    }

    pub(super) fn plain_text(&mut self) -> Read<()> {
        self.save_key()?;
        let start = self.cursor.at();
        let mut text = ScalarText::new(self.cursor.text(), false);
        let place = if self.brackets.is_empty() {
            Context::Block(usize::try_from(self.indent() + 1).unwrap_or(0))
        } else {
            Context::Flow
        };
        let plain = plain::scan(&mut self.cursor, &mut text, place);
        self.allows_key = plain.ends_line;
        let token = Token::Scalar(text.into_text(), Style::Plain);
        self.tokens.push_back(SpannedToken {
            token,
            start,
            end: plain.end,
        });
        Ok(())
    }
}
