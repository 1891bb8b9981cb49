//! From what datasets ask for to the rows of their tags: each source read once, some at a
//! time.
//!
//! Knows nothing of what becomes of the rows.

mod context;
mod plan;
mod request;
mod semaphore;
mod source_cache;
mod stats;
mod task;
#[cfg(test)]
mod tests;
mod window;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use self::context::FetchContext;
use self::plan::Plan;
use self::stats::FetchStats;
use super::cache::Cache;
use super::error::Error;
use crate::provider::{Access, SpillFolder};

pub(super) use self::request::{FetchedTag, Request, TagRows};
pub(super) use self::semaphore::Semaphore;
pub use self::stats::Summary;

/// How many servers' answers are read at a time, unless fewer sources are read at all.
const SERVER_READS: usize = 4;

/// How series are fetched.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sources read at a time; as many as there are cores if absent.
    pub jobs: Option<usize>,
    /// Where rows wait that several machines want, and those of wide files; must exist.
    pub spool: PathBuf,
    /// Readings of earlier runs, if there is a folder for them.
    pub cache: Option<Cache>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: None,
            spool: std::env::temp_dir(),
            cache: None,
        }
    }
}

/// What one dataset gets.
pub(super) struct Fetched<T> {
    /// What its tags came to, in the order in which the provider has them.
    pub(super) tags: Vec<T>,
    /// What went wrong, in the order of the tags.
    pub(super) errors: Vec<Error>,
}

/// Fetches for all requests, numbered in order.
///
/// Each tag goes to `prepare` as soon as it is there, and what `prepare` makes of the tags goes
/// to `done` when a request has all of them; both are called by several threads. At most as many
/// requests are begun but not done as there are threads.
pub(super) fn run<T: Send>(
    requests: &[Request<'_>],
    options: &Options,
    prepare: &(dyn Fn(usize, FetchedTag) -> Result<T, Error> + Sync),
    done: &(dyn Fn(usize, Fetched<T>) + Sync),
) -> Summary {
    let plan = Plan::new(requests);
    let context = FetchContext {
        spills: SpillFolder::new(options.spool.clone()),
        cache: options.cache.clone(),
        stats: FetchStats::default(),
    };
    let progress: Vec<Mutex<Progress<T>>> = requests.iter().map(Progress::new).collect();
    let tags = requests.iter().map(|request| 0..request.tags.len());
    let tags = tags.enumerate();
    let tags: Vec<(usize, usize)> = tags
        .flat_map(|(request, tags)| tags.map(move |tag| (request, tag)))
        .collect();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let files = Semaphore::new(options.jobs.unwrap_or(cores));
    let servers = Semaphore::new(options.jobs.unwrap_or(SERVER_READS).min(SERVER_READS));
    let is_served = |request: &Request<'_>| request.reader.access() == Access::Server;
    // Threads that could only wait would still hold memory.
    let useful = if requests.iter().any(is_served) {
        cores.max(SERVER_READS)
    } else {
        cores
    };
    let n_threads = options.jobs.unwrap_or(useful);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(&(number, tag)) = tags.get(next.fetch_add(1, Ordering::Relaxed)) {
            let request = &requests[number];
            let semaphore = if is_served(request) { &servers } else { &files };
            let permit = semaphore.acquire();
            let place = plan.columns[number][tag];
            let task = &plan.tasks[place.task];
            let fetched = task.take(place.column, &request.window, &context);
            let fetched = fetched
                .map_err(|error| Error::reading(error, request.tags[tag], &*request.reader))
                .and_then(|(fetched, rank)| Ok((rank, prepare(number, fetched)?)));
            let fetched = lock(&progress[number]).add(tag, fetched, request);
            drop(permit);
            if let Some(fetched) = fetched {
                done(number, fetched);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..n_threads.clamp(1, tags.len().max(1)) {
            scope.spawn(work);
        }
    });
    context.stats.summary()
}

/// What a request has got so far.
struct Progress<T> {
    /// Rank, number of the tag, and what was made of it.
    tags: Vec<(usize, usize, T)>,
    /// Number of the tag, and what is wrong with it.
    errors: Vec<(usize, Error)>,
}

impl<T> Progress<T> {
    fn new(request: &Request<'_>) -> Mutex<Self> {
        Mutex::new(Self {
            tags: Vec::with_capacity(request.tags.len()),
            errors: Vec::new(),
        })
    }

    /// Adds a tag, with its rank; all tags if it was the last.
    fn add(
        &mut self,
        number: usize,
        tag: Result<(usize, T), Error>,
        request: &Request<'_>,
    ) -> Option<Fetched<T>> {
        match tag {
            Ok((rank, tag)) => self.tags.push((rank, number, tag)),
            Err(error) => self.errors.push((number, error)),
        }
        if self.tags.len() + self.errors.len() < request.tags.len() {
            return None;
        }
        let mut tags = std::mem::take(&mut self.tags);
        let mut errors = std::mem::take(&mut self.errors);
        tags.sort_by_key(|(rank, number, _)| (*rank, *number));
        errors.sort_by_key(|(number, _)| *number);
        Some(Fetched {
            tags: tags.into_iter().map(|(_, _, tag)| tag).collect(),
            errors: errors.into_iter().map(|(_, error)| error).collect(),
        })
    }
}

/// Nothing is half done where a thread panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
