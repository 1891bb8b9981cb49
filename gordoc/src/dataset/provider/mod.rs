//! Where series come from: one file per kind of provider.
//!
//! Providers hand on rows as they find them; order, duplicates and holes are mended later.

mod csv;
mod delimited;
mod file;
mod files;
mod influx;
mod page;
mod parquet;
mod parquet_folder;
mod random;
mod range;
mod remote;
mod rows;
mod sql;

use std::path::Path;

use serde_json::{Map, Value};

pub use range::{Range, Ranges};
pub use rows::Rows;

use super::error::Cause;
use super::resample::Resampling;
use super::spool::Stored;
use crate::project::{self, Period};
use crate::source::{Span, Spanned};

/// Readings as delivered: any order, duplicates and NaN allowed, both columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Nanoseconds since 1970 UTC.
    pub times: Vec<i64>,
    /// Engineering units; NaN is a row without a value.
    pub values: Vec<f64>,
}

impl Series {
    /// Puts rows in time order; those of one time keep theirs.
    pub(crate) fn sort(&mut self) {
        if self.times.is_sorted() {
            return;
        }
        let times = self.times.iter().copied();
        let mut rows: Vec<(i64, f64)> = times.zip(self.values.iter().copied()).collect();
        rows.sort_by_key(|(time, _)| *time);
        (self.times, self.values) = rows.into_iter().unzip();
    }
}

/// One reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Nanoseconds since 1970 UTC.
    pub time: i64,
    /// Engineering units.
    pub value: f64,
}

/// Rows of one tag: as the source has them, or already on their grid.
#[derive(Clone, Debug, PartialEq)]
pub enum Readings<S> {
    /// All of them.
    Series(S),
    /// What they came to while they were read.
    Resampled(Box<Resampling>),
}

impl Readings<Series> {
    /// Number of rows, those without a value too.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Series(series) => series.times.len(),
            Self::Resampled(resampling) => resampling.n_rows(),
        }
    }
}

/// What was read of one tag, for all machines that want it.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Its rows.
    pub rows: Readings<Stored>,
    /// Its place among the tags of its source; see [`Rows::rank`].
    pub rank: usize,
}

#[cfg(test)]
impl Raw {
    /// Its rows, which are all there.
    pub(crate) fn into_series(self) -> Series {
        match self.rows {
            Readings::Series(rows) => (*rows.series().unwrap()).clone(),
            Readings::Resampled(_) => panic!("the rows are gone"),
        }
    }
}

/// What a machine gets of one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The tag's name.
    pub tag: String,
    /// Its rows.
    pub rows: Readings<Series>,
    /// Its latest reading before the period, if the provider can tell.
    pub earlier: Option<Reading>,
}

/// What kind of thing is read, which decides how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Files: each is read once for all tags and machines.
    Files,
    /// Files that hold some time each: asked for one range of time at a time.
    DatedFiles,
    /// A server: asked for a tag and one range of time at a time, by few at once.
    Server,
    /// Numbers drawn for one dataset, all its tags in order: neither shared nor kept.
    Drawn,
}

/// What can be told of a source without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Changes whenever the source does.
    At(String),
    /// Nothing, as for a server: what is past does not change.
    Unknown,
    /// There is no such source now.
    Gone,
}

/// Reads series, whoever wants them.
///
/// A provider is made for each machine. What several of them have in common is read by one of
/// them for all: those with equal [`identity`](Self::identity) and [`secret`](Self::secret).
pub trait Provider: Send + Sync {
    /// Its class, as in the config but without the module.
    fn name(&self) -> &'static str;

    /// What it reads.
    fn access(&self) -> Access;

    /// What decides which readings a source and a tag stand for, without secrets: it is
    /// written into caches.
    fn identity(&self) -> Value;

    /// Secrets that take part in telling providers apart, such as a password.
    fn secret(&self) -> String {
        String::new()
    }

    /// Where a tag's series is: tags of one source are read together.
    fn source(&self, tag: &str) -> String;

    /// Which rows belong to a training period.
    fn window(&self, period: Period) -> Range {
        period.into()
    }

    /// Whether it may be asked for the latest reading before the period.
    fn looks_back(&self) -> bool {
        false
    }

    /// Hands on the rows of some tags of a source that `rows` wants, as they are found there.
    ///
    /// An error concerns all tags; see [`Rows::fail`] for those that concern one.
    fn read(&self, source: &str, tags: &[&str], rows: &mut Rows) -> Result<(), Cause>;

    /// How a source is now, where it is wanted.
    fn state(&self, _source: &str, _wanted: &Ranges) -> State {
        State::Unknown
    }

    /// The place in the config that a fault in reading a tag points at.
    fn place(&self, cause: &Cause, tag: &str) -> Span;

    /// What the dataset's metadata tells of the provider; empty for most.
    fn metadata(&self) -> Map<String, Value> {
        Map::new()
    }
}

/// Makes a provider; relative paths start at `base`, and `seed` decides random series.
pub fn open(provider: &Spanned<project::Provider>, base: &Path, seed: u64) -> Box<dyn Provider> {
    match &provider.value {
        project::Provider::Random { min_size, max_size } => Box::new(random::RandomProvider {
            sizes: *min_size..=*max_size,
            seed,
            span: provider.span,
        }),
        project::Provider::Csv {
            file_path,
            timestamp_column,
            separator,
        } => Box::new(csv::CsvProvider {
            path: base.join(&file_path.value),
            path_span: file_path.span,
            time_column: timestamp_column.clone(),
            separator: *separator,
            span: provider.span,
        }),
        project::Provider::Files(files) => Box::new(files::FilesProvider {
            config: files.clone(),
            folder: base.join(&files.path.value),
            span: provider.span,
        }),
        project::Provider::Parquet(parquet) => Box::new(parquet_folder::ParquetProvider {
            config: parquet.clone(),
            folder: base.join(&parquet.path.value),
            span: provider.span,
        }),
        project::Provider::Influx(influx) => Box::new(influx::InfluxProvider::new(
            (**influx).clone(),
            base.to_owned(),
            provider.span,
        )),
        project::Provider::Sql(sql) => Box::new(sql::SqlProvider::new(
            (**sql).clone(),
            base.to_owned(),
            provider.span,
        )),
    }
}
