//! Numbers and texts as Python writes them.
//!
//! Reads no names and no signs.

/// A number at the start of a text, and its length; `None` if there is none.
pub(super) fn number(text: &str) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] {
        let Some(start) = text
            .get(..2)
            .filter(|start| start.eq_ignore_ascii_case(prefix))
        else {
            continue;
        };
        let length = digits(&bytes[start.len()..], radix, true);
        if length > 0 {
            let value = whole(&text[2..2 + length], radix);
            return Some((value, 2 + length));
        }
    }
    let mut length = digits(bytes, 10, false);
    let n_whole = length;
    if bytes.get(length) == Some(&b'.') {
        let fraction = digits(&bytes[length + 1..], 10, false);
        if n_whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if length == 0 {
        return None;
    }
    length += exponent(&bytes[length..]);
    let is_whole = length == n_whole;
    if is_whole && bytes[0] == b'0' && bytes[..length].iter().any(|byte| *byte > b'0') {
        // Python refuses `007`; what follows the zero is then found to stand on its own.
        return Some((0.0, 1));
    }
    let plain = text[..length].replace('_', "");
    plain.parse().ok().map(|value| (value, length))
}

/// Length of `e-3`, 0 if there is no exponent.
fn exponent(bytes: &[u8]) -> usize {
    if !matches!(bytes.first(), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(matches!(bytes.get(1), Some(b'+' | b'-')));
    match digits(&bytes[1 + sign..], 10, false) {
        0 => 0,
        length => 1 + sign + length,
    }
}

/// Length of the digits at the start, single underscores between them; one may lead after a
/// prefix.
fn digits(bytes: &[u8], radix: u32, may_lead: bool) -> usize {
    let is_digit = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|byte| char::from(*byte).is_digit(radix))
    };
    let mut length = 0;
    loop {
        if is_digit(length) {
            length += 1;
        } else if bytes.get(length) == Some(&b'_')
            && (length > 0 || may_lead)
            && is_digit(length + 1)
        {
            length += 2;
        } else {
            return length;
        }
    }
}

fn whole(digits: &str, radix: u32) -> f64 {
    let digits = digits.chars().filter_map(|digit| digit.to_digit(radix));
    digits.fold(0.0, |value, digit| {
        value * f64::from(radix) + f64::from(digit)
    })
}

/// The text that a quote at the start of `text` opens, and its length with both quotes; `None`
/// if it is not closed on its line.
pub(super) fn text(text: &str, quote: char) -> Option<(String, usize)> {
    let mut read = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' | '\r' => return None,
            '\\' => {
                let (_, escaped) = characters.next()?;
                if !matches!(escaped, '\\' | '\'' | '"') {
                    read.push('\\');
                }
                read.push(escaped);
            }
            _ if character == quote => return Some((read, at + 1)),
            _ => read.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (input, value, length) in [
            ("5", 5.0, 1),
            ("5.", 5.0, 2),
            (".5", 0.5, 2),
            ("1e3", 1000.0, 3),
            ("1.5E-1x", 0.15, 6),
            ("5.e0", 5.0, 4),
            ("1_000.5", 1000.5, 7),
            ("0x1F", 31.0, 4),
            ("0B11", 3.0, 4),
            ("0o_7", 7.0, 4),
            ("00", 0.0, 2),
            ("007", 0.0, 1),
            ("0.5", 0.5, 3),
            ("5and", 5.0, 1),
            ("5e", 5.0, 1),
            ("1__0", 1.0, 1),
            ("0x", 0.0, 1),
            ("1e400", f64::INFINITY, 5),
        ] {
            assert_eq!(number(input), Some((value, length)), "{input}");
        }
        for input in ["", ".", "_1", "x", "-1", "é"] {
            assert_eq!(number(input), None, "{input}");
        }
    }

    #[test]
    fn texts_end_at_their_own_quote() {
        let check = |input: &str, expect: Option<(&str, usize)>| {
            let quote = input.chars().next().unwrap();
            let found = text(input, quote);
            let found = found
                .as_ref()
                .map(|(text, length)| (text.as_str(), *length));
            assert_eq!(found, expect, "{input}");
        };
        check("'a\"b' > 5", Some(("a\"b", 5)));
        check(r#""a\"b""#, Some(("a\"b", 6)));
        check(r"'\d'", Some(("\\d", 4)));
        check("'é'", Some(("é", 4)));
        check("'a\n'", None);
        check("'a", None);
        check("'a\\", None);
    }
}
