//! One series onto the grid of its dataset: buckets closed left and labelled by their left edge.
//!
//! The grid is counted from midnight UTC of the first day and never restarts.

use super::aggregate::Bucket;
use super::error::Cause;
use super::frame::{Column, Columns};
use super::grid::{Grid, Labels};
use crate::project::{Method, Period, Resolution};
use crate::provider::{RowConsumer, Series};
use crate::time::spaced;

/// Values per bucket, NaN where there are none: one column per method.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resampled {
    /// The buckets.
    pub(crate) grid: Grid,
    /// Values in bucket order.
    pub(crate) columns: Vec<Vec<f64>>,
}

impl Resampled {
    /// What has a value in every column, the columns called so.
    pub(crate) fn without_missing(self, names: Vec<Column>) -> (Labels, Columns) {
        let Self { grid, columns } = self;
        let is_complete: Vec<bool> = (0..grid.n_buckets)
            .map(|at| columns.iter().all(|column| !column[at].is_nan()))
            .collect();
        let labels = Labels::new(grid, is_complete.iter().copied());
        let columns = columns.into_iter().map(|mut values| {
            let mut is_complete = is_complete.iter();
            values.retain(|_| is_complete.next() == Some(&true));
            values
        });
        (labels, names.into_iter().zip(columns).collect())
    }
}

/// Buckets of `series`, which must have rows, over the whole period.
///
/// Ends of the period that the series does not reach are rows without a value, so that the grid
/// covers them.
pub(crate) fn resample(
    tag: &str,
    mut series: Series,
    period: Period,
    resolution: &Resolution,
    methods: &[Method],
) -> Result<Resampled, Cause> {
    let [Some(&first), Some(&last)] = [series.times.first(), series.times.last()] else {
        return Err(missing(tag));
    };
    let added = missing_ends(tag, (first, last), period)?;
    series.sort();
    let delivered = [series.times.first(), series.times.last()];
    let times = || added.iter().chain(delivered.into_iter().flatten()).copied();
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return Err(missing(tag));
    };
    let mut buckets = Buckets::new(Grid::over(tag, first, last, resolution)?, methods);
    buckets.take(&series.times, &series.values);
    Ok(buckets.finish(&added))
}

/// One series on its way onto the grid, taken as it is read.
///
/// Comes to what [`resample`] does, if it is in order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resampling {
    period: Period,
    buckets: Buckets,
    /// Times of the first and the last row.
    ends: Option<(i64, i64)>,
    n_rows: usize,
    is_in_order: bool,
}

impl Resampling {
    /// Nothing yet; `None` if there are more buckets than can be.
    pub(crate) fn new(period: Period, resolution: &Resolution, methods: &[Method]) -> Option<Self> {
        // Rows beyond the period are refused, so that they cannot widen the grid.
        let grid = Grid::over("", period.start, period.end, resolution).ok()?;
        Some(Self {
            period,
            buckets: Buckets::new(grid, methods),
            ends: None,
            n_rows: 0,
            is_in_order: true,
        })
    }

    /// What it covers.
    pub(crate) fn period(&self) -> Period {
        self.period
    }

    /// How many rows were taken.
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Whether all rows were in order of time.
    pub(crate) fn is_in_order(&self) -> bool {
        self.is_in_order
    }

    /// The buckets of a tag, which must have rows.
    pub(crate) fn finish(self, tag: &str) -> Result<Resampled, Cause> {
        let ends = self.ends.ok_or_else(|| missing(tag))?;
        let added = missing_ends(tag, ends, self.period)?;
        Ok(self.buckets.finish(&added))
    }
}

impl RowConsumer for Resampling {
    /// Takes the next rows; once some are not in order there is no use in more.
    fn take(&mut self, times: &[i64], values: &[f64]) {
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else {
            return;
        };
        let follows = self.ends.is_none_or(|(_, before)| before <= first);
        self.is_in_order &= follows && times.is_sorted();
        if !self.is_in_order {
            return;
        }
        self.n_rows += times.len();
        self.ends = Some((self.ends.map_or(first, |(first, _)| first), last));
        self.buckets.take(times, values);
    }
}

/// Buckets that rows fill one after the other.
#[derive(Clone, Debug, PartialEq)]
struct Buckets {
    grid: Grid,
    methods: Vec<Method>,
    columns: Vec<Vec<f64>>,
    /// The bucket that is being filled.
    bucket: Bucket,
    /// Where it ends.
    end: i64,
    n_filled: usize,
}

impl Buckets {
    fn new(grid: Grid, methods: &[Method]) -> Self {
        Self {
            grid,
            methods: methods.to_vec(),
            columns: vec![Vec::new(); methods.len()],
            bucket: Bucket::default(),
            end: grid.label(1),
            n_filled: 0,
        }
    }

    /// Takes rows in order of time, none of them before the grid; those behind it are dropped.
    fn take(&mut self, times: &[i64], values: &[f64]) {
        let mut start = 0;
        while start < times.len() && !self.is_full() {
            let end = self.end;
            let rest = &times[start..];
            let n_rows = rest.iter().position(|time| *time >= end);
            let stop = n_rows.map_or(times.len(), |n_rows| start + n_rows);
            self.bucket.extend(&values[start..stop]);
            if stop < times.len() {
                self.close();
            }
            start = stop;
        }
    }

    fn is_full(&self) -> bool {
        self.n_filled == self.grid.n_buckets
    }

    /// Goes on to the next bucket.
    fn close(&mut self) {
        for (column, method) in self.columns.iter_mut().zip(&self.methods) {
            if column.is_empty() {
                column.reserve_exact(self.grid.n_buckets);
            }
            column.push(self.bucket.value(*method));
        }
        self.n_filled += 1;
        self.bucket.clear();
        self.end = self.end.saturating_add(self.grid.width);
    }

    /// Closes all buckets; `added` are times of rows without a value.
    fn finish(mut self, added: &[i64]) -> Resampled {
        while !self.is_full() {
            self.close();
        }
        let Self {
            grid,
            methods,
            mut columns,
            ..
        } = self;
        let columns_of_rows = columns.iter_mut().zip(&methods);
        for (column, _) in columns_of_rows.filter(|(_, method)| **method == Method::Size) {
            for time in added {
                column[grid.position(*time)] += 1.0;
            }
        }
        Resampled { grid, columns }
    }
}

fn missing(tag: &str) -> Cause {
    Cause::MissingSeries {
        tags: vec![tag.to_owned()],
    }
}

/// The ends of the period before the first and after the last row.
///
/// As Gordo does, only the first and the last row *as delivered* are held against it.
fn missing_ends(tag: &str, (first, last): (i64, i64), period: Period) -> Result<Vec<i64>, Cause> {
    let out_of_period = |time: i64, bound: i64, early: bool| Cause::OutOfPeriod {
        tag: tag.to_owned(),
        time: spaced(time),
        bound: spaced(bound),
        early,
    };
    if first < period.start {
        return Err(out_of_period(first, period.start, true));
    }
    if last > period.end {
        return Err(out_of_period(last, period.end, false));
    }
    let start = (first > period.start).then_some(period.start);
    let end = (last < period.end).then_some(period.end);
    Ok(start.into_iter().chain(end).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Clock, iso};

    const NAN: f64 = f64::NAN;

    fn at(text: &str) -> i64 {
        Clock::utc().parse(text.as_bytes()).unwrap()
    }

    fn run(
        (start, end): (&str, &str),
        minutes: i64,
        rows: &[(&str, f64)],
        method: Method,
    ) -> Result<Resampled, Cause> {
        let series = Series {
            times: rows.iter().map(|(time, _)| at(time)).collect(),
            values: rows.iter().map(|(_, value)| *value).collect(),
        };
        let period = Period {
            start: at(start),
            end: at(end),
        };
        let resolution = Resolution {
            text: format!("{minutes}T"),
            nanoseconds: minutes * 60_000_000_000,
        };
        let is_sorted = series.times.is_sorted();
        // Two rows at a time, as if they were just read.
        let mut resampling = Resampling::new(period, &resolution, &[method]).unwrap();
        for (times, values) in series.times.chunks(2).zip(series.values.chunks(2)) {
            resampling.take(times, values);
        }
        assert_eq!(resampling.is_in_order(), is_sorted);
        let resampled = resample("A", series, period, &resolution, &[method]);
        if is_sorted {
            let bits = |resampled: &Result<Resampled, Cause>| {
                let resampled = resampled.as_ref().map_err(ToString::to_string)?;
                let values = resampled.columns.concat().into_iter();
                Ok::<_, String>((resampled.grid, values.map(f64::to_bits).collect::<Vec<_>>()))
            };
            assert_eq!(bits(&resampling.finish("A")), bits(&resampled));
        }
        resampled
    }

    #[test]
    fn a_row_is_labelled_with_an_end_on_the_grid() {
        let period = ("2020-01-01T00:00Z", "2020-01-01T02:00Z");
        let rows = [("2020-01-01T00:10Z", 1.0), ("2020-01-01T00:09:59.9Z", 3.0)];
        let buckets = run(period, 10, &rows, Method::Mean).unwrap();
        assert_eq!(buckets.columns[0].len(), 13);
        assert_eq!(iso(buckets.grid.label(12)), "2020-01-01T02:00:00Z");
        // A row on an edge belongs to the bucket that starts there.
        assert_eq!(buckets.columns[0][..2], [3.0, 1.0]);
    }

    #[test]
    fn the_grid_starts_at_midnight_and_runs_on_over_the_next() {
        let rows = [("2020-01-01T23:56Z", 1.0)];
        let period = ("2020-01-01T23:50Z", "2020-01-02T00:09Z");
        let buckets = run(period, 7, &rows, Method::Mean).unwrap();
        let labels: Vec<String> = (0..4).map(|at| iso(buckets.grid.label(at))).collect();
        let expect = ["2020-01-01T23:48:00Z", "2020-01-01T23:55:00Z"];
        assert_eq!(labels[..2], expect);
        assert_eq!(labels[2], "2020-01-02T00:02:00Z");

        let rows = [("2020-01-01T00:08Z", 1.0)];
        let period = ("2020-01-01T00:07:30Z", "2020-01-01T00:20Z");
        let buckets = run(period, 15, &rows, Method::Mean).unwrap();
        assert_eq!(iso(buckets.grid.first), "2020-01-01T00:00:00Z");

        // Trap 5: an offset of the dates does not move the grid.
        let rows = [("2019-12-31T18:40Z", 1.0)];
        let period = ("2020-01-01T00:00+05:30", "2020-01-01T01:00+05:30");
        let buckets = run(period, 300, &rows, Method::Mean).unwrap();
        assert_eq!(iso(buckets.grid.first), "2019-12-31T15:00:00Z");
    }

    #[test]
    fn the_rows_of_a_bucket_are_taken_in_time_and_delivery_order() {
        let period = ("2020-01-01T00:00Z", "2020-01-01T00:30Z");
        let rows = [
            ("2020-01-01T00:03Z", 8.0),
            ("2020-01-01T00:02Z", NAN),
            ("2020-01-01T00:01Z", 2.0),
            ("2020-01-01T00:01Z", 4.0),
            ("2020-01-01T00:11Z", NAN),
        ];
        for (method, expect) in [
            (Method::First, [2.0, NAN, NAN, NAN]),
            (Method::Last, [8.0, NAN, NAN, NAN]),
            (Method::Count, [3.0, 0.0, 0.0, 0.0]),
            // Rows without a value count here, as do those added at both ends.
            (Method::Size, [5.0, 1.0, 0.0, 1.0]),
        ] {
            let buckets = run(period, 10, &rows, method).unwrap();
            let bits = |values: &[f64]| {
                values
                    .iter()
                    .map(|value| value.to_bits())
                    .collect::<Vec<_>>()
            };
            assert_eq!(bits(&buckets.columns[0]), bits(&expect), "{method:?}");
        }
    }

    #[test]
    fn no_rows_are_missing_rows() {
        let period = ("2020-01-01T00:00Z", "2020-01-01T00:30Z");
        let error = run(period, 10, &[], Method::Mean).unwrap_err();
        assert_eq!(error.code(), "dataset::missing_series");
        // As many buckets as rows: none is left when the last is full.
        let rows = [
            ("2020-01-01T00:00Z", 1.0),
            ("2020-01-01T00:10Z", 2.0),
            ("2020-01-01T00:20Z", NAN),
            ("2020-01-01T00:30Z", 4.0),
        ];
        let buckets = run(period, 10, &rows, Method::Max).unwrap();
        assert_eq!(buckets.columns[0][3..], [4.0]);
        let buckets = run(period, 10, &rows, Method::Size).unwrap();
        assert_eq!(buckets.columns[0], [1.0; 4]);
    }

    #[test]
    fn rows_at_the_ends_of_the_period_make_adding_some_needless() {
        let period = ("2020-01-01T00:00Z", "2020-01-01T00:10Z");
        let rows = [("2020-01-01T00:00Z", 1.0), ("2020-01-01T00:10Z", NAN)];
        let buckets = run(period, 10, &rows, Method::Size).unwrap();
        assert_eq!(buckets.columns[0], [1.0, 1.0]);
    }

    #[test]
    fn rows_from_outside_the_period_are_refused() {
        let period = ("2022-01-01T00:00Z", "2022-01-01T02:00Z");
        let rows = [("2021-12-31T23:50Z", 1.0)];
        let error = run(period, 10, &rows, Method::Mean).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`A` has a reading at 2021-12-31 23:50:00+00:00, before the training period's 2022-01-01 00:00:00+00:00"
        );
        // In the middle they go unnoticed, as with Gordo, and widen the grid.
        let rows = [
            ("2022-01-01T00:00Z", 1.0),
            ("2021-12-31T23:50Z", 1.0),
            ("2022-01-01T00:00Z", 1.0),
        ];
        let buckets = run(period, 10, &rows, Method::Mean).unwrap();
        assert_eq!(iso(buckets.grid.first), "2021-12-31T23:50:00Z");
    }

    #[test]
    fn a_resolution_far_too_fine_is_refused() {
        let resolution = Resolution {
            text: "1N".into(),
            nanoseconds: 1,
        };
        let period = Period {
            start: 0,
            end: 86_400_000_000_000,
        };
        let series = Series {
            times: vec![0],
            values: vec![0.0],
        };
        let error = resample("A", series, period, &resolution, &[Method::Mean]).unwrap_err();
        assert_eq!(error.code(), "dataset::too_many_buckets");
    }
}
