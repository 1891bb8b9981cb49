//! What all tasks of a run share.

use std::sync::Arc;

use super::stats::FetchStats;
use crate::dataset::cache::Cache;
use crate::provider::{ReadError, Series, SpillFolder, StoredSeries};

/// Where readings wait and are cached, and what is told of them.
pub(super) struct FetchContext {
    pub(super) spills: SpillFolder,
    pub(super) cache: Option<Cache>,
    pub(super) stats: FetchStats,
}

impl FetchContext {
    /// A series that waited.
    pub(super) fn series(&self, stored: StoredSeries) -> Result<Arc<Series>, ReadError> {
        stored.series().map_err(|error| self.spills.refusal(&error))
    }
}
