//! Names in order of appearance, and the position of each.
//!
//! Bodies repeat the same names in the same order, row after row or column after column, so
//! that the place where a name was last time is looked at first. The names themselves stay
//! where they are, in the body.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

use super::scan::Key;
use super::text;
use crate::wire::blocks::Blocks;

/// Distinct names in order of appearance.
pub(crate) struct Names<'a> {
    body: &'a str,
    /// Where each name stands for the first time.
    places: Blocks<usize>,
    /// The last name, while all are ascending.
    last: Cow<'a, str>,
    /// Positions by name; only once they are not ascending.
    positions: Option<HashTable<u32>>,
    hasher: RandomState,
}

impl<'a> Names<'a> {
    /// No names yet, of this body.
    pub(crate) fn new(body: &'a str) -> Self {
        Self {
            body,
            places: Blocks::default(),
            last: Cow::default(),
            positions: None,
            hasher: RandomState::new(),
        }
    }

    /// The names of the members of an object.
    #[cfg(test)]
    pub(crate) fn of(body: &'a str) -> Self {
        let mut names = Self::new(body);
        let passed = super::scan::Scanner::new(body).object(|scanner, at, key| {
            names.position(at, &key);
            scanner.skip()
        });
        passed.unwrap();
        names
    }

    /// Number of names.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.places.iter().map(|place| text::at(self.body, place))
    }

    /// The position of a name, which is added if it is new. `guess` is where it may be.
    pub(crate) fn position(&mut self, guess: usize, name: &Key<'a>) -> usize {
        if self
            .places
            .get(guess)
            .is_some_and(|place| is_at(self.body, place, &name.text))
        {
            return guess;
        }
        let end = self.len();
        if self.positions.is_none() {
            if end == 0 || self.last < name.text {
                self.last.clone_from(&name.text);
                self.places.push(name.at);
                return end;
            }
            self.index();
        }
        let (body, places, hasher) = (self.body, &self.places, &self.hasher);
        let hash = hasher.hash_one(name.text.as_ref());
        let same = |at: &u32| is_at(body, places[*at as usize], &name.text);
        if let Some(at) = self.positions.as_ref().and_then(|all| all.find(hash, same)) {
            return *at as usize;
        }
        self.places.push(name.at);
        self.enter(end, hash);
        end
    }

    /// Makes the table of positions.
    fn index(&mut self) {
        self.positions = Some(HashTable::new());
        for at in 0..self.len() {
            let name = text::at(self.body, self.places[at]);
            let hash = self.hasher.hash_one(name.as_ref());
            self.enter(at, hash);
        }
    }

    fn enter(&mut self, at: usize, hash: u64) {
        let (body, places, hasher) = (self.body, &self.places, &self.hasher);
        let rehash = |at: &u32| hasher.hash_one(text::at(body, places[*at as usize]).as_ref());
        // A body of so many names would have 16 GiB.
        if let (Some(positions), Ok(at)) = (&mut self.positions, u32::try_from(at)) {
            positions.insert_unique(hash, at, rehash);
        }
    }
}

/// Whether a string stands at a place, which is that of a string.
fn is_at(body: &str, place: usize, name: &str) -> bool {
    let bytes = &body.as_bytes()[place + 1..];
    let is_plain = bytes.starts_with(name.as_bytes()) && bytes.get(name.len()) == Some(&b'"');
    // A name with a backslash or quote in it would be escaped there.
    is_plain && !name.contains(['\\', '"']) || text::at(body, place) == name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::scan::Scanner;

    #[test]
    fn positions_are_those_of_first_appearance() {
        let body = r#"{"b": 0, "d": 1, "b": 0, "a": 2, "d": 1, "c": 3, "\u0063": 3, "\\": 4,
                       "\"": 5, "\u005c": 4, "": 6, "\u0022": 5, "a\\": 7, "a\\": 7}"#;
        for guess in [0, 2, 9] {
            let mut names = Names::new(body);
            let mut scanner = Scanner::new(body);
            let passed = scanner.object(|scanner, _, key| {
                let position = names.position(guess, &key);
                let expect = scanner.peek()? - b'0';
                assert_eq!(position, usize::from(expect), "{}", key.text);
                scanner.skip()
            });
            assert_eq!(passed, Ok(14));
            let all: Vec<_> = names.iter().collect();
            assert_eq!(all, ["b", "d", "a", "c", "\\", "\"", "", "a\\"]);
        }
    }
}
