//! That the server was told to stop.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long requests that are half there when the signal comes may take to become whole.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the server was told to stop, and when.
#[derive(Debug)]
pub(crate) struct Stopping(watch::Sender<Option<Instant>>);

impl Stopping {
    /// Not told yet.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// It is told now.
    pub(crate) fn begin(&self) {
        self.0.send_replace(Some(Instant::now()));
    }

    /// When it was told.
    pub(crate) fn since(&self) -> Option<Instant> {
        *self.0.borrow()
    }

    /// Until when requests are waited for that are half there.
    pub(crate) fn patience(&self) -> Option<Instant> {
        self.since().map(|since| since + PATIENCE)
    }

    /// Resolves when requests that are half there are waited for no longer.
    pub(crate) async fn out_of_patience(&self) {
        let mut told = self.0.subscribe();
        // The sender lives as long as `self`: the wait ends with a time.
        if let Ok(since) = told.wait_for(Option::is_some).await.map(|since| *since)
            && let Some(since) = since
        {
            sleep_until(since + PATIENCE).await;
        }
    }
}
