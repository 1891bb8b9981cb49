//! A cursor over JSON text that hands out values as it passes them.

use std::borrow::Cow;

use crate::error::Refusal;
use crate::wire::column::{Cell, Odd};

/// Nesting beyond this is no table.
const MAX_DEPTH: usize = 128;

/// Powers of ten that a double holds exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// A position in a JSON text.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
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

    fn broken(&self) -> Refusal {
        Refusal::BrokenJson(self.at)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The first byte of the next token.
    pub(crate) fn peek(&mut self) -> Result<u8, Refusal> {
        while let Some(byte) = self.byte() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(self.broken())
    }

    /// Whether only white space is left.
    pub(crate) fn at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    fn expect(&mut self, expected: u8) -> Result<(), Refusal> {
        if self.peek()? != expected {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(())
    }

    /// Passes an array, handing out each position; `item` passes the value.
    pub(crate) fn array(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
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
            if !self.goes_on(b']')? {
                return Ok(count);
            }
        }
    }

    /// Passes an object, handing out each position and key; `item` passes the value.
    pub(crate) fn object(
        &mut self,
        mut item: impl FnMut(&mut Self, usize, Cow<'a, str>) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
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
            let key = self.string()?;
            self.expect(b':')?;
            self.peek()?;
            item(self, count, key)?;
            count += 1;
            if !self.goes_on(b'}')? {
                return Ok(count);
            }
        }
    }

    /// Passes a comma, or the end of an array or object.
    fn goes_on(&mut self, end: u8) -> Result<bool, Refusal> {
        let byte = self.peek()?;
        if byte != b',' && byte != end {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// Passes one value of a table.
    pub(crate) fn cell(&mut self) -> Result<Cell, Refusal> {
        match self.peek()? {
            b'"' => Ok(Cell::Odd(Odd::Text(self.string()?.into_owned()))),
            b'[' | b'{' => {
                self.skip()?;
                Ok(Cell::Odd(Odd::Nested))
            }
            b'n' => self.word("null", Cell::Null),
            b't' => self.word("true", Cell::Odd(Odd::Bool(true))),
            b'f' => self.word("false", Cell::Odd(Odd::Bool(false))),
            b'N' => self.word("NaN", float(f64::NAN)),
            b'I' => self.word("Infinity", float(f64::INFINITY)),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, cell: Cell) -> Result<Cell, Refusal> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.broken());
        }
        self.at += word.len();
        Ok(cell)
    }

    /// Passes a value, whatever it is.
    pub(crate) fn skip(&mut self) -> Result<(), Refusal> {
        self.skip_within(MAX_DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), Refusal> {
        let Some(below) = depth.checked_sub(1) else {
            return Err(self.broken());
        };
        match self.peek()? {
            b'[' => self
                .array(|scanner, _| scanner.skip_within(below))
                .map(drop),
            b'{' => self
                .object(|scanner, _, _| scanner.skip_within(below))
                .map(drop),
            _ => self.cell().map(drop),
        }
    }

    /// Passes a number.
    fn number(&mut self) -> Result<Cell, Refusal> {
        let start = self.at;
        let negative = self.byte() == Some(b'-');
        if negative {
            self.at += 1;
            if self.byte() == Some(b'I') {
                return self.word("Infinity", float(f64::NEG_INFINITY));
            }
        }
        let mut mantissa = Mantissa::default();
        let whole_at = self.at;
        self.digits(&mut mantissa)?;
        if self.at - whole_at > 1 && self.text.as_bytes()[whole_at] == b'0' {
            self.at = whole_at + 1;
            return Err(self.broken());
        }
        let mut exponent = 0;
        let mut integer = true;
        if self.byte() == Some(b'.') {
            self.at += 1;
            integer = false;
            exponent -= i64::try_from(self.digits(&mut mantissa)?).unwrap_or(i64::MAX);
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            integer = false;
            exponent += self.exponent()?;
        }
        let value = mantissa
            .scaled(exponent)
            .map(|value| if negative { -value } else { value });
        let value = match value {
            // Python's integers have no negative zero.
            Some(value) if integer && value == 0.0 => 0.0,
            Some(value) => value,
            None => self.text[start..self.at]
                .parse()
                .map_err(|_| self.broken())?,
        };
        Ok(Cell::Number { value, integer })
    }

    /// Passes at least one digit; answers how many there were.
    fn digits(&mut self, mantissa: &mut Mantissa) -> Result<usize, Refusal> {
        let start = self.at;
        while let Some(byte) = self.byte().filter(u8::is_ascii_digit) {
            mantissa.push(byte - b'0');
            self.at += 1;
        }
        if self.at == start {
            Err(self.broken())
        } else {
            Ok(self.at - start)
        }
    }

    fn exponent(&mut self) -> Result<i64, Refusal> {
        self.at += 1;
        let negative = self.byte() == Some(b'-');
        if matches!(self.byte(), Some(b'-' | b'+')) {
            self.at += 1;
        }
        let mut digits = Mantissa::default();
        self.digits(&mut digits)?;
        // Saturates where the number is zero or infinite anyway.
        let exponent = i64::try_from(digits.value)
            .unwrap_or(i64::MAX)
            .min(1_000_000);
        Ok(if negative { -exponent } else { exponent })
    }

    /// Passes a string.
    fn string(&mut self) -> Result<Cow<'a, str>, Refusal> {
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
    fn escaped(&mut self, start: usize) -> Result<Cow<'a, str>, Refusal> {
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
    fn escape(&mut self) -> Result<char, Refusal> {
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
    fn code_point(&mut self) -> Result<char, Refusal> {
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

    fn four_hex(&self, at: usize) -> Result<u32, Refusal> {
        let digits = self
            .text
            .get(at..at + 4)
            .filter(|four| four.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits
            .and_then(|four| u32::from_str_radix(four, 16).ok())
            .ok_or_else(|| self.broken())
    }
}

fn float(value: f64) -> Cell {
    Cell::Number {
        value,
        integer: false,
    }
}

/// The digits of a number, as far as 64 bits hold them.
#[derive(Default)]
struct Mantissa {
    value: u64,
    overflowed: bool,
}

impl Mantissa {
    fn push(&mut self, digit: u8) {
        match self
            .value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit)))
        {
            Some(value) => self.value = value,
            None => self.overflowed = true,
        }
    }

    /// Times a power of ten, where one rounding gives the nearest double: both the digits
    /// and the power are doubles then.
    fn scaled(&self, exponent: i64) -> Option<f64> {
        if self.overflowed || self.value > 1 << 53 {
            return None;
        }
        let power = *POWERS_OF_TEN.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
        let digits = self.value as f64;
        Some(if exponent < 0 {
            digits / power
        } else {
            digits * power
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Result<Cell, Refusal> {
        let mut scanner = Scanner::new(text);
        let cell = scanner.cell()?;
        if scanner.at_end() {
            Ok(cell)
        } else {
            Err(Refusal::BrokenJson(scanner.at))
        }
    }

    #[test]
    fn numbers_are_the_nearest_doubles() {
        let mut texts: Vec<String> = [
            "0.1",
            "1.5",
            "-7.1",
            "905.5",
            "1e22",
            "1e23",
            "1e-22",
            "1e-23",
            "123456789012345678",
            "9007199254740993",
            "0.30000000000000004",
            "1e400",
            "-1e-400",
            "1.7976931348623157e308",
            "2.2250738585072014E-308",
            "5e-324",
            "0.1e+1",
            "99999999999999999999999.5",
            "1e999999999999",
        ]
        .map(str::to_owned)
        .to_vec();
        // A fixed sequence of bit patterns over the whole range.
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..2000 {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                texts.push(format!("{value:e}"));
                texts.push(format!("{:.6}", (bits >> 32) as f64 / 1e6));
            }
        }
        for text in texts {
            let Ok(Cell::Number { value, integer }) = cell(&text) else {
                panic!("{text} is a number");
            };
            let expect: f64 = text.parse().unwrap();
            assert_eq!(value.to_bits(), expect.to_bits(), "{text}");
            assert_eq!(integer, !text.contains(['.', 'e', 'E']), "{text}");
        }
    }

    #[test]
    fn words_of_json_and_python() {
        assert!(matches!(cell("NaN"), Ok(Cell::Number { value, .. }) if value.is_nan()));
        assert_eq!(cell("-Infinity"), Ok(float(f64::NEG_INFINITY)));
        assert_eq!(cell(" null "), Ok(Cell::Null));
        assert_eq!(cell("true"), Ok(Cell::Odd(Odd::Bool(true))));
        assert_eq!(cell(r#"{"a": [1, {}]}"#), Ok(Cell::Odd(Odd::Nested)));
    }

    #[test]
    fn strings_are_unescaped() {
        let check = |text: &str, expect: &str| {
            assert_eq!(
                cell(text),
                Ok(Cell::Odd(Odd::Text(expect.to_owned()))),
                "{text}"
            );
        };
        check(r#""plain Å""#, "plain Å");
        check(r#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz");
        check(r#""\u00c5\ud83d\ude00x""#, "Å😀x");
        check(r#""\ud83d!""#, "\u{fffd}!");
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
                matches!(cell(text), Err(Refusal::BrokenJson(_))),
                "{text:.40}"
            );
        }
    }
}
