//! Rows of a source on their way into series: which are wanted, and of which tags.
//!
//! Asked before a value is parsed, so that rows nobody wants cost little. Knows nothing of
//! who wants them.

use std::sync::Arc;

use super::range::{Range, Ranges};
use super::{Raw, Series};
use crate::dataset::error::Cause;
use crate::dataset::spool::{Aside, BLOCK_ROWS, Chunk, Spool, Stored};

/// What is read from one source in one go; tags are numbered as they were asked for.
pub struct Rows {
    hull: Ranges,
    columns: Vec<Column>,
    n_held: usize,
    spool: Option<Spool>,
    aside: Option<Aside>,
    /// Why rows could not be set aside.
    broken: Option<Cause>,
}

struct Column {
    wanted: Ranges,
    series: Series,
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
        let spool = Some(spool.clone());
        Self { spool, ..self }
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
        let column = &mut self.columns[column];
        if column.fault.is_some() || !column.wanted.contains(time) {
            return;
        }
        column.series.times.push(time);
        column.series.values.push(value);
        self.n_held += 1;
        if self.n_held >= BLOCK_ROWS && self.spool.is_some() {
            self.set_aside();
        }
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
                let rows = match &file {
                    Some(file) => Stored::aside(Arc::clone(file), column.chunks),
                    None => Stored::held(column.series, room.clone()),
                };
                let rank = column.rank;
                Ok(Raw { rows, rank })
            })
            .collect()
    }

    /// The series of each tag, or what is wrong with it.
    #[cfg(test)]
    pub(crate) fn into_series(self) -> Vec<Result<Series, Cause>> {
        let series = |raw: Raw| (*raw.rows.series().unwrap()).clone();
        let read = self.finish().into_iter();
        read.map(|raw| raw.map(series)).collect()
    }

    /// Moves all rows out of memory.
    #[cold]
    fn set_aside(&mut self) {
        self.n_held = 0;
        let Some(spool) = &self.spool else { return };
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
            chunks: Vec::new(),
            rank: 0,
            fault: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
