//! JSON documents without the secrets of a config.

use serde_json::{Map, Value as Json, json};

use super::{HIDDEN, Holds, hide_passwords, holds};

/// Hides passwords and keys in a document, for what others may read: under keys of secrets and in
/// addresses.
///
/// Names of variables and files that hold secrets stay.
pub fn hide_in_document(document: &mut Json) {
    match document {
        Json::Object(entries) => hide_in_entries(entries),
        Json::Array(items) => items.iter_mut().for_each(hide_in_document),
        _ => {}
    }
}

/// Hides the values of environment variables, `env: [{name, value}]`, wherever they are: a pod
/// needs them, and nobody else.
pub fn hide_environment(document: &mut Json) {
    match document {
        Json::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Json::Array(variables) if key == "env" => {
                        let values = variables.iter_mut().filter_map(|one| one.get_mut("value"));
                        values.for_each(hide_leaves);
                    }
                    _ => hide_environment(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(hide_environment),
        _ => {}
    }
}

fn hide_in_entries(entries: &mut Map<String, Json>) {
    for (key, value) in entries {
        match (holds(key), &mut *value) {
            (Some(Holds::Secrets), value) => hide_leaves(value),
            (Some(Holds::Secret), value) if !value.is_object() => hide_leaves(value),
            (Some(Holds::Address), Json::String(address)) => *address = hide_passwords(address),
            _ => hide_in_document(value),
        }
    }
}

/// Hides every value but nulls and truth values, which say nothing.
fn hide_leaves(value: &mut Json) {
    match value {
        Json::Null | Json::Bool(_) => {}
        Json::Array(items) => items.iter_mut().for_each(hide_leaves),
        Json::Object(entries) => entries.values_mut().for_each(hide_leaves),
        _ => *value = json!(HIDDEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mut document: Json, expect: &Json) {
        hide_in_document(&mut document);
        assert_eq!(&document, expect);
    }

    #[test]
    fn passwords_and_keys_are_hidden_and_their_places_are_not() {
        check(
            json!({
                "tag_list": ["password"],
                "data_provider": {
                    "username": "u", "password": "p1", "password_env": "PW", "api_key": 12,
                    "api_key_header": "X-Key", "uri": null, "headers": {"Authorization": "p2"},
                    "providers": [{"url": "http://u:p@h", "secret": ["a", {"b": "c"}]}],
                },
            }),
            &json!({
                "tag_list": ["password"],
                "data_provider": {
                    "username": "u", "password": "***", "password_env": "PW", "api_key": "***",
                    "api_key_header": "X-Key", "uri": null, "headers": {"Authorization": "***"},
                    "providers": [{"url": "http://u:***@h", "secret": ["***", {"b": "***"}]}],
                },
            }),
        );
        check(
            json!({"data_provider": null}),
            &json!({"data_provider": null}),
        );
    }

    #[test]
    fn values_of_environment_variables_are_hidden_and_references_are_not() {
        let reference = json!({"secretKeyRef": {"name": "db", "key": "pw"}});
        let mut document = json!({"runtime": {"builder": {
            "env": [{"name": "A", "value": "p"}, {"name": "B", "valueFrom": reference}],
            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
        }}});
        let expect = json!({"runtime": {"builder": {
            "env": [{"name": "A", "value": "***"}, {"name": "B", "valueFrom": reference}],
            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
        }}});
        check(document.clone(), &document);
        hide_environment(&mut document);
        assert_eq!(document, expect);
    }

    #[test]
    fn reporters_are_not_told_passwords_either() {
        check(
            json!({"reporters": ["a.B", {"c.D": {"host": "h", "token": "p"}}, {"e.F": null}]}),
            &json!({"reporters": ["a.B", {"c.D": {"host": "h", "token": "***"}}, {"e.F": null}]}),
        );
    }
}
