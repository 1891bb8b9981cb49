//! What a connection is doing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// What a connection is doing, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for a request.
    Idle(Instant),
    /// Some of the head of a request is there.
    Head(Instant),
    /// A request has a head; its body is read.
    Body(Instant),
    /// A request is whole; its answer is computed or written.
    Answer,
}

/// A connection as others see it.
#[derive(Debug)]
pub(crate) struct Connection {
    phase: Mutex<Phase>,
    /// The client does not take what is written.
    stalled: AtomicBool,
    unwanted: AtomicBool,
    woken: Notify,
}

impl Connection {
    pub(super) fn new() -> Self {
        Self {
            phase: Mutex::new(Phase::Idle(Instant::now())),
            stalled: AtomicBool::new(false),
            unwanted: AtomicBool::new(false),
            woken: Notify::new(),
        }
    }

    /// What it is doing.
    pub(super) fn phase(&self) -> Phase {
        if self.stalled.load(Ordering::Acquire) {
            return Phase::Answer;
        }
        *self.lock()
    }

    /// Whether the client does not take what is written.
    pub(super) fn stall(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Release);
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        let mut phase = self.lock();
        if matches!(*phase, Phase::Idle(_)) {
            *phase = Phase::Head(Instant::now());
        }
    }

    /// Asks it to close unless it has a whole request.
    pub(super) fn close_unless_asked(&self) {
        self.unwanted.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether it was asked to close unless it has a whole request.
    pub(super) fn is_unwanted(&self) -> bool {
        self.unwanted.load(Ordering::Acquire)
    }

    /// Has it look again at what it waits for.
    pub(super) fn wake(&self) {
        self.woken.notify_one();
    }

    /// Resolves when it should look again at what it waits for.
    pub(super) async fn woken(&self) {
        self.woken.notified().await;
    }

    fn enter(&self, phase: Phase) {
        *self.lock() = phase;
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // A phase is whole at any time.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on its connection, from its head on until its answer is handed over.
#[derive(Debug)]
pub(crate) struct Request(Arc<Connection>);

impl Request {
    /// A request whose head is there.
    pub(crate) fn new(connection: Arc<Connection>) -> Self {
        connection.enter(Phase::Body(Instant::now()));
        Self(connection)
    }

    /// Its body is there too.
    pub(crate) fn is_whole(&self) {
        self.0.enter(Phase::Answer);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle(Instant::now()));
    }
}
