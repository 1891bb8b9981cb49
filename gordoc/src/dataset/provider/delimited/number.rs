//! Numbers as most files write them, read without looking twice.

/// Powers of ten that are exact.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// The number that a text begins with, and the bytes it takes.
///
/// Only digits with a point among them, of which there are so few that one division rounds
/// correctly; `None` for all others.
pub(super) fn plain(text: &[u8]) -> Option<(f64, usize)> {
    let is_negative = text.first() == Some(&b'-');
    let start = usize::from(is_negative);
    let mut digits: u64 = 0;
    let mut point = None;
    let mut end = start;
    for byte in &text[start..] {
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
    let n_digits = end - start - usize::from(point.is_some());
    if n_digits == 0 || n_digits > 15 {
        return None;
    }
    let n_places = point.map_or(0, |point| end - point - 1);
    let number = digits as f64 / POWERS[n_places];
    Some((if is_negative { -number } else { number }, end))
}

/// A number, or NaN for the texts that stand for no value.
pub(super) fn parse(cell: &[u8]) -> Option<f64> {
    if let Some((number, end)) = plain(cell)
        && end == cell.len()
    {
        return Some(number);
    }
    let text = std::str::from_utf8(cell).ok()?;
    match text {
        "" | "NA" | "N/A" | "n/a" | "#N/A" | "<NA>" | "NULL" | "null" | "None" => Some(f64::NAN),
        _ => text.parse().ok(),
    }
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
        for text in ["", "NA", "nan", "NaN", "null", "None"] {
            assert!(parse(text.as_bytes()).is_some_and(f64::is_nan), "{text}");
        }
    }
}
