//! One file per verb, each a short list of stage calls.

pub mod dataset;
