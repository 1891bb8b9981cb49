//! The `doubling` example as its clients see it: a process that speaks HTTP.

mod prediction;
mod process;
mod routes;
mod support;
