//! How readings are read, whatever the provider.
//!
//! Readers hand on rows as they find them; order, duplicates and holes are mended later.

use serde_json::Value;

use super::error::ReadError;
use super::rows::RowBuffer;
use super::time_range::{TimeRange, TimeRanges};
use crate::source::Span;

/// What kind of thing is read, which decides how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Files: each is read once for all tags and machines.
    Files,
    /// Files that hold some time each: asked for one range of time at a time.
    DatedFiles,
    /// A server: asked for a tag and one range of time at a time, by few at once.
    Server,
    /// Numbers drawn for one dataset, all its tags in order: neither shared nor cached.
    Drawn,
}

/// What can be told of a source without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// Changes whenever the source does.
    At(String),
    /// Nothing, as for a server: what is past does not change.
    Unknown,
    /// There is no such source now.
    Gone,
}

/// Reads series, whoever wants them.
///
/// A reader is made for each dataset. What several of them have in common is read by one of
/// them for all: those with equal [`identity`](Self::identity) and [`secret`](Self::secret).
pub trait Reader: Send + Sync {
    /// The provider's class, as in the config but without the module.
    fn name(&self) -> &'static str;

    /// What it reads.
    fn access(&self) -> Access;

    /// What decides which readings a source and a tag stand for, without secrets: it is
    /// written into caches.
    fn identity(&self) -> Value;

    /// Secrets that take part in telling readers apart, such as a password.
    fn secret(&self) -> String {
        String::new()
    }

    /// Where a tag's series is: tags of one source are read together.
    fn source(&self, tag: &str) -> String;

    /// Which rows belong to a training period.
    fn window(&self, period: TimeRange) -> TimeRange {
        period
    }

    /// Whether it may be asked for the latest reading before the period.
    fn looks_back(&self) -> bool {
        false
    }

    /// Hands on the rows of some tags of a source that `rows` wants, as they are found there.
    ///
    /// An error concerns all tags; see [`RowBuffer::fail`] for those that concern one.
    fn read(&self, source: &str, tags: &[&str], rows: &mut RowBuffer<'_>) -> Result<(), ReadError>;

    /// How a source is now, where it is wanted.
    fn state(&self, _source: &str, _wanted: &TimeRanges) -> SourceState {
        SourceState::Unknown
    }

    /// The place in the config that an error in reading a tag points at.
    fn place(&self, error: &ReadError, tag: &str) -> Span;

    /// What to do about an error in reading a tag.
    fn help(&self, error: &ReadError, _tag: &str) -> String {
        error.help()
    }
}
