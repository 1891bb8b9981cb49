//! The connections that are open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::phase::{Connection, Phase};

/// The connections that are open, by the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct OpenConnections {
    list: Mutex<List>,
    closed: Notify,
}

#[derive(Debug, Default)]
struct List {
    connections: BTreeMap<u64, Arc<Connection>>,
    next: u64,
}

impl OpenConnections {
    /// One more.
    pub(crate) fn open(self: &Arc<Self>) -> OpenConnection {
        let connection = Arc::new(Connection::new());
        let mut list = self.lock();
        let number = list.next;
        list.next += 1;
        list.connections.insert(number, Arc::clone(&connection));
        OpenConnection {
            list: Arc::clone(self),
            number,
            connection,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.lock().connections.len()
    }

    /// How many have a whole request that is not answered yet.
    pub(crate) fn n_unanswered(&self) -> usize {
        let list = self.lock();
        let phases = list.connections.values().map(|one| one.phase());
        phases.filter(|phase| *phase == Phase::Answer).count()
    }

    /// Closes the one that waits longest for a request, or else for the rest of one, if any does:
    /// who sends half requests and no more must not keep others out.
    pub(crate) fn close_longest_waiting(&self) {
        let list = self.lock();
        let wanted = list.connections.values().filter(|one| !one.is_unwanted());
        let waiting = wanted.filter_map(|one| match one.phase() {
            Phase::Idle(since) => Some(((false, since), one)),
            Phase::Head(since) | Phase::Body(since) => Some(((true, since), one)),
            Phase::Answer => None,
        });
        if let Some((_, longest)) = waiting.min_by_key(|(order, _)| *order) {
            longest.close_unless_asked();
        }
    }

    /// Has all of them look again at what they wait for.
    pub(crate) fn wake(&self) {
        for connection in self.lock().connections.values() {
            connection.wake();
        }
    }

    /// Resolves when one has closed.
    pub(crate) async fn one_closed(&self) {
        self.closed.notified().await;
    }

    /// Resolves when none is left.
    pub(crate) async fn none_left(&self) {
        while self.len() > 0 {
            self.one_closed().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        // The list is whole at any time.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place among those that are open, for as long as it lives.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    list: Arc<OpenConnections>,
    number: u64,
    connection: Arc<Connection>,
}

impl OpenConnection {
    /// What it is doing.
    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.list.lock().connections.remove(&self.number);
        self.list.closed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Request;

    #[test]
    fn the_one_that_waits_longest_is_closed_and_no_busy_one() {
        let open = Arc::new(OpenConnections::default());
        let connections: Vec<OpenConnection> = (0..4).map(|_| open.open()).collect();
        let half = Request::new(Arc::clone(connections[0].connection()));
        let busy = Request::new(Arc::clone(connections[1].connection()));
        busy.is_whole();
        let unwanted = || -> Vec<bool> {
            let each = connections.iter().map(OpenConnection::connection);
            each.map(|connection| connection.is_unwanted()).collect()
        };
        open.close_longest_waiting();
        assert_eq!(unwanted(), [false, false, true, false]);
        open.close_longest_waiting();
        assert_eq!(unwanted(), [false, false, true, true]);
        // Half a request is worth more than none, and less than a whole one.
        open.close_longest_waiting();
        assert_eq!(unwanted(), [true, false, true, true]);
        open.close_longest_waiting();
        assert_eq!(unwanted(), [true, false, true, true]);
        assert_eq!(open.n_unanswered(), 1);
        drop((half, busy));
        open.close_longest_waiting();
        assert_eq!(unwanted(), [true, true, true, true]);
        assert_eq!((open.len(), open.n_unanswered()), (4, 0));
        drop(connections);
        assert_eq!(open.len(), 0);
    }
}
