//! The way to a server: every byte that comes is counted, so that no answer is without end.
//!
//! The library would connect by itself, but hands nobody its sockets, and reads a message of any
//! length into memory.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Connection;
use super::error;
use crate::provider::remote::{Excess, Limits, RemoteErrorKind, not_connected};

/// Bytes that came, by what is asked for.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    answer: AtomicU64,
    part: AtomicU64,
    /// 0, or the bound that was broken.
    broken: AtomicU8,
}

const ANSWER: u8 = 1;
const PART: u8 = 2;

impl Meter {
    /// Nothing came yet.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            answer: AtomicU64::new(0),
            part: AtomicU64::new(0),
            broken: AtomicU8::new(0),
        }
    }

    /// A new question is asked.
    pub(super) fn begin_answer(&self) {
        self.answer.store(0, Ordering::Relaxed);
    }

    /// More is asked for.
    pub(super) fn begin_part(&self) {
        self.part.store(0, Ordering::Relaxed);
    }

    /// The bound that was broken.
    pub(super) fn excess(&self) -> Option<Excess> {
        match self.broken.load(Ordering::Relaxed) {
            ANSWER => Some(Excess::Answer(self.limits.answer)),
            PART => Some(Excess::Part(self.limits.part)),
            _ => None,
        }
    }

    fn count(&self, n_bytes: u64) -> io::Result<()> {
        let add = |sum: &AtomicU64| sum.fetch_add(n_bytes, Ordering::Relaxed) + n_bytes;
        let (answer, part) = (add(&self.answer), add(&self.part));
        let broken = match () {
            () if part > self.limits.part => PART,
            () if answer > self.limits.answer => ANSWER,
            () => return Ok(()),
        };
        self.broken.store(broken, Ordering::Relaxed);
        Err(io::Error::other("the answer is too long"))
    }
}

/// A connection whose bytes are counted.
pub(super) struct Socket {
    stream: Stream,
    meter: Arc<Meter>,
}

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Connects to the first host that can be connected to, and lets the connection run.
pub(super) async fn connect(
    to: &Connection,
    meter: &Arc<Meter>,
) -> Result<Client, RemoteErrorKind> {
    let (hosts, addresses) = (to.config.get_hosts(), to.config.get_hostaddrs());
    let ports = to.config.get_ports();
    let mut failed = RemoteErrorKind::UnknownHost;
    for (at, host) in hosts.iter().enumerate() {
        let address = addresses.get(at).map(|ip| Host::Tcp(ip.to_string()));
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let name = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        };
        let place = (address.as_ref().unwrap_or(host), name.as_str(), port);
        match connect_to(to, place, meter).await {
            Ok(client) => return Ok(client),
            Err(kind) => failed = kind,
        }
    }
    Err(failed)
}

async fn connect_to(
    to: &Connection,
    (address, name, port): (&Host, &str, u16),
    meter: &Arc<Meter>,
) -> Result<Client, RemoteErrorKind> {
    let socket = Socket::connect(address, port, Arc::clone(meter)).await;
    let socket = socket.map_err(|error| not_connected(&error, name, port, to.timeouts))?;
    let mut tls = MakeRustlsConnect::new(to.tls.clone());
    let tls = MakeTlsConnect::<Socket>::make_tls_connect(&mut tls, name);
    let tls = tls.unwrap_or_else(|never| match never {});
    let refused = |error| error::connecting(&error, (name, port), to.timeouts, &to.secrets);
    let (client, connection) = to.config.connect_raw(socket, tls).await.map_err(refused)?;
    // Whatever ends the connection, the question that waits for an answer is told.
    tokio::spawn(connection);
    let is_read_only = match to.config.get_target_session_attrs() {
        TargetSessionAttrs::ReadWrite => false,
        TargetSessionAttrs::ReadOnly => true,
        _ => return Ok(client),
    };
    let told = client.simple_query("SHOW transaction_read_only").await;
    let is_on = told.map_err(refused)?.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("on"),
        _ => false,
    });
    if is_on == is_read_only {
        return Ok(client);
    }
    Err(RemoteErrorKind::Refused {
        reason: "the server is not of the `target_session_attrs` that are asked for".to_owned(),
    })
}

impl Socket {
    /// Connects to a host, over a socket file if it is a folder.
    pub(super) async fn connect(host: &Host, port: u16, meter: Arc<Meter>) -> io::Result<Self> {
        let stream = match host {
            Host::Tcp(host) => {
                let stream = TcpStream::connect((host.as_str(), port)).await?;
                stream.set_nodelay(true)?;
                Stream::Tcp(stream)
            }
            #[cfg(unix)]
            Host::Unix(folder) => {
                let path = folder.join(format!(".s.PGSQL.{port}"));
                Stream::Unix(UnixStream::connect(path).await?)
            }
        };
        Ok(Self { stream, meter })
    }
}

/// Calls a function of whichever stream there is.
macro_rules! stream {
    ($socket:expr, $call:ident($($argument:expr),*)) => {
        match &mut $socket.get_mut().stream {
            Stream::Tcp(stream) => Pin::new(stream).$call($($argument),*),
            #[cfg(unix)]
            Stream::Unix(stream) => Pin::new(stream).$call($($argument),*),
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let meter = Arc::clone(&self.meter);
        let n_before = buffer.filled().len();
        ready!(stream!(self, poll_read(context, buffer)))?;
        let n_read = buffer.filled().len() - n_before;
        Poll::Ready(meter.count(n_read as u64))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        stream!(self, poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        stream!(self, poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        stream!(self, poll_shutdown(context))
    }
}
