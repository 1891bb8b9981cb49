//! What an HTTP server can do instead of answering, and how its answers may come.

use std::time::Instant;

use super::{check_fault, dataset, machine, run};
use crate::support::mock_server::{MockResponse, MockServer, certificate, closed_port};

/// Two readings of `A`.
const ANSWER: &str = r#"{"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","A"],"values":[["2021-03-01T01:00:00Z",1],["2021-03-01T05:00:00Z",2.5]]}]}]}"#;
const NOTHING: &str = r#"{"results":[{"statement_id":0}]}"#;
const TAGS: &str = r#"{"results":[{"series":[{"name":"m","columns":["key","value"],"values":[["tag","A1"],["tag","B"]]}]}]}"#;

/// A machine that reads `A` from a server of a port.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new(port: u16, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let provider = format!(
            "{{type: InfluxDataProvider, measurement: m, host: 127.0.0.1, port: {port}, \
             database: d, password: hush-hush, {more}}}"
        );
        let text = machine("pump", "A", &provider, "");
        std::fs::write(folder.path().join("c.yaml"), format!("machines:\n{text}")).unwrap();
        Self { folder }
    }

    fn command(&self) -> std::process::Command {
        dataset(self.folder.path(), "c.yaml", "rows")
    }
}

/// Asks a server that gives one response over and over; the fault must have a code and some words.
#[track_caller]
fn check(response: MockResponse, more: &str, code: &str, words: &[&str]) {
    let server = MockServer::http(vec![response; 2]);
    let address = format!("127.0.0.1:{}", server.port());
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["`A` of `InfluxDataProvider`", &address])
        .collect();
    let machine = Machine::new(server.port(), &format!("retries: 2, {more}"));
    check_fault(&mut machine.command(), code, &words);
}

#[test]
fn a_server_that_is_not_there() {
    let machine = Machine::new(closed_port(), "retries: 2");
    let words = [
        "Connection refused",
        "tried 2 times",
        "`A` of `InfluxDataProvider`",
    ];
    check_fault(
        &mut machine.command(),
        "dataset::connection_refused",
        &words,
    );

    let machine = Machine::new(8086, "host: db.invalid, retries: 1, timeout: 60");
    let text = std::fs::read_to_string(machine.folder.path().join("c.yaml")).unwrap();
    let text = text.replacen("host: 127.0.0.1, ", "", 1);
    std::fs::write(machine.folder.path().join("c.yaml"), text).unwrap();
    let words = ["`db.invalid:8086`"];
    check_fault(&mut machine.command(), "dataset::unknown_host", &words);
}

#[test]
fn a_server_that_is_silent() {
    let started = Instant::now();
    for response in [
        MockResponse::Hang(Vec::new()),
        MockResponse::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"resu".to_vec()),
    ] {
        let words = ["no answer within 0.5 s", "tried 2 times"];
        check(response, "timeout: 0.5", "dataset::timed_out", &words);
    }
    assert!(started.elapsed().as_secs() < 15);
}

#[test]
fn a_server_that_refuses() {
    let error =
        |status, words: &str| MockResponse::Body(status, format!("{{\"error\":\"{words}\"}}"));
    let denied = "dataset::access_denied";
    check(
        error(401, "authorization failed"),
        "",
        denied,
        &["status 401, authorization failed"],
    );
    check(error(403, "not yours"), "", denied, &["status 403"]);
    // A server that repeats what it was sent.
    check(
        error(401, "no user root:hush-hush"),
        "",
        denied,
        &["no user root:***"],
    );
    let refused = "dataset::refused_query";
    check(
        error(400, "error parsing query"),
        "",
        refused,
        &["status 400"],
    );
    check(
        MockResponse::Body(404, "<html>\n not  found".into()),
        "",
        refused,
        &["<html> not found"],
    );
    check(
        MockResponse::json(r#"{"results":[{"error":"database not found: d"}]}"#),
        "",
        "dataset::unknown_database",
        &["database not found: d"],
    );
    check(
        MockResponse::json(r#"{"error":"no such thing"}"#),
        "",
        refused,
        &["no such thing"],
    );
    let failing = "dataset::server_error";
    check(
        error(503, "busy"),
        "",
        failing,
        &["status 503, busy", "tried 2 times"],
    );
}

#[test]
fn an_answer_that_is_broken() {
    let broken = "dataset::broken_answer";
    let half = &ANSWER[..ANSWER.len() / 2];
    let length = ANSWER.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    check(
        MockResponse::Bytes((head + half).into_bytes()),
        "",
        broken,
        &["it breaks off", "tried 2 times"],
    );
    let chunk =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{half}");
    check(
        MockResponse::Bytes(chunk.into_bytes()),
        "",
        broken,
        &["it breaks off"],
    );
    check(MockResponse::json(half), "", broken, &["it breaks off"]);
    check(MockResponse::json(""), "", broken, &["it is empty"]);
    check(
        MockResponse::json("<html>"),
        "",
        broken,
        &["it is no answer of InfluxDB"],
    );
    check(MockResponse::Bytes(Vec::new()), "", broken, &[]);
    let times = ANSWER.replace("2021-03-01T01:00:00Z", "noon");
    check(
        MockResponse::json(&times),
        "",
        broken,
        &["\"noon\", expected a time stamp"],
    );
}

#[test]
fn a_value_that_is_no_number() {
    let text = ANSWER.replace("2.5", "\"open\"");
    let words = ["`open`", "2021-03-01T05:00:00Z", "`value_name`"];
    check(
        MockResponse::json(&text),
        "",
        "dataset::unreadable_value",
        &words,
    );
}

#[test]
fn a_text_that_looks_like_a_number_is_a_text() {
    for text in ["0", "-1.5e3", "NaN", " 7 "] {
        let answer = ANSWER.replace("2.5", &format!("\"{text}\""));
        let words = [
            &format!("is the text `{text}`, not a number"),
            "`value_name`",
        ];
        check(
            MockResponse::json(&answer),
            "",
            "dataset::unreadable_value",
            &words,
        );
    }
}

/// Whatever a server says, nothing of it moves the cursor or fills the screen.
#[test]
fn words_of_servers_are_shown_as_they_are_and_short() {
    let evil = "\\u001b[31m\\u0007\\u0000\\u009b2J\\u202e".to_owned() + &"long ".repeat(50_000);
    let raw = "\u{1b}[31m\u{7}\u{0}\u{9b}2J\u{202e}".to_owned() + &"long ".repeat(50_000);
    let answers = [
        MockResponse::Body(401, format!("{{\"error\":\"{evil}\"}}")),
        MockResponse::Body(500, raw.clone()),
        MockResponse::json(&format!("{{\"error\":\"{evil}\"}}")),
        MockResponse::json(&format!(
            "{{\"results\":[{{\"error\":\"database not found: {evil}\"}}]}}"
        )),
        MockResponse::json(&ANSWER.replace("2.5", &format!("\"{}\"", &evil[..200]))),
        MockResponse::json(&ANSWER.replace("2021-03-01T05:00:00Z", &evil[..200])),
        MockResponse::json(&raw),
    ];
    for answer in answers {
        let server = MockServer::http([answer.clone()]);
        let machine = Machine::new(server.port(), "retries: 1");
        let output = machine.command().output().unwrap();
        let said = crate::support::stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let is_odd = |letter: char| {
            letter != '\n' && (letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter))
        };
        assert!(!said.contains(is_odd), "{said:?}");
        assert!(said.len() < 3000, "{} bytes: {said}", said.len());
    }
    let tags = TAGS
        .replace("A1", &evil[..120])
        .replace("\"m\"", &format!("\"{}\"", &evil[..120]));
    let server = MockServer::http([MockResponse::json(NOTHING), MockResponse::json(&tags)]);
    let machine = Machine::new(server.port(), "");
    let words = [r"there are `\u{1b}[31m\u{7}\u{0}\u{9b}2J\u{202e}long"];
    check_fault(&mut machine.command(), "dataset::unknown_table", &words);
}

#[test]
fn several_series_of_one_tag_are_warned_of() {
    let series = |units: &[&str]| {
        let series = units.iter().map(|unit| {
            format!(
                r#"{{"name":"m","tags":{{"tag":"A","unit":"{unit}"}},"columns":["time","first"],"values":[["2021-03-01T01:00:00Z",1]]}}"#
            )
        });
        let series = series.collect::<Vec<_>>().join(",");
        MockResponse::json(&format!(r#"{{"results":[{{"series":[{series}]}}]}}"#))
    };
    let said = |answer: MockResponse, more: &str| {
        let server = MockServer::http([MockResponse::json(ANSWER), answer]);
        let machine = Machine::new(server.port(), "");
        let output = machine
            .command()
            .args(more.split_whitespace())
            .output()
            .unwrap();
        (output.status.code(), crate::support::stderr(&output))
    };
    let (code, text) = said(series(&["C", "F"]), "");
    assert_eq!(code, Some(0), "{text}");
    for word in [
        "dataset::several_series",
        "`pump`: readings of `A`: 2 series answer for this tag",
        "`unit=C` and `unit=F`",
    ] {
        assert!(text.contains(word), "lacks `{word}`: {text}");
    }
    assert_eq!(said(series(&["C", "F"]), "--deny-warnings").0, Some(2));
    let (code, text) = said(series(&["C"]), "--deny-warnings");
    assert_eq!((code, text.contains("several_series")), (Some(0), false));
    let nine = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let (_, text) = said(series(&nine), "");
    assert!(text.contains("more than 8 series"), "{text}");
    let refused = MockResponse::Body(403, r#"{"error":"no","tags":""}"#.to_owned());
    let (code, text) = said(refused, "");
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("it cannot be told whether one series answers"),
        "{text}"
    );
}

#[test]
fn a_tag_or_measurement_that_is_not_there() {
    let server = MockServer::http([MockResponse::json(NOTHING), MockResponse::json(TAGS)]);
    let machine = Machine::new(server.port(), "");
    let words = ["no such tag in measurement `m`", "did you mean `A1`?"];
    check_fault(&mut machine.command(), "dataset::unknown_tag", &words);

    let server = MockServer::http([
        MockResponse::json(NOTHING),
        MockResponse::json(&TAGS.replace("\"m\"", "\"n\"")),
    ]);
    let machine = Machine::new(server.port(), "");
    let words = ["`m` has no readings by `tag`", "there are `n`"];
    check_fault(&mut machine.command(), "dataset::unknown_table", &words);
}

#[test]
fn a_tag_without_readings_is_reported_as_with_files() {
    let server = MockServer::http([
        MockResponse::json(NOTHING),
        MockResponse::json(&TAGS.replace("A1", "A")),
    ]);
    let machine = Machine::new(server.port(), "");
    check_fault(&mut machine.command(), "dataset::missing_series", &["`A`"]);
}

/// Plays some parts to a machine that must be content, and answers how many it asked for.
#[track_caller]
fn check_good(responses: Vec<MockResponse>, more: &str) -> usize {
    let server = MockServer::http(responses);
    let machine = Machine::new(server.port(), more);
    run(&mut machine.command());
    let x = std::fs::read_to_string(machine.folder.path().join("rows/X.csv")).unwrap();
    assert!(x.contains("2021-03-01T05:00:00Z,2.5"), "{x}");
    server.requests().len()
}

#[test]
fn answers_may_come_in_many_forms() {
    let (head, tail) = ANSWER.split_at(ANSWER.len() - 20);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{head}\r\n{:x}\r\n{tail}\r\n\
         0\r\n\r\n",
        head.len(),
        tail.len()
    );
    assert_eq!(
        check_good(vec![MockResponse::Bytes(chunked.into_bytes())], ""),
        1
    );
    assert_eq!(
        check_good(vec![MockResponse::Bytes(gzipped())], "gzip: true"),
        1
    );
}

#[test]
fn a_server_may_recover_and_may_leave_out_rows() {
    let busy = MockResponse::Body(503, String::new());
    assert_eq!(
        check_good(
            vec![
                busy,
                MockResponse::Bytes(vec![]),
                MockResponse::json(ANSWER)
            ],
            ""
        ),
        3
    );

    let partial = ANSWER.replace("]]}", "]],\"partial\":true}");
    let server = MockServer::http([
        MockResponse::json(&partial),
        MockResponse::json(&(partial + "\n" + ANSWER)),
    ]);
    let machine = Machine::new(server.port(), "");
    run(&mut machine.command());
    let asked = server.requests();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].parameters.get("chunked"), None);
    assert_eq!(asked[1].parameters["chunked"], "true");
}

#[test]
fn keys_are_not_carried_elsewhere() {
    let elsewhere = MockServer::http([MockResponse::json(ANSWER)]);
    let place = format!("http://127.0.0.1:{}/query", elsewhere.port());
    let moved = format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n");
    let words = ["status 302", "it has moved to", &place];
    check(
        MockResponse::Bytes(moved.into_bytes()),
        "",
        "dataset::refused_query",
        &words,
    );
    assert_eq!(elsewhere.requests().len(), 0);

    let server = MockServer::http([MockResponse::json(ANSWER)]);
    let machine = Machine::new(server.port(), "");
    let proxy = format!("http://127.0.0.1:{}", closed_port());
    let mut command = machine.command();
    command.envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, proxy.as_str())));
    run(&mut command);
}

#[test]
fn certificates_are_looked_at_where_the_config_says_so() {
    let check = |more: &str| {
        let server = MockServer::https([MockResponse::json(ANSWER)]);
        Machine::new(server.port(), &format!("retries: 1, {more}"))
    };
    run(&mut check("ssl: true").command());
    let file = certificate();
    let trusted = format!("ssl: true, verify_ssl: {}", file.display());
    run(&mut check(&trusted).command());
    let untrusted = "dataset::untrusted_server";
    check_fault(
        &mut check("ssl: true, verify_ssl: true").command(),
        untrusted,
        &[],
    );
    let words = ["`gone.pem` cannot be read"];
    check_fault(
        &mut check("ssl: true, verify_ssl: gone.pem").command(),
        untrusted,
        &words,
    );
    check_fault(
        &mut check("ssl: false").command(),
        "dataset::broken_answer",
        &[],
    );
    let plain = MockServer::http([MockResponse::json(ANSWER)]);
    let machine = Machine::new(plain.port(), "ssl: true, retries: 1");
    check_fault(&mut machine.command(), untrusted, &[]);
}

/// `ANSWER`, compressed.
fn gzipped() -> Vec<u8> {
    let body = include_bytes!("answer.json.gz");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
