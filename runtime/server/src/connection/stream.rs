//! The bytes of a connection, with an eye on the clock.

use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::phase::{Connection, Phase};
use crate::app::App;

/// A stream that ends when its connection waits too long.
pub(super) struct TimedStream {
    stream: TcpStream,
    app: Arc<App>,
    connection: Arc<Connection>,
    alarm: Pin<Box<Sleep>>,
    /// Since when the client takes nothing of what is written.
    stalled: Option<Instant>,
    /// Ended because nothing was asked.
    was_idle: bool,
}

impl TimedStream {
    pub(super) fn new(stream: TcpStream, app: Arc<App>, connection: Arc<Connection>) -> Self {
        Self {
            stream,
            app,
            connection,
            alarm: Box::pin(sleep_until(Instant::now())),
            stalled: None,
            was_idle: false,
        }
    }

    /// Whether it was ended while it waited for a request.
    pub(super) fn was_idle(&self) -> bool {
        self.was_idle
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// What to do while nothing comes in; an end of the stream closes a connection in order.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let limits = &self.app.limits;
        let stopping = self.app.stopping.since();
        let phase = self.connection.phase();
        if self.connection.is_unwanted() && matches!(phase, Phase::Head(_) | Phase::Body(_)) {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        let until = match phase {
            Phase::Body(_) | Phase::Answer => return Poll::Pending,
            Phase::Idle(since) => {
                if (stopping.is_some() || self.connection.is_unwanted()) && !self.has_bytes() {
                    self.was_idle = true;
                    return Poll::Ready(Ok(()));
                }
                since + limits.idle_timeout
            }
            Phase::Head(since) => {
                let until = since + limits.header_timeout;
                self.app
                    .stopping
                    .patience()
                    .map_or(until, |end| end.min(until))
            }
        };
        if self.alarm.deadline() != until {
            self.alarm.as_mut().reset(until);
        }
        if self.alarm.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if matches!(self.connection.phase(), Phase::Idle(_)) {
            // What came in at the last moment is still read.
            if self.has_bytes() {
                return Poll::Pending;
            }
            self.was_idle = true;
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }

    /// Whether bytes have come in that the runtime does not know of yet.
    fn has_bytes(&self) -> bool {
        let mut first = [MaybeUninit::uninit()];
        SockRef::from(&self.stream)
            .peek(&mut first)
            .is_ok_and(|n_bytes| n_bytes > 0)
    }

    /// Looks after what was tried to be written.
    fn written(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.connection.stall(outcome.is_pending());
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let since = *self.stalled.get_or_insert_with(Instant::now);
        let until = since + self.app.limits.send_timeout;
        if self.alarm.deadline() != until {
            self.alarm.as_mut().reset(until);
        }
        if self.alarm.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if outcome.is_pending() {
            return self.wait(cx);
        }
        if buffer.filled().len() > before {
            self.connection.received();
        }
        outcome
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
