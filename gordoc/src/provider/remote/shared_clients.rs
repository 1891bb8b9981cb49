//! Clients of servers, one for all providers of equal settings.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::circuit_breaker::lock;
use crate::provider::error::ReadError;

/// What providers of equal settings share, by a digest of them.
pub(crate) struct SharedClients<T>(Mutex<BTreeMap<[u8; 32], Arc<T>>>);

impl<T> SharedClients<T> {
    /// Nothing yet.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// The one of some settings, which is made for the first who asks.
    pub(crate) fn find_or_make(
        &self,
        settings: &str,
        make: impl FnOnce() -> Result<T, ReadError>,
    ) -> Result<Arc<T>, ReadError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_settings_share_one() {
        let shared: SharedClients<u8> = SharedClients::new();
        let one = shared.find_or_make("a", || Ok(1)).unwrap();
        let again = shared.find_or_make("a", || Ok(2)).unwrap();
        let other = shared.find_or_make("b", || Ok(3)).unwrap();
        assert_eq!((*one, *again, *other), (1, 1, 3));
    }
}
