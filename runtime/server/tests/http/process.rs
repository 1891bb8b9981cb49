//! The process: its options, its start and its end.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use crate::support::{example, read, start};
use serde_json::Value;

#[test]
fn a_signal_ends_an_idle_server_at_once() {
    for signal in ["TERM", "INT"] {
        let mut server = start(|_| {});
        assert_eq!(server.get("/healthcheck").status, 200);
        let began = Instant::now();
        server.signal(signal);
        assert_eq!(server.wait(), Some(0));
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_kept_connection_does_not_hold_the_end_up() {
    let mut server = start(|_| {});
    let mut stream = server.connect();
    stream
        .write_all(b"GET /healthcheck HTTP/1.1\r\nhost: test\r\n\r\n")
        .unwrap();
    let mut byte = [0];
    stream.read_exact(&mut byte).unwrap();
    let began = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_connection_that_was_never_used_does_not_hold_the_end_up() {
    let mut server = start(|_| {});
    let _unused = server.connect();
    assert_eq!(server.get("/healthcheck").status, 200);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn a_running_request_is_finished_and_new_ones_are_not_taken() {
    let mut server = start(|_| {});
    let mut stream = server.connect();
    let body = b"{\"X\": [[1, 2]]}";
    let head = format!(
        "POST /gordo/v0/demo/doubling/prediction HTTP/1.1\r\nhost: test\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..5]).unwrap();
    // The request must have reached the server before the signal does.
    std::thread::sleep(Duration::from_millis(200));
    server.signal("TERM");
    let refused = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        std::net::TcpStream::connect(&server.address).is_err()
    });
    assert!(refused, "the server still accepts connections");
    stream.write_all(&body[5..]).unwrap();
    let answer = read(&mut stream);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn documents_can_be_printed() {
    let run = |machine: &[&str]| {
        let output = example()
            .arg("--print-metadata")
            .args(machine)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, all) = run(&[]);
    assert_eq!(code, Some(0));
    let all: Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all["late"]["name"], "late");
    assert_eq!(
        run(&["late"]).1,
        "{\"name\": \"late\", \"project_name\": \"demo\"}\n"
    );
    assert_eq!(run(&["nope"]), (Some(1), String::new()));
}

#[test]
fn a_port_in_use_is_told() {
    let server = start(|_| {});
    let port = server.address.rsplit(':').next().unwrap();
    let output = example()
        .args(["--host", "127.0.0.1", "--port", port])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.contains("cannot listen on 127.0.0.1"), "{talk}");
}

#[test]
fn options_that_are_not_understood_exit_with_two() {
    let output = example().arg("--nope").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let help = example().arg("--help").output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.contains("GORDO_SERVER_PORT") && !help.contains("run-server"),
        "{help}"
    );
}
