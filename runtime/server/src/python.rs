//! Python's spelling of values inside messages that clients read.

use std::fmt::{self, Write as _};

use gordo_runtime::{Escaped, Excerpt};

/// Most texts of a request that a message lists.
const MOST_LISTED: usize = 10;

/// `repr` of a text of a request: its first characters, control characters escaped.
pub(crate) fn repr(text: &str) -> String {
    quoted(text, Some(Excerpt::LONGEST))
}

/// `repr` of a list of names that the machine itself has: all of them, whole.
pub(crate) fn repr_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| quoted(text, None)).collect();
    format!("[{}]", texts.join(", "))
}

/// A list of texts of a request, of which only the first are shown.
pub(crate) fn excerpts<T: fmt::Display>(texts: impl IntoIterator<Item = T>) -> String {
    let mut out = String::from("[");
    for (position, text) in texts.into_iter().enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        if position == MOST_LISTED {
            out.push_str(", ...");
            break;
        }
        let _ = write!(out, "{comma}{text}");
    }
    out.push(']');
    out
}

/// Single quotes unless that needs more escapes; at most `longest` characters.
fn quoted(text: &str, longest: Option<usize>) -> String {
    let end = longest.and_then(|longest| text.char_indices().nth(longest));
    let shown = end.map_or(text, |(end, _)| &text[..end]);
    let quote = if shown.contains('\'') && !shown.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(shown.len() + 5);
    out.push(quote);
    for letter in shown.chars() {
        if letter == '\\' || letter == quote {
            out.push('\\');
            out.push(letter);
        } else {
            let _ = write!(out, "{}", Escaped(letter.encode_utf8(&mut [0; 4])));
        }
    }
    if end.is_some() {
        out.push_str("...");
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_follow_python() {
        assert_eq!(repr("TAG 1"), "'TAG 1'");
        assert_eq!(repr("O'Neil"), "\"O'Neil\"");
        assert_eq!(repr("a\"b'c"), "'a\"b\\'c'");
        assert_eq!(repr("a\\b\nÅ\u{1}"), r"'a\\b\nÅ\u{1}'");
        assert_eq!(repr_list(["a", "b"]), "['a', 'b']");
    }

    #[test]
    fn texts_of_requests_are_short_and_those_of_machines_whole() {
        let long = "ø".repeat(70);
        assert_eq!(repr(&long), format!("'{}...'", "ø".repeat(60)));
        assert_eq!(repr_list([long.as_str()]), format!("['{long}']"));
        assert_eq!(repr("\u{202e}\u{1b}[2J"), r"'\u{202e}\u{1b}[2J'");
        let many = excerpts((0..30).map(|n| repr(&n.to_string())));
        assert!(many.ends_with("'8', '9', ...]"), "{many}");
        assert_eq!(excerpts(["'a'", "'b'"]), "['a', 'b']");
    }
}
