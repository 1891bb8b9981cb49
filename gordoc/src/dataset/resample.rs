//! One series onto the grid of its dataset: buckets closed left and labelled by their left edge.
//!
//! The grid is counted from midnight UTC of the first day and never restarts.

use super::error::Cause;
use super::provider::Series;
use super::time::{DAY, spaced};
use crate::project::{Period, Resolution};

/// More rows than this are a mistake in the resolution, not a dataset.
const MOST_BUCKETS: u64 = 1 << 26;

/// How the readings of a bucket become one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregation {
    Mean,
    Min,
    Max,
    Median,
    First,
    Last,
    Sum,
    Count,
    Std,
    Var,
}

/// A value per bucket, NaN where there is none; labels are evenly spaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resampled {
    /// Label of the first bucket.
    pub(crate) first: i64,
    /// Bucket width.
    pub(crate) width: i64,
    /// Values in bucket order.
    pub(crate) values: Vec<f64>,
}

impl Resampled {
    /// Label of the bucket at a position.
    pub(crate) fn label(&self, position: usize) -> i64 {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        self.first + position * self.width
    }
}

impl Aggregation {
    /// The method of this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Some(match name {
            "mean" => Self::Mean,
            "min" => Self::Min,
            "max" => Self::Max,
            "median" => Self::Median,
            "first" => Self::First,
            "last" => Self::Last,
            "sum" => Self::Sum,
            "count" => Self::Count,
            "std" => Self::Std,
            "var" => Self::Var,
            _ => return None,
        })
    }

    /// One value of a bucket's readings, none of them NaN, in time order.
    fn apply(self, values: &[f64]) -> f64 {
        match self {
            Self::Sum => sum(values),
            Self::Count => values.len() as f64,
            _ if values.is_empty() => f64::NAN,
            Self::Mean => sum(values) / values.len() as f64,
            Self::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Median => median(values),
            Self::First => values[0],
            Self::Last => values[values.len() - 1],
            Self::Std => variance(values).sqrt(),
            Self::Var => variance(values),
        }
    }
}

/// Buckets of `series`, which must have rows, over the whole period.
///
/// Missing ends of the period are added as rows without a value, so that the grid covers it.
pub(crate) fn resample(
    tag: &str,
    series: Series,
    period: Period,
    resolution: &Resolution,
    aggregation: Aggregation,
) -> Result<Resampled, Cause> {
    let rows = complete(tag, series, period)?;
    let width = resolution.nanoseconds;
    let (Some(&(first, _)), Some(&(last, _))) = (rows.first(), rows.last()) else {
        return Err(Cause::MissingSeries {
            tags: vec![tag.to_owned()],
        });
    };
    let origin = first.div_euclid(DAY) * DAY;
    let bucket = |time: i64| time.saturating_sub(origin) / width;
    let n_buckets = (bucket(last) - bucket(first)).unsigned_abs() + 1;
    if n_buckets > MOST_BUCKETS {
        return Err(Cause::TooManyBuckets {
            tag: tag.to_owned(),
            resolution: resolution.text.clone(),
            buckets: n_buckets,
            most: MOST_BUCKETS,
        });
    }
    let mut values = Vec::with_capacity(usize::try_from(n_buckets).unwrap_or(0));
    let mut bucket_values = Vec::new();
    let mut rows = rows.into_iter().peekable();
    for number in bucket(first)..=bucket(last) {
        bucket_values.clear();
        while let Some((_, value)) = rows.next_if(|(time, _)| bucket(*time) == number) {
            if !value.is_nan() {
                bucket_values.push(value);
            }
        }
        values.push(aggregation.apply(&bucket_values));
    }
    Ok(Resampled {
        first: origin + bucket(first) * width,
        width,
        values,
    })
}

/// Rows in time order with a row at both ends of the period.
///
/// As the peer does, only the first and the last row *as delivered* are held against it.
fn complete(tag: &str, series: Series, period: Period) -> Result<Vec<(i64, f64)>, Cause> {
    let out_of_period = |time: i64, bound: i64, early: bool| Cause::OutOfPeriod {
        tag: tag.to_owned(),
        time: spaced(time),
        bound: spaced(bound),
        early,
    };
    let first = series.times.first().copied().unwrap_or(period.end);
    let last = series.times.last().copied().unwrap_or(period.start);
    if first < period.start {
        return Err(out_of_period(first, period.start, true));
    }
    if last > period.end {
        return Err(out_of_period(last, period.end, false));
    }
    let mut rows = Vec::with_capacity(series.times.len() + 2);
    if first > period.start {
        rows.push((period.start, f64::NAN));
    }
    rows.extend(series.times.into_iter().zip(series.values));
    if last < period.end {
        rows.push((period.end, f64::NAN));
    }
    rows.sort_by_key(|(time, _)| *time);
    Ok(rows)
}

/// A sum that carries what each addition lost, as the peer's does.
pub(crate) fn sum(values: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for value in values {
        let term = value - lost;
        let next = sum + term;
        lost = (next - sum) - term;
        if lost.is_nan() {
            // Infinities lose nothing.
            lost = 0.0;
        }
        sum = next;
    }
    sum
}

/// Sample variance (divisor n - 1); NaN for a single value.
pub(crate) fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = sum(values) / values.len() as f64;
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    sum(&squares) / (values.len() - 1) as f64
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        return sorted[middle];
    }
    f64::midpoint(sorted[middle - 1], sorted[middle])
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
        aggregation: Aggregation,
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
        resample("A", series, period, &resolution, aggregation)
    }

    #[test]
    fn a_row_is_labelled_with_an_end_on_the_grid() {
        let period = ("2020-01-01T00:00Z", "2020-01-01T02:00Z");
        let rows = [("2020-01-01T00:10Z", 1.0), ("2020-01-01T00:09:59.9Z", 3.0)];
        let buckets = run(period, 10, &rows, Aggregation::Mean).unwrap();
        assert_eq!(buckets.values.len(), 13);
        assert_eq!(iso(buckets.label(12)), "2020-01-01T02:00:00Z");
        // A row on an edge belongs to the bucket that starts there.
        assert_eq!(buckets.values[..2], [3.0, 1.0]);
    }

    #[test]
    fn the_grid_starts_at_midnight_and_runs_on_over_the_next() {
        let rows = [("2020-01-01T23:56Z", 1.0)];
        let period = ("2020-01-01T23:50Z", "2020-01-02T00:09Z");
        let buckets = run(period, 7, &rows, Aggregation::Mean).unwrap();
        let labels: Vec<String> = (0..4).map(|at| iso(buckets.label(at))).collect();
        let expect = ["2020-01-01T23:48:00Z", "2020-01-01T23:55:00Z"];
        assert_eq!(labels[..2], expect);
        assert_eq!(labels[2], "2020-01-02T00:02:00Z");

        let rows = [("2020-01-01T00:08Z", 1.0)];
        let period = ("2020-01-01T00:07:30Z", "2020-01-01T00:20Z");
        let buckets = run(period, 15, &rows, Aggregation::Mean).unwrap();
        assert_eq!(iso(buckets.first), "2020-01-01T00:00:00Z");

        // Trap 5: an offset of the dates does not move the grid.
        let rows = [("2019-12-31T18:40Z", 1.0)];
        let period = ("2020-01-01T00:00+05:30", "2020-01-01T01:00+05:30");
        let buckets = run(period, 300, &rows, Aggregation::Mean).unwrap();
        assert_eq!(iso(buckets.first), "2019-12-31T15:00:00Z");
    }

    #[test]
    fn aggregations_of_an_empty_and_a_full_bucket() {
        let period = ("2020-01-01T00:00Z", "2020-01-01T00:10Z");
        let rows = [
            ("2020-01-01T00:03Z", 8.0),
            ("2020-01-01T00:02Z", NAN),
            ("2020-01-01T00:01Z", 2.0),
            ("2020-01-01T00:01Z", 4.0),
            ("2020-01-01T00:01Z", 6.0),
        ];
        for (name, full, empty) in [
            ("mean", 5.0, NAN),
            ("min", 2.0, NAN),
            ("max", 8.0, NAN),
            ("median", 5.0, NAN),
            ("first", 2.0, NAN),
            ("last", 8.0, NAN),
            ("sum", 20.0, 0.0),
            ("count", 4.0, 0.0),
            ("var", 20.0 / 3.0, NAN),
            ("std", (20.0_f64 / 3.0).sqrt(), NAN),
        ] {
            let buckets = run(period, 10, &rows, Aggregation::find(name).unwrap()).unwrap();
            assert_eq!(buckets.values[..1], [full], "{name}");
            // Both sides may be NaN.
            assert_eq!(buckets.values[1].to_bits(), empty.to_bits(), "{name}");
        }
        assert_eq!(Aggregation::find("Mean"), None);
        assert!(variance(&[1.0]).is_nan());
    }

    #[test]
    fn rows_from_outside_the_period_are_refused() {
        let period = ("2022-01-01T00:00Z", "2022-01-01T02:00Z");
        let rows = [("2021-12-31T23:50Z", 1.0)];
        let error = run(period, 10, &rows, Aggregation::Mean).unwrap_err();
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
        let buckets = run(period, 10, &rows, Aggregation::Mean).unwrap();
        assert_eq!(iso(buckets.first), "2021-12-31T23:50:00Z");
    }

    #[test]
    fn a_resolution_far_too_fine_is_refused() {
        let resolution = Resolution {
            text: "1N".into(),
            nanoseconds: 1,
        };
        let period = Period { start: 0, end: DAY };
        let series = Series {
            times: vec![0],
            values: vec![0.0],
        };
        let error = resample("A", series, period, &resolution, Aggregation::Mean).unwrap_err();
        assert_eq!(error.code(), "dataset::too_many_buckets");
    }
}
