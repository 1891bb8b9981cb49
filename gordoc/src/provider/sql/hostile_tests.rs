//! Servers that speak PostgreSQL's protocol and never come to an end.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::connection::Connection;
use super::session::Session;
use super::settings::SqlProvider;
use super::statement::RowRequest;
use super::{KIND, SqlRows};
use crate::provider::kind::described;
use crate::provider::remote::{Excess, Limits, RemoteErrorKind};
use crate::provider::time_range::TimeRange;
use crate::time::Clock;

/// Small bounds, but time for a busy machine.
const LIMITS: Limits = Limits {
    answer: 1 << 21,
    list: 1 << 12,
    part: 1 << 19,
    text: 1 << 10,
    time: Duration::from_mins(10),
};

/// What a server writes, until whoever asked hangs up.
type Act = dyn Fn(&mut TcpStream) -> io::Result<()> + Send + Sync;

/// What comes of reading a tag from a server that plays its part up to the rows, and then acts; or
/// that acts as soon as it is spoken to.
fn read(limits: Limits, greets: bool, act: Arc<Act>) -> Result<usize, RemoteErrorKind> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = if greets {
                serve(&mut stream, &act)
            } else {
                startup(&mut stream).and_then(|()| act(&mut stream))
            };
        }
    });
    let keys = json!({
        "host": "127.0.0.1", "port": port, "dbname": "d", "user": "u", "table": "t",
        "sslmode": "disable",
    });
    let provider = described(&KIND, &keys).0.unwrap().provider::<SqlProvider>();
    let mut connection = Connection::new(&provider, "".as_ref()).unwrap();
    connection.limits = limits;
    let wanted = RowRequest {
        config: &provider.rows,
        range: TimeRange::ALL,
        tag: "A",
    };
    assert!(matches!(wanted.config, SqlRows::Table(_)));
    let mut session = Session::open(&connection)?;
    let read = session.read(&wanted, &Clock::utc())?;
    Ok(read.readings.len())
}

#[track_caller]
fn check(read: Result<usize, RemoteErrorKind>, expect: Excess) {
    match read {
        Err(RemoteErrorKind::TooMuch { excess }) => assert_eq!(excess, expect),
        Err(other) => panic!("{other}"),
        Ok(n_rows) => panic!("{n_rows} rows"),
    }
}

/// A message of a letter and its content.
fn message(letter: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 4).unwrap();
    [&[letter][..], &length.to_be_bytes(), content].concat()
}

fn ready() -> Vec<u8> {
    message(b'Z', b"T")
}

/// Two columns of eight bytes each: a `timestamptz` and a double.
fn row() -> Vec<u8> {
    let cell = [&8_u32.to_be_bytes()[..], &[0; 8]].concat();
    message(b'D', &[&2_u16.to_be_bytes()[..], &cell, &cell].concat())
}

fn columns() -> Vec<u8> {
    let column = |name: &str, oid: u32| {
        let mut column = [name.as_bytes(), &[0; 7]].concat();
        column.extend(oid.to_be_bytes());
        column.extend([0, 8, 0xff, 0xff, 0xff, 0xff, 0, 0]);
        column
    };
    let described = [column("time", 1184), column("value", 701)].concat();
    message(b'T', &[&2_u16.to_be_bytes()[..], &described].concat())
}

fn startup(stream: &mut TcpStream) -> io::Result<()> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut content = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut content)
}

/// The letter of the next message.
fn receive(stream: &mut TcpStream) -> io::Result<u8> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let mut content = vec![0; length as usize - 4];
    stream.read_exact(&mut content)?;
    Ok(head[0])
}

/// Answers as a server does until rows are asked for.
fn serve(stream: &mut TcpStream, act: &Arc<Act>) -> io::Result<()> {
    startup(stream)?;
    stream.write_all(&[message(b'R', &[0; 4]), message(b'Z', b"I")].concat())?;
    loop {
        let letter = receive(stream)?;
        let done = |what: &[u8]| message(b'C', &[what, &[0]].concat());
        let answer = match letter {
            b'Q' => [done(b"SET"), ready()].concat(),
            b'P' => message(b'1', &[]),
            b'D' => {
                let types = [1184_u32, 1184, 25].map(u32::to_be_bytes).concat();
                let parameters = [&3_u16.to_be_bytes()[..], &types].concat();
                [message(b't', &parameters), columns()].concat()
            }
            b'B' => message(b'2', &[]),
            b'E' => {
                receive(stream)?;
                return act(stream);
            }
            b'S' => ready(),
            _ => Vec::new(),
        };
        stream.write_all(&answer)?;
    }
}

#[test]
fn a_server_that_ends_is_read() {
    let rows = |stream: &mut TcpStream| {
        let done = message(b'C', b"SELECT 3\0");
        stream.write_all(&[row().repeat(3), done, ready()].concat())?;
        assert_eq!(receive(stream)?, b'Q');
        stream.write_all(&[message(b'C', b"ROLLBACK\0"), message(b'Z', b"I")].concat())?;
        io::copy(stream, &mut io::sink()).map(|_| ())
    };
    assert_eq!(read(LIMITS, true, Arc::new(rows)).unwrap(), 3);
}

#[test]
fn rows_without_end_are_ended() {
    // Ten thousand at a time, as they are asked for.
    let rows = |stream: &mut TcpStream| {
        let portion = [row().repeat(10_000), message(b's', &[]), ready()].concat();
        loop {
            stream.write_all(&portion)?;
            // That more is asked for.
            let asked = [receive(stream)?, receive(stream)?];
            assert_eq!(asked, *b"ES");
        }
    };
    check(read(LIMITS, true, Arc::new(rows)), Excess::Answer(1 << 21));
    // More than were asked for, notices, and one row.
    let notice = message(b'N', b"SNOTICE\0C00000\0Mhello\0\0");
    let huge = [&[b'D'][..], &(1_u32 << 30).to_be_bytes(), &[0; 4096]].concat();
    for (begin, more) in [
        (Vec::new(), row()),
        (Vec::new(), notice),
        (huge, vec![0; 4096]),
    ] {
        let act = move |stream: &mut TcpStream| {
            stream.write_all(&begin)?;
            loop {
                stream.write_all(&more)?;
            }
        };
        check(read(LIMITS, true, Arc::new(act)), Excess::Part(1 << 19));
    }
}

#[test]
fn a_greeting_without_end_is_ended() {
    let parameter = message(b'S', b"name\0value\0");
    let act = move |stream: &mut TcpStream| {
        stream.write_all(&message(b'R', &[0; 4]))?;
        loop {
            stream.write_all(&parameter)?;
        }
    };
    check(read(LIMITS, false, Arc::new(act)), Excess::Part(1 << 19));
}

#[test]
fn rows_that_trickle_are_ended() {
    let limits = Limits {
        time: Duration::from_millis(300),
        ..LIMITS
    };
    let act = |stream: &mut TcpStream| loop {
        for byte in row() {
            stream.write_all(&[byte])?;
            thread::sleep(Duration::from_millis(1));
        }
    };
    check(read(limits, true, Arc::new(act)), Excess::Time(limits.time));
}
