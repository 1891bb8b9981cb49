//! The `model` section: every class of the registry with its parameters.

use std::ops::Bound;

use gordo_runtime::Activation;
use serde_json::{Map, Value, json};

use super::keywords::{nullable, reference};
use crate::model::catalog::{Entry, Kind, ParameterDefault, catalog};

/// Defines `definition`: a class path, or a mapping of one to its parameters.
pub(super) fn define(definitions: &mut Map<String, Value>) {
    let mut paths = Vec::new();
    let mut properties = Map::new();
    for entry in catalog() {
        let name = format!("class {}", entry.paths[0]);
        for path in &entry.paths {
            paths.push(*path);
            properties.insert((*path).to_owned(), reference(&name));
        }
        definitions.insert(name, class(&entry));
    }
    let definition = json!({
        "anyOf": [
            {"enum": paths},
            {
                "type": "object",
                "properties": properties,
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ],
    });
    definitions.insert("definition".into(), definition);
    let step = json!({"anyOf": [reference("definition"), {"const": "passthrough"}]});
    definitions.insert("step".into(), step);
}

fn class(entry: &Entry) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in &entry.parameters {
        let mut schema = if entry.list == Some(parameter.name) {
            json!({"type": "array", "items": reference("step")})
        } else {
            of_kind(parameter.kind)
        };
        match parameter.default {
            ParameterDefault::Required => required.push(parameter.name),
            ParameterDefault::Class(_) => {}
            default => schema["default"] = default.to_json(),
        }
        properties.insert(parameter.name.to_owned(), schema);
    }
    let parameters = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": entry.open,
    });
    let mut class = match entry.list {
        Some(_) => {
            json!({"anyOf": [{"type": "array", "items": reference("step")}, parameters]})
        }
        None => parameters,
    };
    if !entry.supported {
        class["description"] = json!("Not supported by this version of gordoc.");
    }
    class
}

/// What fits a kind of value.
fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Any => json!({}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Count(least, most) => {
            let mut schema = json!({"type": "integer"});
            if least > i64::MIN {
                schema["minimum"] = json!(least);
            }
            if most < i64::MAX {
                schema["maximum"] = json!(most);
            }
            schema
        }
        Kind::Number(low, high) => number(low, high),
        Kind::Real => json!({"type": "number"}),
        Kind::Float(low, high) => number(Bound::Included(low), Bound::Included(high)),
        Kind::Range => pair(&json!({"type": "number"})),
        Kind::Percentiles => pair(&json!({"type": "number", "minimum": 0, "maximum": 100})),
        Kind::Text | Kind::Function => json!({"type": "string"}),
        Kind::OneOf(names) => json!({"enum": names}),
        Kind::Activation => {
            let names: Vec<&str> = Activation::NAMES.iter().map(|(name, _)| *name).collect();
            json!({"enum": names})
        }
        Kind::List => json!({"type": "array"}),
        Kind::ListOf(kind) => json!({"type": "array", "items": of_kind(*kind)}),
        Kind::Map => json!({"type": "object"}),
        Kind::Definition => reference("definition"),
        Kind::Optional(kind) => nullable(&of_kind(*kind)),
        Kind::Either(kinds) => {
            let kinds: Vec<Value> = kinds.iter().map(|kind| of_kind(*kind)).collect();
            json!({"anyOf": kinds})
        }
    }
}

fn number(low: Bound<f64>, high: Bound<f64>) -> Value {
    let mut schema = json!({"type": "number"});
    match low {
        Bound::Included(low) if low.is_finite() => schema["minimum"] = json!(low),
        Bound::Excluded(low) if low.is_finite() => schema["exclusiveMinimum"] = json!(low),
        _ => {}
    }
    match high {
        Bound::Included(high) if high.is_finite() => schema["maximum"] = json!(high),
        Bound::Excluded(high) if high.is_finite() => schema["exclusiveMaximum"] = json!(high),
        _ => {}
    }
    schema
}

fn pair(item: &Value) -> Value {
    json!({"type": "array", "items": item, "minItems": 2, "maxItems": 2})
}
