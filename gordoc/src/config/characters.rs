//! Characters that no config holds.

use crate::diagnostic::Diagnostic;

/// The first control character of a text, with its place in bytes and what is wrong with it.
pub(super) fn find_control(text: &str) -> Option<(usize, Diagnostic)> {
    let (at, letter) = if text.is_ascii() {
        let at = text.bytes().position(|byte| is_control(char::from(byte)))?;
        (at, char::from(text.as_bytes()[at]))
    } else {
        text.char_indices()
            .find(|(_, letter)| is_control(*letter))?
    };
    let diagnostic = if letter == '\0' {
        Diagnostic::error("config::nul_byte", "a config is text, without NUL bytes")
            .help("save the file as UTF-8")
    } else {
        let code = u32::from(letter);
        Diagnostic::error(
            "config::control_character",
            format!("a config is text, without control characters such as U+{code:04X}"),
        )
        .help(format!(
            "remove it, or write `\"\\u{code:04x}\"` between double quotes"
        ))
    };
    Some((at, diagnostic.class("ReaderError")))
}

/// What `PyYAML` takes for no character of a text.
fn is_control(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => letter.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_at_their_bytes() {
        let table = [
            ("a\tb\r\n é\u{85}\u{a0}\u{feff}😀\u{2028}", None),
            ("ab\u{7}", Some((2, "config::control_character"))),
            ("é\u{7f}", Some((2, "config::control_character"))),
            ("é\u{80}", Some((2, "config::control_character"))),
            ("é\u{ffff}", Some((2, "config::control_character"))),
            ("a\0", Some((1, "config::nul_byte"))),
        ];
        for (text, expect) in table {
            let found = find_control(text).map(|(at, diagnostic)| (at, diagnostic.code));
            assert_eq!(found, expect, "{text:?}");
        }
    }
}
