//! The connections to one PostgreSQL server, kept between tags.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::super::remote::{Door, lock};
use super::server::Server;
use super::session::Session;
use crate::dataset::error::{Cause, Trouble};
use crate::project::Patience;

/// Connections that are kept open while nobody needs them.
const KEPT: usize = 4;
/// How long they are; servers and what lies before them close idle connections.
const FRESH: Duration = Duration::from_mins(1);

/// A server, and its open connections.
pub(super) struct Pool {
    pub(super) server: Server,
    door: Door,
    idle: Mutex<Vec<(Instant, Session)>>,
}

impl Pool {
    /// No connection yet.
    pub(super) fn new(server: Server, patience: Patience) -> Self {
        Self {
            door: Door::new(server.address(), patience),
            server,
            idle: Mutex::default(),
        }
    }

    /// Asks over a connection, and again over a new one where that may help.
    pub(super) fn ask<T>(
        &self,
        question: impl Fn(&mut Session) -> Result<T, Trouble>,
    ) -> Result<T, Cause> {
        self.door.persist(|| {
            if let Some(mut kept) = self.take() {
                match question(&mut kept) {
                    // The server has closed it meanwhile, which is no failed attempt.
                    Err(Trouble::BrokenAnswer { .. }) => {}
                    answer => return self.put_back(kept, answer),
                }
            }
            let mut session = Session::open(&self.server)?;
            let answer = question(&mut session);
            self.put_back(session, answer)
        })
    }

    /// That something is wrong with what was answered.
    pub(super) fn fault(&self, trouble: Trouble) -> Cause {
        self.door.fault(trouble)
    }

    fn take(&self) -> Option<Session> {
        let mut idle = lock(&self.idle);
        idle.retain(|(since, _)| since.elapsed() < FRESH);
        idle.pop().map(|(_, session)| session)
    }

    /// Keeps a connection over which all went well.
    fn put_back<T>(&self, session: Session, answer: Result<T, Trouble>) -> Result<T, Trouble> {
        let mut idle = lock(&self.idle);
        if answer.is_ok() && idle.len() < KEPT {
            idle.push((Instant::now(), session));
        }
        answer
    }
}
