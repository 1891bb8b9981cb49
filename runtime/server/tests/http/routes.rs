//! What every path answers: statuses, headers, revisions, documents.

use crate::support::{Answer, Server, start};
use serde_json::json;

const CURRENT: &str = "1700000000000";
const JSON: &str = "application/json";

fn server() -> Server {
    start(|_| {})
}

/// What every response carries, whatever its status.
fn check_common(answer: &Answer, revision: &str) {
    assert_eq!(answer.header("revision"), Some(revision));
    let timing = answer.header("server-timing").unwrap();
    let seconds: f64 = timing
        .strip_prefix("request_walltime_s;dur=")
        .unwrap()
        .parse()
        .unwrap();
    assert!((0.0..20.0).contains(&seconds));
    if answer.header("content-type") == Some(JSON) && !answer.body.is_empty() {
        let end = format!(", \"revision\": \"{revision}\"}}");
        assert!(answer.body.ends_with(&end), "{}", answer.body);
    }
}

#[test]
fn health_is_an_empty_page() {
    let server = server();
    for path in ["/healthcheck", "/healthcheck/"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        check_common(&answer, CURRENT);
    }
}

#[test]
fn the_version_is_gordos() {
    let server = server();
    let answer = server.get("/server-version");
    assert_eq!(
        answer.body,
        r#"{"version": "6.0.4", "revision": "1700000000000"}"#
    );
    assert_eq!(answer.header("content-type"), Some(JSON));
    check_common(&answer, CURRENT);
}

#[test]
fn models_are_those_of_the_revision_asked_for() {
    let server = server();
    let answer = server.get("/gordo/v0/any-project/models");
    assert_eq!(
        answer.json()["models"],
        json!(["detecting", "doubling", "late"])
    );
    let old = server.get("/gordo/v0/demo/models?revision=1600000000000&revision=9");
    assert_eq!(
        old.body,
        r#"{"models": ["doubling"], "revision": "1600000000000"}"#
    );
    check_common(&old, "1600000000000");
    let header = server.ask(
        "GET",
        "/gordo/v0/demo/models",
        &[("revision", "1600000000000")],
        b"",
    );
    assert_eq!(header.body, old.body);
    let absent = server.get("/gordo/v0/demo/late/metadata?revision=1600000000000");
    assert_eq!(absent.status, 404);
    assert_eq!(absent.json()["error"], "No metadata found for 'late'");
}

#[test]
fn latest_is_the_served_revision_whichever_is_asked_for() {
    let server = server();
    let answer = server.get("/gordo/v0/demo/revisions?revision=1600000000000");
    assert_eq!(
        answer.body,
        r#"{"available-revisions": ["1600000000000", "1700000000000"], "latest": "1700000000000", "revision": "1600000000000"}"#
    );
}

#[test]
fn a_revision_that_is_not_there_is_gone_for_every_path() {
    let server = server();
    for path in [
        "/healthcheck",
        "/nope",
        "/gordo/v0/demo/doubling/prediction",
    ] {
        for (revision, sentence) in [
            ("abc", "Revision should only contains numbers."),
            ("", "Revision should only contains numbers."),
            ("-1", "Revision should only contains numbers."),
            ("99", "Revision '99' not found."),
        ] {
            let answer = server.get(&format!("{path}?revision={revision}"));
            assert_eq!(answer.status, 410, "{path} {revision}");
            assert_eq!(
                answer.json(),
                json!({"error": sentence, "revision": revision})
            );
            check_common(&answer, revision);
        }
    }
}

#[test]
fn no_revision_can_inject_a_header() {
    let server = server();
    let answer = server.get("/healthcheck?revision=1%0d%0aevil:%201");
    assert_eq!(answer.status, 410);
    assert_eq!(answer.header("evil"), None);
    assert_eq!(answer.header("revision"), Some(r"1\r\nevil: 1"));
    assert_eq!(answer.json()["revision"], r"1\r\nevil: 1");
    assert_eq!(server.get("/healthcheck?revision=%C5%BE%ff").status, 410);
}

#[test]
fn metadata_is_the_document_and_its_envelope() {
    let server = start(|command| {
        command.env("MODEL_COLLECTION_DIR", "/models/1700000000000");
    });
    let answer = server.get("/gordo/v0/demo/doubling/metadata?revision=1600000000000");
    assert_eq!(
        answer.body,
        r#"{"checksum": "c0ffee", "env": {"MODEL_COLLECTION_DIR": "/models/1700000000000"}, "gordo-server-version": "6.0.4", "metadata": {"name": "doubling", "project_name": "demo"}, "revision": "1600000000000"}"#
    );
    let health = server.get("/gordo/v0/demo/doubling/healthcheck?revision=1600000000000");
    assert_eq!(health.body, answer.body);
    let without = server.get("/gordo/v0/demo/detecting/metadata").json();
    assert_eq!(without.get("checksum"), None);
}

#[test]
fn expected_models_keep_their_order() {
    let listed = start(|command| {
        command.env("EXPECTED_MODELS", r#"["b","a",]"#);
    });
    let answer = listed.get("/gordo/v0/demo/expected-models");
    assert_eq!(
        answer.body,
        r#"{"expected-models": ["b", "a"], "revision": "1700000000000"}"#
    );
    let unset = server().get("/gordo/v0/demo/expected-models");
    assert_eq!(
        unset.json()["expected-models"],
        json!(["detecting", "doubling", "late"])
    );
}

#[test]
fn the_deployment_may_name_an_older_revision_as_current() {
    let server = start(|command| {
        command.env("MODEL_COLLECTION_DIR", "/models/1600000000000/");
    });
    let answer = server.get("/gordo/v0/demo/models");
    assert_eq!(
        answer.body,
        r#"{"models": ["doubling"], "revision": "1600000000000"}"#
    );
}

#[test]
fn paths_that_are_not_served() {
    let server = server();
    for path in [
        "/",
        "/nope",
        "/gordo/v0/demo/models/",
        "/gordo/v0/demo/doubling/metadata/",
        "/gordo/v0//models",
        "//healthcheck",
        "/gordo/v0/demo/doub%2Fling/metadata",
        "/gordo/v0/demo/a_b!/metadata",
        "/gordo/v0/demo/nope/metadata",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        check_common(&answer, CURRENT);
    }
    for name in ["_bad", "%20x", "%C3%A5", ".."] {
        let answer = server.get(&format!("/gordo/v0/demo/{name}/metadata"));
        assert_eq!(answer.status, 422, "{name}");
        check_common(&answer, CURRENT);
    }
    let model = server.post("/gordo/v0/demo/nope/prediction", "{}");
    assert_eq!(
        (model.status, model.json()["error"].as_str()),
        (404, Some("No such model found: 'nope'"))
    );
}

#[test]
fn methods_a_path_has() {
    let server = server();
    let check = |method: &str, path: &str, status: u16, allow: Option<&str>| {
        let answer = server.ask(method, path, &[], b"");
        assert_eq!(
            (answer.status, answer.header("allow")),
            (status, allow),
            "{method} {path}"
        );
        check_common(&answer, CURRENT);
        answer
    };
    let prediction = "/gordo/v0/demo/doubling/prediction";
    check("GET", prediction, 405, Some("OPTIONS, POST"));
    check("DELETE", "/healthcheck", 405, Some("OPTIONS, GET, HEAD"));
    let options = check("OPTIONS", prediction, 200, Some("OPTIONS, POST"));
    assert_eq!(options.body, "");
    check(
        "OPTIONS",
        "/server-version",
        200,
        Some("OPTIONS, GET, HEAD"),
    );
    check("OPTIONS", "/nope", 404, None);
    let head = check("HEAD", "/server-version", 200, None);
    assert_eq!(head.body, "");
    let length = server.get("/server-version").body.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));
}

#[test]
fn a_proxys_mount_prefix_is_taken_off() {
    let server = server();
    let check = |path: &str, original: &str, status: u16| {
        let answer = server.ask("GET", path, &[("X-Envoy-Original-Path", original)], b"");
        assert_eq!(answer.status, status, "{path} {original}");
    };
    check("/gordo/v0/demo/models", "/gordo/v0/demo/models?x=1", 200);
    check("/outer/gordo/v0/demo/models", "/outer", 200);
    check("/outer/gordo/v0/demo/models", "/", 404);
    check("/gordo/v0/demo/models", "/gordo/v0", 404);
}
