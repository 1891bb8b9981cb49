//! Rows of a source on their way to their tags: which are wanted, and of which tags.
//!
//! Asked before a value is parsed, so that rows nobody wants cost little. Knows nothing of
//! who wants them.

mod page;
mod spill;

use std::sync::Arc;

use rayon::prelude::*;

pub(super) use self::page::Page;
use self::spill::{BLOCK_ROWS, Chunk, SpillFile};
pub use self::spill::{SpillFolder, StoredSeries};
use super::error::ReadError;
use super::series::Series;
use super::time_range::{TimeRange, TimeRanges};
use super::warning::ReadWarning;

/// Single rows of a tag that are gathered for their consumer.
const CONSUMED_ROWS: usize = 1 << 10;

/// Takes the rows of a tag as they are read, so that they need not be kept.
pub trait RowConsumer: Send {
    /// Takes the next rows, a value for each time.
    fn take(&mut self, times: &[i64], values: &[f64]);
}

/// What was read of one tag, for all datasets that want it.
#[derive(Clone, Debug)]
pub struct ReadTag {
    /// Its rows; none if a consumer has them.
    pub series: StoredSeries,
    /// Its place among the tags of its source; see [`RowBuffer::rank`].
    pub rank: usize,
    /// What may surprise.
    pub warnings: Vec<ReadWarning>,
}

/// What is read from one source in one go; tags are numbered as they were asked for.
pub struct RowBuffer<'a> {
    hull: TimeRanges,
    columns: Vec<Column<'a>>,
    /// Rows of all tags that are kept, in memory.
    n_kept: usize,
    spills: Option<SpillFolder>,
    file: Option<SpillFile>,
    /// Why rows could not be written to a file.
    broken: Option<ReadError>,
}

struct Column<'a> {
    wanted: TimeRanges,
    series: Series,
    /// Where rows go that need not be kept.
    consumer: Option<&'a mut dyn RowConsumer>,
    chunks: Vec<Chunk>,
    rank: usize,
    warnings: Vec<ReadWarning>,
    error: Option<ReadError>,
}

impl<'a> RowBuffer<'a> {
    /// Nothing yet of tags that are wanted in some ranges each.
    pub fn new(wanted: impl IntoIterator<Item = TimeRanges>) -> Self {
        let columns: Vec<Column<'a>> = wanted.into_iter().map(Column::new).collect();
        let ranges = columns.iter().flat_map(|column| column.wanted.as_slice());
        Self {
            hull: ranges.copied().collect(),
            columns,
            n_kept: 0,
            spills: None,
            file: None,
            broken: None,
        }
    }

    /// Writes rows to a file when they become many, and those that find no room in memory.
    #[must_use]
    pub(crate) fn spilling_to(self, spills: &SpillFolder) -> Self {
        Self {
            spills: Some(spills.clone()),
            ..self
        }
    }

    /// Hands rows to a consumer for each tag, and keeps none.
    #[must_use]
    pub(crate) fn consumed_by<C: RowConsumer + 'a>(
        mut self,
        consumers: impl IntoIterator<Item = &'a mut C>,
    ) -> Self {
        for (column, consumer) in self.columns.iter_mut().zip(consumers) {
            column.consumer = Some(consumer);
        }
        self
    }

    /// The ranges in which some tag is wanted; a server is asked for one at a time.
    pub fn wanted(&self) -> &[TimeRange] {
        self.hull.as_slice()
    }

    /// Whether a row of this time can matter.
    pub fn wants(&self, time: i64) -> bool {
        self.hull.contains(time)
    }

    /// Takes a reading, if it is wanted; NaN is a row without a value.
    pub fn push(&mut self, column: usize, time: i64, value: f64) {
        let n_more = self.columns[column].push(time, value);
        self.keep(n_more);
    }

    /// Takes readings of one tag, those that are wanted.
    pub(super) fn extend(&mut self, column: usize, times: &[i64], values: &[f64]) {
        let n_more = self.columns[column].extend(times, values);
        self.keep(n_more);
    }

    /// Takes pages in order; `places` are the tags' columns in them, if they have one.
    pub(super) fn take(&mut self, pages: &[&Page], places: &[Option<usize>]) {
        let columns = self.columns.par_iter_mut().zip(places);
        let n_more = columns.map(|(column, place)| {
            let Some(place) = *place else { return 0 };
            let pages = pages.iter();
            pages
                .map(|page| column.extend(page.times(), page.column(place)))
                .sum()
        });
        let n_more: usize = n_more.sum();
        self.keep(n_more);
    }

    /// Says what is wrong with one tag; the others are read on. Only the first error counts.
    pub fn fail(&mut self, column: usize, error: ReadError) {
        let column = &mut self.columns[column];
        column.series = Series::default();
        column.error.get_or_insert(error);
    }

    /// Says what may surprise of one tag.
    pub(super) fn warn(&mut self, column: usize, warning: ReadWarning) {
        let warnings = &mut self.columns[column].warnings;
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Says what may surprise of all tags.
    pub(super) fn warn_all(&mut self, warning: &ReadWarning) {
        for column in 0..self.columns.len() {
            self.warn(column, warning.clone());
        }
    }

    /// Says at which place a tag stands in its source, for sources that have an order of
    /// their own. Tags of equal rank come in the order they are asked for.
    pub fn rank(&mut self, column: usize, rank: usize) {
        self.columns[column].rank = rank;
    }

    /// What was read of each tag.
    pub fn finish(mut self) -> Vec<Result<ReadTag, ReadError>> {
        for column in &mut self.columns {
            column.hand_on();
        }
        let spills = self.spills.as_ref();
        let reservation = spills.map(|spills| spills.reserve(self.n_kept));
        if self.file.is_some() || reservation.as_ref().is_some_and(Option::is_none) {
            self.spill();
        }
        let reservation = reservation.flatten().map(Arc::new);
        let file = self.file.as_ref().map(SpillFile::file);
        let broken = self.broken;
        let columns = self.columns.into_iter();
        columns
            .map(|column| {
                if let Some(error) = column.error.or_else(|| broken.clone()) {
                    return Err(error);
                }
                let series = match &file {
                    Some(file) => StoredSeries::in_file(Arc::clone(file), column.chunks),
                    None => StoredSeries::in_memory(column.series, reservation.clone()),
                };
                Ok(ReadTag {
                    series,
                    rank: column.rank,
                    warnings: column.warnings,
                })
            })
            .collect()
    }

    /// The series of each tag, or what is wrong with it.
    #[cfg(test)]
    pub(crate) fn into_series(self) -> Vec<Result<Series, ReadError>> {
        let read = self.finish().into_iter();
        read.map(|tag| tag.map(|tag| (*tag.series.series().unwrap()).clone()))
            .collect()
    }

    /// Counts rows that are kept, and writes all to a file when they are many.
    fn keep(&mut self, n_rows: usize) {
        self.n_kept += n_rows;
        if self.n_kept >= BLOCK_ROWS && self.spills.is_some() {
            self.spill();
        }
    }

    /// Moves all rows out of memory.
    #[cold]
    fn spill(&mut self) {
        let Some(spills) = &self.spills else { return };
        self.n_kept = 0;
        let moved = match &mut self.file {
            Some(file) => move_columns(&mut self.columns, file, spills),
            None => spills.open().and_then(|file| {
                let file = self.file.insert(file);
                move_columns(&mut self.columns, file, spills)
            }),
        };
        if let Err(error) = moved {
            self.broken = Some(error);
        }
    }
}

/// Writes the rows of all columns; those with the same times share them.
fn move_columns(
    columns: &mut [Column<'_>],
    file: &mut SpillFile,
    spills: &SpillFolder,
) -> Result<(), ReadError> {
    let mut written: Option<(Vec<i64>, u64)> = None;
    for column in columns {
        let Series { times, values } = std::mem::take(&mut column.series);
        if times.is_empty() {
            continue;
        }
        let refuse = |error| spills.refusal(&error);
        let times_at = match &written {
            Some((same, at)) if *same == times => *at,
            _ => file.write(&times).map_err(refuse)?,
        };
        column.chunks.push(Chunk {
            times_at,
            values_at: file.write(&values).map_err(refuse)?,
            n_rows: times.len(),
        });
        written = Some((times, times_at));
    }
    Ok(())
}

impl Column<'_> {
    fn new(wanted: TimeRanges) -> Self {
        Self {
            wanted,
            series: Series::default(),
            consumer: None,
            chunks: Vec::new(),
            rank: 0,
            warnings: Vec::new(),
            error: None,
        }
    }

    /// Takes a row if it is wanted; answers how many more are kept.
    fn push(&mut self, time: i64, value: f64) -> usize {
        if self.error.is_some() || !self.wanted.contains(time) {
            return 0;
        }
        self.series.times.push(time);
        self.series.values.push(value);
        if self.consumer.is_none() {
            return 1;
        }
        if self.series.times.len() >= CONSUMED_ROWS {
            self.hand_on();
        }
        0
    }

    /// Takes the wanted of some rows; answers how many more are kept.
    fn extend(&mut self, times: &[i64], values: &[f64]) -> usize {
        if self.error.is_some() {
            return 0;
        }
        let (first, last) = bounds(times);
        if !self.wanted.covers(&TimeRange { first, last }) {
            let rows = times.iter().zip(values);
            return rows.map(|(time, value)| self.push(*time, *value)).sum();
        }
        self.hand_on();
        if let Some(consumer) = &mut self.consumer {
            consumer.take(times, values);
            return 0;
        }
        self.series.times.extend_from_slice(times);
        self.series.values.extend_from_slice(values);
        times.len()
    }

    /// Hands on the rows that were gathered, unless they are kept.
    fn hand_on(&mut self) {
        if let Some(consumer) = &mut self.consumer {
            consumer.take(&self.series.times, &self.series.values);
            self.series.times.clear();
            self.series.values.clear();
        }
    }
}

/// The least and the greatest of some times, of none a range without any.
fn bounds(times: &[i64]) -> (i64, i64) {
    times
        .iter()
        .fold((i64::MAX, i64::MIN), |(least, most), time| {
            (least.min(*time), most.max(*time))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(rows: RowBuffer<'_>) -> Vec<Vec<i64>> {
        let read = rows.into_series().into_iter();
        read.map(|series| series.unwrap().times).collect()
    }

    fn wanted(first: i64, last: i64) -> TimeRanges {
        TimeRange { first, last }.into()
    }

    #[test]
    fn each_tag_gets_the_rows_it_wants() {
        let mut rows = RowBuffer::new([wanted(0, 3), wanted(2, 9), wanted(20, 30)]);
        assert_eq!(rows.wanted().len(), 2);
        assert!(rows.wants(5) && !rows.wants(10));
        for time in 0..6 {
            for column in 0..3 {
                rows.push(column, time, 1.0);
            }
        }
        let expect = [vec![0, 1, 2, 3], vec![2, 3, 4, 5], vec![]];
        assert_eq!(times(rows), expect);
    }

    #[test]
    fn an_error_of_one_tag_leaves_the_others_alone() {
        let mut rows = RowBuffer::new([wanted(0, 9), wanted(0, 9)]);
        rows.push(0, 1, 1.0);
        rows.push(1, 1, 1.0);
        rows.fail(0, ReadError::ShortPeriod);
        rows.fail(
            0,
            ReadError::BadSizes {
                min_size: 2,
                max_size: 1,
            },
        );
        rows.push(0, 2, 1.0);
        let read = rows.into_series();
        assert!(matches!(read[0], Err(ReadError::ShortPeriod)));
        assert_eq!(read[1].as_ref().unwrap().times, [1]);
    }

    #[test]
    fn spilled_rows_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let spills = SpillFolder::new(folder.path().to_owned());
        let mut rows = RowBuffer::new([wanted(0, i64::MAX), wanted(5, i64::MAX), wanted(0, 1)]);
        rows = rows.spilling_to(&spills);
        let n_rows = 700_000;
        for time in 0..n_rows {
            for column in 0..3 {
                rows.push(column, time, 0.0);
            }
        }
        let read = times(rows);
        assert!(read[0].iter().copied().eq(0..n_rows));
        assert!(read[1].iter().copied().eq(5..n_rows));
        assert_eq!(read[2], [0, 1]);
    }

    /// Times of the rows it took.
    #[derive(Default)]
    struct Times(Vec<i64>);

    impl RowConsumer for Times {
        fn take(&mut self, times: &[i64], _values: &[f64]) {
            self.0.extend(times);
        }
    }

    #[test]
    fn rows_may_be_consumed_instead_of_kept() {
        let mut consumers: [Times; 3] = Default::default();
        let all = || wanted(0, 9999);
        let mut rows = RowBuffer::new([all(), wanted(5, 8000), all()]);
        rows = rows.consumed_by(&mut consumers);
        let times: Vec<i64> = (0..9000).collect();
        let ones = vec![1.0; times.len()];
        for time in &times[..3000] {
            rows.push(0, *time, 1.0);
        }
        // Rows that were pushed come before those behind them.
        rows.extend(0, &times[3000..], &ones[3000..]);
        rows.extend(1, &times, &ones);
        rows.fail(2, ReadError::ShortPeriod);
        let read = rows.into_series();
        assert!(read[..2].iter().flatten().all(|kept| kept.times.is_empty()));
        assert!(matches!(read[2], Err(ReadError::ShortPeriod)));
        let [first, second, _] = consumers;
        assert_eq!(first.0, times);
        assert_eq!(second.0, times[5..=8000]);
    }

    #[test]
    fn a_full_disk_fails_every_tag() {
        let spills = SpillFolder::new("not/there".into());
        let mut rows = RowBuffer::new([wanted(0, 9), wanted(0, 9)]).spilling_to(&spills);
        rows.push(0, 1, 1.0);
        rows.spill();
        let read = rows.finish();
        assert!(
            read.iter()
                .all(|raw| matches!(raw, Err(ReadError::CannotSpill { .. })))
        );
    }
}
