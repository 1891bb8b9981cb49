//! One delivered series to its rows: resampled, filled, and rid of what is still missing.
//!
//! Knows nothing of the other tags, so that each can be prepared as soon as it is read.

use serde_json::Value;

use super::error::{Cause, Error};
use super::frame::{Column, Columns};
use super::grid::Labels;
use super::metadata::{self, Gaps};
use super::provider::{Delivery, Reading, Readings};
use super::resample::{Resampled, Resampling, resample};
use super::trace::History;
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
    /// Labels at which every column has a value.
    pub(crate) labels: Labels,
    /// The tag's columns, one value per label.
    pub(crate) columns: Columns,
    /// Where labels are missing.
    pub(crate) gaps: Gaps,
    /// What is recorded of the tag.
    pub(crate) metadata: Value,
}

impl<'a> Preparer<'a> {
    /// Decides what is done.
    pub(crate) fn new(config: &'a project::Dataset, resolution: &'a Spanned<Resolution>) -> Self {
        let limit = config.interpolation_limit.as_ref();
        Self {
            config,
            resolution,
            methods: config.aggregation.value.methods(),
            n_buckets: limit.map_or(usize::MAX, |limit| limit.value.n_buckets(&resolution.value)),
        }
    }

    /// How early a look-back may reach; nothing without a limit.
    pub(crate) fn look_back_from(&self) -> Option<i64> {
        let limit = self.config.interpolation_limit.as_ref()?;
        let start = self.config.period.start;
        Some(start.saturating_sub(limit.value.nanoseconds))
    }

    /// How rows are resampled while they are read, if they can be.
    pub(crate) fn resampling(&self) -> Option<Resampling> {
        Resampling::new(self.config.period, &self.resolution.value, &self.methods)
    }

    /// Rows of one tag, of which there must be some; `history` is told of them.
    pub(crate) fn prepare(
        &self,
        delivery: Delivery,
        mut history: Option<&mut History>,
    ) -> Result<Prepared, Error> {
        let original_length = delivery.rows.len();
        let Delivery { tag, rows, earlier } = delivery;
        let period = self.config.period;
        let resolution = &self.resolution.value;
        let resampled = match rows {
            Readings::Series(series) => resample(&tag, series, period, resolution, &self.methods),
            Readings::Resampled(resampling) => resampling.finish(&tag),
        };
        let mut buckets = resampled.map_err(|cause| match cause {
            Cause::OutOfPeriod { .. } => cause.at(self.config.provider.span),
            _ => cause.at(self.resolution.span),
        })?;
        let names = Column::all(&tag, &self.config.aggregation.value);
        if let Some(history) = &mut history {
            history.resampled(&buckets, &names);
        }
        for column in &mut buckets.columns {
            interpolate::interpolate(column, self.config.interpolation, self.n_buckets);
        }
        if let Some(earlier) = earlier {
            self.look_back(&mut buckets, earlier);
        }
        if let Some(history) = &mut history {
            history.filled(&buckets);
        }
        let (labels, columns) = drop_missing(buckets, names);
        let gaps = Gaps::find(&labels.stretches(), period, resolution.nanoseconds);
        if let Some(history) = history {
            history.missing(labels.len(), &gaps.bounds);
        }
        let metadata = metadata::of_tag(original_length, &labels, &gaps);
        Ok(Prepared {
            labels,
            columns,
            gaps,
            metadata,
        })
    }

    /// Fills leading buckets from a reading before the period.
    ///
    /// Pair columns are only filled if none of them has a value at the start, and then those that
    /// hold levels of readings: how readings spread cannot be told from one.
    fn look_back(&self, buckets: &mut Resampled, earlier: Reading) {
        let start = self.config.period.start;
        let Some(limit) = &self.config.interpolation_limit else {
            return;
        };
        let Resampled { grid, columns } = buckets;
        let is_known = |column: &Vec<f64>| {
            let known = column.iter().position(|value| !value.is_nan());
            known.is_some_and(|position| grid.label(position) <= start)
        };
        if columns.iter().any(is_known) {
            return;
        }
        let is_single = matches!(self.config.aggregation.value, Aggregation::Single(_));
        for (column, method) in columns.iter_mut().zip(&self.methods) {
            if is_single || method.is_level() {
                let limit = limit.value.nanoseconds;
                look_back::look_back(grid, column, earlier, limit, self.config.period.end);
            }
        }
    }
}

/// What has a value in every column.
fn drop_missing(buckets: Resampled, names: Vec<Column>) -> (Labels, Columns) {
    let Resampled { grid, columns } = buckets;
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

#[cfg(test)]
mod tests {
    use super::super::provider::Series;
    use super::*;
    use crate::project::{Options, read};
    use crate::source::Source;

    const MINUTE: i64 = 60_000_000_000;

    /// Labels in minutes and values, and starts and ends of gaps in minutes, of readings at
    /// minutes of an hour.
    fn run(
        keys: &str,
        rows: &[(i64, f64)],
        earlier: Option<(i64, f64)>,
    ) -> (Vec<(i64, Vec<f64>)>, Value) {
        let config = format!(
            "machines: [{{name: a, dataset: {{tags: [A], train_start_date: 1970-01-01T00:00:00Z, \
             train_end_date: 1970-01-01T01:00:00Z, data_provider: {{type: RandomDataProvider}}, \
             {keys}}}}}]"
        );
        let options = Options {
            without_models: true,
            ..Options::default()
        };
        let reading = read(&Source::new("a.yaml", config), &options);
        let config = reading.project.unwrap().datasets.remove(0).dataset;
        let preparer = Preparer::new(&config, config.resolution.as_ref().unwrap());
        let delivery = Delivery {
            tag: "A".into(),
            rows: Readings::Series(Series {
                times: rows.iter().map(|(minute, _)| minute * MINUTE).collect(),
                values: rows.iter().map(|(_, value)| *value).collect(),
            }),
            earlier: earlier.map(|(minute, value)| Reading {
                time: minute * MINUTE,
                value,
            }),
        };
        let prepared = preparer.prepare(delivery, None).unwrap();
        let labels = prepared.labels.iter().enumerate().map(|(row, time)| {
            let values = prepared.columns.values().map(|values| values[row]);
            (time / MINUTE, values.collect())
        });
        (labels.collect(), prepared.metadata["gaps"].clone())
    }

    #[track_caller]
    fn check(keys: &str, rows: &[(i64, f64)], earlier: Option<(i64, f64)>, expect: &[(i64, f64)]) {
        let (found, _) = run(keys, rows, earlier);
        let expect: Vec<_> = expect
            .iter()
            .map(|(at, value)| (*at, vec![*value]))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn sums_of_empty_buckets_leave_nothing_to_fill() {
        // Trap 12: also no gap, and nothing to look back for.
        let keys = "aggregation_methods: sum";
        let rows = [(12, 1.0), (13, 2.0)];
        let expect: Vec<_> = [0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0].into();
        let expect: Vec<_> = (0..).map(|at| at * 10).zip(expect).collect();
        check(keys, &rows, Some((-5, 7.0)), &expect);
        assert_eq!(run(keys, &rows, None).1, serde_json::json!({}));
    }

    #[test]
    fn a_spread_of_one_reading_is_filled_from_its_neighbours() {
        // Trap 13.
        let rows = [(0, 1.0), (1, 3.0), (10, 5.0), (20, 1.0), (21, 7.0)];
        let expect = [(0, 2.0), (10, 10.0), (20, 18.0)];
        let keys = "aggregation_methods: var, interpolation_limit: 10T";
        let (found, _) = run(keys, &rows, None);
        let found: Vec<_> = found
            .into_iter()
            .map(|(at, values)| (at, values[0]))
            .collect();
        assert_eq!(found[..3], expect);
    }

    #[test]
    fn looking_back_draws_a_line_also_where_values_are_held() {
        // Trap 15.
        let keys = "interpolation_method: ffill, interpolation_limit: 50T";
        let rows = [(30, 10.0), (50, 4.0)];
        let expect = [
            (0, 4.0),
            (10, 6.0),
            (20, 8.0),
            (30, 10.0),
            (40, 10.0),
            (50, 4.0),
            (60, 4.0),
        ];
        check(keys, &rows, Some((-20, 0.0)), &expect);
        check(keys, &rows, None, &expect[3..]);
    }

    #[test]
    fn of_pair_columns_those_of_levels_are_looked_back_for() {
        let rows = [(30, 8.0), (31, 12.0), (60, 1.0)];
        let labels = |methods: &str| {
            let keys = format!("aggregation_methods: [{methods}], interpolation_limit: 1H");
            let (found, _) = run(&keys, &rows, Some((-20, 0.0)));
            (found.len(), found[0].clone())
        };
        assert_eq!(labels("mean, max"), (7, (0, vec![4.0, 4.8])));
        // A spread stays missing, and a count that is never missing asks for nothing.
        assert_eq!(labels("mean, var"), (4, (30, vec![10.0, 8.0])));
        assert_eq!(labels("mean, count"), (4, (30, vec![10.0, 2.0])));
    }
}
