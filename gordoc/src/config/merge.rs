//! Entries of a mapping while it is read: merge keys and repeated keys.

use std::collections::BTreeMap;

use super::{Node, Value};
use crate::diagnostic::Diagnostic;

/// A mapping under construction; own entries win over merged ones, later ones over earlier.
#[derive(Default)]
pub(super) struct Entries {
    own: Ordered,
    merged: Ordered,
}

/// Entries in the order of their keys' first appearance.
#[derive(Default)]
struct Ordered {
    entries: Vec<(Node, Node)>,
    by_key: BTreeMap<String, usize>,
}

impl Ordered {
    fn insert(&mut self, name: String, key: Node, value: Node) {
        let next = self.entries.len();
        let at = *self.by_key.entry(name).or_insert(next);
        if at == next {
            self.entries.push((key, value));
        } else {
            self.entries[at] = (key, value);
        }
    }
}

impl Entries {
    /// Adds an own entry.
    pub(super) fn insert(&mut self, key: Node, value: Node) -> Result<(), Box<Diagnostic>> {
        let Some(name) = name_of(&key) else {
            return Err(Box::new(
                Diagnostic::error(
                    "config::key_is_a_collection",
                    "a key is a list or a mapping",
                )
                .label(key.span, "not usable as a key")
                .help("quote it to make it a text, or fill in the placeholder if it is one")
                .class("ConstructorError"),
            ));
        };
        self.own.insert(name, key, value);
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
            for (key, value) in entries {
                if let Some(name) = name_of(&key) {
                    self.merged.insert(name, key, value);
                }
            }
        }
        Ok(())
    }

    /// All entries, merged ones first.
    pub(super) fn into_vec(self) -> Vec<(Node, Node)> {
        if self.merged.entries.is_empty() {
            return self.own.entries;
        }
        let mut all = self.merged;
        let mut names: Vec<_> = self.own.by_key.into_iter().map(|(k, at)| (at, k)).collect();
        names.sort();
        for ((_, name), (key, value)) in names.into_iter().zip(self.own.entries) {
            all.insert(name, key, value);
        }
        all.entries
    }
}

/// A text that is equal for equal keys.
fn name_of(key: &Node) -> Option<String> {
    match &key.value {
        Value::Text(text) => Some(format!("t{text}")),
        Value::List(_) | Value::Map(_) => None,
        Value::Float(value) => Some(format!("f{value:?}")),
        _ => Some(format!("v{}", key.to_json())),
    }
}
