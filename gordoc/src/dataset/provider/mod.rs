//! Where series come from: one file per kind of provider.
//!
//! Providers hand on rows as they find them; order, duplicates and holes are mended later.

mod collect;
mod csv;
mod delimited;
mod files;
mod parquet;
mod random;

use std::path::Path;

use serde_json::{Map, Value};

use super::error::Error;
use crate::project::{self, Period};
use crate::source::Spanned;

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

/// What a dataset asks a provider for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Training period.
    pub period: Period,
    /// Names, each once, in loading order.
    pub tags: &'a [&'a str],
    /// How early the latest reading before the start may be; `None`: it is not needed.
    pub look_back_from: Option<i64>,
}

/// What a provider has of one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The tag's name.
    pub tag: String,
    /// Its rows.
    pub series: Series,
    /// Its latest reading before the period, if the provider can tell.
    pub earlier: Option<Reading>,
}

/// Reads the series of a machine.
pub trait Provider {
    /// Rows of all tags, in the order in which this provider delivers them.
    ///
    /// The earlier readings come along, so that no source is read twice.
    fn load(&mut self, request: &Request<'_>) -> Result<Vec<Delivery>, Error>;

    /// What the dataset's metadata tells of the provider; empty for most.
    fn metadata(&self) -> Map<String, Value> {
        Map::new()
    }
}

/// Makes a provider; relative paths start at `base`, and `seed` decides random series.
pub fn open(provider: &Spanned<project::Provider>, base: &Path, seed: u64) -> Box<dyn Provider> {
    match &provider.value {
        project::Provider::Random { min_size, max_size } => Box::new(random::RandomProvider::new(
            *min_size..=*max_size,
            seed,
            provider.span,
        )),
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
    }
}
