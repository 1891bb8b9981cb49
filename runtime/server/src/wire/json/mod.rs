//! JSON as Gordo reads and writes it.
//!
//! Reads straight into columns and writes straight into bytes; there is no tree in between.
//! Python's `NaN` and `Infinity` are read; `null` is written for them.

pub(crate) mod answer;
pub(crate) mod body;
mod columns;
pub(crate) mod keys;
pub(crate) mod names;
mod number;
mod parse;
mod scan;
pub(crate) mod text;
pub(crate) mod write;
