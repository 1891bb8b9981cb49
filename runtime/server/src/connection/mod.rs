//! One connection: its requests, one after the other, and how long it may wait for each.
//!
//! Speaks HTTP/1 through hyper; knows nothing of what requests are about.

mod open;
mod phase;
mod stream;

use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::TcpStream;

use crate::app::App;
use crate::handler::handle;
use stream::TimedStream;

pub(crate) use open::{OpenConnection, OpenConnections};
pub(crate) use phase::{Connection, Request};

/// Most bytes of a request line with its headers.
const MAX_HEAD: usize = 64 * 1024;

/// How long a client is heard out that still sends after it was answered.
const LINGERING: Duration = Duration::from_secs(1);

/// Serves a connection until either side closes it, or until its time is up.
pub(crate) async fn serve(stream: TcpStream, app: Arc<App>, open: OpenConnection) {
    let connection = open.connection();
    // Answers are written whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let stream = TimedStream::new(stream, Arc::clone(&app), Arc::clone(connection));
    let service = service_fn(|request| {
        let request = handle(Arc::clone(&app), Arc::clone(connection), request);
        Box::pin(request)
    });
    let served = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        // Clients may close their side once they have asked.
        .half_close(true)
        // Times are kept by the stream.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served.without_shutdown());
    let outcome = loop {
        tokio::select! {
            outcome = &mut served => break outcome,
            // What the stream may wait for has changed: it is asked again.
            () = connection.woken() => {}
        }
    };
    if let Ok(parts) = outcome {
        let stream = parts.io.into_inner();
        if !stream.was_idle() {
            tokio::select! {
                () = linger(stream.into_inner()) => {}
                () = connection.woken() => {}
            }
        }
    }
}

/// Reads what is still sent, for a while: closing at once would make the kernel take back an
/// answer that is on its way.
async fn linger(stream: TcpStream) {
    let mut discarded = [0; 4096];
    let rest = async {
        SockRef::from(&stream).shutdown(Shutdown::Write)?;
        loop {
            stream.readable().await?;
            match stream.try_read(&mut discarded) {
                Ok(0) => return Ok(()),
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
        }
    };
    let _: Result<io::Result<()>, _> = tokio::time::timeout(LINGERING, rest).await;
}
