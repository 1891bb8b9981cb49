//! The connections to one PostgreSQL server, kept between tags.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::session::Session;
use crate::provider::error::ReadError;
use crate::provider::remote::{CircuitBreaker, RemoteErrorKind, RetryPolicy, lock};

/// Connections that are kept open while nobody needs them.
const MAX_IDLE: usize = 4;
/// How long they are; servers and what lies before them close idle connections.
const MAX_IDLE_TIME: Duration = Duration::from_mins(1);

/// A server, and its open connections.
pub(super) struct Pool {
    pub(super) connection: Connection,
    breaker: CircuitBreaker,
    idle: Mutex<Vec<(Instant, Session)>>,
}

impl Pool {
    /// No connection yet.
    pub(super) fn new(connection: Connection, retry: RetryPolicy) -> Self {
        Self {
            breaker: CircuitBreaker::new(connection.address(), retry),
            connection,
            idle: Mutex::default(),
        }
    }

    /// Asks over a connection, and again over a new one where that may help.
    pub(super) fn query<T>(
        &self,
        question: impl Fn(&mut Session) -> Result<T, RemoteErrorKind>,
    ) -> Result<T, ReadError> {
        self.breaker.call(|| {
            if let Some(mut kept) = self.take() {
                match question(&mut kept) {
                    // The server has closed it meanwhile, which is no failed attempt.
                    Err(RemoteErrorKind::BrokenAnswer { .. }) => {}
                    answer => return self.put_back(kept, answer),
                }
            }
            let mut session = Session::open(&self.connection)?;
            let answer = question(&mut session);
            self.put_back(session, answer)
        })
    }

    /// That something is wrong with what was answered.
    pub(super) fn error(&self, kind: RemoteErrorKind) -> ReadError {
        self.breaker.error(kind)
    }

    fn take(&self) -> Option<Session> {
        let mut idle = lock(&self.idle);
        idle.retain(|(since, _)| since.elapsed() < MAX_IDLE_TIME);
        idle.pop().map(|(_, session)| session)
    }

    /// Keeps a connection over which all went well.
    fn put_back<T>(
        &self,
        session: Session,
        answer: Result<T, RemoteErrorKind>,
    ) -> Result<T, RemoteErrorKind> {
        let mut idle = lock(&self.idle);
        if answer.is_ok() && idle.len() < MAX_IDLE {
            idle.push((Instant::now(), session));
        }
        answer
    }
}
