//! Merging one section into another, by Gordo's one rule.
//!
//! A structural difference is computed and its additions and changes are applied, never its
//! removals. What this does unasked is reported as [`MergeEffect`]s; it decides nothing else.

mod equal;
mod shared;

use crate::config::{Index, Node, Value};
use crate::source::{Span, Spanned};

pub(super) use shared::merge_shared;

use equal::is_equal;

/// A place where the rule does what its author may not have meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum MergeEffect {
    /// A shorter list was merged into a longer one, whose tail survives.
    SurvivingTail {
        /// Path of keys.
        path: String,
        /// The longer list.
        base: Span,
        /// The shorter list.
        over: Span,
        /// Elements that survive.
        n_kept: usize,
    },
    /// A value was replaced by a different one.
    Replaced {
        /// Path of keys.
        path: String,
        /// The value that lost.
        base: Span,
        /// The value that won.
        over: Span,
    },
    /// A value stayed because the other equals it, spelled otherwise: `30` and `30.0`.
    KeptSpelling {
        /// Path of keys.
        path: String,
        /// The value that stayed.
        base: Spanned<String>,
        /// The value that was merged into it.
        over: Spanned<String>,
    },
    /// Two classes in a mapping that is there for one.
    TwoClasses {
        /// Path of keys.
        path: String,
        /// The class below.
        base: Spanned<String>,
        /// The class that was added beside it.
        over: Spanned<String>,
    },
    /// A value changed with another, because one anchor stands for both.
    SharedValue {
        /// Key of the value that was changed.
        changed: String,
        /// Key of the other value.
        other: Spanned<String>,
        /// What it was changed to.
        over: Span,
    },
}

/// How a value reads, and where it stands.
fn text_of(node: &Node) -> Spanned<String> {
    Spanned::new(node.to_key(), node.span)
}

/// Merges `over` into `base`.
pub(super) fn merge(base: &Node, over: &Node, effects: &mut Vec<MergeEffect>) -> Node {
    merge_nodes(base, over, "", effects)
}

fn merge_nodes(base: &Node, over: &Node, path: &str, effects: &mut Vec<MergeEffect>) -> Node {
    match (&base.value, &over.value) {
        (Value::Map(under), Value::Map(above)) => Node {
            span: wider(base.span, over.span),
            value: Value::Map(merge_mappings(under, above, path, effects)),
        },
        (Value::List(under), Value::List(above)) => {
            if above.len() < under.len() {
                effects.push(MergeEffect::SurvivingTail {
                    path: path.to_owned(),
                    base: base.span,
                    over: over.span,
                    n_kept: under.len() - above.len(),
                });
            }
            Node {
                span: wider(base.span, over.span),
                value: Value::List(merge_lists(under, above, path, effects)),
            }
        }
        _ if is_equal(base, over) => {
            let (kept, written) = (text_of(base), text_of(over));
            if kept.value != written.value {
                effects.push(MergeEffect::KeptSpelling {
                    path: path.to_owned(),
                    base: kept,
                    over: written,
                });
            }
            base.clone()
        }
        _ => {
            effects.push(MergeEffect::Replaced {
                path: path.to_owned(),
                base: base.span,
                over: over.span,
            });
            over.clone()
        }
    }
}

type Entry = (Node, Node);

fn merge_mappings(
    under: &[Entry],
    above: &[Entry],
    path: &str,
    effects: &mut Vec<MergeEffect>,
) -> Vec<Entry> {
    effects.extend(two_classes(under, above, path));
    let mut result = Vec::with_capacity(under.len() + above.len());
    let over = Index::new(above);
    for (key, value) in under {
        let over = over.find(key);
        let value = match over {
            Some((_, over)) => merge_nodes(value, over, &join(path, &key.to_key()), effects),
            None => value.clone(),
        };
        // The side that was written says where the entry is.
        let span = over.map_or(key.span, |(written, _)| wider(key.span, written.span));
        let value_of_key = key.value.clone();
        result.push((
            Node {
                span,
                value: value_of_key,
            },
            value,
        ));
    }
    let under = Index::new(under);
    let added = above.iter().filter(|(key, _)| under.find(key).is_none());
    result.extend(added.cloned());
    result
}

fn merge_lists(
    under: &[Node],
    above: &[Node],
    path: &str,
    effects: &mut Vec<MergeEffect>,
) -> Vec<Node> {
    let length = under.len().max(above.len());
    let at = |index: usize| match (under.get(index), above.get(index)) {
        (Some(base), Some(over)) => Some(merge_nodes(
            base,
            over,
            &format!("{path}[{index}]"),
            effects,
        )),
        (base, over) => over.or(base).cloned(),
    };
    (0..length).filter_map(at).collect()
}

/// `cv: {A: ..}` merged into `cv: {B: ..}` leaves both.
fn two_classes(under: &[Entry], above: &[Entry], path: &str) -> Option<MergeEffect> {
    let ([(base, _)], [(over, _)]) = (under, above) else {
        return None;
    };
    let is_class = |key: &Node| key.as_text().is_some_and(|text| text.contains('.'));
    (is_class(base) && is_class(over) && base.value != over.value).then(|| {
        MergeEffect::TwoClasses {
            path: path.to_owned(),
            base: text_of(base),
            over: text_of(over),
        }
    })
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        return key.to_owned();
    }
    format!("{path}.{key}")
}

/// The place of what both sides have: where it was first written, if anywhere.
fn wider(base: Span, over: Span) -> Span {
    if base.is_empty() { over } else { base }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn check(base: &Json, over: &Json, expect: &Json) {
        let merged = merge(
            &Node::from_json(base),
            &Node::from_json(over),
            &mut Vec::new(),
        );
        assert_eq!(&merged.to_json(), expect, "{base} {over}");
        assert_eq!(merged.to_json().to_string(), expect.to_string());
    }

    #[test]
    fn additions_and_changes_apply_but_removals_do_not() {
        let table = [
            (json!([1, 2, 3]), json!([9]), json!([9, 2, 3])),
            (json!([1, 2, 3]), json!([]), json!([1, 2, 3])),
            (
                json!([{"a":1},{"b":2}]),
                json!([{"c":3}]),
                json!([{"a":1,"c":3},{"b":2}]),
            ),
            (
                json!([[1, 2], [3]]),
                json!([[5], [3, 4]]),
                json!([[5, 2], [3, 4]]),
            ),
            (json!({"a":1}), json!({}), json!({"a":1})),
            (json!({"x":{"a":1}}), json!({"x":null}), json!({"x":null})),
            (json!([1]), json!({"a":1}), json!({"a":1})),
            (json!("1"), json!(1), json!(1)),
            (
                json!({"a.b":{"c":1}}),
                json!({"a.b":{"d":2}}),
                json!({"a.b":{"c":1,"d":2}}),
            ),
        ];
        for (base, over, expect) in table {
            check(&base, &over, &expect);
        }
    }

    #[test]
    fn many_keys_are_merged_as_few_are() {
        let entries = |skip: usize, n: usize| {
            let keys = (skip..skip + n).map(|k| (format!("k{k}"), json!(skip)));
            Json::Object(keys.collect())
        };
        let merged = merge(
            &Node::from_json(&entries(0, 50)),
            &Node::from_json(&entries(25, 50)),
            &mut Vec::new(),
        )
        .to_json();
        assert_eq!(merged.as_object().unwrap().len(), 75);
        assert_eq!((&merged["k24"], &merged["k25"]), (&json!(0), &json!(25)));
    }

    fn effects(base: &Json, over: &Json) -> Vec<MergeEffect> {
        let mut effects = Vec::new();
        merge(&Node::from_json(base), &Node::from_json(over), &mut effects);
        effects
    }

    #[test]
    fn surviving_tails_are_reported() {
        let found = effects(&json!({"m": [1, 2, 3]}), &json!({"m": [9]}));
        assert!(
            matches!(&found[0], MergeEffect::SurvivingTail { path, n_kept: 2, .. } if path == "m")
        );
        assert!(matches!(&found[1], MergeEffect::Replaced { path, .. } if path == "m[0]"));
    }

    #[test]
    fn spellings_that_stay_are_reported() {
        let found = effects(&json!({"a": 30, "b": 2.5}), &json!({"a": 30.0, "b": 2.5}));
        let [MergeEffect::KeptSpelling { path, base, over }] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (path.as_str(), base.value.as_str(), over.value.as_str()),
            ("a", "30", "30.0")
        );
    }

    #[test]
    fn two_classes_in_one_place_are_reported() {
        let found = effects(&json!({"cv": {"a.B": {}}}), &json!({"cv": {"a.C": {}}}));
        assert!(matches!(&found[..], [MergeEffect::TwoClasses { path, .. }] if path == "cv"));
        assert_eq!(
            effects(&json!({"cv": {"a.B": {}}}), &json!({"cv": {"a.B": {}}})),
            []
        );
        assert_eq!(
            effects(&json!({"a": {"b": 1}}), &json!({"a": {"c": 1}})),
            []
        );
    }
}
