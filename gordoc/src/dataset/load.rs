//! Machines' rows: who asks for them, and who is told.
//!
//! Sources are read by `fetch`; what becomes of their series is a `recipe`.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::Dataset;
use super::error::Error;
use super::fetch::{self, Options, Summary};
use super::recipe::{Purpose, Recipe};
use super::trace::Watch;
use crate::project;

/// A dataset to load.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What it is.
    pub config: &'a project::Dataset,
    /// Where relative paths of its provider start.
    pub base: &'a Path,
    /// Decides random series.
    pub seed: u64,
    /// Who is told what becomes of its readings.
    pub watch: Watch<'a>,
}

/// Reads and prepares the rows of one machine; of several errors the first.
///
/// Relative paths of providers start at `base`; `seed` decides random series. The threads of
/// rayon's pool are needed for it, so that none of them may wait for it.
pub fn load(config: &project::Dataset, base: &Path, seed: u64) -> Result<Dataset, Error> {
    let job = Job {
        config,
        base,
        seed,
        watch: Watch::default(),
    };
    let (loaded, _) = load_one(job, &Options::default());
    loaded.map_err(|mut errors| errors.swap_remove(0))
}

/// Reads and prepares the rows of one machine, or lists what went wrong.
pub fn load_one(job: Job<'_>, options: &Options) -> (Result<Dataset, Vec<Error>>, Summary) {
    run_one(job, options, Purpose::Training)
}

/// As [`load_one`], for any purpose.
pub(super) fn run_one(
    job: Job<'_>,
    options: &Options,
    purpose: Purpose,
) -> (Result<Dataset, Vec<Error>>, Summary) {
    let loaded = Mutex::new(None);
    let summary = run(&[job], options, purpose, &|_, result| {
        *loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    let loaded = loaded.into_inner().unwrap_or_else(PoisonError::into_inner);
    (loaded.expect("every job is answered"), summary)
}

/// Reads and prepares the rows of several machines, sources they share once.
///
/// `done` is told of each job, by its number, as soon as it is done; by several threads and in
/// no particular order. What went wrong is listed, at least one error for each job that fails.
/// As with [`load`], no thread of rayon's may wait for it.
pub fn load_all(jobs: &[Job<'_>], options: &Options, done: &Done<'_>) -> Summary {
    run(jobs, options, Purpose::Training, done)
}

/// Told of a job, by its number.
type Done<'a> = dyn Fn(usize, Result<Dataset, Vec<Error>>) + Sync + 'a;

fn run(jobs: &[Job<'_>], options: &Options, purpose: Purpose, done: &Done<'_>) -> Summary {
    let mut recipes = Vec::with_capacity(jobs.len());
    let mut asks = Vec::with_capacity(jobs.len());
    for (number, job) in jobs.iter().enumerate() {
        match Recipe::new(job) {
            Ok(recipe) => {
                asks.push(recipe.ask(job));
                recipes.push((number, recipe));
            }
            Err(error) => done(number, Err(vec![error])),
        }
    }
    let take = |ask: usize, delivery| recipes[ask].1.part(delivery);
    fetch::run(&asks, options, &take, &|ask, mut fetched| {
        let (number, recipe) = &recipes[ask];
        let errors = std::mem::take(&mut fetched.errors).into_iter();
        let mut errors: Vec<Error> = errors
            .map(|error| error.pointing_at_tag(|tag| recipe.place_of(tag)))
            .collect();
        if let Err(error) = recipe.require_rows(&fetched.parts) {
            errors.push(error);
        }
        let loaded = if errors.is_empty() {
            recipe
                .assemble(fetched, purpose)
                .map_err(|error| vec![error])
        } else {
            Err(errors)
        };
        done(*number, loaded);
    })
}
