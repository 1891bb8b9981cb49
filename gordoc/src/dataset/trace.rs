//! What became of readings on their way to rows, kept for whoever wants to draw it.
//!
//! Decides nothing: the rows are the same whether they are traced or not.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use super::frame::Column;
use super::resample::Resampled;
use crate::project::Period;
use crate::provider::{Reading, Series};
use crate::source::Span;

/// Parts of the period of which the lowest and the highest reading are kept: more than a screen
/// has dots side by side.
const N_PARTS: usize = 4096;

/// What was read for a machine and what became of it, as far as its loading came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The tags that were read.
    pub tags: BTreeMap<String, TagTrace>,
    /// Times of the rows that all tags have, nanoseconds since 1970 UTC, if it came so far.
    pub joined: Option<Vec<i64>>,
    /// What removed rows, in the order of work.
    pub removals: Vec<Removal>,
}

/// One tag from its readings to its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TagTrace {
    /// How many readings were delivered.
    pub n_readings: usize,
    /// How many of them have no value.
    pub n_empty: usize,
    /// Those that can be told apart in a drawing, extremes among them, in time order; all finite.
    pub readings: Vec<Reading>,
    /// Its columns on the grid; `None` without a resolution.
    pub grid: Option<Gridded>,
}

/// Columns of a tag at every label, those without a row too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gridded {
    /// First label, nanoseconds since 1970 UTC.
    pub first: i64,
    /// Distance of labels, nanoseconds.
    pub width: i64,
    /// One per aggregation method.
    pub columns: Vec<Filled>,
    /// Labels before and after stretches without rows, or ends of the period.
    pub gaps: Vec<(i64, i64)>,
    /// How many labels have a row.
    pub n_rows: usize,
}

/// Values of a column, and which of them no reading is behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// Its name.
    pub column: Column,
    /// One per label, NaN where there is none.
    pub values: Vec<f64>,
    /// Whether a value comes from interpolation or look-back.
    pub is_filled: Vec<bool>,
}

/// Rows that one filter removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// What removed them.
    pub by: Remover,
    /// How many rows there were before.
    pub n_before: usize,
    /// Times of those removed, in row order.
    pub times: Vec<i64>,
    /// Places in the config of a filter's conditions, and how many rows do not fulfil them; of
    /// filters with several.
    pub conditions: Vec<(Span, usize)>,
}

/// What removes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remover {
    /// `known_filter_periods`
    KnownPeriods,
    /// `row_filter`
    RowFilter,
    /// `row_filter_buffer_size`: rows that pass the filter, near others that do not.
    Buffer,
    /// A method of `filter_periods`; several judge the same rows.
    FilterPeriods(&'static str),
}

/// Where it is recorded what becomes of readings; by default nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceSink<'a>(Option<&'a Mutex<Trace>>);

impl<'a> TraceSink<'a> {
    /// Everything is recorded in `trace`.
    pub fn new(trace: &'a Mutex<Trace>) -> Self {
        Self(Some(trace))
    }

    /// Whether nothing is traced.
    pub(super) fn is_off(self) -> bool {
        self.0.is_none()
    }

    /// Does what is only needed for a trace.
    pub(super) fn when_on<T>(self, make: impl FnOnce() -> T) -> Option<T> {
        self.0.map(|_| make())
    }

    /// Adds to the trace, if there is one.
    pub(super) fn record(self, record: impl FnOnce(&mut Trace)) {
        if let Some(trace) = self.0 {
            record(&mut trace.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Trace {
    /// Notes which of the rows are not kept.
    pub(super) fn remove(&mut self, by: Remover, times: &[i64], keep: &[bool]) -> &mut Removal {
        let rows = times.iter().zip(keep);
        let removed = rows.filter(|(_, keep)| !**keep).map(|(time, _)| *time);
        self.removals.push(Removal {
            by,
            n_before: times.len(),
            times: removed.collect(),
            conditions: Vec::new(),
        });
        self.removals.last_mut().expect("one was pushed")
    }
}

impl Gridded {
    /// The label of a number.
    pub fn label(&self, number: usize) -> i64 {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.first.saturating_add(number.saturating_mul(self.width))
    }

    /// The last label.
    pub fn last(&self) -> i64 {
        let columns = self.columns.first();
        let n_labels = columns.map_or(0, |column| column.values.len());
        self.label(n_labels.saturating_sub(1))
    }

    /// How many values of the first column no reading is behind.
    pub fn n_filled(&self) -> usize {
        let filled = self
            .columns
            .iter()
            .take(1)
            .flat_map(|column| &column.is_filled);
        filled.filter(|is_filled| **is_filled).count()
    }
}

impl TagTrace {
    /// A tag as it was delivered.
    pub(super) fn of(series: &Series, period: Period) -> Self {
        let rows = series.times.iter().zip(&series.values);
        let readings = rows.map(|(&time, &value)| Reading { time, value });
        Self {
            n_readings: series.times.len(),
            n_empty: series.values.iter().filter(|value| value.is_nan()).count(),
            readings: extremes(readings.filter(|it| it.value.is_finite()), period, N_PARTS),
            grid: None,
        }
    }

    /// Takes the buckets before they are filled.
    pub(super) fn resampled(&mut self, buckets: &Resampled, names: &[Column]) {
        let columns = names.iter().zip(&buckets.columns);
        let columns = columns.map(|(column, values)| Filled {
            column: column.clone(),
            values: Vec::new(),
            is_filled: values.iter().map(|value| value.is_nan()).collect(),
        });
        self.grid = Some(Gridded {
            first: buckets.grid.first,
            width: buckets.grid.width,
            columns: columns.collect(),
            ..Gridded::default()
        });
    }

    /// Takes the buckets after they were filled.
    pub(super) fn filled(&mut self, buckets: &Resampled) {
        let columns = self.grid.iter_mut().flat_map(|grid| &mut grid.columns);
        for (column, values) in columns.zip(&buckets.columns) {
            column.values.clone_from(values);
            for (is_filled, value) in column.is_filled.iter_mut().zip(values) {
                *is_filled &= !value.is_nan();
            }
        }
    }

    /// Takes what is missing in the end.
    pub(super) fn missing(&mut self, n_rows: usize, gaps: &[(i64, i64)]) {
        if let Some(grid) = &mut self.grid {
            grid.n_rows = n_rows;
            grid.gaps = gaps.to_vec();
        }
    }
}

/// The lowest and the highest reading of each of `n_parts` parts of a period, in time order; all
/// readings if they are no more than that.
fn extremes(
    readings: impl Iterator<Item = Reading>,
    period: Period,
    n_parts: usize,
) -> Vec<Reading> {
    let mut few: Vec<Reading> = Vec::new();
    let mut parts: Vec<Option<[Reading; 2]>> = Vec::new();
    for reading in readings {
        if parts.is_empty() && few.len() < 2 * n_parts {
            few.push(reading);
            continue;
        }
        parts.resize(n_parts, None);
        for reading in mem::take(&mut few).into_iter().chain([reading]) {
            let part = &mut parts[part_of(reading.time, period, n_parts)];
            let [low, high] = part.get_or_insert([reading; 2]);
            if reading.value < low.value {
                *low = reading;
            }
            if reading.value > high.value {
                *high = reading;
            }
        }
    }
    for [low, high] in parts.into_iter().flatten() {
        few.push(low);
        if high != low {
            few.push(high);
        }
    }
    few.sort_by_key(|reading| reading.time);
    few
}

/// Number of the part that a time belongs to; the first or the last if it is outside.
fn part_of(time: i64, period: Period, n_parts: usize) -> usize {
    let since = i128::from(time) - i128::from(period.start);
    let length = i128::from(period.end) - i128::from(period.start);
    let part = since.max(0) * n_parts as i128 / length.max(1);
    usize::try_from(part).unwrap_or(usize::MAX).min(n_parts - 1)
}

#[cfg(test)]
mod tests {
    use super::super::{Cause, Error, Job, Options, load_one};
    use super::*;
    use crate::project;
    use crate::source::Source;

    const MINUTE: i64 = 60_000_000_000;

    /// Loads two hours of A and B at ten minutes and tells what became of them.
    fn run(keys: &str) -> (Trace, Result<usize, Vec<Error>>) {
        let folder = tempfile::tempdir().unwrap();
        let a = "time,value\n1969-12-31 23:50,0\n1970-01-01 00:10,2\n1970-01-01 00:15,4\n\
                 1970-01-01 00:20,\n1970-01-01 01:10,9\n1970-01-01 02:00,9\n";
        let b = (0..=12).map(|row| format!("1970-01-01 {:02}:{}0,{row}\n", row / 6, row % 6));
        let b = format!("time,value\n{}", b.collect::<String>());
        std::fs::write(folder.path().join("A.csv"), a).unwrap();
        std::fs::write(folder.path().join("B.csv"), b).unwrap();
        let config = format!(
            "machines: [{{name: a, dataset: {{tags: [A, B], interpolation_limit: 20T, \
             train_start_date: 1970-01-01T00:00:00Z, train_end_date: 1970-01-01T02:00:00Z, \
             data_provider: {{type: FilesDataProvider, path: ., look_back: true}}, {keys}}}}}]"
        );
        let options = project::Options {
            without_models: true,
            ..project::Options::default()
        };
        let reading = project::read(&Source::new("a.yaml", config), &options);
        let config = reading.project.unwrap().datasets.remove(0).dataset;
        let load = |sink| {
            let job = Job {
                config: &config,
                base: folder.path(),
                seed: 0,
                trace: sink,
            };
            load_one(job, &Options::default()).0
        };
        let trace = Mutex::default();
        let (traced, alone) = (load(TraceSink::new(&trace)), load(TraceSink::default()));
        assert_eq!(
            format!("{traced:?}"),
            format!("{alone:?}"),
            "a trace changes nothing"
        );
        let n_rows = traced.map(|dataset| dataset.times.len());
        (trace.into_inner().unwrap(), n_rows)
    }

    fn minutes(times: &[i64]) -> Vec<i64> {
        times.iter().map(|time| time / MINUTE).collect()
    }

    #[test]
    fn values_are_measured_filled_or_missing() {
        let (trace, n_rows) = run("");
        let a = &trace.tags["A"];
        assert_eq!((a.n_readings, a.n_empty, a.readings.len()), (5, 1, 4));
        let grid = a.grid.as_ref().unwrap();
        assert_eq!((grid.first, grid.width, grid.n_rows), (0, 10 * MINUTE, 8));
        let gaps = [(30, 70), (90, 120)].map(|(start, end)| (start * MINUTE, end * MINUTE));
        assert_eq!(grid.gaps, gaps);
        let column = &grid.columns[0];
        let letters = column.values.iter().zip(&column.is_filled);
        let letters: String = letters
            .map(|(value, is_filled)| match (value.is_nan(), is_filled) {
                (true, _) => '-',
                (false, true) => 'f',
                (false, false) => 'm',
            })
            .collect();
        // Looked back for, measured, on the line for 20 minutes, a gap, and again.
        assert_eq!(letters, "fmff---mff--m");
        assert_eq!(
            minutes(&trace.joined.unwrap()),
            [0, 10, 20, 30, 70, 80, 90, 120]
        );
        assert_eq!((n_rows.unwrap(), trace.removals.len()), (8, 0));
    }

    #[test]
    fn each_filter_tells_what_it_removes() {
        let keys =
            "known_filter_periods: B > 0, row_filter: B != 7 & A < 50, row_filter_buffer_size: 1";
        let (trace, n_rows) = run(keys);
        let conditions = trace.removals[1].conditions.iter();
        let n_removed: Vec<usize> = conditions.map(|(_, n_removed)| *n_removed).collect();
        assert_eq!(n_removed, [1, 0]);
        let removals = trace.removals.iter();
        let removals: Vec<_> = removals
            .map(|removal| (removal.by, removal.n_before, minutes(&removal.times)))
            .collect();
        let expect = [
            (Remover::KnownPeriods, 8, vec![0]),
            (Remover::RowFilter, 7, vec![70]),
            (Remover::Buffer, 7, vec![30, 80]),
        ];
        assert_eq!(removals, expect);
        assert_eq!(n_rows.unwrap(), 4);
    }

    #[test]
    fn a_machine_without_rows_is_told_of_as_far_as_it_came() {
        let (trace, n_rows) = run("row_filter: B > 100");
        let errors = n_rows.unwrap_err();
        assert!(matches!(errors[0].cause, Cause::StrictRowFilter { .. }));
        assert_eq!(trace.joined.as_ref().map(Vec::len), Some(8));
        assert_eq!(trace.removals[0].times.len(), 8);
    }

    #[test]
    fn without_a_resolution_there_is_no_grid() {
        let (trace, _) = run("resolution: null");
        assert_eq!(trace.tags["A"].grid, None);
        assert_eq!(minutes(&trace.joined.unwrap()), [10, 20, 70, 120]);
    }

    #[test]
    fn of_many_readings_the_extremes_stay() {
        let period = Period {
            start: 0,
            end: 1000,
        };
        let value = |time: i64| match time {
            17 => 50.0,
            18 => -50.0,
            _ => (time % 7) as f64,
        };
        // Not in order, some outside the period.
        let times = (-5..1005).map(|time| (time + 300) % 1010 - 5);
        let readings = times.map(|time| Reading {
            time,
            value: value(time),
        });
        let kept = extremes(readings, period, 10);
        assert_eq!(kept.len(), 20);
        assert!(kept.is_sorted_by_key(|reading| reading.time));
        let times: Vec<i64> = kept.iter().map(|reading| reading.time).collect();
        assert!(times.contains(&17) && times.contains(&18), "{times:?}");

        let few = (0..20).rev().map(|time| Reading { time, value: 1.0 });
        assert_eq!(extremes(few, period, 10).len(), 20);
        let same = (0..21).map(|time| Reading { time, value: 1.0 });
        assert_eq!(extremes(same, period, 10).len(), 1);
    }
}
