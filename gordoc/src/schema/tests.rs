use std::collections::BTreeSet;

use super::*;

/// Every reference to a definition in a schema.
fn references<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    match schema {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value.as_str() {
                    Some(target) if key == "$ref" => {
                        found.insert(target);
                    }
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_has_a_definition_and_every_definition_a_use() {
    let schema = schema();
    let mut used = BTreeSet::new();
    references(&schema, &mut used);
    let definitions = schema["definitions"].as_object().unwrap();
    let defined: Vec<String> = definitions
        .keys()
        .map(|name| format!("#/definitions/{name}"))
        .collect();
    let defined: BTreeSet<&str> = defined.iter().map(String::as_str).collect();
    assert_eq!(used, defined);
}

#[test]
fn every_key_of_a_dataset_is_described() {
    let schema = schema();
    let properties = schema["definitions"]["dataset"]["properties"]
        .as_object()
        .unwrap();
    let known = crate::project::DATASET_KEYS;
    let described: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(described, known.iter().copied().collect());
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key}");
    }
}

#[test]
fn defaults_are_those_that_hold() {
    let schema = schema();
    let definitions = &schema["definitions"];
    assert_eq!(
        definitions["dataset"]["properties"]["resolution"]["default"],
        "10T"
    );
    assert_eq!(
        definitions["evaluation"]["properties"]["cv_mode"]["default"],
        "full_build"
    );
    let server = &definitions["runtime"]["properties"]["server"]["default"];
    assert_eq!(server["resources"]["requests"]["memory"], 3000);
    let scaler = &definitions["class sklearn.preprocessing.MinMaxScaler"]["properties"];
    assert_eq!(scaler["feature_range"]["default"], json!([0, 1]));
}
