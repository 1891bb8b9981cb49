//! Keeps passwords and keys out of whatever is printed, served or emitted.
//!
//! Which keys hold a secret is decided here alone. A secret is struck out of a JSON document by its
//! key ([`hide_in_document`]), out of a config's lines by its place, and out of messages by its
//! text, however that is quoted or encoded ([`Secrets`]).

mod address;
mod document;
mod key;
mod lines;
mod secrets;
mod spelling;

use std::borrow::Cow;

use crate::source::Span;

pub use address::{hide_passwords, passwords};
pub use document::{hide_environment, hide_in_document};
pub use key::{Holds, holds};
pub use lines::{blank_comments, blank_lines};
pub use secrets::Secrets;

/// What stands where a secret stood.
pub const HIDDEN: &str = "***";

/// A config's text as it may be shown, and what messages on it may not repeat.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    /// The text with secrets blanked, every byte at its place.
    pub shown: String,
    /// The secrets themselves.
    pub secrets: Secrets,
}

impl Redaction {
    /// A message without secrets.
    pub fn hide<'a>(&self, message: &'a str) -> Cow<'a, str> {
        self.secrets.hide(message)
    }
}

/// Turns what stands at a place into stars; blanks stay, so that lines look like lines.
pub fn blank(text: &mut String, place: Span) {
    let start = text.floor_char_boundary(place.start.min(text.len()));
    let end = text.ceil_char_boundary(place.end.clamp(start, text.len()));
    let stars = stars(&text[start..end]);
    text.replace_range(start..end, &stars);
}

/// As many bytes of stars as a text has, between the same blanks.
fn stars(text: &str) -> String {
    let mut stars = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_whitespace() {
            stars.push(letter);
        } else {
            stars.extend(std::iter::repeat_n('*', letter.len_utf8()));
        }
    }
    stars
}
