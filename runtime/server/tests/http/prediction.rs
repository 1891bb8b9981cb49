//! Predictions: the shapes of bodies, of answers, and of refusals.

use crate::support::{Answer, Server, start};
use serde_json::{Value, json};

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
    check(&server, r#"{"X": {"a": [1, 3], "b": [2, 4]}}"#, &two);
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
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = server.ask("POST", PREDICT, &form, b"X=1");
    check_refused(&answer, 400, "message", no_x);
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

/// One row of named columns, in their order, in each form that has names.
fn forms(columns: &[(&str, f64)]) -> [String; 4] {
    let object = |before: &str, after: &str| {
        let cells = columns
            .iter()
            .map(|(name, value)| format!("{}: {before}{value}{after}", json!(name)));
        format!("{{{}}}", cells.collect::<Vec<_>>().join(", "))
    };
    [
        object("[", "]"),
        object("{\"2020-01-01 00:00:00+00:00\": ", "}"),
        object("{\"0\": ", "}"),
        format!("[{}]", object("", "")),
    ]
}

#[test]
fn a_known_name_never_moves() {
    let server = server();
    let outcome = |columns: &[(&str, f64)], expect: &str| {
        for table in forms(columns) {
            let asked = [
                (PREDICT, format!("{{\"X\": {table}}}"), "model-input"),
                (
                    JUDGE,
                    format!("{{\"X\": [[1, 2]], \"y\": {table}}}"),
                    "tag-anomaly-unscaled",
                ),
            ];
            for (path, body, group) in asked {
                let answer = server.post(path, &body);
                let said = if answer.status == 200 {
                    let data = &answer.json()["data"][group];
                    let first = |tag: &str| {
                        let cells = data[tag].as_object().unwrap();
                        cells.values().next().unwrap().as_f64().unwrap()
                    };
                    let values = [first("TAG 1"), first("TAG 2")];
                    // The machine doubles 1 and 2: what was measured is that, less its anomaly.
                    match group {
                        "model-input" => format!("{values:?}"),
                        _ => format!("[{:?}, {:?}]", 2.0 - values[0], 4.0 - values[1]),
                    }
                } else {
                    assert_eq!(answer.status, 400, "{body}: {}", answer.body);
                    let answered = answer.json();
                    let message = answered["message"].as_str().expect(&body);
                    assert!(message.starts_with("Unexpected features: was expecting ['TAG 1', "));
                    let from = message.find("dtype='object')").unwrap() + 15;
                    let to = message.rfind(" length of ").unwrap();
                    message[from..to].to_owned()
                };
                assert_eq!(said, expect, "{body}");
            }
        }
    };
    // All known: by name, in any order, whatever else there is.
    outcome(&[("TAG 1", 1.0), ("TAG 2", 2.0)], "[1.0, 2.0]");
    outcome(&[("TAG 2", 2.0), ("TAG 1", 1.0)], "[1.0, 2.0]");
    outcome(&[("a", 9.0), ("TAG 2", 2.0), ("TAG 1", 1.0)], "[1.0, 2.0]");
    // None known: by position.
    outcome(&[("b", 1.0), ("a", 2.0)], "[1.0, 2.0]");
    outcome(&[("TAG_1", 1.0), ("tag 2", 2.0)], "[1.0, 2.0]");
    outcome(&[("a", 1.0), ("b", 2.0), ("c", 3.0)], "");
    // Nearly known: by position, unless that is another's.
    outcome(
        &[("tag_2", 2.0), ("TAG_1", 1.0)],
        " (unknown are ['tag_2' (did you mean 'TAG 2'?), 'TAG_1' (did you mean 'TAG 1'?)], \
         missing are ['TAG 1', 'TAG 2'])",
    );
    outcome(
        &[("flow", 2.0), ("tag 1", 1.0)],
        " (unknown are ['flow', 'tag 1' (did you mean 'TAG 1'?)], missing are ['TAG 1', 'TAG 2'])",
    );
    // Some known: never by position.
    let near = " (unknown are ['TAG_1' (did you mean 'TAG 1'?)], missing are ['TAG 1'])";
    outcome(&[("TAG 2", 2.0), ("TAG_1", 1.0)], near);
    outcome(&[("TAG_1", 1.0), ("TAG 2", 2.0)], near);
    outcome(
        &[("flow", 1.0), ("TAG 1", 2.0)],
        " (unknown are ['flow'], missing are ['TAG 2'])",
    );
    outcome(&[("TAG 1", 2.0)], " (missing are ['TAG 2'])");
    outcome(
        &[("x", 2.0), ("y", 1.0), ("TAG 2", 3.0)],
        " (unknown are ['x', 'y'], missing are ['TAG 1'])",
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

#[test]
fn the_whole_answer_of_a_detector() {
    let server = server();
    let body = r#"{"X": {"TAG 1": {"2020-01-01 00:00:00+00:00": 1, "2020-01-01 00:10:00+00:00": 2},
                         "TAG 2": {"2020-01-01 00:00:00+00:00": 3, "2020-01-01 00:10:00+00:00": 4}},
                   "y": [[1, 1], [8, 8], [2, 3]]}"#;
    let (first, second) = ("2020-01-01 00:00:00+00:00", "2020-01-01 00:10:00+00:00");
    let answer = server.post(JUDGE, body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let tags = |a: [f64; 2], b: [f64; 2]| json!({"TAG 1": {first: a[0], second: b[0]}, "TAG 2": {first: a[1], second: b[1]}});
    let total = |name: &str, a: f64, b: f64| json!({name: {first: a, second: b}});
    let data = json!({
        "start": {"start": {first: "2020-01-01T00:00:00+00:00", second: "2020-01-01T00:10:00+00:00"}},
        "end": {"end": {first: "2020-01-01T00:10:00+00:00", second: "2020-01-01T00:20:00+00:00"}},
        "model-input": {"TAG 1": {first: 1, second: 2}, "TAG 2": {first: 3, second: 4}},
        "model-output": tags([2.0, 6.0], [4.0, 8.0]),
        "tag-anomaly-unscaled": tags([6.0, 2.0], [2.0, 5.0]),
        "total-anomaly-unscaled": total("total-anomaly-unscaled", 20.0, 14.5),
        "tag-anomaly-scaled": tags([3.0, 1.0], [1.0, 2.5]),
        "total-anomaly-scaled": total("total-anomaly-scaled", 5.0, 3.625),
        "anomaly-confidence": tags([6.0, 1.0], [2.0, 2.5]),
        "total-anomaly-confidence": total("total-anomaly-confidence", 1.25, 0.906_25),
    });
    assert_eq!(body["data"], data);
    let seconds = body["time-seconds"].as_str().unwrap();
    assert_eq!(seconds.split_once('.').unwrap().1.len(), 4, "{seconds}");
    let end = format!("\"time-seconds\": \"{seconds}\", \"revision\": \"1700000000000\"}}");
    assert!(answer.body.ends_with(&end), "{}", answer.body);
}

#[test]
fn all_columns_adds_the_smoothed_groups_by_being_there() {
    let server = server();
    let body = r#"{"X": [[1, 3], [2, 4]], "y": [[8, 8], [2, 3]]}"#;
    let usual = server.post(JUDGE, body).json();
    let all = server
        .post(&format!("{JUDGE}?all_columns=false"), body)
        .json();
    let count = |answer: &Value| answer["data"].as_object().unwrap().len();
    assert_eq!((count(&usual), count(&all)), (10, 14));
    assert_eq!(
        all["data"]["smooth-tag-anomaly-unscaled"]["TAG 1"],
        json!({"0": null, "1": 4.0})
    );
    let total = "smooth-total-anomaly-unscaled";
    assert_eq!(all["data"][total][total], json!({"0": null, "1": 17.25}));
}

#[test]
fn targets_align_by_position() {
    let server = server();
    let total = |y: &str| {
        let body = format!("{{\"X\": [[1, 1], [2, 2], [3, 3]], \"y\": {y}}}");
        let answer = server.post(JUDGE, &body);
        (
            answer.status,
            answer.json()["data"]["tag-anomaly-unscaled"]["TAG 1"].clone(),
        )
    };
    let from_one = json!({"0": 1.0, "1": 3.0, "2": 5.0});
    assert_eq!(total("[[1, 1]]"), (200, from_one.clone()));
    assert_eq!(
        total("[[9, 9], [9, 9], [1, 1], [1, 1], [1, 1]]"),
        (200, from_one)
    );
    assert_eq!(
        total(r#"{"TAG 1": {"7": 4, "5": 2, "6": 3}, "TAG 2": {"5": 0}}"#).1["0"],
        0.0
    );
    for wrong in [
        "[[1, 1], [1, 1]]",
        "[[\"1\", 1], [1, 1], [1, 1]]",
        "[[null, 1], [null, 1], [null, 1]]",
        r#"{"TAG 1": [], "TAG 2": []}"#,
        "[[1]]",
        "\"y\"",
    ] {
        assert_eq!(total(wrong).0, 400, "{wrong}");
    }
    let body = r#"{"X": [[1, 1]], "y": [[NaN, 1]]}"#;
    let data = &server.post(JUDGE, body).json()["data"];
    assert_eq!(data["tag-anomaly-unscaled"]["TAG 1"]["0"], Value::Null);
    assert_eq!(
        data["total-anomaly-unscaled"]["total-anomaly-unscaled"]["0"],
        1.0
    );
}

#[test]
fn a_detector_without_the_thresholds_it_needs_is_none() {
    let path = "/gordo/v0/demo/late/anomaly/prediction";
    let body = r#"{"X": [[1, 1], [2, 2], [3, 3]], "y": [[1, 1]]}"#;
    check_refused(
        &server().post(path, body),
        422,
        "message",
        "Model is not an AnomalyDetector, it is of type: <class \
         'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>",
    );
}
