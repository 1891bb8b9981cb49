//! Strings of a JSON text: borrowed where nothing is escaped.

use std::borrow::Cow;

use gordo_runtime::Excerpt;

use super::scan::Scanner;
use crate::error::RequestError;

/// The string that stands at a place of a text, which was passed there before.
pub(crate) fn at(text: &str, place: usize) -> Cow<'_, str> {
    let mut scanner = Scanner::new(text);
    scanner.rewind(place);
    scanner.string().unwrap_or_default()
}

/// As much of a text as messages show.
pub(super) fn start(text: &str) -> String {
    text.chars().take(Excerpt::LONGEST + 1).collect()
}

impl<'a> Scanner<'a> {
    /// Passes a string.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, RequestError> {
        let first = self.at + 1;
        let is_escaped = self.pass_string()?;
        let inner = &self.text[first..self.at - 1];
        if is_escaped {
            Ok(Cow::Owned(unescaped(inner)))
        } else {
            Ok(Cow::Borrowed(inner))
        }
    }

    /// Passes a string; returns whether something in it is escaped.
    pub(super) fn pass_string(&mut self) -> Result<bool, RequestError> {
        self.expect(b'"')?;
        let mut is_escaped = false;
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.escape()?;
                    is_escaped = true;
                }
                Some(byte) if byte >= b' ' => self.at += 1,
                _ => return Err(self.broken()),
            }
        }
        self.at += 1;
        Ok(is_escaped)
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

/// What stands between two quotes, without its escapes; it never gets longer.
fn unescaped(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut scanner = Scanner::new(inner);
    while let Some(length) = inner[scanner.at..].find('\\') {
        out.push_str(&inner[scanner.at..scanner.at + length]);
        scanner.at += length;
        // All of it was passed before.
        let Ok(letter) = scanner.escape() else { break };
        out.push(letter);
    }
    out.push_str(&inner[scanner.at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped() {
        let check = |text: &str, expect: &str| {
            let text = format!("  {text}");
            assert_eq!(at(&text, 2), expect, "{text}");
        };
        check(r#""plain Å""#, "plain Å");
        check(r#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz");
        check(r#""\u00c5\ud83d\ude00x""#, "Å😀x");
        check(r#""\ud83d!""#, "\u{fffd}!");
        check(r#""Å\\""#, "Å\\");
    }
}
