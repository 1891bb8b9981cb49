//! One series onto the grid of its dataset: buckets closed left and labelled by their left edge.
//!
//! The grid is counted from midnight UTC of the first day and never restarts.

use super::aggregate::Bucket;
use super::error::Cause;
use super::grid::Grid;
use super::provider::Series;
use super::time::spaced;
use crate::project::{Method, Period, Resolution};

/// Values per bucket, NaN where there are none: one column per method.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resampled {
    /// The buckets.
    pub(crate) grid: Grid,
    /// Values in bucket order.
    pub(crate) columns: Vec<Vec<f64>>,
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
    let added = missing_ends(tag, &series, period)?;
    series.sort();
    let delivered = [series.times.first(), series.times.last()];
    let times = || added.iter().chain(delivered.into_iter().flatten()).copied();
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return Err(Cause::MissingSeries {
            tags: vec![tag.to_owned()],
        });
    };
    let grid = Grid::over(tag, first, last, resolution)?;
    let mut columns = vec![Vec::with_capacity(grid.n_buckets); methods.len()];
    let mut bucket = Bucket::default();
    let mut rows = series.times.iter().zip(&series.values).peekable();
    for position in 0..grid.n_buckets {
        let end = grid.label(position + 1);
        bucket.clear();
        while let Some((_, value)) = rows.next_if(|(time, _)| **time < end) {
            bucket.push(*value);
        }
        for (column, method) in columns.iter_mut().zip(methods) {
            column.push(bucket.value(*method));
        }
    }
    for (column, _) in columns
        .iter_mut()
        .zip(methods)
        .filter(|(_, method)| **method == Method::Size)
    {
        for time in &added {
            column[grid.position(*time)] += 1.0;
        }
    }
    Ok(Resampled { grid, columns })
}

/// The ends of the period before the first and after the last row.
///
/// As the peer does, only the first and the last row *as delivered* are held against it.
fn missing_ends(tag: &str, series: &Series, period: Period) -> Result<Vec<i64>, Cause> {
    let out_of_period = |time: i64, bound: i64, early: bool| Cause::OutOfPeriod {
        tag: tag.to_owned(),
        time: spaced(time),
        bound: spaced(bound),
        early,
    };
    let (Some(&first), Some(&last)) = (series.times.first(), series.times.last()) else {
        return Ok(Vec::new());
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
    use super::super::time::{Clock, iso};
    use super::*;

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
        resample("A", series, period, &resolution, &[method])
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
        // In the middle they go unnoticed, as with the peer, and widen the grid.
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
