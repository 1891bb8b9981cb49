//! The definition Gordo would expand a definition to.
//!
//! Full private paths and every parameter. Total: what cannot be resolved stays as written, and
//! classes that are not supported yet are expanded too.

use serde_json::{Map, Value as Json, json};

use crate::config::node::{Node, Value};

use crate::part::class::{Class, NetworkRules};
use crate::part::find_class;
use crate::part::parameter::Default;

/// Expands a definition.
pub fn expand(definition: &Node) -> Json {
    match &definition.value {
        Value::Text(path) => find_class(path)
            .filter(|class| can_stand_alone(class))
            .map_or_else(|| definition.to_json(), |class| expand_class(class, None)),
        Value::Map(entries) => match entries.as_slice() {
            [(key, parameters)] => key
                .as_text()
                .and_then(find_class)
                .filter(|class| takes(class, parameters))
                .map_or_else(
                    || definition.to_json(),
                    |class| expand_class(class, Some(parameters)),
                ),
            _ => definition.to_json(),
        },
        _ => definition.to_json(),
    }
}

fn can_stand_alone(class: &Class) -> bool {
    class.network().is_none()
        && class
            .parameters
            .iter()
            .all(|parameter| parameter.default != Default::Required)
}

fn takes(class: &Class, parameters: &Node) -> bool {
    match parameters.value {
        Value::Map(_) => true,
        Value::List(_) => class.list_parameter.is_some(),
        _ => false,
    }
}

fn expand_class(class: &Class, given: Option<&Node>) -> Json {
    let parameters = if class.network().is_some() {
        expand_network(class, given)
    } else {
        let all = expand_table(class, given);
        match class.expand {
            Some(expand) => expand(all),
            None => all,
        }
    };
    json!({ class.path: parameters })
}

fn expand_table(class: &Class, given: Option<&Node>) -> Map<String, Json> {
    let list = class.list_parameter;
    let find = |name: &str| match given.map(|node| &node.value) {
        Some(Value::List(_)) => given.filter(|_| list == Some(name)),
        _ => given.and_then(|node| node.get(name)),
    };
    let mut expanded: Map<String, Json> = class
        .parameters
        .iter()
        .map(|parameter| {
            let value = match find(parameter.name) {
                Some(node) if list == Some(parameter.name) => expand_list(node),
                Some(node) => expand(node),
                None => expand_default(parameter.default),
            };
            (parameter.name.to_owned(), value)
        })
        .collect();
    // A class without a table keeps what was given.
    if class.parameters.is_empty()
        && let Some(Json::Object(given)) = given.map(Node::to_json)
    {
        expanded.extend(given);
    }
    expanded
}

fn expand_list(node: &Node) -> Json {
    match &node.value {
        Value::List(items) => items.iter().map(expand).collect(),
        _ => node.to_json(),
    }
}

fn expand_default(default: Default) -> Json {
    let Default::Class(path) = default else {
        return default.to_json();
    };
    match find_class(path) {
        Some(class) if class.network().is_some() => {
            json!({ path: { "kind": "feedforward_hourglass" } })
        }
        Some(class) => expand_class(class, None),
        None => Json::Null,
    }
}

/// Keywords as given, then `kind`; the recurrent classes always name two more.
fn expand_network(class: &Class, given: Option<&Node>) -> Map<String, Json> {
    let last: &[(&str, i64)] = if class.network().is_some_and(NetworkRules::is_recurrent) {
        &[("lookback_window", 1), ("batch_size", 32)]
    } else {
        &[]
    };
    let is_last = |key: &str| key == "kind" || last.iter().any(|(name, _)| *name == key);
    let Some(Json::Object(given)) = given.map(Node::to_json) else {
        return Map::new();
    };
    let mut expanded: Map<String, Json> = given
        .iter()
        .filter(|(key, _)| !is_last(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for (name, default) in last {
        let value = given.get(*name).cloned().unwrap_or(json!(default));
        expanded.insert((*name).to_owned(), value);
    }
    if let Some(kind) = given.get("kind") {
        expanded.insert("kind".to_owned(), kind.clone());
    }
    expanded
}
