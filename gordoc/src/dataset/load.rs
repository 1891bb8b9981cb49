//! The order of work: read, resample, fill, join, check, describe.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::error::{Cause, Error};
use super::join::{Joined, join, join_raw};
use super::metadata::{self, Gaps};
use super::provider::{self, Delivery, Request, Series};
use super::resample::{Aggregation, Resampled, resample};
use super::{Dataset, Table, interpolate, look_back};
use crate::project::{self, Resolution, Tag};
use crate::source::Spanned;

/// Reads and prepares the rows of a machine.
///
/// Relative paths of providers start at `base`; `seed` decides random series.
pub fn load(config: &project::Dataset, base: &Path, seed: u64) -> Result<Dataset, Error> {
    let tags = tags_to_load(config)?;
    let names: Vec<&str> = tags.keys().copied().collect();
    let mut provider = provider::open(&config.provider, base, seed);
    let limit = config.interpolation_limit.as_ref();
    let look_back_from = limit
        .filter(|_| config.resolution.is_some())
        .map(|limit| config.period.start.saturating_sub(limit.value.nanoseconds));
    let deliveries = provider.load(&Request {
        period: config.period,
        tags: &names,
        look_back_from,
    })?;

    let mut loading = Map::new();
    let mut gaps = Vec::new();
    let joined = match &config.resolution {
        Some(resolution) => {
            let resampler = Resampler::new(config, resolution)?;
            require_rows(config, &tags, &deliveries)?;
            let mut series = IndexMap::with_capacity(deliveries.len());
            for delivery in deliveries {
                let tag = delivery.tag.clone();
                let prepared = resampler.prepare(delivery)?;
                if !prepared.gaps.is_empty() && !prepared.series.times.is_empty() {
                    gaps.push(tag.clone());
                }
                loading.insert(tag.clone(), prepared.metadata);
                series.insert(tag, prepared.series);
            }
            let empty = emptied(&series);
            let joined = join(series);
            let length = json!(joined.times.len());
            let lengths = json!({ "joined_length": length, "dropped_na_length": length });
            loading.insert("aggregate_metadata".into(), lengths);
            check_threshold(config, &joined, empty)?;
            joined
        }
        None => {
            let series = deliveries.into_iter();
            let series = series.map(|delivery| (delivery.tag, delivery.series));
            let joined = join_raw(series.collect()).map_err(|cause| cause.at(config.span))?;
            check_threshold(config, &joined, Vec::new())?;
            joined
        }
    };
    loading.insert("tags".into(), tag_documents(&joined, &tags));

    let mut dataset = Dataset {
        x: table(&joined, &config.tags),
        y: table(&joined, &config.target_tags),
        times: joined.times,
        metadata: Value::Null,
        gaps,
    };
    dataset.metadata = metadata::of_dataset(&dataset, loading, provider.metadata())
        .map_err(|cause| cause.at(config.provider.span))?;
    Ok(dataset)
}

/// Names in loading order: inputs, then the targets that are not inputs.
fn tags_to_load(config: &project::Dataset) -> Result<IndexMap<&str, &Spanned<Tag>>, Error> {
    let mut tags: IndexMap<&str, &Spanned<Tag>> = IndexMap::new();
    for tag in &config.tags {
        if tags.insert(&tag.value.name, tag).is_some() {
            let cause = Cause::RepeatedTag {
                tag: tag.value.name.clone(),
            };
            return Err(cause.at(tag.span));
        }
    }
    for target in &config.target_tags {
        let known = tags.entry(&target.value.name).or_insert(target);
        // The order of fields is irrelevant.
        let fields = |tag: &Spanned<Tag>| -> BTreeMap<String, Value> {
            tag.value.fields.clone().into_iter().collect()
        };
        if fields(known) != fields(target) {
            let cause = Cause::ConflictingTags {
                tag: target.value.name.clone(),
            };
            return Err(cause.at(target.span));
        }
    }
    Ok(tags)
}

/// Fails naming every tag without rows, at the place of the first.
fn require_rows(
    config: &project::Dataset,
    tags: &IndexMap<&str, &Spanned<Tag>>,
    deliveries: &[Delivery],
) -> Result<(), Error> {
    let missing: Vec<String> = deliveries
        .iter()
        .filter(|delivery| delivery.series.times.is_empty())
        .map(|delivery| delivery.tag.clone())
        .collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    let span = tags.get(first.as_str()).map_or(config.span, |tag| tag.span);
    Err(Cause::MissingSeries { tags: missing }.at(span))
}

fn check_threshold(
    config: &project::Dataset,
    joined: &Joined,
    empty: Vec<String>,
) -> Result<(), Error> {
    let (rows, threshold) = (joined.times.len(), config.n_samples_threshold);
    if rows > threshold {
        return Ok(());
    }
    let cause = Cause::EmptyGenerated {
        rows,
        threshold,
        empty,
    };
    Err(cause.at(config.span))
}

fn emptied(series: &IndexMap<String, Series>) -> Vec<String> {
    let empty = series.iter().filter(|(_, one)| one.times.is_empty());
    empty.map(|(tag, _)| tag.clone()).collect()
}

fn tag_documents(joined: &Joined, tags: &IndexMap<&str, &Spanned<Tag>>) -> Value {
    let names = joined.columns.keys();
    names
        .filter_map(|name| tags.get(name.as_str()))
        .map(|tag| (tag.value.name.clone(), metadata::tag_document(&tag.value)))
        .collect::<Map<_, _>>()
        .into()
}

fn table(joined: &Joined, tags: &[Spanned<Tag>]) -> Table {
    let columns: Vec<String> = tags.iter().map(|tag| tag.value.name.clone()).collect();
    let series: Vec<&[f64]> = columns
        .iter()
        .map(|column| joined.columns.get(column).map_or(&[][..], Vec::as_slice))
        .collect();
    let rows = 0..joined.times.len();
    let values = rows
        .flat_map(|row| series.iter().map(move |values| values.get(row).copied()))
        .map(|value| value.unwrap_or(f64::NAN))
        .collect();
    Table { columns, values }
}

/// What is done to every series, decided once.
struct Resampler<'a> {
    config: &'a project::Dataset,
    resolution: &'a Spanned<Resolution>,
    aggregation: Aggregation,
    n_buckets: usize,
}

/// A series on its grid.
struct Prepared {
    series: Series,
    gaps: Gaps,
    metadata: Value,
}

impl<'a> Resampler<'a> {
    fn new(
        config: &'a project::Dataset,
        resolution: &'a Spanned<Resolution>,
    ) -> Result<Self, Error> {
        let name = &config.aggregation;
        let aggregation = Aggregation::find(&name.value).ok_or_else(|| {
            let name_text = name.value.clone();
            Cause::UnknownAggregation { name: name_text }.at(name.span)
        })?;
        let limit = config.interpolation_limit.as_ref();
        let n_buckets = interpolate::n_buckets(limit.map(|limit| &limit.value), &resolution.value)
            .map_err(|cause| cause.at(limit.map_or(config.span, |limit| limit.span)))?;
        Ok(Self {
            config,
            resolution,
            aggregation,
            n_buckets,
        })
    }

    fn prepare(&self, delivery: Delivery) -> Result<Prepared, Error> {
        let period = self.config.period;
        let resolution = &self.resolution.value;
        let original_length = delivery.series.times.len();
        let resampled = resample(
            &delivery.tag,
            delivery.series,
            period,
            resolution,
            self.aggregation,
        );
        let mut buckets = resampled.map_err(|cause| match cause {
            Cause::OutOfPeriod { .. } => cause.at(self.config.provider.span),
            _ => cause.at(self.resolution.span),
        })?;
        let method = self.config.interpolation;
        interpolate::interpolate(&mut buckets.values, method, self.n_buckets);
        let limit = self.config.interpolation_limit.as_ref();
        if let (Some(earlier), Some(limit)) = (delivery.earlier, limit) {
            let limit = limit.value.nanoseconds;
            look_back::look_back(&mut buckets, earlier, limit, period);
        }
        let series = drop_missing(&buckets);
        let gaps = Gaps::find(&series.times, period, resolution.nanoseconds);
        let metadata = metadata::of_tag(original_length, &series, &gaps);
        Ok(Prepared {
            series,
            gaps,
            metadata,
        })
    }
}

/// Labels that have a value.
fn drop_missing(buckets: &Resampled) -> Series {
    let rows = buckets.values.iter().enumerate();
    let (times, values) = rows
        .filter(|(_, value)| !value.is_nan())
        .map(|(at, value)| (buckets.label(at), *value))
        .unzip();
    Series { times, values }
}
