//! Requests to a server: tried again where that may help, and not sent where it is gone.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::arguments::RetryPolicy;
use super::error::{RemoteError, RemoteErrorKind, Wait};
use super::limits::Excess;
use crate::provider::error::ReadError;

/// Attempts that `retries: 0` stands for; in all, they wait half a minute.
const DEFAULT_ATTEMPTS: u32 = 10;
/// How long a server that is gone is left alone: it would cost every tag its attempts.
const OPEN_TIME: Duration = Duration::from_mins(1);
/// Answers in a row that may come too late before a server counts as gone.
const MAX_TIMEOUTS: u32 = 3;

/// Retries requests to one server, and sends none for a while once it is gone.
pub(crate) struct CircuitBreaker {
    address: String,
    retry: RetryPolicy,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    gone: Option<(Instant, RemoteError)>,
    n_timeouts: u32,
}

impl CircuitBreaker {
    /// For a server of which nothing is known yet.
    pub(crate) fn new(address: String, retry: RetryPolicy) -> Self {
        Self {
            address,
            retry,
            health: Mutex::default(),
        }
    }

    /// Tries, and tries again what may pass, after pauses that double.
    pub(crate) fn call<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, RemoteErrorKind>,
    ) -> Result<T, ReadError> {
        if let Some((since, error)) = &lock(&self.health).gone
            && since.elapsed() < OPEN_TIME
        {
            return Err(Box::new(error.clone()).into());
        }
        let most = match self.retry.attempts {
            0 => DEFAULT_ATTEMPTS,
            attempts => attempts,
        };
        let mut attempts = 1;
        loop {
            match attempt() {
                Ok(done) => {
                    *lock(&self.health) = Health::default();
                    return Ok(done);
                }
                Err(kind) if kind.is_passing() && attempts < most => {
                    thread::sleep(pause(attempts));
                }
                Err(kind) => return Err(self.give_up(kind, attempts)),
            }
            attempts += 1;
        }
    }

    /// That something is wrong, without having asked.
    pub(crate) fn error(&self, kind: RemoteErrorKind) -> ReadError {
        remote_error(Some(self.address.clone()), kind)
    }

    fn give_up(&self, kind: RemoteErrorKind, attempts: u32) -> ReadError {
        let error = RemoteError {
            server: Some(self.address.clone()),
            attempts,
            kind,
        };
        let mut health = lock(&self.health);
        let is_gone = match &error.kind {
            RemoteErrorKind::Refused { .. }
            | RemoteErrorKind::UnknownHost
            | RemoteErrorKind::Untrusted { .. } => true,
            RemoteErrorKind::TimedOut { wait, .. } => {
                health.n_timeouts += 1;
                *wait == Wait::Connection || health.n_timeouts >= MAX_TIMEOUTS
            }
            RemoteErrorKind::TooMuch {
                excess: Excess::Time(_),
            } => {
                health.n_timeouts += 1;
                health.n_timeouts >= MAX_TIMEOUTS
            }
            _ => false,
        };
        if is_gone {
            health.gone = Some((Instant::now(), error.clone()));
        }
        Box::new(error).into()
    }
}

/// That something is wrong before a server is known, or without having asked it.
pub(crate) fn remote_error(server: Option<String>, kind: RemoteErrorKind) -> ReadError {
    let error = RemoteError {
        server,
        attempts: 1,
        kind,
    };
    Box::new(error).into()
}

/// The pause after some attempts: a tenth of a second, doubled each time, at most ten seconds.
fn pause(attempts: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempts - 1).unwrap_or(u32::MAX);
    let pause = Duration::from_millis(100).saturating_mul(doubled);
    pause.min(Duration::from_secs(10))
}

/// A panic elsewhere leaves nothing half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(attempts: u32) -> CircuitBreaker {
        let retry = RetryPolicy {
            timeout: None,
            attempts,
        };
        CircuitBreaker::new("db:1".to_owned(), retry)
    }

    /// How often something is tried that fails each time.
    fn count(breaker: &CircuitBreaker, kind: &RemoteErrorKind) -> u32 {
        let mut attempts = 0;
        let failed = breaker.call::<()>(|| {
            attempts += 1;
            Err(kind.clone())
        });
        assert!(matches!(failed, Err(ReadError::Remote(_))));
        attempts
    }

    fn message() -> String {
        String::new()
    }

    #[test]
    fn what_passes_is_tried_again_and_what_stays_is_not() {
        let failing = RemoteErrorKind::ServerError { message: message() };
        assert_eq!(count(&breaker(2), &failing), 2);
        assert_eq!(
            count(&breaker(5), &RemoteErrorKind::Denied { message: message() }),
            1
        );
        let mut attempts = 0;
        let third_time = breaker(3).call(|| {
            attempts += 1;
            if attempts < 3 {
                Err(failing.clone())
            } else {
                Ok(attempts)
            }
        });
        assert_eq!(third_time.unwrap(), 3);
    }

    #[test]
    fn a_server_that_is_gone_is_left_alone() {
        let gone = breaker(1);
        assert_eq!(count(&gone, &RemoteErrorKind::UnknownHost), 1);
        assert_eq!(count(&gone, &RemoteErrorKind::UnknownHost), 0);

        let late = breaker(1);
        let limit = Duration::from_secs(1);
        let wait = Wait::Answer;
        for tried in [1, 1, 1, 0] {
            assert_eq!(
                count(&late, &RemoteErrorKind::TimedOut { wait, limit }),
                tried
            );
        }
        let denying = breaker(1);
        for _ in 0..2 {
            assert_eq!(
                count(&denying, &RemoteErrorKind::Denied { message: message() }),
                1
            );
        }
    }

    #[test]
    fn pauses_double_up_to_ten_seconds() {
        let pauses: Vec<u128> = (1..=9)
            .map(|attempts| pause(attempts).as_millis())
            .collect();
        assert_eq!(
            pauses,
            [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]
        );
        assert_eq!(pause(u32::MAX), Duration::from_secs(10));
    }
}
