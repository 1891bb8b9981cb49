//! Laying one section over another, by Gordo's one rule.
//!
//! A structural difference is computed and its additions and changes are applied, never its
//! removals. The surprises this brings are reported as [`Bite`]s; it decides nothing else.

mod equal;
mod shared;

use crate::config::{Index, Node, Value};
use crate::source::Span;

pub(super) use shared::patch_shared;

use equal::same;

/// A place where the rule does what its author may not have meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bite {
    /// A shorter list was laid over a longer one, whose tail survives.
    Tail {
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
    Kept {
        /// Path of keys.
        path: String,
        /// The value that stayed.
        base: Written,
        /// The value that was laid over it.
        over: Written,
    },
    /// Two classes in a mapping that is there for one.
    TwoClasses {
        /// Path of keys.
        path: String,
        /// The class below.
        base: Written,
        /// The class that was laid beside it.
        over: Written,
    },
    /// A value changed with another, because one anchor stands for both.
    Shared {
        /// Key of the value that was laid over.
        changed: String,
        /// Key of the other value.
        other: Written,
        /// What was laid over.
        over: Span,
    },
}

/// A value as it reads, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Written {
    fn of(node: &Node) -> Self {
        Self {
            text: node.to_key(),
            span: node.span,
        }
    }
}

/// Lays `over` on `base`.
pub(super) fn patch(base: &Node, over: &Node, bites: &mut Vec<Bite>) -> Node {
    lay(base, over, "", bites)
}

fn lay(base: &Node, over: &Node, path: &str, bites: &mut Vec<Bite>) -> Node {
    match (&base.value, &over.value) {
        (Value::Map(under), Value::Map(above)) => Node {
            span: wider(base.span, over.span),
            value: Value::Map(lay_mapping(under, above, path, bites)),
        },
        (Value::List(under), Value::List(above)) => {
            if above.len() < under.len() {
                bites.push(Bite::Tail {
                    path: path.to_owned(),
                    base: base.span,
                    over: over.span,
                    n_kept: under.len() - above.len(),
                });
            }
            Node {
                span: wider(base.span, over.span),
                value: Value::List(lay_list(under, above, path, bites)),
            }
        }
        _ if same(base, over) => {
            let (kept, written) = (Written::of(base), Written::of(over));
            if kept.text != written.text {
                bites.push(Bite::Kept {
                    path: path.to_owned(),
                    base: kept,
                    over: written,
                });
            }
            base.clone()
        }
        _ => {
            bites.push(Bite::Replaced {
                path: path.to_owned(),
                base: base.span,
                over: over.span,
            });
            over.clone()
        }
    }
}

type Entry = (Node, Node);

fn lay_mapping(under: &[Entry], above: &[Entry], path: &str, bites: &mut Vec<Bite>) -> Vec<Entry> {
    bites.extend(two_classes(under, above, path));
    let mut result = Vec::with_capacity(under.len() + above.len());
    let over = Index::new(above);
    for (key, value) in under {
        let over = over.find(key);
        let value = match over {
            Some((_, over)) => lay(value, over, &join(path, &key.to_key()), bites),
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

fn lay_list(under: &[Node], above: &[Node], path: &str, bites: &mut Vec<Bite>) -> Vec<Node> {
    let length = under.len().max(above.len());
    let at = |index: usize| match (under.get(index), above.get(index)) {
        (Some(base), Some(over)) => Some(lay(base, over, &format!("{path}[{index}]"), bites)),
        (base, over) => over.or(base).cloned(),
    };
    (0..length).filter_map(at).collect()
}

/// `cv: {A: ..}` laid over `cv: {B: ..}` leaves both.
fn two_classes(under: &[Entry], above: &[Entry], path: &str) -> Option<Bite> {
    let ([(base, _)], [(over, _)]) = (under, above) else {
        return None;
    };
    let is_class = |key: &Node| key.as_text().is_some_and(|text| text.contains('.'));
    (is_class(base) && is_class(over) && base.value != over.value).then(|| Bite::TwoClasses {
        path: path.to_owned(),
        base: Written::of(base),
        over: Written::of(over),
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
        let laid = patch(
            &Node::from_json(base),
            &Node::from_json(over),
            &mut Vec::new(),
        );
        assert_eq!(&laid.to_json(), expect, "{base} {over}");
        assert_eq!(laid.to_json().to_string(), expect.to_string());
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
    fn many_keys_are_laid_as_few_are() {
        let entries = |skip: usize, n: usize| {
            let keys = (skip..skip + n).map(|k| (format!("k{k}"), json!(skip)));
            Json::Object(keys.collect())
        };
        let laid = patch(
            &Node::from_json(&entries(0, 50)),
            &Node::from_json(&entries(25, 50)),
            &mut Vec::new(),
        )
        .to_json();
        assert_eq!(laid.as_object().unwrap().len(), 75);
        assert_eq!((&laid["k24"], &laid["k25"]), (&json!(0), &json!(25)));
    }

    fn bites(base: &Json, over: &Json) -> Vec<Bite> {
        let mut bites = Vec::new();
        patch(&Node::from_json(base), &Node::from_json(over), &mut bites);
        bites
    }

    #[test]
    fn surviving_tails_are_reported() {
        let found = bites(&json!({"m": [1, 2, 3]}), &json!({"m": [9]}));
        assert!(matches!(&found[0], Bite::Tail { path, n_kept: 2, .. } if path == "m"));
        assert!(matches!(&found[1], Bite::Replaced { path, .. } if path == "m[0]"));
    }

    #[test]
    fn spellings_that_stay_are_reported() {
        let found = bites(&json!({"a": 30, "b": 2.5}), &json!({"a": 30.0, "b": 2.5}));
        let [Bite::Kept { path, base, over }] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (path.as_str(), base.text.as_str(), over.text.as_str()),
            ("a", "30", "30.0")
        );
    }

    #[test]
    fn two_classes_in_one_place_are_reported() {
        let found = bites(&json!({"cv": {"a.B": {}}}), &json!({"cv": {"a.C": {}}}));
        assert!(matches!(&found[..], [Bite::TwoClasses { path, .. }] if path == "cv"));
        assert_eq!(
            bites(&json!({"cv": {"a.B": {}}}), &json!({"cv": {"a.B": {}}})),
            []
        );
        assert_eq!(bites(&json!({"a": {"b": 1}}), &json!({"a": {"c": 1}})), []);
    }
}
