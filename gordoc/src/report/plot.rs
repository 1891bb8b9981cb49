//! What a page is drawn from.

use crate::dataset::{Dataset, Trace};
use crate::project;
use crate::source::Source;

/// What a page shows.
#[derive(Clone, Copy, Debug)]
pub struct Plot<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The machine's name.
    pub machine: &'a str,
    /// The text of the config.
    pub source: &'a Source,
    /// What its rows should be.
    pub config: &'a project::Dataset,
    /// What was read and what became of it.
    pub trace: &'a Trace,
    /// The rows, or why there are none.
    pub outcome: Result<&'a Dataset, &'a [String]>,
}
