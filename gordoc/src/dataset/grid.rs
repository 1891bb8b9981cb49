//! Evenly spaced labels, and those of them that have rows.
//!
//! Counted from midnight UTC of the first day and never restarted; holds no values.

use std::ops::Range;

use super::error::Cause;
use crate::project::Resolution;
use crate::time::DAY;

/// More rows than this are a mistake in the resolution, not a dataset.
const MOST_BUCKETS: u64 = 1 << 26;

/// Evenly spaced labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Label of the first bucket.
    pub(crate) first: i64,
    /// Bucket width.
    pub(crate) width: i64,
    /// Number of buckets.
    pub(crate) n_buckets: usize,
}

/// The labels of a grid that have rows, in runs: as a rule there are few holes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Labels {
    grid: Grid,
    /// Positions, ascending, none of them empty.
    runs: Vec<Range<usize>>,
}

impl Grid {
    /// The grid over times from `first` to `last`.
    pub(crate) fn over(
        tag: &str,
        first: i64,
        last: i64,
        resolution: &Resolution,
    ) -> Result<Self, Cause> {
        let width = resolution.nanoseconds;
        let origin = first.div_euclid(DAY).saturating_mul(DAY);
        let bucket = |time: i64| time.saturating_sub(origin) / width;
        let n_buckets = (bucket(last) - bucket(first)).unsigned_abs() + 1;
        match usize::try_from(n_buckets) {
            Ok(counted) if n_buckets <= MOST_BUCKETS => Ok(Self {
                first: origin + bucket(first) * width,
                width,
                n_buckets: counted,
            }),
            _ => Err(Cause::TooManyBuckets {
                tag: tag.to_owned(),
                resolution: resolution.text.clone(),
                buckets: n_buckets,
                most: MOST_BUCKETS,
            }),
        }
    }

    /// Label of the bucket at a position.
    pub(crate) fn label(&self, position: usize) -> i64 {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        self.first
            .saturating_add(position.saturating_mul(self.width))
    }

    /// Position of the bucket that holds a time within the grid.
    pub(crate) fn position(&self, time: i64) -> usize {
        let position = (time - self.first) / self.width;
        usize::try_from(position).expect("the grid begins before its times")
    }
}

impl Labels {
    /// The labels of a grid at the positions that have rows.
    pub(crate) fn new(grid: Grid, has_row: impl Iterator<Item = bool>) -> Self {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (at, _) in has_row.enumerate().filter(|(_, has_row)| *has_row) {
            match runs.last_mut() {
                Some(run) if run.end == at => run.end += 1,
                _ => runs.push(at..at + 1),
            }
        }
        Self { grid, runs }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.runs.iter().map(Range::len).sum()
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> {
        let positions = self.runs.iter().cloned().flatten();
        positions.map(|position| self.grid.label(position))
    }

    /// First and last label of every stretch without holes, in order.
    pub(crate) fn stretches(&self) -> Vec<(i64, i64)> {
        let label = |position| self.grid.label(position);
        let runs = self.runs.iter();
        runs.map(|run| (label(run.start), label(run.end - 1)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_rows_stand_in_runs() {
        let grid = Grid {
            first: 100,
            width: 10,
            n_buckets: 7,
        };
        let has_row = [false, true, true, false, true, false, true];
        let labels = Labels::new(grid, has_row.into_iter());
        assert_eq!(labels.iter().collect::<Vec<_>>(), [110, 120, 140, 160]);
        assert_eq!(labels.stretches(), [(110, 120), (140, 140), (160, 160)]);
        assert_eq!(labels.len(), 4);
        let none = Labels::new(grid, [false; 7].into_iter());
        assert_eq!((none.len(), none.iter().next()), (0, None));
    }
}
