//! The road from a dataset of a config to its frame: how a tag becomes columns, and columns rows.
//!
//! 1. Every [`Job`] becomes a [`Request`]: which tags its provider is asked for, and when.
//! 2. [`fetch`] puts the requests together, reads each source once, and hands every tag to its
//!    datasets as soon as it is there.
//! 3. [`Loader::prepare`] makes columns of a tag: readings are resampled onto the grid, holes are
//!    interpolated, the start is looked back for, and labels without a value are dropped.
//! 4. [`Loader::finish`] joins the columns of all tags, selects rows, splits them into inputs and
//!    targets, and describes them.
//! 5. [`load_each`] hands the dataset to whoever works with it, and lets go of it.

#[cfg(test)]
mod prepare_tests;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::Dataset;
use super::error::{Cause, Error};
use super::fetch::{self, Fetched, FetchedTag, Options, Request, Semaphore, Summary, TagRows};
use super::frame::{Column, Columns, Frame};
use super::grid::Labels;
use super::interpolate::interpolate;
use super::join::{join, join_raw};
use super::look_back::look_back;
use super::metadata::{self, Gaps, Recorded};
use super::resample::{Resampling, resample};
use super::select::{Selected, select};
use super::tags::{Tags, columns_of, documents_of, tags_to_load};
use super::trace::{TagTrace, TraceSink};
use super::warnings;
use crate::project::{self, Method};
use crate::provider::{ReadWarning, Series};
use crate::source::Span;

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
    pub trace: TraceSink<'a>,
}

/// A dataset, or what went wrong: at least one error.
type Loaded = Result<Dataset, Vec<Error>>;

/// Loads a dataset; of several errors the first.
///
/// Relative paths of providers start at `base`; `seed` decides random series. The threads of
/// rayon's pool are needed for it, so that none of them may wait for it.
pub fn load(config: &project::Dataset, base: &Path, seed: u64) -> Result<Dataset, Error> {
    let job = Job {
        config,
        base,
        seed,
        trace: TraceSink::default(),
    };
    let (loaded, _) = load_one(job, &Options::default());
    loaded.map_err(|mut errors| errors.swap_remove(0))
}

/// Loads a dataset, or lists what went wrong.
pub fn load_one(job: Job<'_>, options: &Options) -> (Loaded, Summary) {
    load_for(Purpose::Training, job, options)
}

/// As [`load_one`], for any purpose.
pub(super) fn load_for(purpose: Purpose, job: Job<'_>, options: &Options) -> (Loaded, Summary) {
    let loaded = Mutex::new(None);
    let summary = run(&[job], options, purpose, &|_, result| {
        *loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    let loaded = loaded.into_inner().unwrap_or_else(PoisonError::into_inner);
    (loaded.expect("every job is done"), summary)
}

/// Loads datasets, reads sources that they share once, and does `work` with each dataset, by its
/// number, as soon as it is there; what comes of that is in the order of the jobs.
///
/// Works on rayon's threads, each with one dataset at a time; until one of them is free, a
/// dataset waits with the thread that read it, which reads no other meanwhile. As with [`load`],
/// no thread of rayon's may wait for this.
pub fn load_each<T: Send>(
    jobs: &[Job<'_>],
    options: &Options,
    work: impl Fn(usize, Loaded) -> T + Sync,
) -> (Vec<T>, Summary) {
    let results = Mutex::new(Vec::with_capacity(jobs.len()));
    let workers = Semaphore::new(rayon::current_num_threads());
    let summary = rayon::in_place_scope(|pool| {
        run(jobs, options, Purpose::Training, &|number, loaded| {
            let permit = workers.acquire();
            let (results, work) = (&results, &work);
            pool.spawn(move |_| {
                let result = work(number, loaded);
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                results.push((number, result));
                drop(permit);
            });
        })
    });
    let results = results.into_inner();
    let mut results = results.unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    let results = results.into_iter().map(|(_, result)| result);
    (results.collect(), summary)
}

/// Fetches what all jobs need; `done` is told of each job, by several threads and in no
/// particular order.
fn run(
    jobs: &[Job<'_>],
    options: &Options,
    purpose: Purpose,
    done: &(dyn Fn(usize, Loaded) + Sync),
) -> Summary {
    let mut loaders = Vec::with_capacity(jobs.len());
    let mut requests = Vec::with_capacity(jobs.len());
    for (number, job) in jobs.iter().enumerate() {
        match Loader::new(job) {
            Ok(loader) => {
                requests.push(loader.request(job));
                loaders.push((number, loader));
            }
            Err(error) => done(number, Err(vec![error])),
        }
    }
    let prepare = |request: usize, tag| loaders[request].1.prepare(tag);
    fetch::run(&requests, options, &prepare, &|request, fetched| {
        let (number, loader) = &loaders[request];
        done(*number, loader.finish(fetched, purpose));
    })
}

/// What rows are for, which decides what is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To learn from: everything is told.
    Training,
    /// To ask a trained machine about: only how they were loaded.
    Client,
}

/// Loads one dataset.
struct Loader<'a> {
    config: &'a project::Dataset,
    tags: Tags<'a>,
    methods: Vec<Method>,
    trace: TraceSink<'a>,
}

/// A tag, taken as far as can be without the others.
struct PreparedTag {
    tag: String,
    rows: PreparedRows,
    warnings: Vec<ReadWarning>,
}

enum PreparedRows {
    /// There are none.
    None,
    /// On the grid.
    Gridded(GriddedTag),
    /// As they are, for datasets without a resolution.
    Raw(Series),
}

/// A tag on its grid.
struct GriddedTag {
    /// Labels at which every column has a value.
    labels: Labels,
    /// The tag's columns, one value per label.
    columns: Columns,
    /// Where labels are missing.
    gaps: Gaps,
    /// What is recorded of the tag.
    metadata: Value,
}

impl<'a> Loader<'a> {
    /// Decides what becomes of the series of a dataset.
    fn new(job: &Job<'a>) -> Result<Self, Error> {
        let config = job.config;
        Ok(Self {
            config,
            tags: tags_to_load(config)?,
            methods: config.aggregation.value.methods(),
            trace: job.trace,
        })
    }

    /// What its provider is asked for.
    fn request(&self, job: &Job<'_>) -> Request<'a> {
        let config = self.config;
        let provider = &config.provider;
        let reader = provider.value.open(provider.span, job.base, job.seed);
        let tags = self.tags.keys().copied().collect();
        let Some(resolution) = &config.resolution else {
            return Request::new(reader, tags, config.period.into(), None);
        };
        let limit = config.interpolation_limit.as_ref();
        // Without a limit nothing is looked back for.
        let look_back_from =
            limit.map(|limit| config.period.start.saturating_sub(limit.value.nanoseconds));
        let request = Request::new(reader, tags, config.period.into(), look_back_from);
        // Whoever follows the trace of readings needs all of them.
        let resampling = Resampling::new(config.period, &resolution.value, &self.methods);
        match resampling.filter(|_| self.trace.is_off()) {
            Some(resampling) => request.resampled(resampling),
            None => request,
        }
    }

    /// Takes one tag as far as can be without the others.
    fn prepare(&self, mut fetched: FetchedTag) -> Result<PreparedTag, Error> {
        let tag = fetched.tag.clone();
        let warnings = std::mem::take(&mut fetched.warnings);
        let mut trace = match &fetched.rows {
            TagRows::Series(series) => self
                .trace
                .when_on(|| TagTrace::of(series, self.config.period)),
            TagRows::Resampled(_) => None,
        };
        let rows = match fetched.rows {
            TagRows::Series(series) if self.config.resolution.is_none() => {
                Ok(PreparedRows::Raw(series))
            }
            ref rows if rows.len() == 0 => Ok(PreparedRows::None),
            _ => self
                .to_grid(fetched, trace.as_mut())
                .map(PreparedRows::Gridded),
        };
        if let Some(tag_trace) = trace {
            self.trace.record(|trace| {
                trace.tags.insert(tag.clone(), tag_trace);
            });
        }
        Ok(PreparedTag {
            tag,
            rows: rows?,
            warnings,
        })
    }

    /// The columns of a tag, of which there must be rows: resampled, filled, and rid of what is
    /// still missing.
    fn to_grid(
        &self,
        fetched: FetchedTag,
        mut trace: Option<&mut TagTrace>,
    ) -> Result<GriddedTag, Error> {
        let config = self.config;
        let resolution = config.resolution.as_ref();
        let resolution = resolution.expect("datasets without a resolution have no grid");
        let original_length = fetched.rows.len();
        let tag = &fetched.tag;
        let resampled = match fetched.rows {
            TagRows::Series(series) => {
                resample(tag, series, config.period, &resolution.value, &self.methods)
            }
            TagRows::Resampled(resampling) => resampling.finish(tag),
        };
        let mut buckets = resampled.map_err(|cause| match cause {
            Cause::OutOfPeriod { .. } => cause.at(config.provider.span),
            _ => cause.at(resolution.span),
        })?;
        let names = Column::all(tag, &config.aggregation.value);
        if let Some(trace) = &mut trace {
            trace.resampled(&buckets, &names);
        }
        let limit = config.interpolation_limit.as_ref();
        let n_buckets = limit.map_or(usize::MAX, |limit| limit.value.n_buckets(&resolution.value));
        for column in &mut buckets.columns {
            interpolate(column, config.interpolation, n_buckets);
        }
        if let (Some(earlier), Some(limit)) = (fetched.earlier, limit) {
            let limit = limit.value.nanoseconds;
            look_back(&mut buckets, config, &self.methods, earlier, limit);
        }
        if let Some(trace) = &mut trace {
            trace.filled(&buckets);
        }
        let (labels, columns) = buckets.without_missing(names);
        let gaps = Gaps::find(
            &labels.stretches(),
            config.period,
            resolution.value.nanoseconds,
        );
        if let Some(trace) = trace {
            trace.missing(labels.len(), &gaps.bounds);
        }
        let metadata = metadata::of_tag(original_length, &labels, &gaps);
        Ok(GriddedTag {
            labels,
            columns,
            gaps,
            metadata,
        })
    }

    /// The dataset, once all its tags are there.
    fn finish(&self, fetched: Fetched<PreparedTag>, purpose: Purpose) -> Loaded {
        let errors = fetched.errors.into_iter();
        let mut errors: Vec<Error> = errors
            .map(|error| error.pointing_at_tag(|tag| self.place_of(tag)))
            .collect();
        errors.extend(self.missing_rows(&fetched.tags));
        if !errors.is_empty() {
            return Err(errors);
        }
        self.assemble(fetched.tags, purpose)
            .map_err(|error| vec![error])
    }

    /// Where a tag stands in the config.
    fn place_of(&self, tag: &str) -> Option<Span> {
        self.tags.get(tag).map(|tag| tag.span)
    }

    /// An error that names every tag without rows, at the place of the first.
    fn missing_rows(&self, tags: &[PreparedTag]) -> Option<Error> {
        let missing = tags
            .iter()
            .filter(|tag| matches!(tag.rows, PreparedRows::None));
        let missing: Vec<String> = missing.map(|tag| tag.tag.clone()).collect();
        let span = self.place_of(missing.first()?);
        let span = span.unwrap_or(self.config.span);
        Some(Cause::MissingSeries { tags: missing }.at(span))
    }

    /// Rows of all tags, joined and selected, and what is told of them.
    fn assemble(&self, tags: Vec<PreparedTag>, purpose: Purpose) -> Result<Dataset, Error> {
        let (config, trace) = (self.config, self.trace);
        let mut loading = Loading::default();
        let warnings = warnings::of_tags(
            tags.iter().map(|tag| (tag.tag.as_str(), &tag.warnings)),
            config.provider.span,
        );
        let joined = loading.join(config, tags)?;
        trace.record(|trace| trace.joined = Some(joined.times.clone()));
        let (rows, threshold) = (joined.times.len(), config.n_samples_threshold);
        if rows <= threshold {
            let cause = Cause::EmptyGenerated {
                rows,
                threshold,
                empty: loading.empty,
            };
            return Err(cause.at(config.span));
        }
        let documents = documents_of(&joined, &self.tags);
        loading.metadata.insert("tags".into(), documents);
        let Selected {
            rows,
            filtered_periods,
        } = select(joined, config, trace)?;
        let inputs = columns_of(config, &config.tags);
        let targets = columns_of(config, &config.target_tags);
        let (times, [x, y]) = rows.pick([&inputs, &targets]);
        let mut dataset = Dataset {
            times,
            x,
            y,
            metadata: Value::Null,
            gaps: loading.gaps,
            warnings,
        };
        dataset.metadata = match purpose {
            Purpose::Client => json!({ "tag_loading_metadata": loading.metadata }),
            Purpose::Training => {
                let recorded = Recorded {
                    row_filter_tags: &config.selection.row_filter_tags,
                    loading: loading.metadata,
                    filtered_periods,
                };
                metadata::of_dataset(&dataset, recorded)
                    .map_err(|cause| cause.at(config.provider.span))?
            }
        };
        Ok(dataset)
    }
}

/// What is told of loading.
#[derive(Default)]
struct Loading {
    metadata: Map<String, Value>,
    /// Tags with gaps.
    gaps: Vec<String>,
    /// Tags without rows.
    empty: Vec<String>,
}

impl Loading {
    /// Joins all tags, on their labels or as they are.
    fn join(&mut self, config: &project::Dataset, tags: Vec<PreparedTag>) -> Result<Frame, Error> {
        let mut frames = Vec::with_capacity(tags.len());
        let mut raw = Vec::new();
        for PreparedTag { tag, rows, .. } in tags {
            match rows {
                PreparedRows::None => {}
                PreparedRows::Raw(series) => raw.push((tag, series)),
                PreparedRows::Gridded(gridded) => {
                    self.metadata.insert(tag.clone(), gridded.metadata);
                    if gridded.labels.len() == 0 {
                        self.empty.push(tag);
                    } else if !gridded.gaps.is_empty() {
                        self.gaps.push(tag);
                    }
                    frames.push((gridded.labels, gridded.columns));
                }
            }
        }
        if config.resolution.is_none() {
            // Nothing is recorded of raw rows.
            return join_raw(raw).map_err(|cause| cause.at(config.span));
        }
        let joined = join(frames);
        let length = json!(joined.times.len());
        let lengths = json!({ "joined_length": length, "dropped_na_length": length });
        self.metadata.insert("aggregate_metadata".into(), lengths);
        Ok(joined)
    }
}
