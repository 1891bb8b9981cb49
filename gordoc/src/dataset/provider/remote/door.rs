//! A server as this run knows it: asked again where that may help, and not where it is gone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::dataset::error::{Cause, Fault, Trouble, Wait};
use crate::project::Patience;

/// Attempts that `retries: 0` stands for; in all, they wait half a minute.
const MANY: u32 = 10;
/// How long a server that is gone is left alone: it would cost every tag its attempts.
const REST: Duration = Duration::from_mins(1);
/// Answers in a row that may come too late before a server counts as gone.
const LATE: u32 = 3;

/// The way to a server.
pub(in crate::dataset::provider) struct Door {
    address: String,
    patience: Patience,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    gone: Option<(Instant, Fault)>,
    n_late: u32,
}

impl Door {
    /// The way to a server of which nothing is known yet.
    pub(in crate::dataset::provider) fn new(address: String, patience: Patience) -> Self {
        Self {
            address,
            patience,
            health: Mutex::default(),
        }
    }

    /// Tries, and tries again what may pass, after pauses that double.
    pub(in crate::dataset::provider) fn persist<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, Trouble>,
    ) -> Result<T, Cause> {
        if let Some((since, fault)) = &lock(&self.health).gone
            && since.elapsed() < REST
        {
            return Err(Box::new(fault.clone()).into());
        }
        let most = match self.patience.attempts {
            0 => MANY,
            attempts => attempts,
        };
        let mut attempts = 1;
        loop {
            match attempt() {
                Ok(done) => {
                    *lock(&self.health) = Health::default();
                    return Ok(done);
                }
                Err(trouble) if trouble.is_passing() && attempts < most => {
                    thread::sleep(pause(attempts));
                }
                Err(trouble) => return Err(self.give_up(trouble, attempts)),
            }
            attempts += 1;
        }
    }

    /// That something is wrong, without having asked.
    pub(in crate::dataset::provider) fn fault(&self, trouble: Trouble) -> Cause {
        fault(Some(self.address.clone()), trouble)
    }

    fn give_up(&self, trouble: Trouble, attempts: u32) -> Cause {
        let fault = Fault {
            server: Some(self.address.clone()),
            attempts,
            trouble,
        };
        let mut health = lock(&self.health);
        let is_gone = match &fault.trouble {
            Trouble::Refused { .. } | Trouble::UnknownHost | Trouble::Untrusted { .. } => true,
            Trouble::TimedOut { wait, .. } => {
                health.n_late += 1;
                *wait == Wait::Connection || health.n_late >= LATE
            }
            _ => false,
        };
        if is_gone {
            health.gone = Some((Instant::now(), fault.clone()));
        }
        Box::new(fault).into()
    }
}

/// That something is wrong before a server is known, or without having asked it.
pub(in crate::dataset::provider) fn fault(server: Option<String>, trouble: Trouble) -> Cause {
    let fault = Fault {
        server,
        attempts: 1,
        trouble,
    };
    Box::new(fault).into()
}

/// The pause after some attempts: a tenth of a second, doubled each time, at most ten seconds.
fn pause(attempts: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempts - 1).unwrap_or(u32::MAX);
    let pause = Duration::from_millis(100).saturating_mul(doubled);
    pause.min(Duration::from_secs(10))
}

/// What providers of equal settings share, by a digest of them.
pub(in crate::dataset::provider) struct Shared<T>(Mutex<BTreeMap<[u8; 32], Arc<T>>>);

impl<T> Shared<T> {
    /// Nothing yet.
    pub(in crate::dataset::provider) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// The one of some settings, which is made for the first who asks.
    pub(in crate::dataset::provider) fn find_or_make(
        &self,
        settings: &str,
        make: impl FnOnce() -> Result<T, Cause>,
    ) -> Result<Arc<T>, Cause> {
        let key = blake3::hash(settings.as_bytes());
        let mut shared = lock(&self.0);
        if let Some(known) = shared.get(key.as_bytes()) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(make()?);
        shared.insert(*key.as_bytes(), Arc::clone(&made));
        Ok(made)
    }
}

/// A panic elsewhere leaves nothing half done.
pub(in crate::dataset::provider) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(attempts: u32) -> Door {
        let patience = Patience {
            timeout: None,
            attempts,
        };
        Door::new("db:1".to_owned(), patience)
    }

    /// How often something is tried that fails each time.
    fn count(door: &Door, trouble: &Trouble) -> u32 {
        let mut attempts = 0;
        let failed = door.persist::<()>(|| {
            attempts += 1;
            Err(trouble.clone())
        });
        assert!(matches!(failed, Err(Cause::Fault(_))));
        attempts
    }

    fn said() -> String {
        String::new()
    }

    #[test]
    fn what_passes_is_tried_again_and_what_stays_is_not() {
        let failing = Trouble::ServerError { said: said() };
        assert_eq!(count(&door(2), &failing), 2);
        assert_eq!(count(&door(5), &Trouble::Denied { said: said() }), 1);
        let mut attempts = 0;
        let third_time = door(3).persist(|| {
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
        let gone = door(1);
        assert_eq!(count(&gone, &Trouble::UnknownHost), 1);
        assert_eq!(count(&gone, &Trouble::UnknownHost), 0);

        let late = door(1);
        let limit = Duration::from_secs(1);
        let wait = Wait::Answer;
        for tried in [1, 1, 1, 0] {
            assert_eq!(count(&late, &Trouble::TimedOut { wait, limit }), tried);
        }
        let denying = door(1);
        for _ in 0..2 {
            assert_eq!(count(&denying, &Trouble::Denied { said: said() }), 1);
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

    #[test]
    fn equal_settings_share_one() {
        let shared: Shared<u8> = Shared::new();
        let one = shared.find_or_make("a", || Ok(1)).unwrap();
        let again = shared.find_or_make("a", || Ok(2)).unwrap();
        let other = shared.find_or_make("b", || Ok(3)).unwrap();
        assert_eq!((*one, *again, *other), (1, 1, 3));
    }
}
