//! Connections that take their time, that are many, or whose bytes are framed wrongly.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::support::{Server, example, read, start, start_command};

const PREDICT: &str = "/gordo/v0/demo/doubling/prediction";
const GET: &[u8] = b"GET /healthcheck HTTP/1.1\r\nhost: test\r\n\r\n";

fn limited(options: &[&str]) -> Server {
    start(|command| {
        command.args(options);
    })
}

/// Sends the bytes, the later ones one by one and slowly, until the other side has had enough.
fn trickle(stream: &TcpStream, at_once: &[u8], slowly: &[u8]) {
    let mut stream = stream.try_clone().unwrap();
    let (at_once, slowly) = (at_once.to_vec(), slowly.to_vec());
    std::thread::spawn(move || {
        let _ = stream.write_all(&at_once);
        for byte in slowly {
            std::thread::sleep(Duration::from_millis(20));
            if stream.write_all(&[byte]).is_err() {
                break;
            }
        }
    });
}

/// What comes until the other side closes, if it does; a reset closes too.
fn until_closed(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
    }
    String::from_utf8(bytes).unwrap()
}

/// A request for far more than sockets hold, of which nothing is read.
fn stalled(server: &Server) -> TcpStream {
    let rows = vec!["[1.5, 2.5]"; 200_000].join(", ");
    let body = format!("{{\"X\": [{rows}]}}");
    let mut stream = server.connect();
    let head = format!(
        "POST {PREDICT} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    // The answer has begun.
    let mut first = [0];
    stream.read_exact(&mut first).unwrap();
    stream
}

#[test]
fn half_a_head_is_not_waited_for() {
    let server = limited(&["--header-timeout", "0.3"]);
    let slowly = "x".repeat(10_000);
    for head in [
        "G",
        "GET / HTTP/1.1\r\n",
        "GET /healthcheck HTTP/1.1\r\nhost: te",
    ] {
        let mut silent = server.connect();
        silent.write_all(head.as_bytes()).unwrap();
        assert_eq!(until_closed(&mut silent), "", "{head}");
        let mut slow = server.connect();
        trickle(&slow, head.as_bytes(), slowly.as_bytes());
        assert_eq!(until_closed(&mut slow), "", "{head}");
    }
    // The second request of a connection as well.
    let mut kept = server.connect();
    kept.write_all(GET).unwrap();
    kept.read_exact(&mut [0; 12]).unwrap();
    kept.write_all(b"GET /").unwrap();
    until_closed(&mut kept);
    assert_eq!(server.get("/healthcheck").status, 200);
}

#[test]
fn half_a_body_is_answered_and_not_waited_for() {
    let server = limited(&["--body-timeout", "0.3"]);
    let slowly = " ".repeat(10_000);
    for framing in ["content-length: 20000", "transfer-encoding: chunked"] {
        let head = format!(
            "POST {PREDICT} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n{framing}\r\n\r\n"
        );
        for slowly in ["", slowly.as_str()] {
            let mut stream = server.connect();
            let begun = if framing.ends_with("chunked") {
                "4e20\r\n{"
            } else {
                "{"
            };
            trickle(
                &stream,
                format!("{head}{begun}").as_bytes(),
                slowly.as_bytes(),
            );
            let answer = read(&mut stream);
            assert_eq!(answer.status, 408, "{framing}");
            assert_eq!(answer.header("connection"), Some("close"));
            assert!(answer.json()["error"].as_str().unwrap().contains("in time"));
        }
    }
}

#[test]
fn idle_connections_are_closed() {
    let server = limited(&["--idle-timeout", "0.3"]);
    let mut unused = server.connect();
    let mut kept = server.connect();
    kept.write_all(GET).unwrap();
    assert!(until_closed(&mut kept).starts_with("HTTP/1.1 200"));
    assert_eq!(until_closed(&mut unused), "");
    // A connection in use is not idle, however long it lives.
    let server = limited(&["--idle-timeout", "2"]);
    let mut used = server.connect();
    for _ in 0..10 {
        used.write_all(GET).unwrap();
        let mut head = [0; 12];
        used.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        let mut rest = Vec::new();
        while !rest.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            used.read_exact(&mut byte).unwrap();
            rest.push(byte[0]);
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

#[test]
fn a_client_that_does_not_take_its_answer_is_left() {
    let server = limited(&["--send-timeout", "0.3", "--max-connections", "1"]);
    let _stalled = stalled(&server);
    // There is room for one connection only.
    assert_eq!(server.get("/healthcheck").status, 200);
}

#[test]
fn idle_connections_make_room_for_new_ones() {
    let server = limited(&["--max-connections", "4"]);
    let mut idle: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    for _ in 0..20 {
        assert_eq!(server.get("/healthcheck").status, 200);
    }
    for stream in &mut idle[..36] {
        assert_eq!(until_closed(stream), "");
    }
}

#[test]
fn half_requests_make_room_for_whole_ones() {
    let server = limited(&["--max-connections", "4"]);
    let head = format!(
        "POST {PREDICT} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         content-length: 9\r\n\r\n{{"
    );
    for half in ["GET /", &head] {
        let begun = (0..40).map(|_| {
            let mut stream = server.connect();
            stream.write_all(half.as_bytes()).unwrap();
            stream
        });
        let begun: Vec<TcpStream> = begun.collect();
        for _ in 0..20 {
            assert_eq!(server.get("/healthcheck").status, 200);
        }
        drop(begun);
    }
}

#[test]
fn running_out_of_descriptors_stops_nothing() {
    let limit = |options: &str| {
        let mut command = Command::new("sh");
        let program = example().get_program().to_str().unwrap().to_owned();
        let script = format!("ulimit -n 40; exec '{program}' --host 127.0.0.1 --port 0 {options}");
        command.env_clear().arg("-c").arg(script);
        start_command(command)
    };
    let mut server = limit("");
    let idle: Vec<TcpStream> = (0..200).map(|_| server.connect()).collect();
    for _ in 0..20 {
        assert_eq!(server.get("/healthcheck").status, 200);
    }
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    drop(idle);
    // Those that have begun to ask are no longer idle, but their time ends too.
    let server = limit("--header-timeout 0.3");
    let begun: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET /").unwrap();
            stream
        })
        .collect();
    assert_eq!(server.get("/healthcheck").status, 200);
    drop(begun);
}

#[test]
fn bodies_that_are_framed_wrongly() {
    let server = limited(&[]);
    let chunked = [
        ("content-type", "application/json"),
        ("transfer-encoding", "chunked"),
    ];
    for body in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-1\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        " \r\n{}\r\n0\r\n\r\n",
        "2 2\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}zz0\r\n\r\n",
        "1\r\n{}\r\n0\r\n\r\n",
    ] {
        let answer = server.ask("POST", PREDICT, &chunked, body.as_bytes());
        assert_eq!(answer.status, 400, "{body:?}: {}", answer.body);
        assert!(
            answer.json()["error"].as_str().unwrap().contains("chunks"),
            "{body:?}"
        );
    }
}

#[test]
fn a_refused_body_does_not_take_its_answer_along() {
    let server = limited(&["--max-body", "1000"]);
    let kind = ("content-type", "application/json");
    let body = vec![b' '; 4 << 20];
    let chunk = [&b"400000\r\n"[..], &body, b"\r\n0\r\n\r\n"].concat();
    for _ in 0..10 {
        assert_eq!(server.ask("POST", PREDICT, &[kind], &body).status, 413);
        let chunked = [kind, ("transfer-encoding", "chunked")];
        assert_eq!(server.ask("POST", PREDICT, &chunked, &chunk).status, 413);
        // Nor does one that nobody reads.
        assert_eq!(server.ask("POST", "/nope", &[kind], &body).status, 404);
    }
}

#[test]
fn a_client_may_close_its_side_once_it_has_asked() {
    let server = limited(&[]);
    for _ in 0..20 {
        let mut stream = server.connect();
        stream.write_all(GET).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(read(&mut stream).status, 200);
    }
}

/// Requests that are whole when the signal comes, on new connections and on kept ones, among
/// others that are not: all that are whole are answered.
#[test]
fn whole_requests_are_answered_after_a_signal() {
    let large = format!("{{\"X\": [{}]}}", vec!["[1.5, 2.5]"; 12_000].join(", "));
    let post = |body: &str| {
        format!(
            "POST {PREDICT} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let requests = [
        String::from_utf8(GET.to_vec()).unwrap(),
        post("{\"X\": [[1, 2]]}"),
        post(&large),
    ];
    for round in 0..12 {
        // Stopped, it notices nothing of what is sent before the signal. (Else it would close
        // connections beyond its limit that have not asked yet.)
        let stopped = round % 2 == 0;
        let most = if round % 4 == 0 { "20" } else { "1024" };
        let mut server = limited(&["--max-connections", most]);
        let kept: Vec<TcpStream> = (0..12)
            .map(|_| {
                let mut stream = server.connect();
                stream.write_all(GET).unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    head.push(byte[0]);
                }
                stream
            })
            .collect();
        if stopped {
            server.signal("STOP");
        }
        let mut half = server.connect();
        half.write_all(b"GET /healthcheck HTTP/1.1\r\n").unwrap();
        let unused = server.connect();
        let new = (0..52).map(|_| server.connect());
        let mut streams: Vec<TcpStream> = kept.into_iter().chain(new).collect();
        for (at, stream) in streams.iter_mut().enumerate() {
            // Larger ones than a socket holds are whole only once they are read.
            let request = &requests[(at + round) % if stopped { 2 } else { 3 }];
            stream.write_all(request.as_bytes()).unwrap();
        }
        server.signal("TERM");
        server.signal("CONT");
        for (at, stream) in streams.iter_mut().enumerate() {
            let answer = read(stream);
            assert_eq!(answer.status, 200, "round {round}, {at}");
        }
        drop((half, unused));
        assert_eq!(server.wait(), Some(0), "round {round}");
    }
}

#[test]
fn half_a_request_does_not_hold_the_end_up() {
    let mut server = limited(&["--shutdown-timeout", "1000"]);
    let mut head = server.connect();
    head.write_all(b"GET /healthcheck HTTP/1.1\r\n").unwrap();
    let mut body = server.connect();
    let half = format!(
        "POST {PREDICT} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         content-length: 10\r\n\r\n{{"
    );
    body.write_all(half.as_bytes()).unwrap();
    server.signal("TERM");
    let answer = read(&mut body);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(until_closed(&mut head), "");
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn the_end_comes_in_time_even_if_an_answer_is_not_taken() {
    let mut server = limited(&["--shutdown-timeout", "0.3"]);
    let _stalled = stalled(&server);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let said = server.talk();
    assert!(
        said.contains("1 request was not answered within 0.3 s"),
        "{said}"
    );

    let mut server = limited(&["--shutdown-timeout", "1000"]);
    let _stalled = [stalled(&server), stalled(&server)];
    server.signal("TERM");
    // It has to be taken for a second one.
    while TcpStream::connect(&server.address).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    server.signal("INT");
    assert_eq!(server.wait(), Some(0));
    let said = server.talk();
    assert!(
        said.contains("2 requests were not answered before the second signal"),
        "{said}"
    );
}
