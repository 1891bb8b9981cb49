//! Forms of files that several providers read.

pub(super) mod delimited;
mod missing;
pub(super) mod parquet;
mod time_text;

#[cfg(test)]
mod local_time_tests;

pub(super) use time_text::help as time_help;
