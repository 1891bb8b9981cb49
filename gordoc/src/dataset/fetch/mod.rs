//! From what datasets ask for to the rows of their tags: each source read once, some at a
//! time.
//!
//! Knows nothing of what becomes of the rows.

mod cut;
mod plan;
mod source;
#[cfg(test)]
mod tests;
mod told;
mod unit;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Map, Value};

use self::cut::Cut;
use self::plan::Plan;
use self::told::Told;
use super::cache::Cache;
use super::error::{Cause, Error};
use super::provider::{Access, Delivery, Provider, Series};
use super::resample::Resampling;
use super::spool::{Spool, Stored};
use crate::gate::Gate;
use crate::project::Period;

pub use self::told::Summary;

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

/// What one dataset asks for.
pub(super) struct Ask<'a> {
    provider: Box<dyn Provider>,
    tags: Vec<&'a str>,
    cut: Cut,
    /// How rows are resampled as they are read, if nothing else is needed of them.
    resampling: Option<Resampling>,
}

/// What one dataset gets.
pub(super) struct Fetched<T> {
    /// In the order in which the provider has them.
    pub(super) parts: Vec<T>,
    /// What went wrong, in the order of the tags.
    pub(super) errors: Vec<Error>,
    /// What the provider tells of itself.
    pub(super) provider: Map<String, Value>,
}

impl<'a> Ask<'a> {
    /// Asks for tags over a period.
    ///
    /// `look_back_from` is how early the latest reading before the start may be; `None` if it
    /// is not needed.
    pub(super) fn new(
        provider: Box<dyn Provider>,
        tags: Vec<&'a str>,
        period: Period,
        look_back_from: Option<i64>,
    ) -> Self {
        let cut = Cut::new(&*provider, period, look_back_from);
        Self {
            provider,
            tags,
            cut,
            resampling: None,
        }
    }

    /// Has rows resampled as they are read where that is possible, so that they need no room.
    #[must_use]
    pub(super) fn resampled(self, resampling: Resampling) -> Self {
        let is_file = matches!(self.provider.access(), Access::Files | Access::DatedFiles);
        let is_enough = is_file && self.cut.is_within(resampling.period());
        Self {
            resampling: is_enough.then_some(resampling),
            ..self
        }
    }

    fn refuse(&self, cause: Cause, tag: &str) -> Error {
        let span = self.provider.place(&cause, tag);
        cause.at(span).reading(tag, self.provider.name())
    }
}

/// What all units of a run share.
struct Shop {
    spool: Spool,
    cache: Option<Cache>,
    told: Told,
}

impl Shop {
    /// A series that waited.
    fn series(&self, rows: Stored) -> Result<Arc<Series>, Cause> {
        rows.series().map_err(|error| self.spool.refusal(&error))
    }
}

/// Fetches for all asks, numbered in order.
///
/// Each tag goes to `take` as soon as it is there, and what `take` makes of the tags goes to
/// `done` when an ask has all of them; both are called by several threads. At most as many
/// asks are begun but not done as there are threads.
pub(super) fn run<T: Send>(
    asks: &[Ask<'_>],
    options: &Options,
    take: &(dyn Fn(usize, Delivery) -> Result<T, Error> + Sync),
    done: &(dyn Fn(usize, Fetched<T>) + Sync),
) -> Summary {
    let run = Run {
        asks,
        plan: Plan::new(asks),
        shop: Shop {
            spool: Spool::new(options.spool.clone()),
            cache: options.cache.clone(),
            told: Told::default(),
        },
        take,
        done,
        open: asks.iter().map(Open::new).collect(),
    };
    let tasks: Vec<(usize, usize)> = asks
        .iter()
        .enumerate()
        .flat_map(|(ask, asked)| (0..asked.tags.len()).map(move |tag| (ask, tag)))
        .collect();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let files = options.jobs.unwrap_or(cores);
    let servers = options.jobs.unwrap_or(SERVER_READS).min(SERVER_READS);
    let (files, servers) = (Gate::new(files), Gate::new(servers));
    let is_served = |ask: &Ask<'_>| ask.provider.access() == Access::Server;
    // Threads that could only wait would still hold memory.
    let useful = if asks.iter().any(is_served) {
        cores.max(SERVER_READS)
    } else {
        cores
    };
    let n_threads = options.jobs.unwrap_or(useful);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..n_threads.clamp(1, tasks.len().max(1)) {
            scope.spawn(|| {
                while let Some((ask, tag)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let gate = match asks[*ask].provider.access() {
                        Access::Server => &servers,
                        Access::Files | Access::DatedFiles | Access::Drawn => &files,
                    };
                    let turn = gate.enter();
                    let is_last = run.tag(*ask, *tag);
                    drop(turn);
                    if is_last {
                        run.finish(*ask);
                    }
                }
            });
        }
    });
    run.shop.told.summary()
}

/// One run under way.
struct Run<'a, T> {
    asks: &'a [Ask<'a>],
    plan: Plan<'a>,
    shop: Shop,
    take: &'a (dyn Fn(usize, Delivery) -> Result<T, Error> + Sync),
    done: &'a (dyn Fn(usize, Fetched<T>) + Sync),
    open: Vec<Mutex<Open<T>>>,
}

/// What an ask has got so far.
struct Open<T> {
    /// Rank, number of the tag, and what was made of it.
    parts: Vec<(usize, usize, T)>,
    /// Number of the tag, and what is wrong with it.
    errors: Vec<(usize, Error)>,
}

impl<T> Open<T> {
    fn new(ask: &Ask<'_>) -> Mutex<Self> {
        Mutex::new(Self {
            parts: Vec::with_capacity(ask.tags.len()),
            errors: Vec::new(),
        })
    }
}

impl<T> Run<'_, T> {
    /// Fetches one tag; answers whether it was the last of its ask.
    fn tag(&self, ask: usize, number: usize) -> bool {
        let asked = &self.asks[ask];
        let tag = asked.tags[number];
        let place = self.plan.places[ask][number];
        let taken = self.plan.units[place.unit].take(place.column, &asked.cut, &self.shop);
        let part = taken.map_err(|cause| asked.refuse(cause, tag));
        let part = part.and_then(|taken| {
            let delivery = Delivery {
                tag: tag.to_owned(),
                rows: taken.rows,
                earlier: taken.earlier,
            };
            Ok((taken.rank, (self.take)(ask, delivery)?))
        });
        let open = self.open[ask].lock();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        match part {
            Ok((rank, part)) => open.parts.push((rank, number, part)),
            Err(error) => open.errors.push((number, error)),
        }
        open.parts.len() + open.errors.len() == asked.tags.len()
    }

    fn finish(&self, ask: usize) {
        let mut open = self.open[ask]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut parts = std::mem::take(&mut open.parts);
        let mut errors = std::mem::take(&mut open.errors);
        drop(open);
        parts.sort_by_key(|(rank, number, _)| (*rank, *number));
        errors.sort_by_key(|(number, _)| *number);
        let fetched = Fetched {
            parts: parts.into_iter().map(|(_, _, part)| part).collect(),
            errors: errors.into_iter().map(|(_, error)| error).collect(),
            provider: self.asks[ask].provider.metadata(),
        };
        (self.done)(ask, fetched);
    }
}
