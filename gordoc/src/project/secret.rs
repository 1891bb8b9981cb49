//! Documents without the passwords and keys of a config.

use serde_json::{Map, Value as Json, json};

/// What stands where a secret stood.
const HIDDEN: &str = "***";

/// Hides passwords and keys in a machine's `dataset` document, for what others may read.
///
/// Names of variables and files that hold secrets stay.
pub fn hide_secrets(dataset: &mut Json) {
    let provider = dataset.get_mut("data_provider");
    provider.and_then(Json::as_object_mut).map(hide);
}

/// As [`hide_secrets`], in the reporters of a `runtime` document.
pub fn hide_reporters_secrets(runtime: &mut Json) {
    let reporters = runtime.get_mut("reporters").and_then(Json::as_array_mut);
    let reporters = reporters.into_iter().flatten();
    let definitions = reporters.filter_map(Json::as_object_mut);
    let arguments = definitions.flat_map(|definition| definition.values_mut());
    arguments.filter_map(Json::as_object_mut).for_each(hide);
}

/// Hides what a connection's arguments hold of secrets.
fn hide(arguments: &mut Map<String, Json>) {
    for (key, value) in arguments {
        match (key.as_str(), value) {
            (_, Json::Null) => {}
            ("password" | "api_key", value) => *value = json!(HIDDEN),
            ("uri" | "url", Json::String(address)) => *address = without_password(address),
            ("headers" | "proxies", Json::Object(entries)) => {
                entries
                    .values_mut()
                    .for_each(|entry| *entry = json!(HIDDEN));
            }
            ("uri" | "url" | "headers" | "proxies", value) => *value = json!(HIDDEN),
            _ => {}
        }
    }
}

/// An address of the form `[scheme://]user:password@rest[?password=...]`.
///
/// One that has no user cannot be told from one that is all secret, so only its scheme is kept,
/// unless it has one: then it is an address without a user.
fn without_password(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let shown = match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{user}:{HIDDEN}@{host}")
        }
        None if scheme.is_empty() => HIDDEN.to_owned(),
        None => rest.to_owned(),
    };
    let shown = match shown.split_once("password=") {
        Some((before, password)) => {
            let after = password.find('&').map_or("", |at| &password[at..]);
            format!("{before}password={HIDDEN}{after}")
        }
        None => shown,
    };
    format!("{scheme}{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_keys_are_hidden_and_their_places_are_not() {
        let mut dataset = json!({
            "tag_list": ["password"],
            "data_provider": {
                "username": "u", "password": "p1", "password_env": "PW", "api_key": 12,
                "api_key_header": "X-Key", "uri": null, "headers": {"Authorization": "p2"},
            },
        });
        hide_secrets(&mut dataset);
        assert_eq!(
            dataset,
            json!({
                "tag_list": ["password"],
                "data_provider": {
                    "username": "u", "password": "***", "password_env": "PW", "api_key": "***",
                    "api_key_header": "X-Key", "uri": null, "headers": {"Authorization": "***"},
                },
            })
        );
        let mut none = json!({"data_provider": null});
        hide_secrets(&mut none);
        assert_eq!(none, json!({"data_provider": null}));
    }

    #[test]
    fn reporters_are_not_told_passwords_either() {
        let mut runtime = json!({
            "reporters": ["a.B", {"c.D": {"host": "h", "password": "p"}}, {"e.F": null}],
            "server": {"password": "of no reporter"},
        });
        hide_reporters_secrets(&mut runtime);
        assert_eq!(
            runtime,
            json!({
                "reporters": ["a.B", {"c.D": {"host": "h", "password": "***"}}, {"e.F": null}],
                "server": {"password": "of no reporter"},
            })
        );
        let mut none = json!({"reporters": null});
        hide_reporters_secrets(&mut none);
        assert_eq!(none, json!({"reporters": null}));
    }

    #[test]
    fn addresses_keep_all_but_the_password() {
        for (address, shown) in [
            ("user:p@host:8086/db", "user:***@host:8086/db"),
            ("user:p:@:/@host:8086/db", "user:***@host:8086/db"),
            ("secret", "***"),
            ("postgresql://u:p@h/db", "postgresql://u:***@h/db"),
            ("postgresql://u@h/db", "postgresql://u:***@h/db"),
            (
                "postgresql://h/db?password=p&x=1",
                "postgresql://h/db?password=***&x=1",
            ),
            ("postgresql://h/db", "postgresql://h/db"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }

    #[test]
    fn a_secret_does_not_tell_itself() {}
}
