//! Numbers as most files write them, read without looking twice.

use crate::provider::format::missing::is_no_value;

/// Powers of ten that are exact.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// The lowest bit of each of eight bytes.
const LOW: u64 = 0x0101_0101_0101_0101;

/// The highest.
const HIGH: u64 = LOW << 7;

/// The number in a cell of less than eight bytes, and those it takes; `None` unless it is
/// plain.
///
/// `text` starts with the cell and goes on behind it. What tells the cell's length depends on
/// as little as possible, because the next cell waits for it.
#[inline]
pub(super) fn short(text: [u8; 8], separator: u8) -> Option<(f64, usize)> {
    let word = u64::from_le_bytes(text);
    // The lowest of its bits is at the first such byte; above it there may be false ones.
    let is = |byte: u8| {
        let other = word ^ (LOW * u64::from(byte));
        other.wrapping_sub(LOW) & !other & HIGH
    };
    let end = (is(separator) | is(b'\n')).trailing_zeros() & !7;
    let n_bits = (end < 64).then_some(end)?;
    let is_negative = word & 0xff == u64::from(b'-');
    let sign = if is_negative { 8 } else { 0 };
    let number = unsigned(word >> sign, n_bits.checked_sub(sign)?)?;
    let number = if is_negative { -number } else { number };
    Some((number, end as usize / 8))
}

/// The number in the lowest bits of a word: digits, perhaps with a point among them.
#[inline]
fn unsigned(word: u64, n_bits: u32) -> Option<f64> {
    let digits = word ^ (LOW * u64::from(b'0'));
    // The high bit of each byte that is no digit; a sum that overflows spoils those above.
    let others = (digits.wrapping_add(LOW * 0x76) | digits) & HIGH & ((1 << n_bits) - 1);
    let (digits, n_bits, n_places) = if others == 0 {
        (digits, n_bits, 0)
    } else {
        let point = others.trailing_zeros() & !7;
        let is_point = (word >> point) & 0xff == u64::from(b'.');
        if !is_point || others & (others - 1) != 0 {
            return None;
        }
        let whole = (1 << point) - 1;
        let closed = (digits & whole) | ((digits >> 8) & !whole);
        (closed, n_bits - 8, (n_bits - 8 - point) / 8)
    };
    if n_bits == 0 {
        return None;
    }
    let number = eight_digits(digits << (64 - n_bits)) as f64;
    Some(number / POWERS[n_places as usize])
}

/// The number of eight digits, the first in the lowest byte.
///
/// After "Quickly parsing eight digits" by Daniel Lemire, 2018.
fn eight_digits(digits: u64) -> u64 {
    const MASK: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let even = (pairs & MASK).wrapping_mul(100 + (1_000_000 << 32));
    let odd = ((pairs >> 16) & MASK).wrapping_mul(1 + (10_000 << 32));
    even.wrapping_add(odd) >> 32
}

/// The number that a text begins with, and the bytes it takes.
///
/// Only digits with a point among them, of which there are so few that one division rounds
/// correctly; `None` for all others.
pub(super) fn plain(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let text = &text[sign..];
    let mut digits: u64 = 0;
    let mut point = None;
    let mut end = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if *byte == b'.' && point.is_none() {
            point = Some(end);
        } else {
            break;
        }
        end += 1;
    }
    let n_digits = end - usize::from(point.is_some());
    if n_digits == 0 || n_digits > 15 {
        return None;
    }
    let n_places = point.map_or(0, |point| end - point - 1);
    let number = digits as f64 / POWERS[n_places];
    Some((if sign == 1 { -number } else { number }, sign + end))
}

/// A number, or NaN for the texts that stand for no value.
pub(super) fn parse(cell: &[u8]) -> Option<f64> {
    if let Some((number, end)) = plain(cell)
        && end == cell.len()
    {
        return Some(number);
    }
    if is_no_value(cell) {
        return Some(f64::NAN);
    }
    std::str::from_utf8(cell).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_read_as_exactly_as_others() {
        for text in [
            "0",
            "-0",
            "5.",
            ".5",
            "-.25",
            "0.1",
            "53.127",
            "-273.15",
            "123456789012345",
            "0.00000000000001",
            "99999.9999999999",
            "7.1234567890123",
            "007.50",
        ] {
            let (number, end) = plain(text.as_bytes()).unwrap();
            let expect: f64 = text.parse().unwrap();
            assert_eq!(
                (number.to_bits(), end),
                (expect.to_bits(), text.len()),
                "{text}"
            );
        }
    }

    #[test]
    fn short_numbers_are_read_as_exactly_as_others() {
        for text in [
            "0", "-0", "5.", ".5", "-.25", "0.1", "53.127", "-273.1", "1234567", "-123456",
            "123456.", ".123456", "007.50",
        ] {
            let expect: f64 = text.parse().unwrap();
            for behind in [",1.5,20.", "\n2020-01", ",\n\n\n\n\n\n\n"] {
                let cells = format!("{text}{behind}");
                let cells = cells.as_bytes().first_chunk().unwrap();
                let (number, len) = short(*cells, b',').unwrap();
                assert_eq!(
                    (number.to_bits(), len),
                    (expect.to_bits(), text.len()),
                    "{text}"
                );
            }
        }
        assert_eq!(short(*b"1;2,3;4;", b';'), Some((1.0, 1)));
    }

    #[test]
    fn cells_that_are_long_or_no_plain_number_are_not_short() {
        for text in [
            "12345678",
            ",1234567",
            "\n123456,",
            "-,123456",
            ".,123456",
            "-.,12345",
            "1.2.3,45",
            "--1,1234",
            "1-,12345",
            "12e3,123",
            "nan,1234",
            " 1,12345",
            "1 ,12345",
            "1\r\n12345",
            "+1,12345",
            "1:,12345",
            "1/,12345",
            "\u{e9},12345",
            "1\u{e9},1234",
            "1;2,1234",
        ] {
            assert_eq!(
                short(*text.as_bytes().first_chunk().unwrap(), b','),
                None,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_number_ends_where_something_else_begins() {
        assert_eq!(plain(b"1.5,2"), Some((1.5, 3)));
        assert_eq!(plain(b"1.5.2"), Some((1.5, 3)));
        assert_eq!(plain(b"12e3"), Some((12.0, 2)));
        for text in ["", "-", ".", "x", "1234567890123456", "nan"] {
            assert_eq!(plain(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn other_texts_are_numbers_too_or_stand_for_none() {
        for (text, expect) in [
            ("12e3", Some(12e3)),
            ("+4", Some(4.0)),
            ("1234567890123456.5", Some(1_234_567_890_123_456.5)),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("1.5.2", None),
            ("forty", None),
            ("1,5", None),
        ] {
            assert_eq!(parse(text.as_bytes()), expect, "{text}");
        }
        // All that pandas takes for missing, NaN of any case, and nothing like them.
        for text in "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null|NAN"
            .split('|')
        {
            assert!(parse(text.as_bytes()).is_some_and(f64::is_nan), "{text}");
        }
        for text in [
            "na", "none", "Null", "1.#INF", "1.#", "#N/A N", "NaT", "-", "Bad", "\0",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
