//! The cache as it stands to one source: what is cached need not be read.

use std::collections::BTreeMap;

use super::context::FetchContext;
use super::request::TagRequest;
use crate::dataset::cache::{Cache, Entry, Found, Key};
use crate::provider::{Access, ReadError, ReadTag, Reader, SourceState, TimeRanges};

/// What is cached of a source.
pub(super) struct SourceCache<'a> {
    reader: &'a dyn Reader,
    source: &'a str,
    cache: &'a Cache,
    context: &'a FetchContext,
    /// How the source was before it was read, by what is wanted of it.
    states: BTreeMap<TimeRanges, SourceState>,
}

impl<'a> SourceCache<'a> {
    /// For some tags of a source; `None` if nothing of it is cached.
    pub(super) fn new(
        reader: &'a dyn Reader,
        source: &'a str,
        requests: &[TagRequest<'_>],
        context: &'a FetchContext,
    ) -> Option<Self> {
        let cache = context.cache.as_ref()?;
        if reader.access() == Access::Drawn {
            return None;
        }
        let mut states = BTreeMap::new();
        for TagRequest { ranges, .. } in requests {
            if !states.contains_key(ranges) {
                states.insert(ranges.clone(), reader.state(source, ranges));
            }
        }
        Some(Self {
            reader,
            source,
            cache,
            context,
            states,
        })
    }

    /// The tag as it was read in an earlier run, if the source has no others now.
    pub(super) fn find(&self, request: &TagRequest<'_>) -> Option<Entry> {
        let state = self.states.get(&request.ranges)?;
        let stats = &self.context.stats;
        let tell = |damage| stats.damaged(request.tag, damage);
        let found = self
            .cache
            .find(&self.key(request.tag), &request.ranges, state, tell);
        let (entry, is_gone) = match found {
            Found::Nothing => return None,
            Found::Fresh(entry) => (entry, false),
            Found::Last(entry) => (entry, true),
        };
        stats.cached(request.tag, is_gone);
        Some(entry)
    }

    /// Caches what was read of a tag, unless that failed.
    pub(super) fn put(
        &self,
        request: &TagRequest<'_>,
        read: &Result<ReadTag, ReadError>,
    ) -> Result<(), ReadError> {
        let (Ok(read), Some(state)) = (read, self.states.get(&request.ranges)) else {
            return Ok(());
        };
        let series = self.context.series(read.series.clone())?;
        let key = self.key(request.tag);
        let put = self.cache.put(
            &key,
            &request.ranges,
            state,
            (&series, read.rank, &read.warnings),
        );
        self.context.stats.put(self.cache, put);
        Ok(())
    }

    fn key(&self, tag: &str) -> Key {
        Key::new(&self.reader.identity(), self.source, tag)
    }
}
