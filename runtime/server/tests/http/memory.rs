//! How much memory a request takes, whatever the shape of its body.
//!
//! Asks the `metered` example, which counts what it allocates.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use crate::support::{Server, example, start_command};

/// Bytes of memory for each byte of a body.
const PER_BYTE: usize = 8;

/// Bytes that the numbers of any request may take, however small its body is.
const ROOM: usize = 128 << 20;

/// What a connection, an answer and a server take by themselves.
const REST: usize = 24 << 20;

struct Metered {
    server: Server,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Metered {
    fn start() -> Self {
        let program = std::path::PathBuf::from(example().get_program());
        let mut command = Command::new(program.with_file_name("metered"));
        command
            .env_clear()
            .args(["--host", "127.0.0.1", "--port", "0"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = start_command(command);
        let to = server.child.stdin.take().unwrap();
        let from = BufReader::new(server.child.stdout.take().unwrap());
        Self { server, to, from }
    }

    /// The most bytes held since the last call.
    fn peak(&mut self) -> usize {
        writeln!(self.to).unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        line.trim().parse().unwrap()
    }

    /// Asks, reads the answer without keeping it; returns its status and the memory it took.
    fn ask(&mut self, machine: &str, framing: &str, body: &[u8]) -> (u16, usize) {
        self.peak();
        let mut stream = self.server.connect();
        let head = format!(
            "POST /gordo/v0/metered/{machine} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
             content-type: application/json\r\n{framing}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
        let status = std::str::from_utf8(&status[9..]).unwrap().parse().unwrap();
        (status, self.peak())
    }

    fn post(&mut self, machine: &str, body: &str) -> (u16, usize) {
        let framing = format!("content-length: {}", body.len());
        self.ask(machine, &framing, body.as_bytes())
    }
}

/// Items as they come, until they fill so many bytes.
fn fill(size: usize, item: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(size + 100);
    for at in 0.. {
        if out.len() >= size {
            break;
        }
        if at > 0 {
            out.push(',');
        }
        out.push_str(&item(at));
    }
    out
}

/// Time keys, ten minutes apart.
fn time(at: usize) -> String {
    let (days, minutes) = (at / 144, at % 144 * 10);
    format!(
        "{}-{:02}-{:02} {:02}:{:02}:00+00:00",
        1700 + days / 336,
        days / 28 % 12 + 1,
        days % 28 + 1,
        minutes / 60,
        minutes % 60
    )
}

/// Bodies of about so many bytes, of every shape, with the name of the shape.
#[expect(clippy::too_many_lines, reason = "a table")]
fn shapes(size: usize) -> Vec<(&'static str, String)> {
    let half = size / 2;
    let table = |inner: String| format!("{{\"X\": {inner}}}");
    let rows = |item: &dyn Fn(usize) -> String| table(format!("[{}]", fill(size, item)));
    let keyed = |key: &dyn Fn(usize) -> String, other: &dyn Fn(usize) -> String| {
        let cells = |key: &dyn Fn(usize) -> String| fill(half, |at| format!("\"{}\":1", key(at)));
        table(format!(
            "{{\"A\":{{{}}},\"B\":{{{}}}}}",
            cells(key),
            cells(other)
        ))
    };
    let shuffled = |at: usize| (at * 7919 % 1_000_003).to_string();
    let number = |at: usize| at.to_string();
    let long = "n".repeat(half / 2);
    let digits = "7".repeat(100_000);
    let blanks = " ".repeat(500_000);
    vec![
        ("numbers", rows(&|_| "1".into())),
        ("rows of one", rows(&|_| "[1]".into())),
        ("rows of two", rows(&|at| format!("[{}.125,2]", at % 100))),
        ("records", rows(&|at| format!("{{\"A\":{at},\"B\":1.5}}"))),
        (
            "records of many names",
            rows(&|at| format!("{{\"{at}\":1}}")),
        ),
        (
            "records of names one of which is known",
            rows(&|at| format!("{{\"A\":1,\"{at}\":1}}")),
        ),
        (
            "records of escaped names",
            rows(&|_| r#"{"\u0041":1,"\u0042":1}"#.into()),
        ),
        ("lists", {
            let cells = fill(half, |_| "1".into());
            table(format!("{{\"A\":[{cells}],\"B\":[{cells}]}}"))
        }),
        ("times", keyed(&time, &time)),
        ("numbers as keys", keyed(&number, &number)),
        ("shuffled keys", keyed(&number, &shuffled)),
        (
            "other keys in each column",
            keyed(&number, &|at| format!("{}", at + 10_000_000)),
        ),
        (
            "escaped keys",
            keyed(&|at| format!("\\u0031{at}"), &|at| format!("1{at}")),
        ),
        (
            "one key again and again",
            keyed(&|_| "1".into(), &|_| "2".into()),
        ),
        (
            "keys that are none",
            keyed(&|at| format!("k{at}"), &|at| format!("k{at}")),
        ),
        (
            "texts that spell numbers",
            rows(&|_| "[\"1\",\"\\u0031\"]".into()),
        ),
        ("empty texts", rows(&|_| "[\"\",\"\"]".into())),
        ("truth values", rows(&|_| "[true,false]".into())),
        ("nulls", rows(&|_| "[null,null]".into())),
        ("empty rows", rows(&|_| "[]".into())),
        ("empty records", rows(&|_| "{}".into())),
        (
            "one full row",
            table(format!("[[1,1],{}]", fill(size, |_| "[]".into()))),
        ),
        (
            "a wide row",
            table(format!("[[{}]]", fill(size.min(190_000), |_| "1".into()))),
        ),
        ("nested cells", rows(&|_| "[[],{}]".into())),
        ("nested columns", {
            let cells = fill(size - half / 2, |at| format!("\"{at}\":{{}}"));
            table(format!("{{\"{long}\":{{{cells}}}}}"))
        }),
        ("a long name", table(format!("{{\"{long}{long}\":[1]}}"))),
        ("a long name of rows", {
            let records = fill(size, |_| format!("{{\"{}\":1}}", &long[..half / 100]));
            table(format!("[{records}]"))
        }),
        (
            "a long escaped name",
            table(format!("{{\"\\n{long}\":[1],\"\\n{long}x\":[1]}}")),
        ),
        (
            "long blanks in each row",
            rows(&|_| format!("[\"{blanks}1\",2]")),
        ),
        ("long blanks for all rows", {
            let cells = fill(size, |_| "1".into());
            table(format!("{{\"A\":\"{blanks}1\",\"B\":[{cells}]}}"))
        }),
        (
            "a number for all rows",
            table(format!(
                "{{\"A\":1,\"B\":[{}]}}",
                fill(size, |_| "1".into())
            )),
        ),
        ("long numbers", rows(&|_| format!("[1.{digits},{digits}]"))),
        ("a long exponent", rows(&|_| format!("[1e{digits},0]"))),
        ("deep lists", table("[".repeat(size))),
        ("deep objects", table("{\"a\":".repeat(size / 5))),
        ("one text", format!("\"{}\"", "a".repeat(size))),
        (
            "one text of escapes",
            format!("{{\"X\":\"{}\"}}", "\\u00e5".repeat(size / 6)),
        ),
        ("white space", table(format!("[[1,2{}]]", " ".repeat(size)))),
        (
            "a table again and again",
            format!("{{{}}}", fill(size, |_| "\"X\":[[1,2],[3,4]]".into())),
        ),
        (
            "a column again and again",
            table(format!("{{{}}}", fill(size, |_| "\"A\":[1,2]".into()))),
        ),
        (
            "other keys",
            format!("{{{}}}", fill(size, |at| format!("\"{at}\":[{{}}]"))),
        ),
        (
            "broken at the end",
            format!("{{\"X\":[{}", fill(size, |_| "[1,2]".into())),
        ),
    ]
}

#[test]
fn a_request_takes_a_few_times_the_memory_of_its_body() {
    let mut metered = Metered::start();
    let few = ["pair/prediction", "single/anomaly/prediction"];
    let all = [
        few[0],
        few[1],
        "pair/anomaly/prediction",
        "windowed/anomaly/prediction",
    ];
    let mut wrong = Vec::new();
    let mut n_answered = 0;
    for (size, routes) in [(500_000, &all[..]), (6 << 20, &few[..])] {
        for (shape, body) in shapes(size) {
            let y = format!(
                "{},\"y\":[[1,2]]}}",
                body.strip_suffix('}').unwrap_or(&body)
            );
            for &route in routes {
                let is_judged = route.contains("anomaly");
                let (status, peak) = metered.post(route, if is_judged { &y } else { &body });
                // What is refused is not computed.
                let room = if status == 200 { ROOM } else { 0 };
                let most = (PER_BYTE * body.len()).max(room) + REST;
                n_answered += usize::from(status == 200);
                if peak > most || status >= 500 {
                    let times = peak as f64 / body.len() as f64;
                    wrong.push(format!("{shape}, {route}, {size}: {status}, {times:.1} x"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_answered > 50, "{n_answered} were answered");
}

#[test]
fn what_both_tables_hold_counts_together() {
    let mut metered = Metered::start();
    for size in [500_000, 3 << 20] {
        for ((shape, x), (_, y)) in shapes(size).into_iter().zip(shapes(size)) {
            let (Some(x), Some(y)) = (x.strip_suffix('}'), y.strip_prefix("{\"X\": ")) else {
                continue;
            };
            let body = format!("{x},\"y\":{y}");
            let (status, peak) = metered.post("pair/anomaly/prediction", &body);
            let room = if status == 200 { ROOM } else { 0 };
            let most = (PER_BYTE * body.len()).max(room) + REST;
            assert!(status < 500 && peak <= most, "{shape}: {status}, {peak}");
        }
    }
}

#[test]
fn numbers_of_large_bodies_are_bounded_by_them() {
    let mut metered = Metered::start();
    let size = ROOM / PER_BYTE + (4 << 20);
    for (shape, body) in shapes(size) {
        if !["rows of two", "records", "times", "shuffled keys"].contains(&shape) {
            continue;
        }
        let (status, peak) = metered.post("pair/prediction", &body);
        assert_eq!(status, 200, "{shape}");
        assert!(peak <= PER_BYTE * body.len(), "{shape}: {peak}");
    }
    // A row of two bytes would be many numbers.
    let x = fill(size, |_| "1".into());
    let body = format!("{{\"X\":[{x}],\"y\":[[1]]}}");
    let (status, peak) = metered.post("single/anomaly/prediction", &body);
    assert_eq!(status, 413);
    assert!(peak <= PER_BYTE * body.len(), "{peak}");
}

#[test]
fn chunks_and_promises_take_no_more_than_what_has_come() {
    let mut metered = Metered::start();
    let body = format!("{{\"X\":[{}]}}", fill(2 << 20, |_| "[1.125,2.25]".into()));
    let chunks: Vec<String> = body
        .chars()
        .map(|byte| format!("1\r\n{byte}\r\n"))
        .collect();
    let chunked = format!("{}0\r\n\r\n", chunks.concat());
    let framing = "transfer-encoding: chunked";
    let (status, peak) = metered.ask("pair/prediction", framing, chunked.as_bytes());
    assert_eq!(status, 200);
    assert!(peak <= ROOM + REST, "{peak}");
    // As much is announced as may be, and does not come.
    metered.peak();
    for _ in 0..10 {
        let mut stream = metered.server.connect();
        let head = "POST /gordo/v0/metered/pair/prediction HTTP/1.1\r\nhost: test\r\n\
                    content-type: application/json\r\ncontent-length: 1073741824\r\n\r\n{\"X\"";
        stream.write_all(head.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let peak = metered.peak();
    assert!(peak <= REST, "{peak}");
}
