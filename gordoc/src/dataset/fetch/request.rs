//! What a dataset asks of its provider, what is asked of a source for all datasets, and what each
//! gets of a tag.

use super::window::TagWindow;
use crate::dataset::resample::Resampling;
use crate::provider::{Access, ReadWarning, Reader, Reading, Series, TimeRange, TimeRanges};

/// What one dataset asks for.
pub(crate) struct Request<'a> {
    pub(super) reader: Box<dyn Reader>,
    pub(super) tags: Vec<&'a str>,
    pub(super) window: TagWindow,
    /// How rows are resampled as they are read, if nothing else is needed of them.
    pub(super) resampling: Option<Resampling>,
}

/// A tag that is wanted of a source.
pub(super) struct TagRequest<'a> {
    /// Its name.
    pub(super) tag: &'a str,
    /// Where it is wanted.
    pub(super) ranges: TimeRanges,
    /// By how many datasets.
    pub(super) n_users: usize,
    /// How it is resampled, if its rows need not be kept.
    pub(super) resampling: Option<&'a Resampling>,
}

/// What a dataset gets of one tag.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FetchedTag {
    /// The tag's name.
    pub(crate) tag: String,
    /// Its rows.
    pub(crate) rows: TagRows,
    /// Its latest reading before the period, if the provider can tell.
    pub(crate) earlier: Option<Reading>,
    /// What may surprise of it.
    pub(crate) warnings: Vec<ReadWarning>,
}

/// Rows of a tag: as the source has them, or already on their grid.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TagRows {
    /// All of them.
    Series(Series),
    /// What they came to while they were read.
    Resampled(Box<Resampling>),
}

impl TagRows {
    /// Number of rows, those without a value too.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Series(series) => series.times.len(),
            Self::Resampled(resampling) => resampling.n_rows(),
        }
    }
}

impl<'a> Request<'a> {
    /// Asks for tags over a period.
    ///
    /// `look_back_from` is how early the latest reading before the start may be; `None` if it
    /// is not needed.
    pub(crate) fn new(
        reader: Box<dyn Reader>,
        tags: Vec<&'a str>,
        period: TimeRange,
        look_back_from: Option<i64>,
    ) -> Self {
        let window = TagWindow::new(&*reader, period, look_back_from);
        Self {
            reader,
            tags,
            window,
            resampling: None,
        }
    }

    /// Has rows resampled as they are read where that is possible, so that they need no room.
    #[must_use]
    pub(crate) fn resampled(self, resampling: Resampling) -> Self {
        let is_file = matches!(self.reader.access(), Access::Files | Access::DatedFiles);
        let is_enough = is_file && self.window.is_within(resampling.period().into());
        Self {
            resampling: is_enough.then_some(resampling),
            ..self
        }
    }
}
