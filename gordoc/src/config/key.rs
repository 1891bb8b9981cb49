//! When two keys of a mapping are the same key.

use std::collections::BTreeMap;

use super::{Node, Value};

/// What a key is compared by: as in Python, `1`, `1.0` and `true` are one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<'a> {
    Null,
    Whole(i64),
    /// A whole number beyond 64 bits.
    Long(String),
    /// Bits of a number with a fraction.
    Fraction(u64),
    Text(&'a str),
    Time(&'a str),
}

impl Node {
    /// What it is compared by as a key; nothing for a collection, which is no key.
    pub(crate) fn as_key(&self) -> Option<Key<'_>> {
        Some(match &self.value {
            Value::Null => Key::Null,
            Value::Bool(value) => Key::Whole(i64::from(*value)),
            Value::Int(value) => Key::Whole(*value),
            Value::Long(digits) => Key::Long(digits.clone()),
            Value::Float(value) => number_key(*value),
            Value::Text(text) => Key::Text(text),
            Value::Timestamp(text) => Key::Time(text),
            Value::List(_) | Value::Map(_) => return None,
        })
    }
}

fn number_key(value: f64) -> Key<'static> {
    if !value.is_finite() || value.fract() != 0.0 {
        return Key::Fraction(value.to_bits());
    }
    let digits = format!("{value:.0}");
    match digits.parse() {
        Ok(whole) => Key::Whole(whole),
        Err(_) => Key::Long(digits),
    }
}

/// Mappings of more entries are searched by a tree.
const FEW: usize = 16;

/// Entries of a mapping, to be found by key.
pub(crate) struct Index<'a> {
    entries: &'a [(Node, Node)],
    by_key: BTreeMap<Key<'a>, usize>,
}

impl<'a> Index<'a> {
    /// Entries whose keys differ.
    pub(crate) fn new(entries: &'a [(Node, Node)]) -> Self {
        let mut by_key = BTreeMap::new();
        if entries.len() > FEW {
            let keys = entries.iter().map(|(key, _)| key.as_key()).enumerate();
            by_key.extend(keys.filter_map(|(index, key)| Some((key?, index))));
        }
        Self { entries, by_key }
    }

    /// The entry of a key.
    pub(crate) fn find(&self, key: &Node) -> Option<&'a (Node, Node)> {
        let key = key.as_key();
        if self.entries.len() > FEW {
            return self.entries.get(*self.by_key.get(&key?)?);
        }
        self.entries.iter().find(|(other, _)| other.as_key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_one_key() {
        let node = |value| Node {
            span: crate::source::Span::default(),
            value,
        };
        let one = [Value::Int(1), Value::Float(1.0), Value::Bool(true)];
        for value in one {
            assert_eq!(node(value).as_key(), Some(Key::Whole(1)));
        }
        let zero = [Value::Int(0), Value::Float(-0.0), Value::Bool(false)];
        for value in zero {
            assert_eq!(node(value).as_key(), Some(Key::Whole(0)));
        }
        let long = "100000000000000000000";
        assert_eq!(
            node(Value::Long(long.to_owned())).as_key(),
            node(Value::Float(1e20)).as_key()
        );
        assert_ne!(
            node(Value::Text("1".to_owned())).as_key(),
            Some(Key::Whole(1))
        );
        assert_eq!(node(Value::List(Vec::new())).as_key(), None);
    }
}
