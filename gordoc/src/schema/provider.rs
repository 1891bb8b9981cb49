//! `data_provider`: its types, and the arguments of each.

use serde_json::{Map, Value, json};

use crate::provider;

/// Defines `provider`: any mapping without a type, the known arguments with one.
pub(super) fn define(definitions: &mut Map<String, Value>) {
    let mut types: Vec<&str> = Vec::new();
    let mut cases = Vec::new();
    for provider in provider::KINDS {
        types.extend(provider.names);
        let mut properties: Map<String, Value> = provider
            .keys
            .iter()
            .map(|name| ((*name).to_owned(), json!({})))
            .collect();
        properties.insert("type".into(), json!({}));
        cases.push(json!({
            "if": {"properties": {"type": {"enum": provider.names}}, "required": ["type"]},
            "then": {"properties": properties, "additionalProperties": false},
        }));
    }
    let provider = json!({
        "type": "object",
        "properties": {
            "type": {
                "description": "Kind of source; the command line may give one for all that name none.",
                "anyOf": [{"enum": types}, {"enum": [null, ""]}],
            },
        },
        "allOf": cases,
    });
    definitions.insert("provider".into(), provider);
}
