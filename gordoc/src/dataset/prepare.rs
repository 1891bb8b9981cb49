//! One delivered series to its rows: resampled, filled, and rid of what is still missing.
//!
//! Knows nothing of the other tags, so that each can be prepared as soon as it is read.

use serde_json::Value;

use super::error::{Cause, Error};
use super::frame::{Column, Frame};
use super::metadata::{self, Gaps};
use super::provider::{Delivery, Reading};
use super::resample::{Resampled, resample};
use super::{interpolate, look_back};
use crate::project::{self, Aggregation, Method, Resolution};
use crate::source::Spanned;

/// What is done to every series, decided once.
pub(crate) struct Preparer<'a> {
    config: &'a project::Dataset,
    resolution: &'a Spanned<Resolution>,
    methods: Vec<Method>,
    n_buckets: usize,
}

/// A tag on its grid.
pub(crate) struct Prepared {
    /// Labels that have values, and the tag's columns.
    pub(crate) rows: Frame,
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
        let limit = config.interpolation_limit.as_ref();
        let n_buckets = interpolate::n_buckets(limit.map(|limit| &limit.value), &resolution.value)
            .map_err(|cause| cause.at(limit.map_or(config.span, |limit| limit.span)))?;
        Ok(Self {
            config,
            resolution,
            methods: config.aggregation.value.methods(),
            n_buckets,
        })
    }

    /// How early a look-back may reach; nothing without a limit.
    pub(crate) fn look_back_from(&self) -> Option<i64> {
        let limit = self.config.interpolation_limit.as_ref()?;
        let start = self.config.period.start;
        Some(start.saturating_sub(limit.value.nanoseconds))
    }

    /// Rows of one tag, of which there must be some.
    pub(crate) fn prepare(&self, delivery: Delivery) -> Result<Prepared, Error> {
        let Delivery {
            tag,
            series,
            earlier,
        } = delivery;
        let period = self.config.period;
        let resolution = &self.resolution.value;
        let original_length = series.times.len();
        let resampled = resample(&tag, series, period, resolution, &self.methods);
        let mut buckets = resampled.map_err(|cause| match cause {
            Cause::OutOfPeriod { .. } => cause.at(self.config.provider.span),
            _ => cause.at(self.resolution.span),
        })?;
        for column in &mut buckets.columns {
            interpolate::interpolate(column, self.config.interpolation, self.n_buckets);
        }
        if let Some(earlier) = earlier {
            self.look_back(&mut buckets, earlier);
        }
        let rows = drop_missing(buckets, Column::all(&tag, &self.config.aggregation.value));
        let gaps = Gaps::find(&rows.times, period, resolution.nanoseconds);
        let metadata = metadata::of_tag(original_length, &rows.times, &gaps);
        Ok(Prepared {
            rows,
            gaps,
            metadata,
        })
    }

    /// Fills leading buckets from a reading before the period.
    ///
    /// Among pair columns, those that say how readings spread have nothing to gain from one.
    fn look_back(&self, buckets: &mut Resampled, earlier: Reading) {
        let Some(limit) = &self.config.interpolation_limit else {
            return;
        };
        let is_single = matches!(self.config.aggregation.value, Aggregation::Single(_));
        for (column, method) in buckets.columns.iter_mut().zip(&self.methods) {
            if is_single || method.is_level() {
                let limit = limit.value.nanoseconds;
                look_back::look_back(&buckets.grid, column, earlier, limit, self.config.period);
            }
        }
    }
}

/// Labels at which every column has a value.
fn drop_missing(buckets: Resampled, names: Vec<Column>) -> Frame {
    let Resampled { grid, columns } = buckets;
    let is_complete: Vec<bool> = (0..grid.n_buckets)
        .map(|at| columns.iter().all(|column| !column[at].is_nan()))
        .collect();
    let mut rows = Frame {
        times: grid.labels().collect(),
        columns: names.into_iter().zip(columns).collect(),
    };
    rows.keep_rows(&is_complete);
    rows
}
