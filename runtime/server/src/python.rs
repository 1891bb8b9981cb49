//! Python's spelling of values inside messages that clients read.

use std::fmt::Write as _;

/// `repr` of a text: single quotes unless that needs more escapes.
pub(crate) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if letter == quote => {
                out.push('\\');
                out.push(letter);
            }
            _ if letter.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push(quote);
    out
}

/// `repr` of a list of texts.
pub(crate) fn repr_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(repr).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_follow_python() {
        assert_eq!(repr("TAG 1"), "'TAG 1'");
        assert_eq!(repr("O'Neil"), "\"O'Neil\"");
        assert_eq!(repr("a\"b'c"), "'a\"b\\'c'");
        assert_eq!(repr("a\\b\nÅ\u{1}"), "'a\\\\b\\nÅ\\x01'");
        assert_eq!(repr_list(["a", "b"]), "['a', 'b']");
    }
}
