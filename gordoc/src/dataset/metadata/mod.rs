//! What is recorded of a dataset, in Gordo's form.

mod histogram;
mod statistics;

pub(crate) use statistics::{quantile, summary};

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::error::Cause;
use super::grid::Labels;
use super::{Column, Dataset};
use crate::project::{Period, Tag};
use crate::time::spaced;

/// Label gaps of one tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gaps {
    /// What is before and what is after each, nanoseconds since 1970 UTC.
    pub(crate) bounds: Vec<(i64, i64)>,
}

impl Gaps {
    /// Neighbours more than `width` apart among labels and both ends of the period.
    ///
    /// The labels are given by the first and last of each stretch in which they are no further
    /// apart than that.
    pub(crate) fn find(stretches: &[(i64, i64)], period: Period, width: i64) -> Self {
        let mut gaps = Self::default();
        let mut ends = [period.start, period.end].into_iter().peekable();
        let mut last = None;
        let mut reach = |first: i64, until: i64| {
            if let Some(last) = last.filter(|last| first - last > width) {
                gaps.bounds.push((last, first));
            }
            last = Some(until);
        };
        for (first, until) in stretches {
            while let Some(end) = ends.next_if(|end| end < first) {
                reach(end, end);
            }
            reach(*first, *until);
            // Within a stretch an end changes nothing.
            while ends.next_if(|end| end <= until).is_some() {}
        }
        for end in ends {
            reach(end, end);
        }
        gaps
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }
}

/// What is recorded of a tag's way from delivery to labels.
pub(crate) fn of_tag(original_length: usize, labels: &Labels, gaps: &Gaps) -> Value {
    let mut entry = Map::new();
    entry.insert("original_length".into(), json!(original_length));
    entry.insert("resampled_length".into(), json!(labels.len()));
    let stretches = labels.stretches();
    if let (Some((first, _)), Some((_, last))) = (stretches.first(), stretches.last()) {
        entry.insert("first_timestamp".into(), json!(seconds(*first)));
        entry.insert("last_timestamp".into(), json!(seconds(*last)));
        let gaps = if gaps.is_empty() {
            json!({})
        } else {
            let bounds = gaps.bounds.iter();
            let (start, end): (Vec<f64>, Vec<f64>) = bounds
                .map(|(start, end)| (seconds(*start), seconds(*end)))
                .unzip();
            json!({ "start": start, "end": end })
        };
        entry.insert("gaps".into(), gaps);
    }
    entry.into()
}

/// A tag as Gordo writes it: the name first, then the fields.
pub(crate) fn tag_document(tag: &Tag) -> Value {
    let mut document = Map::new();
    document.insert("name".into(), json!(tag.name));
    document.extend(tag.fields.clone());
    document.into()
}

/// What was recorded on the way to a dataset.
pub(crate) struct Recorded<'a> {
    /// Tags that the row filter names.
    pub(crate) row_filter_tags: &'a [String],
    /// What was recorded of the tags.
    pub(crate) loading: Map<String, Value>,
    /// Periods that were dropped, if any were looked for.
    pub(crate) filtered_periods: Option<Value>,
}

/// The whole of a dataset's metadata.
pub(crate) fn of_dataset(dataset: &Dataset, recorded: Recorded<'_>) -> Result<Value, Cause> {
    let mut metadata = Map::new();
    metadata.insert("row_filter_tags".into(), json!(recorded.row_filter_tags));
    metadata.insert("tag_loading_metadata".into(), recorded.loading.into());
    if let Some(periods) = recorded.filtered_periods {
        metadata.insert("filtered_periods".into(), periods);
    }
    let has_values = dataset
        .x
        .columns()
        .any(|(_, values)| values.iter().any(|value| !value.is_nan()));
    if let (true, Some(first), Some(last)) =
        (has_values, dataset.times.first(), dataset.times.last())
    {
        metadata.insert("train_start_date_actual".into(), json!(spaced(*first)));
        metadata.insert("train_end_date_actual".into(), json!(spaced(*last)));
    }
    let mut summaries = Map::new();
    let mut histograms = Map::new();
    let columns: Vec<(&Column, &[f64])> = dataset.x.columns().collect();
    let columns = columns.into_par_iter().map(of_column);
    for column in columns.collect::<Vec<_>>() {
        let (key, summary, histogram) = column?;
        summaries.insert(key.clone(), summary);
        histograms.insert(key, histogram);
    }
    metadata.insert("summary_statistics".into(), summaries.into());
    metadata.insert("x_hist".into(), histograms.into());
    Ok(metadata.into())
}

/// Key, summary and histogram of a column.
fn of_column((column, values): (&Column, &[f64])) -> Result<(String, Value, Value), Cause> {
    let present = values.iter().copied().filter(|value| !value.is_nan());
    let values: Vec<f64> = present.collect();
    if values.iter().any(|value| value.is_infinite()) {
        let tag = column.to_string();
        return Err(Cause::Infinite { tag });
    }
    let histogram = json!(histogram::histogram(&values));
    Ok((column.key(), statistics::summary(&values), histogram))
}

fn seconds(time: i64) -> f64 {
    time as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::super::grid::Grid;
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[track_caller]
    fn check(stretches: &[(i64, i64)], (start, end): (i64, i64), expect: &[(i64, i64)]) {
        let nanoseconds = |pairs: &[(i64, i64)]| -> Vec<(i64, i64)> {
            let pairs = pairs.iter();
            pairs
                .map(|(first, last)| (first * SECOND, last * SECOND))
                .collect()
        };
        let period = Period {
            start: start * SECOND,
            end: end * SECOND,
        };
        let gaps = Gaps::find(&nanoseconds(stretches), period, 10 * SECOND);
        assert_eq!(gaps.bounds, nanoseconds(expect));
    }

    #[test]
    fn gaps_count_the_exact_ends_of_the_period() {
        // Trap 19.
        check(&[(20, 30), (90, 90)], (3, 100), &[(3, 20), (30, 90)]);
        // A label before the start, and neighbours exactly as far apart as a row is wide.
        check(&[(0, 10)], (1, 20), &[]);
        check(&[(0, 10)], (1, 21), &[(10, 21)]);
        // Labels may reach far beyond the period, also apart from it.
        check(&[(-100, 200)], (1, 100), &[]);
        check(
            &[(-100, -50), (150, 200)],
            (1, 90),
            &[(-50, 1), (1, 90), (90, 150)],
        );
        check(&[(-100, 1), (90, 200)], (1, 90), &[(1, 90)]);
        check(&[], (1, 90), &[(1, 90)]);
    }

    #[test]
    fn what_is_recorded_of_a_tag() {
        let grid = Grid {
            first: 20 * SECOND,
            width: 10 * SECOND,
            n_buckets: 2,
        };
        let labels = Labels::new(grid, [true, true].into_iter());
        let bounds = vec![(3 * SECOND, 20 * SECOND)];
        let entry = of_tag(3, &labels, &Gaps { bounds });
        assert_eq!(
            entry,
            json!({
                "original_length": 3,
                "resampled_length": 2,
                "first_timestamp": 20.0,
                "last_timestamp": 30.0,
                "gaps": { "start": [3.0], "end": [20.0] },
            })
        );
        // Without rows there are no times.
        let labels = Labels::new(grid, [false, false].into_iter());
        let entry = of_tag(3, &labels, &Gaps::default());
        assert_eq!(
            entry,
            json!({ "original_length": 3, "resampled_length": 0 })
        );
    }
}
