//! What may turn out to be a key: a colon behind it decides.

use super::super::cursor::Cursor;
use super::super::syntax_error::{Read, SyntaxError};

/// Longest key that needs no `?`, in characters.
const LONGEST: usize = 1024;

/// What becomes a key if a colon follows.
#[derive(Clone, Copy)]
pub(super) struct PossibleKey {
    /// Index of its first token.
    pub(super) token: usize,
    /// Whether nothing else can stand here.
    pub(super) required: bool,
    /// First byte.
    pub(super) at: usize,
    /// Line of the first byte.
    pub(super) line: usize,
    /// Column of the first byte.
    pub(super) column: usize,
}

/// At most one possible key at each depth of brackets.
pub(super) struct PossibleKeys(Vec<Option<PossibleKey>>);

impl PossibleKeys {
    /// No keys outside of all brackets.
    pub(super) fn new() -> Self {
        Self(vec![None])
    }

    /// Enters brackets.
    pub(super) fn open(&mut self) {
        self.0.push(None);
    }

    /// Leaves brackets.
    pub(super) fn close(&mut self) {
        self.0.pop();
    }

    /// Remembers a key at this depth.
    pub(super) fn save(&mut self, key: PossibleKey) {
        if let Some(slot) = self.0.last_mut() {
            *slot = Some(key);
        }
    }

    /// The key at this depth, forgotten here.
    pub(super) fn take(&mut self) -> Option<PossibleKey> {
        self.0.last_mut().and_then(Option::take)
    }

    /// Forgets the key at this depth, which has no colon.
    pub(super) fn forget(&mut self, text: &str) -> Read<()> {
        match self.take() {
            Some(key) if key.required => Err(no_colon(key, text)),
            _ => Ok(()),
        }
    }

    /// Forgets keys that are too far behind: a key is in one line and not too long.
    pub(super) fn forget_stale(&mut self, cursor: &Cursor<'_>) -> Read<()> {
        for slot in &mut self.0 {
            let Some(key) = *slot else {
                continue;
            };
            let is_short = key.at + LONGEST >= cursor.at()
                || cursor.text()[key.at..cursor.at()].chars().count() <= LONGEST;
            if key.line == cursor.line() && is_short {
                continue;
            }
            *slot = None;
            if key.required {
                return Err(no_colon(key, cursor.text()));
            }
        }
        Ok(())
    }

    /// Index of the first token that may turn out to start a key.
    pub(super) fn first_word(&self) -> Option<usize> {
        self.0.iter().flatten().map(|key| key.token).min()
    }
}

fn no_colon(key: PossibleKey, text: &str) -> SyntaxError {
    let rest = &text[key.at..];
    let end = key.at + rest.find(['\n', '\r']).unwrap_or(rest.len());
    SyntaxError::scanner("a line among keys has no `: `", (key.at, end))
        .label("not a key with a value")
        .help("write `key: value`, with a blank behind the colon")
}
