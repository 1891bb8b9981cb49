//! Forms of files that several providers read.

pub(super) mod delimited;
pub(super) mod parquet;
