//! Rows of a source on their way into series: which are wanted, and of which tags.
//!
//! Asked before a value is parsed, so that rows nobody wants cost little. Knows nothing of
//! who wants them.

use super::range::{Range, Ranges};
use super::{Raw, Series};
use crate::dataset::error::Cause;

/// What is read from one source in one go; tags are numbered as they were asked for.
pub struct Rows {
    hull: Ranges,
    columns: Vec<Column>,
}

struct Column {
    wanted: Ranges,
    series: Series,
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
        }
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
        if column.fault.is_none() && column.wanted.contains(time) {
            column.series.times.push(time);
            column.series.values.push(value);
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
    pub fn finish(self) -> impl Iterator<Item = Result<Raw, Cause>> {
        self.columns.into_iter().map(|column| match column.fault {
            Some(cause) => Err(cause),
            None => Ok(Raw {
                series: column.series,
                rank: column.rank,
            }),
        })
    }
}

impl Column {
    fn new(wanted: Ranges) -> Self {
        Self {
            wanted,
            series: Series::default(),
            rank: 0,
            fault: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let times = rows.finish().map(|raw| raw.unwrap().series.times);
        assert_eq!(
            times.collect::<Vec<_>>(),
            [vec![0, 1, 2, 3], vec![2, 3, 4, 5], vec![]]
        );
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
        let mut read = rows.finish();
        assert!(matches!(read.next(), Some(Err(Cause::ShortPeriod))));
        assert_eq!(read.next().unwrap().unwrap().series.times, [1]);
    }
}
