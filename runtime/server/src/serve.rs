//! Listening, and stopping without losing a request.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::app::App;
use crate::handler::handle;

/// How long connections may stay open after the last response is ready: long enough to send a
/// large one, shorter than the minute a cluster waits, for clients that never finish asking.
const GRACE_PERIOD: Duration = Duration::from_secs(30);

/// Serves until a signal, then until running requests are answered.
pub(crate) async fn serve(app: Arc<App>, address: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })?;
    let stopping = Arc::new(Notify::new());
    let stop = stop_signal()?;
    // Nobody may be listening to what is said here.
    let _ = writeln!(
        io::stderr(),
        "listening on http://{}",
        listener.local_addr()?
    );

    let listener = listener.tap_io(|stream| {
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new().fallback(handle).with_state(Arc::clone(&app));
    let told = Arc::clone(&stopping);
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        told.notify_one();
    });
    tokio::select! {
        outcome = server.into_future() => outcome,
        () = drained(&app, &stopping) => Ok(()),
    }
}

/// Resolves on SIGTERM or SIGINT; they are caught from now on, not from the first poll on.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}

/// Resolves when no request was running for [`GRACE_PERIOD`] after the signal.
async fn drained(app: &App, stopping: &Notify) {
    stopping.notified().await;
    let step = Duration::from_millis(100);
    let mut quiet = Duration::ZERO;
    while quiet < GRACE_PERIOD {
        tokio::time::sleep(step).await;
        quiet = if app.n_running() == 0 {
            quiet + step
        } else {
            Duration::ZERO
        };
    }
}
