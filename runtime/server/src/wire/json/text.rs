//! Strings of a JSON text: borrowed where nothing is escaped.

use std::borrow::Cow;

use super::scan::Scanner;
use crate::error::RequestError;

impl<'a> Scanner<'a> {
    /// Passes a string.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, RequestError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => return self.escaped(start),
                Some(byte) if byte >= b' ' => self.at += 1,
                _ => return Err(self.broken()),
            }
        }
        self.at += 1;
        Ok(Cow::Borrowed(&self.text[start..self.at - 1]))
    }

    /// Passes the rest of a string, from its first escape on.
    fn escaped(&mut self, start: usize) -> Result<Cow<'a, str>, RequestError> {
        let mut out = self.text[start..self.at].to_owned();
        loop {
            let plain = self.at;
            while self
                .byte()
                .is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
            {
                self.at += 1;
            }
            out.push_str(&self.text[plain..self.at]);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.broken()),
            }
        }
    }

    /// Passes one escape.
    fn escape(&mut self) -> Result<char, RequestError> {
        self.at += 1;
        let letter = match self.byte() {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => return Err(self.broken()),
        };
        self.at += 1;
        Ok(letter)
    }

    /// Passes `uXXXX`, or two of them for one character; half a pair is replaced.
    fn code_point(&mut self) -> Result<char, RequestError> {
        let high = self.four_hex(self.at + 1)?;
        self.at += 5;
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            let low = self.four_hex(self.at + 2)?;
            if (0xdc00..0xe000).contains(&low) {
                self.at += 6;
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn four_hex(&self, at: usize) -> Result<u32, RequestError> {
        let digits = self
            .text
            .get(at..at + 4)
            .filter(|four| four.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits
            .and_then(|four| u32::from_str_radix(four, 16).ok())
            .ok_or_else(|| self.broken())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::tests::cell;
    use crate::wire::column::{Cell, NonNumber};

    #[test]
    fn strings_are_unescaped() {
        let check = |text: &str, expect: &str| {
            assert_eq!(
                cell(text),
                Ok(Cell::NonNumber(NonNumber::Text(expect.to_owned()))),
                "{text}"
            );
        };
        check(r#""plain Å""#, "plain Å");
        check(r#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz");
        check(r#""\u00c5\ud83d\ude00x""#, "Å😀x");
        check(r#""\ud83d!""#, "\u{fffd}!");
    }
}
