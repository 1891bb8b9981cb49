//! Entries of a mapping while it is read: merge keys and repeated keys.

use super::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Mappings of more entries are sorted to find repeated keys.
const FEW: usize = 16;

/// A mapping under construction; own entries win over merged ones, later ones over earlier.
#[derive(Default)]
pub(super) struct Entries {
    own: Vec<(Node, Node)>,
    merged: Vec<(Node, Node)>,
}

impl Entries {
    /// Adds an own entry.
    pub(super) fn insert(&mut self, key: Node, value: Node) -> Result<(), Box<Diagnostic>> {
        if key.as_key().is_none() {
            return Err(Box::new(
                Diagnostic::error(
                    "config::key_is_a_collection",
                    "a key is a list or a mapping",
                )
                .label(key.span, "not usable as a key")
                .help("quote it to make it a text, or fill in the placeholder if it is one")
                .class("ConstructorError"),
            ));
        }
        self.own.push((key, value));
        Ok(())
    }

    /// Lays the entries of a mapping, or of each of a list, under the own ones.
    pub(super) fn merge(&mut self, value: Node) -> Result<(), Box<Diagnostic>> {
        let span = value.span;
        let sources = match value.value {
            Value::List(items) => items.into_iter().rev().collect(),
            _ => vec![value],
        };
        for source in sources {
            let Value::Map(entries) = source.value else {
                return Err(Box::new(
                    Diagnostic::error("config::merge_of_no_mapping", "`<<` takes a mapping")
                        .label(span, "neither a mapping nor a list of mappings")
                        .help("let the anchor mark a mapping")
                        .class("ConstructorError"),
                ));
            };
            self.merged.extend(entries);
        }
        Ok(())
    }

    /// All entries, merged ones first, each key once; own keys that were given twice are warned of.
    pub(super) fn into_vec(self, diagnostics: &mut Diagnostics) -> Vec<(Node, Node)> {
        for (first, last) in repeated(&self.own) {
            let (first, last) = (&self.own[first].0, &self.own[last].0);
            diagnostics.push(
                Diagnostic::warning(
                    "config::repeated_key",
                    format!("`{}` is given twice in one mapping", last.to_key()),
                )
                .label(last.span, "wins")
                .label(first.span, "has no effect")
                .help("remove one of the two"),
            );
        }
        let mut entries = self.merged;
        if entries.is_empty() {
            entries = self.own;
        } else {
            entries.extend(self.own);
        }
        fold_repeated(entries)
    }
}

/// Repeated keys stand where they stood first, spelled as they were first, with their last value.
fn fold_repeated(mut entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    let pairs = repeated(&entries);
    if pairs.is_empty() {
        return entries;
    }
    let mut is_gone = vec![false; entries.len()];
    for (first, last) in pairs {
        let (mut key, value) = entries[last].clone();
        key.value = entries[first].0.value.clone();
        entries[first] = (key, value);
        is_gone[last] = true;
    }
    let mut gone = is_gone.into_iter();
    entries.retain(|_| !gone.next().unwrap_or(false));
    entries
}

/// Places of keys that were there before, each with its first place, in ascending order.
fn repeated(entries: &[(Node, Node)]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    if entries.len() <= FEW {
        for (last, (key, _)) in entries.iter().enumerate() {
            let same = |(other, _): &(Node, Node)| other.as_key() == key.as_key();
            if let Some(first) = entries[..last].iter().position(same) {
                pairs.push((first, last));
            }
        }
        return pairs;
    }
    let mut sorted: Vec<_> = entries
        .iter()
        .map(|(key, _)| key.as_key())
        .enumerate()
        .collect();
    sorted.sort_by(|(_, a), (_, b)| a.cmp(b));
    let mut first = 0;
    for index in 1..sorted.len() {
        if sorted[index].1 == sorted[first].1 {
            pairs.push((sorted[first].0, sorted[index].0));
        } else {
            first = index;
        }
    }
    pairs.sort_unstable_by_key(|(_, last)| *last);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_keys_fold_alike() {
        for n in [1, 3, 40] {
            let mut entries = Entries::default();
            let key = |index: usize| Node::text(&format!("k{}", index % n));
            for index in 0..2 * n {
                entries
                    .insert(key(index), Node::text(&index.to_string()))
                    .unwrap();
            }
            let mut found = Diagnostics::default();
            let entries = entries.into_vec(&mut found);
            assert_eq!((entries.len(), found.iter().count()), (n, n));
            for (index, (key, value)) in entries.iter().enumerate() {
                assert_eq!(key.as_text(), Some(format!("k{index}").as_str()));
                assert_eq!(value.as_text(), Some((index + n).to_string().as_str()));
            }
        }
    }
}
