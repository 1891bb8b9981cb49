//! One delivered series to its labels: resampled, filled, and rid of what is still missing.
//!
//! Knows nothing of the other tags.

use serde_json::Value;

use super::error::{Cause, Error};
use super::metadata::{self, Gaps};
use super::provider::{Delivery, Series};
use super::resample::{Aggregation, Resampled, resample};
use super::{interpolate, look_back};
use crate::project::{self, Resolution};
use crate::source::Spanned;

/// What is done to every series, decided once.
pub(crate) struct Preparer<'a> {
    config: &'a project::Dataset,
    resolution: &'a Spanned<Resolution>,
    aggregation: Aggregation,
    n_buckets: usize,
}

/// A series on its grid.
pub(crate) struct Prepared {
    /// Labels and values.
    pub(crate) series: Series,
    /// Where labels are missing.
    pub(crate) gaps: Gaps,
    /// What is recorded of the tag.
    pub(crate) metadata: Value,
}

impl<'a> Preparer<'a> {
    /// Judges what the config asks of every series.
    pub(crate) fn new(
        config: &'a project::Dataset,
        resolution: &'a Spanned<Resolution>,
    ) -> Result<Self, Error> {
        let name = &config.aggregation;
        let aggregation = Aggregation::find(&name.value).ok_or_else(|| {
            let cause = Cause::UnknownAggregation {
                name: name.value.clone(),
            };
            cause.at(name.span)
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

    /// How early a look-back may reach; nothing without a limit.
    pub(crate) fn look_back_from(&self) -> Option<i64> {
        let limit = self.config.interpolation_limit.as_ref()?;
        let start = self.config.period.start;
        Some(start.saturating_sub(limit.value.nanoseconds))
    }

    /// Labels of one tag's rows, of which there must be some.
    pub(crate) fn prepare(&self, delivery: Delivery) -> Result<Prepared, Error> {
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
