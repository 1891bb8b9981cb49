//! Black box: the built binary, its files, its servers. One module per verb.

mod compile;
mod support;
