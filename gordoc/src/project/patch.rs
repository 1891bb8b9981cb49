//! Laying one section over another, by the peer's one rule.
//!
//! A structural difference is computed and its additions and changes are applied, never its
//! removals. The surprises this brings are reported as [`Bite`]s; it decides nothing else.

use crate::config::{Node, Value};
use crate::source::Span;

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
        _ if same(base, over) => base.clone(),
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

fn lay_mapping(
    under: &[(Node, Node)],
    above: &[(Node, Node)],
    path: &str,
    bites: &mut Vec<Bite>,
) -> Vec<(Node, Node)> {
    let mut result = Vec::with_capacity(under.len() + above.len());
    for (key, value) in under {
        let over = above.iter().find(|(k, _)| k.value == key.value);
        let value = match over {
            Some((_, over)) => lay(value, over, &join(path, &key.to_key()), bites),
            None => value.clone(),
        };
        // The key of the side that was written says where the entry is.
        let written = over.filter(|_| key.span.is_empty()).map_or(key, |(k, _)| k);
        result.push((written.clone(), value));
    }
    let is_new = |key: &Node| !under.iter().any(|(k, _)| k.value == key.value);
    result.extend(above.iter().filter(|(key, _)| is_new(key)).cloned());
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

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        return key.to_owned();
    }
    format!("{path}.{key}")
}

/// The place of a merged collection: where it was first written, if anywhere.
fn wider(base: Span, over: Span) -> Span {
    if base.is_empty() { over } else { base }
}

/// Equality as Python sees it: `1 == 1.0 == True`.
fn same(base: &Node, over: &Node) -> bool {
    match (number(base), number(over)) {
        (Some(a), Some(b)) => {
            let is_float = |node: &Node| matches!(node.value, Value::Float(_));
            let close = is_float(base) && is_float(over);
            a == b || (close && (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs()))
        }
        (None, None) => base.value == over.value,
        _ => false,
    }
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Bool(value) => Some(f64::from(u8::from(value))),
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
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
            (json!(30), json!(30.0), json!(30)),
            (json!(1), json!(true), json!(1)),
            (json!("1"), json!(1), json!(1)),
        ];
        for (base, over, expect) in table {
            check(&base, &over, &expect);
        }
    }

    #[test]
    fn surviving_tails_are_reported() {
        let mut bites = Vec::new();
        let (base, over) = (json!({"m": [1, 2, 3]}), json!({"m": [9]}));
        patch(&Node::from_json(&base), &Node::from_json(&over), &mut bites);
        assert!(matches!(&bites[0], Bite::Tail { path, n_kept: 2, .. } if path == "m"));
        assert!(matches!(&bites[1], Bite::Replaced { path, .. } if path == "m[0]"));
    }
}
