//! Limbs numbers of any length, in the bases of YAML 1.1.

use super::Value;

/// Most decimal digits; Python reads no more.
const MAX_DIGITS: usize = 4300;
const TOO_MANY: &str = "has more than 4300 digits";

/// Digits of a whole number, without sign and underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// Base 2, 8, 10 or 16.
    Base(u32, String),
    /// `190:20:30`
    Sixty(String),
}

/// Reads what has the form of a whole number: whether it is below zero, and its digits.
pub(super) fn parse_int(text: &str) -> Option<(bool, Digits)> {
    let (is_negative, digits) = split_sign(text);
    let plain = |digits: &str| digits.replace('_', "");
    let all = |digits: &str, radix| {
        !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix))
    };
    let read = match digits.as_bytes() {
        [b'0', b'b', ..] => all(&digits[2..], 2).then(|| Digits::Base(2, plain(&digits[2..])))?,
        [b'0', b'x', ..] => all(&digits[2..], 16).then(|| Digits::Base(16, plain(&digits[2..])))?,
        [b'0'] => Digits::Base(10, digits.to_owned()),
        // The zero is a digit as well as a mark.
        [b'0', ..] => all(&digits[1..], 8).then(|| Digits::Base(8, plain(digits)))?,
        [b'1'..=b'9', ..] if digits.contains(':') => {
            let mut parts = digits.split(':');
            let first = all(parts.next()?, 10);
            (first && parts.all(is_below_sixty)).then(|| Digits::Sixty(plain(digits)))?
        }
        [b'1'..=b'9', ..] => all(digits, 10).then(|| Digits::Base(10, plain(digits)))?,
        _ => return None,
    };
    Some((is_negative, read))
}

/// What `!!int` makes of a text, which need not have the form of a whole number.
pub(super) fn tagged_int(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    let (is_negative, digits) = split_sign(&plain);
    let read = if let Some(digits) = digits.strip_prefix("0b") {
        Digits::Base(2, digits.to_owned())
    } else if let Some(digits) = digits.strip_prefix("0x") {
        Digits::Base(16, digits.to_owned())
    } else if digits.starts_with('0') && digits.len() > 1 {
        let digits = digits.strip_prefix("0o").unwrap_or(digits);
        Digits::Base(8, digits.to_owned())
    } else if digits.contains(':') {
        Digits::Sixty(digits.to_owned())
    } else {
        Digits::Base(10, digits.trim().to_owned())
    };
    let is_number = match &read {
        Digits::Base(radix, digits) => digits.chars().all(|c| c.is_digit(*radix)),
        Digits::Sixty(digits) => digits
            .split(':')
            .all(|part| part.len() < 10 && part.parse::<u32>().is_ok()),
    };
    read.value(is_negative).ok().filter(|_| is_number)
}

impl Digits {
    /// The number, below zero or not; why it is none otherwise.
    pub(super) fn value(&self, is_negative: bool) -> Result<Value, &'static str> {
        let sign = if is_negative { "-" } else { "" };
        let (Self::Base(_, text) | Self::Sixty(text)) = self;
        if text.is_empty() {
            return Err("has no digits");
        }
        if let Self::Base(radix, digits) = self
            && let Ok(value) = i64::from_str_radix(&format!("{sign}{digits}"), *radix)
        {
            return Ok(Value::Int(value));
        }
        if text.len() > 4 * MAX_DIGITS {
            return Err(TOO_MANY);
        }
        let digits = self.accumulated().digits();
        if digits.len() > MAX_DIGITS {
            return Err(TOO_MANY);
        }
        let digits = format!("{sign}{digits}");
        Ok(digits.parse().map_or(Value::Long(digits), Value::Int))
    }

    fn accumulated(&self) -> Limbs {
        let mut whole = Limbs::default();
        let (first, radix, rest) = match self {
            Self::Base(radix, digits) => (digits.as_str(), *radix, ""),
            Self::Sixty(digits) => {
                let (first, rest) = digits.split_once(':').unwrap_or((digits, ""));
                (first, 10, rest)
            }
        };
        for digit in first.chars().filter_map(|c| c.to_digit(radix)) {
            whole.times_plus(radix, digit);
        }
        for part in rest.split(':').filter_map(|part| part.parse().ok()) {
            whole.times_plus(60, part);
        }
        whole
    }
}

/// A whole number as limbs of nine decimal digits, the last one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Limbs(Vec<u32>);

const LIMB: u64 = 1_000_000_000;

impl Limbs {
    fn times_plus(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in &mut self.0 {
            let sum = u64::from(*limb) * u64::from(factor) + carry;
            *limb = u32::try_from(sum % LIMB).unwrap_or(0);
            carry = sum / LIMB;
        }
        if carry > 0 {
            self.0.push(u32::try_from(carry % LIMB).unwrap_or(0));
            if carry >= LIMB {
                self.0.push(u32::try_from(carry / LIMB).unwrap_or(0));
            }
        }
    }

    fn digits(&self) -> String {
        let Some((first, rest)) = self.0.split_last() else {
            return "0".to_owned();
        };
        let rest = rest.iter().rev().map(|limb| format!("{limb:09}"));
        std::iter::once(first.to_string()).chain(rest).collect()
    }
}

/// One or two digits, at most 59.
pub(super) fn is_below_sixty(part: &str) -> bool {
    match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let (is_negative, digits) = parse_int(text).unwrap();
        let value = match digits.value(is_negative) {
            Ok(Value::Int(value)) => value.to_string(),
            Ok(Value::Long(digits)) => format!("long {digits}"),
            Ok(value) => panic!("{value:?}"),
            Err(problem) => problem.to_owned(),
        };
        assert_eq!(value, expect, "{text}");
    }

    #[test]
    fn every_digit_is_kept() {
        check("9223372036854775807", "9223372036854775807");
        check("-9223372036854775808", "-9223372036854775808");
        check("9223372036854775808", "long 9223372036854775808");
        check("-99_999_999_999_999_999_999", "long -99999999999999999999");
        check("0x1FFFFFFFFFFFFFFFFF", "long 590295810358705651711");
        check("07777777777777777777777777", "long 37778931862957161709567");
        check(
            &format!("0b1{}", "0".repeat(64)),
            "long 18446744073709551616",
        );
        check(
            "1000000000000000000000000:59",
            "long 60000000000000000000000059",
        );
        check("1000000000000000000:00", "long 60000000000000000000");
    }

    #[test]
    fn numbers_without_digits_or_with_too_many_are_none() {
        check("0b_", "has no digits");
        check("0x_", "has no digits");
        check(&"1".repeat(4301), TOO_MANY);
        check(&"1".repeat(1_000_000), TOO_MANY);
        check(&format!("0x{}", "1".repeat(4000)), TOO_MANY);
    }

    #[test]
    fn a_tag_reads_more_than_a_plain_number() {
        let table = [
            ("0o7", Some(7)),
            ("+0_7", Some(7)),
            (" 5 ", Some(5)),
            ("1:99", Some(159)),
            ("-0b11", Some(-3)),
            ("08", None),
            ("5.0", None),
            ("", None),
            ("abc", None),
            ("1:", None),
        ];
        for (text, expect) in table {
            assert_eq!(tagged_int(text), expect.map(Value::Int), "{text:?}");
        }
    }
}
