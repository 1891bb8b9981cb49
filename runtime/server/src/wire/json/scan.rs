//! A cursor over JSON text that hands out values as it passes them.

use std::borrow::Cow;

use crate::error::RequestError;
use crate::wire::cell::{Cell, NonNumber};

/// Nesting beyond this is no table.
const MAX_DEPTH: usize = 128;

/// A position in a JSON text.
pub(crate) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// The key of a member of an object.
pub(crate) struct Key<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Where it stands.
    pub(crate) at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where it stands; to come back to with [`Self::rewind`].
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Goes back to an earlier position.
    pub(crate) fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    pub(super) fn broken(&self) -> RequestError {
        RequestError::BrokenJson(self.at)
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The first byte of the next token.
    pub(crate) fn peek(&mut self) -> Result<u8, RequestError> {
        while let Some(byte) = self.byte() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(self.broken())
    }

    /// The first byte within the array that comes next; stays before it.
    pub(crate) fn first_item(&mut self) -> Result<u8, RequestError> {
        let start = self.at;
        self.expect(b'[')?;
        let first = self.peek();
        self.at = start;
        first
    }

    /// Whether only white space is left.
    pub(crate) fn at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    pub(super) fn expect(&mut self, expected: u8) -> Result<(), RequestError> {
        if self.peek()? != expected {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(())
    }

    /// Passes an array, handing out each position; `item` passes the value.
    pub(crate) fn array(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), RequestError>,
    ) -> Result<usize, RequestError> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(0);
        }
        let mut count = 0;
        loop {
            self.peek()?;
            item(self, count)?;
            count += 1;
            if !self.has_more(b']')? {
                return Ok(count);
            }
        }
    }

    /// Passes an object, handing out each position and key; `item` passes the value.
    pub(crate) fn object(
        &mut self,
        mut item: impl FnMut(&mut Self, usize, Key<'a>) -> Result<(), RequestError>,
    ) -> Result<usize, RequestError> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(0);
        }
        let mut count = 0;
        loop {
            if self.peek()? != b'"' {
                return Err(self.broken());
            }
            let at = self.at;
            let text = self.string()?;
            let key = Key { text, at };
            self.expect(b':')?;
            self.peek()?;
            item(self, count, key)?;
            count += 1;
            if !self.has_more(b'}')? {
                return Ok(count);
            }
        }
    }

    /// Passes an object, keys and all, without a copy of any.
    fn pass_object(&mut self, depth: usize) -> Result<(), RequestError> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.pass_string()?;
            self.expect(b':')?;
            self.skip_within(depth)?;
            if !self.has_more(b'}')? {
                return Ok(());
            }
        }
    }

    /// Passes a comma, or the end of an array or object.
    fn has_more(&mut self, end: u8) -> Result<bool, RequestError> {
        let byte = self.peek()?;
        if byte != b',' && byte != end {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// Passes one value of a table.
    pub(crate) fn cell(&mut self) -> Result<Cell, RequestError> {
        match self.peek()? {
            b'"' => {
                let at = self.at;
                self.pass_string()?;
                Ok(Cell::NonNumber(NonNumber::Text(at)))
            }
            b'[' | b'{' => {
                self.skip()?;
                Ok(Cell::NonNumber(NonNumber::Nested))
            }
            b'n' => self.word("null", Cell::Null),
            b't' => self.word("true", Cell::NonNumber(NonNumber::Bool(true))),
            b'f' => self.word("false", Cell::NonNumber(NonNumber::Bool(false))),
            b'N' => self.word("NaN", float(f64::NAN)),
            b'I' => self.word("Infinity", float(f64::INFINITY)),
            _ => self.number(),
        }
    }

    pub(super) fn word(&mut self, word: &str, cell: Cell) -> Result<Cell, RequestError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.broken());
        }
        self.at += word.len();
        Ok(cell)
    }

    /// Passes a value, whatever it is.
    pub(crate) fn skip(&mut self) -> Result<(), RequestError> {
        self.skip_within(MAX_DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), RequestError> {
        let Some(below) = depth.checked_sub(1) else {
            return Err(self.broken());
        };
        match self.peek()? {
            b'[' => self
                .array(|scanner, _| scanner.skip_within(below))
                .map(drop),
            b'{' => self.pass_object(below),
            _ => self.cell().map(drop),
        }
    }
}

/// A number that was not written as an integer.
pub(super) fn float(value: f64) -> Cell {
    Cell::Number {
        value,
        integer: false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The only cell of a text.
    pub(in super::super) fn cell(text: &str) -> Result<Cell, RequestError> {
        let mut scanner = Scanner::new(text);
        let cell = scanner.cell()?;
        if scanner.at_end() {
            Ok(cell)
        } else {
            Err(RequestError::BrokenJson(scanner.at))
        }
    }

    #[test]
    fn words_of_json_and_python() {
        assert!(matches!(cell("NaN"), Ok(Cell::Number { value, .. }) if value.is_nan()));
        assert_eq!(cell("-Infinity"), Ok(float(f64::NEG_INFINITY)));
        assert_eq!(cell(" null "), Ok(Cell::Null));
        assert_eq!(cell("true"), Ok(Cell::NonNumber(NonNumber::Bool(true))));
        assert_eq!(
            cell(r#"{"a": [1, {}]}"#),
            Ok(Cell::NonNumber(NonNumber::Nested))
        );
    }

    #[test]
    fn broken_texts_are_refused() {
        for text in [
            "",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "nul",
            "nan",
            "\"a",
            "\"\n\"",
            r#""\x""#,
            r#""\u12g4""#,
            "[1,]",
            "[1 2]",
            "{1: 2}",
            r#"{"a" 1}"#,
            r#"{"a": 1,}"#,
            "1 2",
            &"[".repeat(100_000),
            &"[".repeat(129),
        ] {
            assert!(
                matches!(cell(text), Err(RequestError::BrokenJson(_))),
                "{text:.40}"
            );
        }
    }
}
