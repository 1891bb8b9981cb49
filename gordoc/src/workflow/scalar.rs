//! One YAML scalar that means exactly a given text, whatever is in it.

use std::fmt::Write as _;

/// Words that a YAML 1.1 or 1.2 reader takes for something other than text.
const RESERVED: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// Writes a text as it is where that is safe in any place of a document, else in double quotes.
///
/// Nothing in the result can end the scalar, start a comment or a key, or read as a number.
pub(crate) fn scalar(text: &str) -> String {
    if plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Whether a text reads as itself without quotes, also within `[..]` and `{..}`.
fn plain(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(inner)
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// The text in double quotes, with every character escaped that YAML does not take as it is.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if unprintable(c) => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("writing to a string cannot fail");
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Control characters, line separators and marks; all have four hexadecimal digits.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::scalar;

    fn check(text: &str, expect: &str) {
        assert_eq!(scalar(text), expect, "{text:?}");
    }

    #[test]
    fn names_and_paths_stay_plain() {
        check("gordo-srv-north-field", "gordo-srv-north-field");
        check("/gordo/models", "/gordo/models");
        check("a.b-c.d", "a.b-c.d");
    }

    #[test]
    fn numbers_and_words_of_yaml_are_quoted() {
        for text in [
            "007", "1e3", "12", ".5", "-", "~", "", "No", "null", "y", "0x1f",
        ] {
            check(text, &format!("\"{text}\""));
        }
    }

    #[test]
    fn nothing_ends_the_scalar() {
        check(r#"a" #: b"#, r#""a\" #: b""#);
        check("a: b", r#""a: b""#);
        check("back\\slash", r#""back\\slash""#);
        check("two\nlines\ttab\r", r#""two\nlines\ttab\u000d""#);
        check("{{ x }}", r#""{{ x }}""#);
    }

    #[test]
    fn letters_outside_ascii_stay_and_marks_do_not() {
        check("Grøn 😀", "\"Grøn 😀\"");
        check(
            "\u{7f}\u{85}\u{2028}\u{feff}",
            r#""\u007f\u0085\u2028\ufeff""#,
        );
    }
}
