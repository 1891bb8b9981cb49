//! Rows of a source on their way into series: which are wanted, and of which tags.
//!
//! Asked before a value is parsed, so that rows nobody wants cost little. Knows nothing of
//! who wants them.

use std::sync::Arc;

use rayon::prelude::*;

use super::page::Page;
use super::range::{Range, Ranges};
use super::{Raw, Readings, Series};
use crate::dataset::error::Cause;
use crate::dataset::resample::Resampling;
use crate::dataset::spool::{Aside, BLOCK_ROWS, Chunk, Spool, Stored};

/// Single rows of a tag that are gathered before they are resampled.
const RESAMPLED_ROWS: usize = 1 << 10;

/// What is read from one source in one go; tags are numbered as they were asked for.
pub struct Rows {
    hull: Ranges,
    columns: Vec<Column>,
    /// Rows of all tags that are kept, in memory.
    n_held: usize,
    spool: Option<Spool>,
    aside: Option<Aside>,
    /// Why rows could not be set aside.
    broken: Option<Cause>,
}

struct Column {
    wanted: Ranges,
    series: Series,
    /// Where rows go that need not be kept.
    resampling: Option<Box<Resampling>>,
    chunks: Vec<Chunk>,
    rank: usize,
    fault: Option<Cause>,
}

impl Rows {
    /// Nothing yet of tags that are wanted in some ranges each.
    pub fn new(wanted: impl IntoIterator<Item = Ranges>) -> Self {
        let columns: Vec<Column> = wanted.into_iter().map(Column::new).collect();
        let ranges = columns.iter().flat_map(|column| column.wanted.as_slice());
        Self {
            hull: ranges.copied().collect(),
            columns,
            n_held: 0,
            spool: None,
            aside: None,
            broken: None,
        }
    }

    /// Sets rows aside when they become many, and those that find no room in memory.
    #[must_use]
    pub(crate) fn aside_in(self, spool: &Spool) -> Self {
        Self {
            spool: Some(spool.clone()),
            ..self
        }
    }

    /// Resamples rows as they are read, each tag in its own way, and keeps none.
    #[must_use]
    pub(crate) fn resampled(mut self, ways: impl IntoIterator<Item = Resampling>) -> Self {
        for (column, resampling) in self.columns.iter_mut().zip(ways) {
            column.resampling = Some(Box::new(resampling));
        }
        self
    }

    /// The ranges in which some tag is wanted; a server is asked for one at a time.
    pub fn wanted(&self) -> &[Range] {
        self.hull.as_slice()
    }

    /// Whether a row of this time can matter.
    pub fn wants(&self, time: i64) -> bool {
        self.hull.contains(time)
    }

    /// Whether a value of a tag can still matter: not once the tag has failed.
    pub fn is_open(&self, column: usize) -> bool {
        self.columns[column].fault.is_none()
    }

    /// Takes a reading, if it is wanted; NaN is a row without a value.
    pub fn push(&mut self, column: usize, time: i64, value: f64) {
        let n_more = self.columns[column].push(time, value);
        self.hold(n_more);
    }

    /// Takes readings of one tag, those that are wanted.
    pub(super) fn extend(&mut self, column: usize, times: &[i64], values: &[f64]) {
        let n_more = self.columns[column].extend(times, values);
        self.hold(n_more);
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
        self.hold(n_more);
    }

    /// Says what is wrong with one tag; the others are read on. Only the first fault counts.
    pub fn fail(&mut self, column: usize, cause: Cause) {
        let column = &mut self.columns[column];
        column.series = Series::default();
        column.fault.get_or_insert(cause);
    }

    /// Says at which place a tag stands in its source, for sources that have an order of
    /// their own. Tags of equal rank come in the order they are asked for.
    pub fn rank(&mut self, column: usize, rank: usize) {
        self.columns[column].rank = rank;
    }

    /// What was read of each tag.
    pub fn finish(mut self) -> Vec<Result<Raw, Cause>> {
        for column in &mut self.columns {
            column.resample();
        }
        let room = self.spool.as_ref().map(|spool| spool.reserve(self.n_held));
        if self.aside.is_some() || room.as_ref().is_some_and(Option::is_none) {
            self.set_aside();
        }
        let room = room.flatten().map(Arc::new);
        let file = self.aside.as_ref().map(Aside::file);
        let broken = self.broken;
        let columns = self.columns.into_iter();
        columns
            .map(|column| {
                if let Some(cause) = column.fault.or_else(|| broken.clone()) {
                    return Err(cause);
                }
                let rows = match (column.resampling, &file) {
                    (Some(resampling), _) => Readings::Resampled(resampling),
                    (None, Some(file)) => {
                        Readings::Series(Stored::aside(Arc::clone(file), column.chunks))
                    }
                    (None, None) => Readings::Series(Stored::held(column.series, room.clone())),
                };
                let rank = column.rank;
                Ok(Raw { rows, rank })
            })
            .collect()
    }

    /// The series of each tag, or what is wrong with it.
    #[cfg(test)]
    pub(crate) fn into_series(self) -> Vec<Result<Series, Cause>> {
        let read = self.finish().into_iter();
        read.map(|raw| raw.map(Raw::into_series)).collect()
    }

    /// Counts rows that are kept, and sets all aside when they are many.
    fn hold(&mut self, n_rows: usize) {
        self.n_held += n_rows;
        if self.n_held >= BLOCK_ROWS && self.spool.is_some() {
            self.set_aside();
        }
    }

    /// Moves all rows out of memory.
    #[cold]
    fn set_aside(&mut self) {
        let Some(spool) = &self.spool else { return };
        self.n_held = 0;
        let moved = match &mut self.aside {
            Some(aside) => move_columns(&mut self.columns, aside, spool),
            None => spool.open().and_then(|aside| {
                let aside = self.aside.insert(aside);
                move_columns(&mut self.columns, aside, spool)
            }),
        };
        if let Err(cause) = moved {
            self.broken = Some(cause);
        }
    }
}

/// Writes the rows of all columns; those with the same times share them.
fn move_columns(columns: &mut [Column], aside: &mut Aside, spool: &Spool) -> Result<(), Cause> {
    let mut written: Option<(Vec<i64>, u64)> = None;
    for column in columns {
        let Series { times, values } = std::mem::take(&mut column.series);
        if times.is_empty() {
            continue;
        }
        let refuse = |error| spool.refusal(&error);
        let times_at = match &written {
            Some((same, at)) if *same == times => *at,
            _ => aside.write(&times).map_err(refuse)?,
        };
        column.chunks.push(Chunk {
            times_at,
            values_at: aside.write(&values).map_err(refuse)?,
            n_rows: times.len(),
        });
        written = Some((times, times_at));
    }
    Ok(())
}

impl Column {
    fn new(wanted: Ranges) -> Self {
        Self {
            wanted,
            series: Series::default(),
            resampling: None,
            chunks: Vec::new(),
            rank: 0,
            fault: None,
        }
    }

    /// Takes a row if it is wanted; answers how many more are kept.
    fn push(&mut self, time: i64, value: f64) -> usize {
        if self.fault.is_some() || !self.wanted.contains(time) {
            return 0;
        }
        self.series.times.push(time);
        self.series.values.push(value);
        if self.resampling.is_none() {
            return 1;
        }
        if self.series.times.len() >= RESAMPLED_ROWS {
            self.resample();
        }
        0
    }

    /// Takes the wanted of some rows; answers how many more are kept.
    fn extend(&mut self, times: &[i64], values: &[f64]) -> usize {
        if self.fault.is_some() {
            return 0;
        }
        let (first, last) = bounds(times);
        if !self.wanted.covers(&Range { first, last }) {
            let rows = times.iter().zip(values);
            return rows.map(|(time, value)| self.push(*time, *value)).sum();
        }
        self.resample();
        if let Some(resampling) = &mut self.resampling {
            resampling.take(times, values);
            return 0;
        }
        self.series.times.extend_from_slice(times);
        self.series.values.extend_from_slice(values);
        times.len()
    }

    /// Resamples the rows that were gathered, unless they are kept.
    fn resample(&mut self) {
        if let Some(resampling) = &mut self.resampling {
            resampling.take(&self.series.times, &self.series.values);
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
    use crate::project::{Method, Period, Resolution};

    fn times(rows: Rows) -> Vec<Vec<i64>> {
        let read = rows.into_series().into_iter();
        read.map(|series| series.unwrap().times).collect()
    }

    fn wanted(first: i64, last: i64) -> Ranges {
        Range { first, last }.into()
    }

    #[test]
    fn each_tag_gets_the_rows_it_wants() {
        let mut rows = Rows::new([wanted(0, 3), wanted(2, 9), wanted(20, 30)]);
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
    fn a_fault_of_one_tag_leaves_the_others_alone() {
        let mut rows = Rows::new([wanted(0, 9), wanted(0, 9)]);
        rows.push(0, 1, 1.0);
        rows.push(1, 1, 1.0);
        rows.fail(0, Cause::ShortPeriod);
        rows.fail(0, Cause::Infinite { tag: String::new() });
        rows.push(0, 2, 1.0);
        assert!(!rows.is_open(0) && rows.is_open(1));
        let read = rows.into_series();
        assert!(matches!(read[0], Err(Cause::ShortPeriod)));
        assert_eq!(read[1].as_ref().unwrap().times, [1]);
    }

    #[test]
    fn rows_set_aside_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned());
        let mut rows = Rows::new([wanted(0, i64::MAX), wanted(5, i64::MAX), wanted(0, 1)]);
        rows = rows.aside_in(&spool);
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

    #[test]
    fn rows_may_be_resampled_instead_of_kept() {
        let period = Period {
            start: 0,
            end: 9999,
        };
        let resolution = Resolution {
            text: "10N".into(),
            nanoseconds: 10,
        };
        let way = || Resampling::new(period, &resolution, &[Method::Sum]).unwrap();
        let all = || wanted(0, 9999);
        let mut rows = Rows::new([all(), wanted(5, 8000), all(), all()]);
        rows = rows.resampled([way(), way(), way(), way()]);
        let times: Vec<i64> = (0..9000).collect();
        let ones = vec![1.0; times.len()];
        for time in &times[..3000] {
            rows.push(0, *time, 1.0);
            rows.push(3, 3000 - time, 1.0);
        }
        // Rows that were pushed come before those behind them.
        rows.extend(0, &times[3000..], &ones[3000..]);
        rows.extend(1, &times, &ones);
        rows.fail(2, Cause::ShortPeriod);
        let mut read = rows.finish().into_iter().map(|raw| {
            raw.map(|raw| match raw.rows {
                Readings::Resampled(resampling) => *resampling,
                Readings::Series(_) => panic!("it was to be resampled"),
            })
        });
        let first = read.next().unwrap().unwrap();
        assert!(first.is_in_order());
        assert_eq!(first.n_rows(), 9000);
        let sums = first.finish("A").unwrap().columns.remove(0);
        assert_eq!(sums[..900], [10.0; 900]);
        assert_eq!(sums[900..], [0.0; 100]);
        assert_eq!(read.next().unwrap().unwrap().n_rows(), 8000 - 5 + 1);
        assert!(matches!(read.next(), Some(Err(Cause::ShortPeriod))));
        assert!(!read.next().unwrap().unwrap().is_in_order());
    }

    #[test]
    fn a_full_disk_fails_every_tag() {
        let spool = Spool::new("not/there".into());
        let mut rows = Rows::new([wanted(0, 9), wanted(0, 9)]).aside_in(&spool);
        rows.push(0, 1, 1.0);
        rows.set_aside();
        let read = rows.finish();
        assert!(
            read.iter()
                .all(|raw| matches!(raw, Err(Cause::NoRoom { .. })))
        );
    }
}
