//! JSON as the peer reads and writes it.
//!
//! Reads straight into columns and writes straight into bytes; there is no tree in between.
//! Python's `NaN` and `Infinity` are read; `null` is written for them.

pub(crate) mod keys;
mod names;
pub(crate) mod parse;
mod scan;
pub(crate) mod write;
