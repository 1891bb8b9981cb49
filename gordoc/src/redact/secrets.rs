//! Texts that no message may repeat.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::spelling::{Match, match_at};
use super::{HIDDEN, stars};

/// Shorter texts are hidden only where they stand as a word: messages are full of their letters.
const SHORTEST_WITHIN_WORDS: usize = 4;
/// Shorter texts in base64 are found by chance.
const SHORTEST_ENCODED: usize = 5;

/// Passwords and keys that are known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeSet<String>);

// Tells no secret, where a struct that holds them is printed.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Remembers a secret; each line of a long one, too.
    pub fn add(&mut self, secret: &str) {
        let lines = secret.lines().map(str::trim);
        let long = lines.filter(|line| line.chars().count() >= SHORTEST_WITHIN_WORDS);
        self.0.extend(long.map(str::to_owned));
        let secret = secret.trim();
        if !secret.is_empty() && secret != HIDDEN {
            self.0.insert(secret.to_owned());
        }
    }

    /// A text with `***` for each secret in it: as it is, quoted, escaped, in percent-encoding,
    /// hexadecimal digits or base64, and cut short by dots.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.replace(text, |_| HIDDEN.to_owned())
    }

    /// As [`Secrets::hide`], with a star for each byte, so that drawings keep their shape.
    pub fn blank<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.replace(text, stars)
    }

    fn replace<'a>(&self, text: &'a str, shown: impl Fn(&str) -> String) -> Cow<'a, str> {
        let mut hidden = Cow::Borrowed(text);
        for secret in self.in_order() {
            let letters: Vec<char> = secret.chars().collect();
            replace_found(&mut hidden, &shown, |text, at| {
                length_at(text, at, &letters)
            });
            for encoded in encodings(secret) {
                replace_found(&mut hidden, &shown, |text, at| {
                    text[at..].starts_with(&encoded).then_some(encoded.len())
                });
            }
        }
        hidden
    }

    /// Long ones first, as one may hold another.
    fn in_order(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.0.iter().map(String::as_str).collect();
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        all
    }
}

fn replace_found(
    text: &mut Cow<'_, str>,
    shown: impl Fn(&str) -> String,
    length_at: impl Fn(&str, usize) -> Option<usize>,
) {
    let mut hidden = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        match length_at(text, at) {
            Some(length) if length > 0 => {
                hidden.push_str(&text[from..at]);
                hidden.push_str(&shown(&text[at..at + length]));
                at += length;
                from = at;
            }
            _ => at += letter.len_utf8(),
        }
    }
    if from > 0 {
        hidden.push_str(&text[from..]);
        *text = Cow::Owned(hidden);
    }
}

/// How much of a text at a place is the secret.
fn length_at(text: &str, at: usize, secret: &[char]) -> Option<usize> {
    let Match { length, n_letters } = match_at(&text[at..], secret);
    let end = at + length;
    let is_whole = n_letters == secret.len();
    // Long texts are cut where they are repeated.
    let is_cut = n_letters >= SHORTEST_WITHIN_WORDS && text[end..].trim_start().starts_with("...");
    if !is_whole && !is_cut {
        return None;
    }
    let borders = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    let is_word = borders(text[..at].chars().next_back()) && borders(text[end..].chars().next());
    (secret.len() >= SHORTEST_WITHIN_WORDS || is_word).then_some(length)
}

/// A secret's bytes in hexadecimal digits and base64, where it may be a part of what is encoded:
/// `user:password`, say.
fn encodings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    if bytes.len() < SHORTEST_ENCODED {
        return Vec::new();
    }
    let hexadecimal = bytes.iter().fold(String::new(), |digits, byte| {
        digits + &format!("{byte:02x}")
    });
    let mut encodings = vec![hexadecimal.to_uppercase(), hexadecimal];
    for n_before in 0..3 {
        let mut whole = vec![0; n_before];
        whole.extend_from_slice(bytes);
        // Six bits make a letter: those that hold bits of what stands before or after are not
        // known.
        let first = (n_before * 8).div_ceil(6);
        let end = whole.len() * 8 / 6;
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            encodings.push(engine.encode(&whole)[first..end].to_owned());
        }
    }
    encodings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(all: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        for secret in all {
            secrets.add(secret);
        }
        secrets
    }

    #[test]
    fn secrets_are_hidden_in_every_spelling_and_encoding() {
        let secret = "hu sh/ø\"1";
        let known = secrets(&[secret]);
        let mut spellings = vec![
            secret.to_owned(),
            serde_json::to_string(secret).unwrap(),
            format!("{secret:?}"),
            secret.escape_unicode().to_string(),
            "hu%20sh%2F%C3%B8%221".to_owned(),
            "hu+sh/%c3%b8%221".to_owned(),
        ];
        for user in ["", "u", "us", "use", "user:"] {
            let both = format!("{user}{secret}");
            spellings.push(base64::engine::general_purpose::STANDARD.encode(&both));
            spellings.push(base64::engine::general_purpose::URL_SAFE.encode(&both));
        }
        for spelling in spellings {
            let hidden = known
                .hide(&format!("denied: `{spelling}` is wrong"))
                .into_owned();
            assert!(hidden.contains(HIDDEN), "{spelling}: {hidden}");
            for part in ["hu sh", "sh/", "u%20", "u+sh", "\\u{75}"] {
                assert!(!hidden.contains(part), "{spelling}: {hidden}");
            }
            assert!(hidden.starts_with("denied: `") && hidden.ends_with("` is wrong"));
        }
    }

    #[test]
    fn what_is_cut_is_hidden_too() {
        let known = secrets(&["hush-hush-hush-hush"]);
        assert_eq!(known.hide("`hush-hush...`"), "`***...`");
        assert_eq!(known.hide("hush-hush ..."), "*** ...");
        assert_eq!(known.hide("hush-hush"), "hush-hush");
    }

    #[test]
    fn short_secrets_are_words() {
        let known = secrets(&["a1", "***", "", " "]);
        assert_eq!(known.hide("a1: ba1c, `a1`"), "***: ba1c, `***`");
        assert_eq!(known.hide("***"), "***");
    }

    #[test]
    fn lines_of_long_secrets_are_secret() {
        let known = secrets(&["first line\n  second\n"]);
        assert_eq!(known.hide("a second one"), "a *** one");
        assert_eq!(known.hide("first line second"), "***");
    }

    #[test]
    fn longer_secrets_are_hidden_before_those_within_them() {
        let known = secrets(&["hush", "hush-hush"]);
        assert_eq!(known.hide("hush-hush, hush"), "***, ***");
    }

    #[test]
    fn nothing_of_them_is_printed_by_accident() {
        assert_eq!(format!("{:?}", secrets(&["hush"])), "Secrets(1)");
    }
}
