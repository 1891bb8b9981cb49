//! What is told of fetching when it is over.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::dataset::cache::{Cache, Damage};
use crate::provider::listed;

/// How series came to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tags that were read from their sources, each as often as it was.
    pub n_fetched: usize,
    /// Tags that were in the cache.
    pub n_cached: usize,
    /// What may surprise.
    pub warnings: Vec<String>,
}

/// Counts and warnings of several threads.
#[derive(Default)]
pub(super) struct FetchStats {
    n_fetched: AtomicUsize,
    n_cached: AtomicUsize,
    warnings: Mutex<Warnings>,
}

#[derive(Default)]
struct Warnings {
    gone: BTreeSet<String>,
    damaged: BTreeSet<(PathBuf, String)>,
    not_cached: Option<String>,
}

impl FetchStats {
    /// Some tags were read from their source.
    pub(super) fn fetched(&self, n_tags: usize) {
        self.n_fetched.fetch_add(n_tags, Ordering::Relaxed);
    }

    /// A tag is in the cache; perhaps nowhere else.
    pub(super) fn cached(&self, tag: &str, is_gone: bool) {
        self.n_cached.fetch_add(1, Ordering::Relaxed);
        if is_gone {
            self.warnings().gone.insert(tag.to_owned());
        }
    }

    /// A file of the cache is of no use.
    pub(super) fn damaged(&self, tag: &str, damage: Damage) {
        if let Damage::Broken(path) = damage {
            self.warnings().damaged.insert((path, tag.to_owned()));
        }
    }

    /// A tag that was in the cache is not there after all.
    pub(super) fn lost(&self, tag: &str, damage: Damage) {
        self.n_cached.fetch_sub(1, Ordering::Relaxed);
        self.damaged(tag, damage);
    }

    /// Readings were put into the cache, or could not be.
    pub(super) fn put(&self, cache: &Cache, result: io::Result<()>) {
        if let Err(error) = result {
            let folder = cache.folder().display();
            let warning = format!("readings cannot be kept in `{folder}`: {error}");
            self.warnings().not_cached.get_or_insert(warning);
        }
    }

    /// The run is over.
    pub(super) fn summary(self) -> Summary {
        let warnings = self.warnings.into_inner();
        let warnings = warnings.unwrap_or_else(PoisonError::into_inner);
        let gone = (!warnings.gone.is_empty()).then(|| {
            let tags: Vec<String> = warnings.gone.into_iter().collect();
            format!(
                "no source is left of {}: the cache has its readings",
                listed(&tags)
            )
        });
        let damaged = warnings.damaged.into_iter().map(|(path, tag)| {
            format!("`{}` is damaged: `{tag}` is fetched again", path.display())
        });
        Summary {
            n_fetched: self.n_fetched.into_inner(),
            n_cached: self.n_cached.into_inner(),
            warnings: gone
                .into_iter()
                .chain(damaged)
                .chain(warnings.not_cached)
                .collect(),
        }
    }

    fn warnings(&self) -> MutexGuard<'_, Warnings> {
        let warnings = self.warnings.lock();
        warnings.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_listed_once_and_in_order() {
        let stats = FetchStats::default();
        for tag in ["F", "B", "C", "D", "E", "A", "A"] {
            stats.cached(tag, true);
        }
        stats.fetched(2);
        stats.lost("A", Damage::Broken("x.parquet".into()));
        stats.damaged("B", Damage::Gone);
        let summary = stats.summary();
        assert_eq!((summary.n_fetched, summary.n_cached), (2, 6));
        assert_eq!(
            summary.warnings,
            [
                "no source is left of `A`, `B`, `C`, `D` and 2 more: the cache has its readings",
                "`x.parquet` is damaged: `A` is fetched again"
            ]
        );
    }
}
