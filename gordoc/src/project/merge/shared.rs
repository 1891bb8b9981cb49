//! Merging into a section in which one anchor stands for several values.
//!
//! Gordo changes such a value once, and so everywhere: a global `tag_list` merged into
//! `tag_list: &tags [A, B]` changes `target_tag_list: *tags` as well. Anchors of other sections
//! do not matter: sections are copied before they are merged.

use std::collections::BTreeMap;

use super::{Entry, MergeEffect, is_equal, merge_nodes, text_of};
use crate::config::{Index, Node, Value};
use crate::source::Span;

/// Merges `over` into `base`, which is as it was written.
pub(in crate::project) fn merge_shared(
    base: &Node,
    over: &Node,
    effects: &mut Vec<MergeEffect>,
) -> Node {
    let merged = merge_nodes(base, over, "", effects);
    let mut places = Occurrences::new();
    find_occurrences(base, &mut Vec::new(), &mut places);
    places.retain(|_, paths| paths.len() > 1);
    if places.is_empty() {
        return merged;
    }
    let mut changes = Vec::new();
    find_changes(base, over, &mut Vec::new(), &mut changes);
    let mut result = base.clone();
    for change in &changes {
        change.apply(base, &places, &mut result, effects);
    }
    result
}

/// Positions of entries and elements, from the section inwards.
type Path = Vec<usize>;

/// Where each collection stands: a copy has the place of what it copies.
type Occurrences = BTreeMap<Span, Vec<Path>>;

fn find_occurrences(node: &Node, path: &mut Path, places: &mut Occurrences) {
    if !matches!(node.value, Value::List(_) | Value::Map(_)) {
        return;
    }
    if !node.span.is_empty() {
        places.entry(node.span).or_default().push(path.clone());
    }
    for (index, child) in children(node).enumerate() {
        path.push(index);
        find_occurrences(child, path, places);
        path.pop();
    }
}

fn children(node: &Node) -> impl Iterator<Item = &Node> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => &[],
    };
    items
        .iter()
        .chain(node.entries().iter().map(|(_, value)| value))
}

/// One step of the difference: what happens to the collection at a path.
struct Change<'a> {
    path: Path,
    what: ChangeKind<'a>,
}

enum ChangeKind<'a> {
    /// The child at this position becomes another.
    Set(usize, &'a Node),
    /// These elements are inserted at their positions.
    Insert(Vec<(usize, &'a Node)>),
    /// These entries are added.
    Add(Vec<&'a Entry>),
}

fn find_changes<'a>(base: &Node, over: &'a Node, path: &mut Path, changes: &mut Vec<Change<'a>>) {
    let mut into = |index: usize, base: &Node, over: &'a Node, changes: &mut Vec<Change<'a>>| {
        path.push(index);
        find_changes(base, over, path, changes);
        path.pop();
    };
    let added = match (&base.value, &over.value) {
        (Value::Map(under), Value::Map(above)) => {
            let over = Index::new(above);
            for (index, (key, value)) in under.iter().enumerate() {
                if let Some((_, over)) = over.find(key) {
                    into(index, value, over, changes);
                }
            }
            let under = Index::new(under);
            let added = above.iter().filter(|(key, _)| under.find(key).is_none());
            ChangeKind::Add(added.collect())
        }
        (Value::List(under), Value::List(above)) => {
            for (index, (base, over)) in under.iter().zip(above).enumerate() {
                into(index, base, over, changes);
            }
            ChangeKind::Insert(above.iter().enumerate().skip(under.len()).collect())
        }
        _ if is_equal(base, over) => return,
        _ => {
            if let Some((index, parent)) = path.split_last() {
                changes.push(Change {
                    path: parent.to_vec(),
                    what: ChangeKind::Set(*index, over),
                });
            }
            return;
        }
    };
    changes.push(Change {
        path: path.clone(),
        what: added,
    });
}

impl Change<'_> {
    /// Changes the collection wherever it stands.
    fn apply(
        &self,
        base: &Node,
        places: &Occurrences,
        result: &mut Node,
        effects: &mut Vec<MergeEffect>,
    ) {
        let span = node_at(base, &self.path).map(|node| node.span);
        let own = vec![self.path.clone()];
        let paths = span.and_then(|span| places.get(&span)).unwrap_or(&own);
        for path in paths {
            let Some(node) = node_at_mut(result, path).filter(|node| Some(node.span) == span)
            else {
                continue;
            };
            let over = self.what.change(node);
            if let Some(over) = over.filter(|_| *path != self.path) {
                let effect = shared(base, &self.path, path, over);
                effects.extend(effect.filter(|effect| !is_reported(effect, effects)));
            }
        }
    }
}

impl ChangeKind<'_> {
    /// The place of what is new, if anything is.
    fn change(&self, node: &mut Node) -> Option<Span> {
        match (self, &mut node.value) {
            (Self::Set(index, over), Value::List(items)) => {
                *items.get_mut(*index)? = (*over).clone();
                Some(over.span)
            }
            (Self::Set(index, over), Value::Map(entries)) => {
                entries.get_mut(*index)?.1 = (*over).clone();
                Some(over.span)
            }
            (Self::Insert(elements), Value::List(items)) => {
                for (index, element) in elements {
                    items.insert((*index).min(items.len()), (*element).clone());
                }
                elements.first().map(|(_, element)| element.span)
            }
            (Self::Add(added), Value::Map(entries)) => {
                for (key, value) in added {
                    let present = entries.iter_mut().find(|(k, _)| k.as_key() == key.as_key());
                    match present {
                        Some((_, old)) => *old = value.clone(),
                        None => entries.push((key.clone(), value.clone())),
                    }
                }
                added.first().map(|(key, _)| key.span)
            }
            _ => None,
        }
    }
}

fn node_at<'a>(node: &'a Node, path: &[usize]) -> Option<&'a Node> {
    path.iter()
        .try_fold(node, |node, index| children(node).nth(*index))
}

fn node_at_mut<'a>(node: &'a mut Node, path: &[usize]) -> Option<&'a mut Node> {
    path.iter()
        .try_fold(node, |node, index| match &mut node.value {
            Value::List(items) => items.get_mut(*index),
            Value::Map(entries) => entries.get_mut(*index).map(|(_, value)| value),
            _ => None,
        })
}

/// Tells of a value that changed with another, by the keys that tell them apart.
fn shared(base: &Node, path: &[usize], other: &[usize], over: Span) -> Option<MergeEffect> {
    let depth = path.iter().zip(other).take_while(|(a, b)| a == b).count();
    let parent = node_at(base, &path[..depth])?;
    let key = |path: &[usize]| parent.entries().get(*path.get(depth)?).map(|(key, _)| key);
    Some(MergeEffect::SharedValue {
        changed: key(path)?.to_key(),
        other: text_of(key(other)?),
        over,
    })
}

/// Several changes of one value are reported once.
fn is_reported(effect: &MergeEffect, effects: &[MergeEffect]) -> bool {
    let keys = |effect: &MergeEffect| match effect {
        MergeEffect::SharedValue { changed, other, .. } => Some((changed.clone(), other.clone())),
        _ => None,
    };
    effects.iter().any(|other| keys(other) == keys(effect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_document;
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    fn check(base: &str, over: &str, expect: &str, others: &[&str]) {
        // Two texts, so that equal places mean one anchor.
        let read = |text: &str, skip: usize| {
            let text = format!("{}{text}", "\n".repeat(skip));
            let source = Source::new("test.yaml", text);
            parse_document(&source, &mut Diagnostics::default()).unwrap()
        };
        let mut effects = Vec::new();
        let merged = merge_shared(&read(base, 0), &read(over, 1000), &mut effects);
        assert_eq!(merged.to_json().to_string(), expect, "{base} {over}");
        let found: Vec<&str> = effects
            .iter()
            .filter_map(|effect| match effect {
                MergeEffect::SharedValue { other, .. } => Some(other.value.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(found, others, "{base} {over}");
    }

    #[test]
    fn one_anchor_changes_everywhere() {
        let base = "{a: &x [A, B], b: *x}";
        check(base, "{a: [X]}", r#"{"a":["X","B"],"b":["X","B"]}"#, &["b"]);
        check(base, "{b: [X]}", r#"{"a":["X","B"],"b":["X","B"]}"#, &["a"]);
        check(
            base,
            "{a: [A, B, C], b: [A, B, D]}",
            r#"{"a":["A","B","D","C"],"b":["A","B","D","C"]}"#,
            &["b", "a"],
        );
        check(
            base,
            "{a: x, c: 1}",
            r#"{"a":"x","b":["A","B"],"c":1}"#,
            &[],
        );
        check(
            "{a: &x {k: {v: 1}}, b: [*x], c: {<<: *x}}",
            "{c: {k: {v: 2, w: 3}}}",
            r#"{"a":{"k":{"v":2,"w":3}},"b":[{"k":{"v":2,"w":3}}],"c":{"k":{"v":2,"w":3}}}"#,
            &["a", "b"],
        );
    }

    #[test]
    fn equal_values_without_an_anchor_do_not() {
        check(
            "{a: [A], b: [A]}",
            "{a: [X]}",
            r#"{"a":["X"],"b":["A"]}"#,
            &[],
        );
        check(
            "{a: {}, b: {}}",
            "{a: {x: 1}}",
            r#"{"a":{"x":1},"b":{}}"#,
            &[],
        );
    }
}
