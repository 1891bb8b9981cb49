//! What Gordo refuses, when, and what it makes of the rest.

use super::super::kind::described;
use super::*;
use crate::provider::remote::RetryPolicy;

fn describe(provider: &Json) -> (Option<Described>, Vec<Diagnostic>) {
    described(&KIND, provider)
}

#[track_caller]
fn provider(provider: &Json) -> InfluxProvider {
    let (described, found) = describe(provider);
    assert_eq!(found, []);
    described.unwrap().provider()
}

#[test]
fn defaults_are_gordos() {
    let provider = provider(&json!({"measurement": "m", "database": "d"}));
    assert_eq!(provider.value_name, "Value");
    let InfluxServer::Parts { address, password } = provider.server else {
        panic!("no uri was given");
    };
    let expected = InfluxAddress {
        host: "localhost".into(),
        port: 8086,
        path: String::new(),
        username: Some("root".into()),
        database: "d".into(),
    };
    assert_eq!(address, expected);
    assert_eq!(password.unwrap().value, Secret::Written("root".into()));
    assert_eq!((provider.api_key, provider.tls), (None, None));
    let retry = RetryPolicy {
        timeout: None,
        attempts: 3,
    };
    assert_eq!(provider.retry, retry);
}

#[test]
fn a_key_to_a_uri_goes_over_https() {
    let uri = "u:p@h:1/d";
    let with_key = json!({
        "measurement": "m", "uri": uri, "api_key_env": "K", "api_key_header": "X-Key",
    });
    let provider = provider(&with_key);
    let tls = provider.tls.unwrap();
    assert_eq!((tls.trust, tls.identity), (TlsTrust::Anyone, None));
    let (header, key) = provider.api_key.unwrap();
    assert_eq!(
        (header.as_str(), key.value),
        ("X-Key", Secret::Variable("K".into()))
    );
    let plain = self::provider(&json!({"measurement": "m", "uri": uri}));
    assert_eq!(plain.tls, None);
}

#[test]
fn gordo_makes_its_client_when_it_reads_the_config() {
    let is_refused = |given: Json| {
        let mut provider = json!({"measurement": "m", "database": "d"});
        for (key, value) in given.as_object().unwrap() {
            provider[key] = value.clone();
        }
        let (described, found) = describe(&provider);
        assert!(!found.is_empty(), "{given}");
        described.is_none()
    };
    for refused in [
        json!({"port": "0x10"}),
        json!({"port": null}),
        json!({"udp_port": "x"}),
        json!({"pool_size": []}),
        json!({"path": 5}),
        json!({"cert": "x"}),
        json!({"cert": 5, "ssl": 0}),
        json!({"headers": "x"}),
        json!({"headers": []}),
        json!({"session": "x"}),
        json!({"uri": "x"}),
        json!({"uri": 5}),
        json!({"uri": "", "port": "x"}),
        json!({"api_key": "", "uri": []}),
        json!({"api_key": "k", "api_key_header": ""}),
    ] {
        assert!(is_refused(refused.clone()), "{refused}");
    }
    let uri = "u:p@h:1/d";
    for waiting in [
        json!({"measurement": 5}),
        json!({"value_name": null}),
        json!({"port": 70000}),
        json!({"port": true}),
        json!({"host": ["h"]}),
        json!({"timeout": "x"}),
        json!({"retries": "x"}),
        json!({"ssl": "no"}),
        json!({"cert": 5, "ssl": true}),
        json!({"headers": {"x": ["y"]}}),
        json!({"uri": uri, "headers": "x"}),
        json!({"uri": uri, "session": "x"}),
        json!({"uri": uri, "api_key": "k"}),
    ] {
        assert!(!is_refused(waiting.clone()), "{waiting}");
    }
    let ignored = json!({"measurement": "m", "uri": uri, "port": "x", "pool_size": null});
    assert_eq!(describe(&ignored).1, []);
}

#[test]
fn refusals_do_not_tell_secrets() {
    let check = |mut provider: Json, code: &str| {
        provider["measurement"] = json!("m");
        let (described, found) = describe(&provider);
        assert!(described.is_none_or(|it| it.provider.is_none()));
        let codes: Vec<&str> = found.iter().map(|it| it.code).collect();
        assert_eq!(codes, [code]);
        assert!(!format!("{found:?}").contains("hush"), "{found:?}");
    };
    check(json!({"uri": "hush"}), "project::bad_uri");
    check(
        json!({"database": "d", "password": ["hush"]}),
        "project::bad_provider_argument",
    );
    check(
        json!({"database": "d", "password": "hush", "password_env": "X"}),
        "project::bad_provider_argument",
    );
    check(
        json!({"database": "d", "headers": {"x": ["hush"]}}),
        "project::bad_provider_argument",
    );
    check(
        json!({"database": "d", "api_key": "hush"}),
        "project::missing_provider_argument",
    );
    check(
        json!({"password": "hush"}),
        "project::missing_provider_argument",
    );
    check(
        json!({"database": "d", "proxies": {"http": "hush"}}),
        "dataset::not_supported_yet",
    );
    check(
        json!({"database": "d", "timeout": 0}),
        "project::bad_provider_argument",
    );
    check(
        json!({"database": "d", "port": 70000}),
        "project::bad_provider_argument",
    );
}
