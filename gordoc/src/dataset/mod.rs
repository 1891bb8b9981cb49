//! As data: a machine's rows, from its provider to inputs, targets and metadata.
//!
//! Only `provider` reads anything; the rest are functions of their arguments.

mod aggregate;
mod cache;
mod client;
mod error;
mod fetch;
mod filter_periods;
mod frame;
mod grid;
mod interpolate;
mod join;
mod load;
mod look_back;
pub mod mersenne_twister;
mod metadata;
mod prepare;
pub mod provider;
mod recipe;
mod resample;
pub mod row_filter;
mod select;
mod spool;
pub mod time;
pub mod trace;
pub mod write;
mod write_parquet;

pub use cache::Cache;
pub use client::{ClientError, load_for_client};
pub use error::{Cause, Error, Fault, Trouble, Wait};
pub use fetch::{Options, Summary};
pub use frame::{Column, Table};
pub use load::{Job, load, load_all, load_one};
pub(crate) use metadata::{quantile, summary};
pub use trace::{Trace, Watch};

use serde_json::Value;

/// Rows a machine learns from, same times for inputs and targets.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Row times, nanoseconds since 1970 UTC, ascending.
    pub times: Vec<i64>,
    /// Inputs, one column per tag.
    pub x: Table,
    /// Targets, one column per target tag.
    pub y: Table,
    /// The dataset's metadata in the peer's form.
    pub metadata: Value,
    /// Tags that have gaps, in loading order, for the not-enough-data warning.
    pub gaps: Vec<String>,
}
