//! Texts of requests in answers: short, and nothing in them moves a terminal's cursor.

use std::fmt::Write as _;

use crate::support::{Answer, start};
use serde_json::{Value, json};

const PREDICT: &str = "/gordo/v0/demo/doubling/prediction";

/// Texts that terminals obey, that look like quotes or escapes, and that have no end.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\u{1b}[2J\u{1b}[31m",
        "\u{7}\u{0}\u{8}",
        "a\r\nset-cookie: b",
        "\u{9b}31m",
        "\u{202e}evil\u{2066}",
        "it's \"quoted\" \\ and \\x1b",
    ]
    .map(str::to_owned)
    .to_vec();
    for letter in ["7", " ", "\u{1b}", "\u{2028}", "ø", "\\", "'"] {
        texts.push(letter.repeat(8_000));
    }
    texts
}

/// Percent-encodes every byte.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02x}");
        out
    })
}

/// Every text within a JSON value, keys too.
fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, out)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            out.push(key.clone());
            strings(value, out);
        }),
        _ => {}
    }
}

fn check(what: &str, answer: &Answer) {
    assert!(
        (400..500).contains(&answer.status),
        "{what}: {}",
        answer.status
    );
    assert!(
        answer.body.len() < 16_000,
        "{what}: {} bytes",
        answer.body.len()
    );
    assert!(
        answer
            .body
            .bytes()
            .all(|byte| (b' '..=b'~').contains(&byte))
    );
    let mut said = Vec::new();
    strings(&answer.json(), &mut said);
    for text in said {
        let obeyed = |letter: char| {
            letter.is_control()
                || ('\u{2028}'..='\u{202e}').contains(&letter)
                || ('\u{2066}'..='\u{2069}').contains(&letter)
        };
        assert!(!text.contains(obeyed), "{what}: {text:?}");
        let longest = text.split(", ").map(|part| part.chars().count()).max();
        assert!(longest < Some(1_000), "{what}: {text}");
    }
    let header = answer.header("revision").unwrap();
    assert!(header.len() < 600, "{what}: {header}");
    assert_eq!(answer.header("set-cookie"), None, "{what}");
}

#[test]
fn texts_of_requests_are_shown_short_and_escaped_wherever_they_stand() {
    let server = start(|_| {});
    for text in texts() {
        let percent = encoded(&text[..text.floor_char_boundary(6_000)]);
        let quoted = json!(text).to_string();
        let many: Vec<String> = (0..200)
            .map(|n| json!(format!("{n}{text}")).to_string())
            .collect();
        let columns = many.iter().map(|name| format!("{name}: [1]"));
        let columns = columns.collect::<Vec<_>>().join(", ");
        check(
            "a revision",
            &server.get(&format!("/healthcheck?revision={percent}")),
        );
        check(
            "a path",
            &server.get(&format!("/gordo/v0/demo/a{percent}/metadata")),
        );
        check("no path", &server.get(&format!("/{percent}")));
        for (what, x) in [
            ("a name", format!("{{{quoted}: [1]}}")),
            (
                "a name beside a known one",
                format!("{{\"TAG 1\": [1], {quoted}: [1]}}"),
            ),
            ("names", format!("{{{columns}}}")),
            (
                "names beside a known one",
                format!("{{{columns}, \"TAG 1\": [1]}}"),
            ),
            ("a record", format!("[{{{quoted}: 1}}]")),
            (
                "levels",
                format!("{{{quoted}: {{{quoted}: {{\"0\": 1}}}}}}"),
            ),
            (
                "a row key",
                format!("{{\"TAG 1\": {{{quoted}: 1, \"1\": 2}}, \"TAG 2\": {{}}}}"),
            ),
            ("a cell", format!("[[1, {}]]", json!(format!("{text}x")))),
            ("no table", quoted.clone()),
        ] {
            check(what, &server.post(PREDICT, &format!("{{\"X\": {x}}}")));
            check(
                what,
                &server.post(
                    PREDICT,
                    &format!("{{\"X\": [[1, 2]], \"y\": {x}, \"X\": {x}}}"),
                ),
            );
        }
        let visible: String = text
            .chars()
            .filter(|letter| !letter.is_ascii_control())
            .collect();
        let visible = format!("x{}", &visible[..visible.floor_char_boundary(6_000)]);
        for name in ["content-type", "revision"] {
            let headers = [(name, visible.as_str())];
            check(
                name,
                &server.ask("POST", PREDICT, &headers, b"{\"X\": [[1, 2]]}"),
            );
        }
        let headers = [
            ("content-type", "application/json"),
            ("content-encoding", &visible),
        ];
        check(
            "an encoding",
            &server.ask("POST", PREDICT, &headers, b"{\"X\": [[1, 2]]}"),
        );
    }
    assert_eq!(server.get("/healthcheck").status, 200);
}

#[test]
fn bodies_that_are_no_plain_json_are_told_what_to_send() {
    let server = start(|_| {});
    let json = b"{\"X\": [[1, 2]]}";
    let zipped = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    let kind = ("content-type", "application/json");
    let ask = |headers: &[(&str, &str)], body: &[u8], status: u16, says: &str| {
        let answer = server.ask("POST", PREDICT, headers, body);
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.body);
        let body = answer.json();
        let sentence = body["error"].as_str().or(body["message"].as_str()).unwrap();
        assert!(sentence.contains(says), "{headers:?}: {sentence}");
    };
    let send = "Send `Content-Type: application/json`";
    ask(&[], json, 415, send);
    ask(&[], b"", 415, send);
    let send = "Send JSON with `Content-Type: application/json`";
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "json",
        "",
        "application/xml",
    ] {
        ask(&[("content-type", other)], json, 415, send);
    }
    for gzip in ["gzip", "GZIP, br", "x-gzip", "deflate", "zstd"] {
        let headers = [kind, ("content-encoding", gzip)];
        ask(&headers, zipped, 415, &format!("encoded as `{gzip}`"));
        ask(&headers, zipped, 415, "without Content-Encoding");
    }
    ask(&[kind], zipped, 415, "encoded as `gzip`");
    let twice = [
        kind,
        ("content-encoding", "identity"),
        ("content-encoding", "gzip"),
    ];
    ask(&twice, zipped, 415, "encoded as `gzip`");
    let identity = [kind, ("content-encoding", "identity")];
    assert_eq!(server.ask("POST", PREDICT, &identity, json).status, 200);
    let no_x = "Cannot predict without \"X\"";
    ask(
        &[("content-type", "application/x-www-form-urlencoded")],
        b"X=1",
        400,
        no_x,
    );
    ask(
        &[("content-type", "multipart/form-data; boundary=b")],
        b"--b--",
        400,
        no_x,
    );
}
