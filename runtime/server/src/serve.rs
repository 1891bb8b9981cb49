//! Listening, and stopping without losing a request.

use std::io::{self, ErrorKind, Write as _};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::connection::{self, OpenConnections};

/// How long to wait before the next attempt where the system has no room for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// How often the same trouble is logged.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Most connections that are taken over from the system after a signal: as many as it holds.
const BACKLOG: usize = 4096;

/// Serves until a signal, then until whole requests are answered or the time for it is up.
pub(crate) async fn serve(app: Arc<App>, address: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })?;
    let mut signals = Signals::new()?;
    log(&format!("listening on http://{}", listener.local_addr()?));
    let server = Server {
        app,
        open: Arc::default(),
    };
    {
        let mut stop = pin!(signals.next());
        server.accept(&listener, stop.as_mut()).await;
    }
    server.stop(listener, &mut signals).await;
    Ok(())
}

/// Nobody may be listening to what is said.
fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// SIGTERM and SIGINT; they are caught from its making on, not from the first wait on.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}

struct Server {
    app: Arc<App>,
    open: Arc<OpenConnections>,
}

impl Server {
    /// Takes connections until `stop` resolves.
    async fn accept(&self, listener: &TcpListener, mut stop: Pin<&mut impl Future<Output = ()>>) {
        let mut logged: Option<Instant> = None;
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.as_mut() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let told = tokio::select! {
                        () = self.room() => false,
                        () = stop.as_mut() => true,
                    };
                    self.spawn(stream);
                    if told {
                        return;
                    }
                }
                Err(error) if is_about_one_connection(&error) => {}
                Err(error) => {
                    if logged.is_none_or(|at| at.elapsed() > LOG_INTERVAL) {
                        logged = Some(Instant::now());
                        log(&format!("warning: cannot take a connection: {error}"));
                    }
                    self.open.close_longest_waiting();
                    tokio::select! {
                        () = stop.as_mut() => return,
                        () = self.open.one_closed() => {}
                        () = sleep(PAUSE) => {}
                    }
                }
            }
        }
    }

    /// Resolves when there is room for one more connection.
    async fn room(&self) {
        let limit = usize::try_from(self.app.limits.max_connections).unwrap_or(usize::MAX);
        while self.open.len() >= limit {
            self.open.close_longest_waiting();
            tokio::select! {
                () = self.open.one_closed() => {}
                () = sleep(PAUSE) => {}
            }
        }
    }

    fn spawn(&self, stream: TcpStream) {
        let open = self.open.open();
        tokio::spawn(connection::serve(stream, Arc::clone(&self.app), open));
    }

    /// Answers what was asked before the signal, until the time for it is up or another signal.
    async fn stop(&self, listener: TcpListener, signals: &mut Signals) {
        self.app.stopping.begin();
        let answered = async {
            self.open.wake();
            self.take_over(listener).await;
            self.open.none_left().await;
        };
        let timeout = self.app.limits.shutdown_timeout;
        let why = tokio::select! {
            () = answered => return,
            () = sleep(timeout) => format!("within {} s", timeout.as_secs_f64()),
            () = signals.next() => "before the second signal".to_owned(),
        };
        match self.open.n_unanswered() {
            0 => {}
            1 => log(&format!("warning: 1 request was not answered {why}")),
            n => log(&format!("warning: {n} requests were not answered {why}")),
        }
    }

    /// Takes the connections that the system holds for us: their requests may be whole.
    async fn take_over(&self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else {
            return;
        };
        for _ in 0..BACKLOG {
            match listener.accept() {
                Ok((stream, _)) => {
                    let stream = stream
                        .set_nonblocking(true)
                        .and_then(|()| TcpStream::from_std(stream));
                    if let Ok(stream) = stream {
                        self.spawn(stream);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if is_about_one_connection(&error) => {}
                // Those that are open make room as they end.
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}

/// Whether an error is about a connection that is gone, not about all to come.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
    )
}
