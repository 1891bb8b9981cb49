//! Predictions: the shapes of bodies, of answers, and of refusals.

use serde_json::{Value, json};
use crate::support::{Answer, Server, start};

const PREDICT: &str = "/gordo/v0/demo/doubling/prediction";
const JUDGE: &str = "/gordo/v0/demo/detecting/anomaly/prediction";

fn server() -> Server {
    start(|_| {})
}

/// Asserts the answer's output, and answers the whole.
fn check(server: &Server, body: &str, output: &Value) -> Value {
    let answer = server.post(PREDICT, body);
    assert_eq!(answer.status, 200, "{body}: {}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let answer = answer.json();
    assert_eq!(answer["data"]["model-output"], *output, "{body}");
    answer
}

fn check_refused(answer: &Answer, status: u16, key: &str, sentence: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body[key], sentence);
    assert_eq!(body["revision"], "1700000000000");
}

#[test]
fn the_whole_text_of_an_answer() {
    let answer = server().post(PREDICT, r#"{"X": [[1, 2.5]]}"#);
    assert_eq!(
        answer.body,
        r#"{"data": {"end": {"end": {"0": null}}, "model-input": {"TAG 1": {"0": 1.0}, "TAG 2": {"0": 2.5}}, "model-output": {"TAG 1": {"0": 2.0}, "TAG 2": {"0": 5.0}}, "start": {"start": {"0": null}}}, "revision": "1700000000000"}"#
    );
}

#[test]
fn every_shape_of_a_table() {
    let server = server();
    let two = json!({"TAG 1": {"0": 2.0, "1": 6.0}, "TAG 2": {"0": 4.0, "1": 8.0}});
    check(&server, r#"{"X": [[1, 2], [3, 4]]}"#, &two);
    check(
        &server,
        r#"{"X": [{"TAG 2": 2, "TAG 1": 1}, {"TAG 1": 3, "TAG 2": 4}]}"#,
        &two,
    );
    check(
        &server,
        r#"{"X": {"TAG 2": [2, 4], "extra": ["a", null], "TAG 1": [1, 3]}}"#,
        &two,
    );
    check(
        &server,
        r#"{"X": {"TAG 1": {"1": 3, "0": 1}, "TAG 2": {"0": 2, "1": 4}}}"#,
        &two,
    );
    check(&server, r#"{"X": {"a": [1, 3], "TAG 1": [2, 4]}}"#, &two);
    check(
        &server,
        r#"{"X": [[9]], "y": null, "X": [["1", 2], [3, " 4 "]]}"#,
        &two,
    );
    check(&server, "\u{feff} {\"X\": [[true, 2], [3, 4]]} ", &two);
    check(
        &server,
        r#"{"X": [[NaN, 2], [3]]}"#,
        &json!({"TAG 1": {"0": null, "1": 6.0}, "TAG 2": {"0": 4.0, "1": null}}),
    );
}

#[test]
fn inputs_come_back_as_they_were_received() {
    let server = server();
    let input = |body: &str| {
        let text = server.post(PREDICT, body).body;
        let (_, rest) = text.split_once("\"model-input\": ").unwrap();
        rest.split_once(", \"model-output\"").unwrap().0.to_owned()
    };
    let check = |body, expect| assert_eq!(input(body), expect, "{body}");
    check(
        r#"{"X": [[1, 2]]}"#,
        r#"{"TAG 1": {"0": 1}, "TAG 2": {"0": 2}}"#,
    );
    check(
        r#"{"X": [[1, 2.0]]}"#,
        r#"{"TAG 1": {"0": 1.0}, "TAG 2": {"0": 2.0}}"#,
    );
    check(
        r#"{"X": [[1, "2"]]}"#,
        r#"{"TAG 1": {"0": 1}, "TAG 2": {"0": "2"}}"#,
    );
    check(
        r#"{"X": [[1.0, true]]}"#,
        r#"{"TAG 1": {"0": 1.0}, "TAG 2": {"0": true}}"#,
    );
    check(
        r#"{"X": [[null, 2]]}"#,
        r#"{"TAG 1": {"0": null}, "TAG 2": {"0": 2}}"#,
    );
}

#[test]
fn times_are_kept_and_sorted() {
    let body = r#"{"X": {"TAG 1": {"2020-01-01 00:10:00+02:00": 2, "2020-01-01 00:00:00+02:00": 1},
                         "TAG 2": {"2020-01-01 00:10:00+02:00": 4, "2020-01-01 00:00:00+02:00": 3}}}"#;
    let (first, second) = ("2020-01-01 00:00:00+02:00", "2020-01-01 00:10:00+02:00");
    let output = json!({"TAG 1": {first: 2.0, second: 4.0}, "TAG 2": {first: 6.0, second: 8.0}});
    let answer = check(&server(), body, &output);
    let start = json!({first: "2020-01-01T00:00:00+02:00", second: "2020-01-01T00:10:00+02:00"});
    assert_eq!(answer["data"]["start"]["start"], start);
    assert_eq!(
        answer["data"]["end"]["end"],
        json!({first: null, second: null})
    );
}

#[test]
fn outputs_belong_to_the_last_rows() {
    let answer = server().post(
        "/gordo/v0/demo/late/prediction",
        r#"{"X": [[1, 2], [3, 4], [5, 6]]}"#,
    );
    let data = &answer.json()["data"];
    assert_eq!(
        data["model-output"],
        json!({"TAG 1": {"2": 10.0}, "TAG 2": {"2": 12.0}})
    );
    assert_eq!(
        data["model-input"],
        json!({"TAG 1": {"2": 5}, "TAG 2": {"2": 6}})
    );
}

#[test]
fn bodies_without_a_table() {
    let server = server();
    let no_x = "Cannot predict without \"X\"";
    for body in ["{}", "[]", "null", "5", r#"{"x": [[1, 2]]}"#] {
        check_refused(&server.post(PREDICT, body), 400, "message", no_x);
    }
    for body in [
        "",
        "{",
        "{\"X\": [[1, 2]]",
        "{\"X\": [[1, 2]]} x",
        "\u{1}",
        "{\"X\": nan}",
    ] {
        let answer = server.post(PREDICT, body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(
            answer.json()["error"]
                .as_str()
                .unwrap()
                .contains("not JSON"),
            "{body}"
        );
    }
    let latin = server.ask(
        "POST",
        PREDICT,
        &[("content-type", "application/json")],
        b"{\"X\xff\": 1}",
    );
    assert_eq!(latin.status, 400);
    check_refused(
        &server.ask("POST", PREDICT, &[], b"X=1"),
        400,
        "message",
        no_x,
    );
    let wrapped = server.ask(
        "POST",
        PREDICT,
        &[("content-type", "application/vnd.x+JSON; charset=utf-8")],
        br#"{"X": [[1, 2]]}"#,
    );
    assert_eq!(wrapped.status, 200);
}

#[test]
fn tables_that_do_not_fit() {
    let server = server();
    let check = |body: &str, given: &str, count: usize| {
        let sentence = format!(
            "Unexpected features: was expecting ['TAG 1', 'TAG 2'] length of 2, but got {given} \
             length of {count}"
        );
        check_refused(&server.post(PREDICT, body), 400, "message", &sentence);
    };
    check(r#"{"X": [1, 2]}"#, "RangeIndex(start=0, stop=1, step=1)", 1);
    check(
        r#"{"X": [[1, 2, 3]]}"#,
        "RangeIndex(start=0, stop=3, step=1)",
        3,
    );
    check(r#"{"X": {"a": [1]}}"#, "Index(['a'], dtype='object')", 1);
    check(r#"{"X": []}"#, "RangeIndex(start=0, stop=0, step=1)", 0);
    check(r#"{"X": [[]]}"#, "RangeIndex(start=0, stop=0, step=1)", 0);
    check(r#"{"X": {}}"#, "Index([], dtype='object')", 0);
    check(r#"{"X": null}"#, "RangeIndex(start=0, stop=0, step=1)", 0);
    check(
        r#"{"X": [[1, 2]], "y": [[1]]}"#,
        "RangeIndex(start=0, stop=1, step=1)",
        1,
    );
    let levels = server.post(
        PREDICT,
        r#"{"X": {"g": {"TAG 1": {"0": 1}}, "h": {"TAG 2": {"0": 1}}}}"#,
    );
    check_refused(
        &levels,
        400,
        "message",
        "Server does not support multi-level dataframes at this time: [('g', 'TAG 1'), ('h', 'TAG 2')]",
    );
}

#[test]
fn tables_that_are_none() {
    let server = server();
    for x in [
        "5",
        "\"text\"",
        "true",
        r#"{"a": [1], "b": [1, 2]}"#,
        r#"{"a": [1], "b": {"0": 1}}"#,
        r#"{"a": 1, "b": 2}"#,
        "[[1, 2], 3]",
        r#"[{"TAG 1": 1}, [1]]"#,
        r#"{"TAG 1": {"a": 1}, "TAG 2": {"a": 1}}"#,
        r#"{"TAG 1": {"2020-01-01": 1, "1": 2}, "TAG 2": {}}"#,
        r#"{"TAG 1": {"2020-01-01T00Z": 1, "2020-01-01": 2}, "TAG 2": {}}"#,
        r#"{"TAG 1": {"1000": 1}, "TAG 2": {"1000": 1}}"#,
        "[[[1], 2]]",
    ] {
        let answer = server.post(PREDICT, &format!("{{\"X\": {x}}}"));
        assert_eq!(answer.status, 400, "{x}: {}", answer.body);
        assert!(answer.json()["error"].is_string(), "{x}");
    }
}

#[test]
fn values_that_are_no_numbers() {
    let server = server();
    let check = |x: &str, sentence: &str| {
        check_refused(
            &server.post(PREDICT, &format!("{{\"X\": {x}}}")),
            400,
            "error",
            sentence,
        );
    };
    check(
        r#"[[1, "b"], ["a", 2]]"#,
        "ValueError: could not convert string to float: 'b'",
    );
    check(
        "[[1, -Infinity]]",
        "ValueError: Input X contains infinity or a value too large for dtype('float64').",
    );
    check(
        r#"{"TAG 1": [], "TAG 2": []}"#,
        "ValueError: Found array with 0 sample(s) (shape=(0, 2)) while a minimum of 1 is required \
         by MinMaxScaler.",
    );
    let short = server.post(
        "/gordo/v0/demo/late/prediction",
        r#"{"X": [[1, 2], [3, 4]]}"#,
    );
    check_refused(
        &short,
        400,
        "error",
        "ValueError: For KerasLSTMForecast lookback_window must be < size of X",
    );
}

#[test]
fn only_detectors_judge() {
    let server = server();
    let plain = "/gordo/v0/demo/doubling/anomaly/prediction";
    let no_y = "Cannot perform anomaly without 'y' to compare against.";
    check_refused(
        &server.post(plain, r#"{"X": [[1, 2]]}"#),
        400,
        "message",
        no_y,
    );
    check_refused(
        &server.post(JUDGE, r#"{"X": [[1, 2]], "y": null}"#),
        400,
        "message",
        no_y,
    );
    check_refused(
        &server.post(plain, r#"{"X": [[1, 2]], "y": [[1, 2]]}"#),
        422,
        "message",
        "Model is not an AnomalyDetector, it is of type: <class 'sklearn.pipeline.Pipeline'>",
    );
}

#[test]
fn parquet_is_refused_by_name() {
    let server = server();
    let answer = server.post(&format!("{PREDICT}?format=parquet"), r#"{"X": [[1, 2]]}"#);
    assert_eq!(answer.status, 406);
    assert!(answer.json()["error"].as_str().unwrap().contains("parquet"));
    assert_eq!(
        server
            .post(&format!("{PREDICT}?format=Parquet"), r#"{"X": [[1, 2]]}"#)
            .status,
        200
    );
    let form = "--b\r\nContent-Disposition: form-data; name=\"X\"; filename=\"X\"\r\n\r\nPAR1\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    assert_eq!(
        server.ask("POST", PREDICT, &kind, form.as_bytes()).status,
        406
    );
    let field = form.replace("; filename=\"X\"", "");
    assert_eq!(
        server.ask("POST", PREDICT, &kind, field.as_bytes()).status,
        400
    );
}

#[test]
fn a_mistake_of_ours_is_answered_and_survived() {
    let server = server();
    let answer = server.post(PREDICT, r#"{"X": [[-13, 2]]}"#);
    assert_eq!(answer.status, 500);
    assert!(answer.json()["error"].is_string());
    assert_eq!(server.post(PREDICT, r#"{"X": [[13, 2]]}"#).status, 200);
}

#[test]
fn bodies_of_every_size_and_framing() {
    let server = start(|command| {
        command.env("GORDO_SERVER_MAX_BODY", "2000000");
    });
    let rows = vec!["[1.5, 2.5]"; 50_000].join(", ");
    let large = format!("{{\"X\": [{rows}]}}");
    let answer = server.post(PREDICT, &large);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["data"]["model-output"]["TAG 2"]["49999"], 5.0);
    let json = ("content-type", "application/json");
    let chunked = [json, ("transfer-encoding", "chunked")];
    let body = "9\r\n{\"X\": [[1\r\n6\r\n, 2]]}\r\n0\r\n\r\n";
    assert_eq!(
        server
            .ask("POST", PREDICT, &chunked, body.as_bytes())
            .status,
        200
    );
    let long = [json, ("content-length", "2000001")];
    let refused = server.ask("POST", PREDICT, &long, b"");
    assert_eq!(refused.status, 413);
    assert!(
        refused.json()["error"]
            .as_str()
            .unwrap()
            .contains("2000000 bytes")
    );
}
