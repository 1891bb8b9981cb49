//! A secret in another spelling: quoted, escaped or encoded letter by letter.
//!
//! Whoever repeats a secret, such as a server, a URL library or a parser of JSON, may write each of
//! its letters in another way, so each is matched in all of them.

/// Where in a text a match of a secret's first letters ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Length in the text.
    pub(super) length: usize,
    /// How many of the secret's letters are matched.
    pub(super) n_letters: usize,
}

/// The longest match of a secret at the start of a text.
pub(super) fn match_at(text: &str, secret: &[char]) -> Match {
    let mut ends = vec![0];
    let mut longest = Match {
        length: 0,
        n_letters: 0,
    };
    for (number, letter) in secret.iter().enumerate() {
        let mut next = Vec::new();
        for end in &ends {
            let rest = &text[*end..];
            let mut reach = |length: usize| {
                if !next.contains(&(end + length)) {
                    next.push(end + length);
                }
            };
            spellings(rest, *letter, &mut reach);
            // Several blanks are told as one.
            if letter.is_whitespace() && number > 0 && secret[number - 1].is_whitespace() {
                reach(0);
            }
        }
        let Some(furthest) = next.iter().max() else {
            break;
        };
        longest = Match {
            length: *furthest,
            n_letters: number + 1,
        };
        ends = next;
    }
    longest
}

/// Tells the length of each way in which a text begins with a letter.
fn spellings(text: &str, letter: char, reach: &mut impl FnMut(usize)) {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return;
    };
    if first == letter {
        reach(first.len_utf8());
        // Quotes are doubled within quotes, of YAML and SQL, and backslashes escaped.
        if matches!(letter, '\'' | '"' | '\\') && letters.next() == Some(letter) {
            reach(2 * letter.len_utf8());
        }
    }
    if letter.is_whitespace() {
        let blanks = text.len() - text.trim_start().len();
        if blanks > 0 {
            reach(blanks);
        }
    }
    match first {
        '+' if letter == ' ' => reach(1),
        '%' => {
            if let Some(length) = percent_encoded(text, letter) {
                reach(length);
            }
        }
        '\\' => {
            if let Some((written, length)) = escaped(&text[1..])
                && written == letter
            {
                reach(1 + length);
            }
        }
        '&' => {
            if let Some((written, length)) = entity(text)
                && written == letter
            {
                reach(length);
            }
        }
        _ => {}
    }
}

/// `%C3%B8`, of a letter's bytes in UTF-8.
fn percent_encoded(text: &str, letter: char) -> Option<usize> {
    let mut bytes = [0; 4];
    let bytes = letter.encode_utf8(&mut bytes).as_bytes();
    let mut at = 0;
    for byte in bytes {
        let digits = text.get(at..at + 3)?.strip_prefix('%')?;
        if u8::from_str_radix(digits, 16).ok()? != *byte {
            return None;
        }
        at += 3;
    }
    Some(at)
}

/// What follows a backslash in JSON, YAML, Python and Rust: the letter, and the length.
fn escaped(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok();
    let of_length = |length: usize| {
        let code = hexadecimal(text.get(1..=length)?)?;
        Some((char::from_u32(code)?, 1 + length))
    };
    match first {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        'x' => of_length(2),
        'u' if text[1..].starts_with('{') => {
            let end = text.find('}')?;
            Some((char::from_u32(hexadecimal(text.get(2..end)?)?)?, end + 1))
        }
        'u' => of_length(4).or_else(|| surrogates(text)),
        'U' => of_length(8),
        _ if first.is_alphanumeric() => None,
        _ => Some((first, first.len_utf8())),
    }
}

/// `uD83D\uDE00`, as JSON writes letters beyond the sixteenth bit.
fn surrogates(text: &str) -> Option<(char, usize)> {
    let unit = |from: usize| u16::from_str_radix(text.get(from..from + 4)?, 16).ok();
    let second = text.get(5..7).filter(|middle| *middle == "\\u");
    second?;
    let letter = char::decode_utf16([unit(1)?, unit(7)?]).next()?.ok()?;
    Some((letter, 11))
}

/// `&quot;` and `&#39;`.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.get(..text.len().min(10)).unwrap_or(text).find(';')?;
    let letter = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        numbered => {
            let digits = numbered.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, secret: &str) {
        let letters: Vec<char> = secret.chars().collect();
        let found = match_at(&format!("{text} rest"), &letters);
        assert_eq!(found.n_letters, letters.len(), "{text}");
        assert_eq!(found.length, text.len(), "{text}");
    }

    #[test]
    fn letters_are_matched_however_they_are_written() {
        let secret = "a'b\"c\\d/ø 😀&<%";
        for text in [
            secret,
            "a''b\"\"c\\\\d/ø 😀&<%",
            "a'b\\\"c\\\\d\\/\\u00f8 \\ud83d\\ude00&<%",
            "a%27b%22c%5Cd%2F%C3%B8+%F0%9F%98%80%26%3C%25",
            "a%27b%22c%5cd%2f%c3%b8%20%f0%9f%98%80%26%3c%25",
            "a&#39;b&quot;c\\d/&#xf8; 😀&amp;&lt;%",
            "a\\'b\\\"c\\\\d/\\xf8\n   \\U0001f600&<%",
            "a\\u{27}b\"c\\d/\\u{f8} \\u{1f600}&<%",
        ] {
            check(text, secret);
        }
        check("a b c", "a \n\t b  c");
        check("one\\ntwo", "one\ntwo");
    }

    #[test]
    fn other_texts_are_not_matched() {
        let letters: Vec<char> = "hush".chars().collect();
        for (text, n_letters) in [("", 0), ("hus", 3), ("Hush", 0), ("hu%73", 3), ("h&us;", 1)] {
            assert_eq!(match_at(text, &letters).n_letters, n_letters, "{text}");
        }
    }
}
