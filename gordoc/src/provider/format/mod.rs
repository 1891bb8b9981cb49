//! Forms of files that several providers read.

pub(super) mod delimited;
pub(super) mod parquet;

#[cfg(test)]
mod local_time_tests;
