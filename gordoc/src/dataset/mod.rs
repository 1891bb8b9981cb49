//! As data: a machine's rows, from its provider to inputs, targets and metadata.
//!
//! `load` is the road from a tag to its columns; `fetch` has the readings read, each source once.
//! The rest are functions of their arguments.

mod aggregate;
mod cache;
mod client;
mod error;
mod fetch;
mod filter_periods;
#[cfg(test)]
mod fixture;
mod frame;
mod grid;
mod interpolate;
mod join;
mod load;
mod look_back;
mod metadata;
mod resample;
pub mod row_filter;
mod select;
mod tags;
pub mod trace;
mod warnings;
pub mod write;
mod write_parquet;

pub use cache::Cache;
pub use client::{ClientError, load_for_client};
pub use error::{Cause, Error};
pub use fetch::{Options, Summary};
pub use frame::{Column, Table};
pub use load::{Job, load, load_each, load_one};
pub(crate) use metadata::{quantile, summary};
pub use trace::{Trace, TraceSink};

use serde_json::Value;

use crate::diagnostic::Diagnostic;

/// Rows a machine learns from, same times for inputs and targets.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Row times, nanoseconds since 1970 UTC, ascending.
    pub times: Vec<i64>,
    /// Inputs, one column per tag.
    pub x: Table,
    /// Targets, one column per target tag.
    pub y: Table,
    /// The dataset's metadata in Gordo's form.
    pub metadata: Value,
    /// Tags that have gaps, in loading order, for the not-enough-data warning.
    pub gaps: Vec<String>,
    /// What may surprise of the readings.
    pub warnings: Vec<Diagnostic>,
}
