//! JSON as Gordo reads and writes it.
//!
//! Reads straight into columns and writes straight into bytes; there is no tree in between.
//! Python's `NaN` and `Infinity` are read; `null` is written for them.

pub(crate) mod body;
pub(crate) mod keys;
mod names;
mod number;
mod parse;
mod scan;
pub(crate) mod table;
mod text;
pub(crate) mod write;
