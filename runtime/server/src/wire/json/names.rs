//! Names in order of appearance, and the position of each.
//!
//! Bodies repeat the same names in the same order, row after row or column after column, so
//! that the place where a name was last time is looked at first.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Distinct names in order of appearance.
#[derive(Default)]
pub(crate) struct Names<'a> {
    list: Vec<Cow<'a, str>>,
    /// Positions by name; only once the list is not ascending.
    places: Option<BTreeMap<Cow<'a, str>, usize>>,
}

impl<'a> Names<'a> {
    /// Number of names.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The names.
    pub(crate) fn into_list(self) -> Vec<Cow<'a, str>> {
        self.list
    }

    /// The position of a name, which is added if it is new. `guess` is where it may be.
    pub(crate) fn position(&mut self, guess: usize, name: Cow<'a, str>) -> usize {
        if self.list.get(guess) == Some(&name) {
            return guess;
        }
        let end = self.list.len();
        if let Some(places) = &mut self.places {
            let place = *places.entry(name.clone()).or_insert(end);
            if place == end {
                self.list.push(name);
            }
            return place;
        }
        if self.list.last().is_none_or(|last| *last < name) {
            self.list.push(name);
            return end;
        }
        if let Ok(place) = self.list.binary_search(&name) {
            return place;
        }
        self.list.push(name);
        let names = self.list.iter().cloned();
        self.places = Some(names.enumerate().map(|(at, name)| (name, at)).collect());
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_first_appearance() {
        let mut names = Names::default();
        let mut place = |guess, name: &'static str| names.position(guess, Cow::Borrowed(name));
        assert_eq!(place(0, "b"), 0);
        assert_eq!(place(1, "d"), 1);
        assert_eq!(place(9, "b"), 0);
        assert_eq!(place(2, "a"), 2);
        assert_eq!(place(3, "d"), 1);
        assert_eq!(place(3, "c"), 3);
        assert_eq!(place(0, "c"), 3);
        assert_eq!(names.into_list(), ["b", "d", "a", "c"]);
    }
}
