//! Text from outside, as it may stand in messages.
//!
//! Cells, headers, keys, bodies and the words of other servers are written by somebody else: they
//! may hold what moves a terminal's cursor, or be megabytes long.

use std::fmt::{self, Write as _};

/// The first sixty characters of a text, with control characters escaped.
///
/// # Examples
///
/// ```
/// use gordo_runtime::Excerpt;
///
/// assert_eq!(Excerpt("\u{1b}[31m2\u{7}").to_string(), r"\u{1b}[31m2\u{7}");
/// assert_eq!(Excerpt(&"7".repeat(100)).to_string(), format!("{}...", "7".repeat(60)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a>(pub &'a str);

impl Excerpt<'_> {
    /// Most characters that are shown of a text.
    pub const LONGEST: usize = 60;
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.char_indices().nth(Self::LONGEST).map(|(at, _)| at);
        Escaped(&self.0[..end.unwrap_or(self.0.len())]).fmt(f)?;
        match end {
            Some(_) => f.write_str("..."),
            None => Ok(()),
        }
    }
}

/// A whole text with its control characters escaped, for texts whose length is known to be small.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl Escaped<'_> {
    /// Whether a character is written as an escape: a terminal would obey it, or show text in
    /// another order.
    pub fn escapes(letter: char) -> bool {
        letter.is_control()
            || matches!(
                letter,
                '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            )
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(Self::escapes) {
            let (plain, from) = rest.split_at(at);
            f.write_str(plain)?;
            let mut letters = from.chars();
            if let Some(letter) = letters.next() {
                write_escaped(letter, f)?;
            }
            rest = letters.as_str();
        }
        f.write_str(rest)
    }
}

fn write_escaped(letter: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match letter {
        '\n' | '\r' | '\t' => letter.escape_default().try_for_each(|c| f.write_char(c)),
        _ => letter.escape_unicode().try_for_each(|c| f.write_char(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_terminal_would_obey_is_escaped() {
        for code in 0..=0x2fff {
            let Some(letter) = char::from_u32(code) else {
                continue;
            };
            let shown = Escaped(&format!("a{letter}ø")).to_string();
            if Escaped::escapes(letter) {
                assert!(shown.starts_with("a\\") && shown.ends_with('ø'), "{shown}");
                assert!(!shown.contains(letter), "{shown}");
            } else {
                assert_eq!(shown, format!("a{letter}ø"));
            }
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "ø".repeat(Excerpt::LONGEST);
        assert_eq!(Excerpt(&text).to_string(), text);
        assert_eq!(
            Excerpt(&format!("{text}b")).to_string(),
            format!("{text}...")
        );
        // An escape is written for a character, whole or not at all.
        let bells = Excerpt(&"\u{7}".repeat(1_000_000)).to_string();
        assert_eq!(bells, format!("{}...", r"\u{7}".repeat(Excerpt::LONGEST)));
    }

    #[test]
    fn lines_stay_one_line() {
        assert_eq!(Excerpt("a\r\n\tb").to_string(), r"a\r\n\tb");
    }
}
