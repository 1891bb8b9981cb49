//! Numbers of a JSON text.
//!
//! Most readings have few digits: they are exact after one multiplication or division, and
//! only the others take the long way.

use super::scan::{Scanner, float};
use crate::error::RequestError;
use crate::wire::cell::Cell;

/// Powers of ten that a double holds exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

impl Scanner<'_> {
    /// Passes a number.
    pub(super) fn number(&mut self) -> Result<Cell, RequestError> {
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

    /// Passes at least one digit; returns how many there were.
    fn digits(&mut self, mantissa: &mut Mantissa) -> Result<usize, RequestError> {
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

    fn exponent(&mut self) -> Result<i64, RequestError> {
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
    use super::super::scan::tests::cell;
    use super::*;

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
}
