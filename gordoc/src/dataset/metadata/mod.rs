//! What is recorded of a dataset, in the peer's form.

mod histogram;
mod statistics;

pub(crate) use statistics::{quantile, summary};

use serde_json::{Map, Value, json};

use super::Dataset;
use super::error::Cause;
use super::time::spaced;
use crate::project::{Period, Tag};

/// Label gaps of one tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gaps {
    /// What is before and what is after each, nanoseconds since 1970 UTC.
    pub(crate) bounds: Vec<(i64, i64)>,
}

impl Gaps {
    /// Neighbours more than `width` apart among the ascending labels and both ends of the
    /// period.
    pub(crate) fn find(labels: &[i64], period: Period, width: i64) -> Self {
        let before = labels.partition_point(|label| *label < period.start);
        let within = labels.partition_point(|label| *label <= period.end);
        let times = labels[..before]
            .iter()
            .chain([&period.start])
            .chain(&labels[before..within])
            .chain([&period.end])
            .chain(&labels[within..]);
        let neighbours = std::iter::zip(times.clone(), times.skip(1));
        let bounds = neighbours.map(|(start, end)| (*start, *end));
        Self {
            bounds: bounds.filter(|(start, end)| end - start > width).collect(),
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }
}

/// What is recorded of a tag's way from delivery to labels.
pub(crate) fn of_tag(original_length: usize, labels: &[i64], gaps: &Gaps) -> Value {
    let mut entry = Map::new();
    entry.insert("original_length".into(), json!(original_length));
    entry.insert("resampled_length".into(), json!(labels.len()));
    if let (Some(first), Some(last)) = (labels.first(), labels.last()) {
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

/// A tag as the peer writes it: the name first, then the fields.
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
    /// What the provider tells of itself.
    pub(crate) provider: Map<String, Value>,
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
    for (column, values) in dataset.x.columns() {
        let present = values.iter().copied().filter(|value| !value.is_nan());
        let values: Vec<f64> = present.collect();
        if values.iter().any(|value| value.is_infinite()) {
            let tag = column.to_string();
            return Err(Cause::Infinite { tag });
        }
        summaries.insert(column.key(), statistics::summary(&values));
        histograms.insert(column.key(), json!(histogram::histogram(&values)));
    }
    metadata.insert("summary_statistics".into(), summaries.into());
    metadata.insert("x_hist".into(), histograms.into());
    if !recorded.provider.is_empty() {
        metadata.insert("data_provider".into(), recorded.provider.into());
    }
    Ok(metadata.into())
}

fn seconds(time: i64) -> f64 {
    time as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_count_the_exact_ends_of_the_period() {
        let period = Period {
            start: 3_000_000_000,
            end: 100_000_000_000,
        };
        let second = 1_000_000_000;
        let gaps = Gaps::find(
            &[20 * second, 30 * second, 90 * second],
            period,
            10 * second,
        );
        let bounds = [(3, 20), (30, 90)].map(|(start, end)| (start * second, end * second));
        assert_eq!(gaps.bounds, bounds);
        let recorded = of_tag(3, &[20 * second, 90 * second], &gaps);
        let expect = json!({ "start": [3.0, 30.0], "end": [20.0, 90.0] });
        assert_eq!(recorded["gaps"], expect);
        // A label before the start, and neighbours exactly as far apart as a row is wide.
        let gaps = Gaps::find(
            &[0, 10 * second],
            Period {
                start: second,
                end: 20 * second,
            },
            10 * second,
        );
        assert!(gaps.is_empty());
    }

    #[test]
    fn a_tag_without_rows_has_no_times() {
        let entry = of_tag(3, &[], &Gaps::default());
        assert_eq!(
            entry,
            json!({ "original_length": 3, "resampled_length": 0 })
        );
    }
}
