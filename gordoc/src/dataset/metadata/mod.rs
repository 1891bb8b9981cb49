//! What is recorded of a dataset, in the peer's form.

mod histogram;
mod statistics;

pub(crate) use statistics::quantile;

use serde_json::{Map, Value, json};

use super::error::Cause;
use super::provider::Series;
use super::time::spaced;
use super::{Dataset, Table};
use crate::project::{Period, Tag};

/// Label gaps of one tag, seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gaps {
    start: Vec<f64>,
    end: Vec<f64>,
}

impl Gaps {
    /// Neighbours more than `width` apart among the labels and both ends of the period.
    pub(crate) fn find(labels: &[i64], period: Period, width: i64) -> Self {
        let mut times = Vec::with_capacity(labels.len() + 2);
        times.extend([period.start, period.end]);
        times.extend(labels);
        times.sort_unstable();
        let mut gaps = Self::default();
        for pair in times.windows(2).filter(|pair| pair[1] - pair[0] > width) {
            gaps.start.push(seconds(pair[0]));
            gaps.end.push(seconds(pair[1]));
        }
        gaps
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.start.is_empty()
    }
}

/// What is recorded of a tag's way from delivery to labels.
pub(crate) fn of_tag(original_length: usize, series: &Series, gaps: &Gaps) -> Value {
    let mut entry = Map::new();
    entry.insert("original_length".into(), json!(original_length));
    entry.insert("resampled_length".into(), json!(series.times.len()));
    if let (Some(first), Some(last)) = (series.times.first(), series.times.last()) {
        entry.insert("first_timestamp".into(), json!(seconds(*first)));
        entry.insert("last_timestamp".into(), json!(seconds(*last)));
        let gaps = if gaps.is_empty() {
            json!({})
        } else {
            json!({ "start": gaps.start, "end": gaps.end })
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

/// The whole of a dataset's metadata; `loading` is what the tags recorded.
pub(crate) fn of_dataset(
    dataset: &Dataset,
    loading: Map<String, Value>,
    provider: Map<String, Value>,
) -> Result<Value, Cause> {
    let mut metadata = Map::new();
    metadata.insert("row_filter_tags".into(), json!([]));
    metadata.insert("tag_loading_metadata".into(), loading.into());
    if let (Some(first), Some(last)) = (dataset.times.first(), dataset.times.last()) {
        metadata.insert("train_start_date_actual".into(), json!(spaced(*first)));
        metadata.insert("train_end_date_actual".into(), json!(spaced(*last)));
    }
    let mut summaries = Map::new();
    let mut histograms = Map::new();
    for (at, column) in dataset.x.columns.iter().enumerate() {
        let values = column_values(&dataset.x, at);
        if values.iter().any(|value| value.is_infinite()) {
            let tag = column.clone();
            return Err(Cause::Infinite { tag });
        }
        summaries.insert(column.clone(), statistics::summary(&values));
        histograms.insert(column.clone(), json!(histogram::histogram(&values)));
    }
    metadata.insert("summary_statistics".into(), summaries.into());
    metadata.insert("x_hist".into(), histograms.into());
    if !provider.is_empty() {
        metadata.insert("data_provider".into(), provider.into());
    }
    Ok(metadata.into())
}

/// A column's values without NaN.
fn column_values(table: &Table, at: usize) -> Vec<f64> {
    let values = table.values.iter().skip(at).step_by(table.columns.len());
    values.copied().filter(|value| !value.is_nan()).collect()
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
        assert_eq!(gaps.start, [3.0, 30.0]);
        assert_eq!(gaps.end, [20.0, 90.0]);
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
        let entry = of_tag(3, &Series::default(), &Gaps::default());
        assert_eq!(
            entry,
            json!({ "original_length": 3, "resampled_length": 0 })
        );
    }
}
