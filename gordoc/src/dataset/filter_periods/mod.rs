//! Rows too odd to learn from: flagged, gathered to periods, and dropped with all between.
//!
//! Looks at every column of the frame, whether input or target.

mod flags;
mod forest;
mod median;
mod period;
mod quantile;
mod sorted_window;

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::error::{Cause, Error};
use super::frame::Frame;
use super::trace::{Remover, TraceSink};
use crate::project::{self, FilterMethod, FilterPeriods};
use crate::time::spaced;

/// Drops odd rows of a frame as a dataset asks; what is recorded of them, if it does.
///
/// `trace` is told what each method drops.
pub(crate) fn apply(
    config: &project::Dataset,
    frame: &mut Frame,
    trace: TraceSink<'_>,
) -> Result<Option<Value>, Error> {
    let (Some(filter), Some(resolution)) = (&config.filter_periods, &config.resolution) else {
        return Ok(None);
    };
    let width = resolution.value.nanoseconds;
    let recorded =
        drop_periods(frame, &filter.value, width, trace).map_err(|cause| cause.at(filter.span))?;
    let (rows, threshold) = (frame.times.len(), config.n_samples_threshold);
    if rows <= threshold {
        return Err(Cause::StrictFilterPeriods { rows, threshold }.at(filter.span));
    }
    Ok(Some(recorded))
}

/// Drops the periods of every method; all methods judge the same rows.
fn drop_periods(
    frame: &mut Frame,
    filter: &FilterPeriods,
    width: i64,
    trace: TraceSink<'_>,
) -> Result<Value, Cause> {
    let mut columns = frame.columns.iter();
    let is_infinite = |values: &[f64]| values.iter().any(|value| value.is_infinite());
    if let Some((column, _)) = columns.find(|(_, values)| is_infinite(values)) {
        let tag = column.to_string();
        return Err(Cause::Infinite { tag });
    }
    let mut recorded = Map::new();
    let mut keep = vec![true; frame.times.len()];
    for (name, flag) in methods(filter.method) {
        let periods = period::gather(&frame.times, &flag(frame, filter), width);
        clear(&periods, &mut keep);
        trace.record(|trace| {
            let mut keep = vec![true; keep.len()];
            clear(&periods, &mut keep);
            trace.remove(Remover::FilterPeriods(name), &frame.times, &keep);
        });
        let periods = periods.iter().map(|period| document(&frame.times, period));
        recorded.insert((*name).to_owned(), periods.collect());
    }
    frame.keep_rows(&keep);
    Ok(recorded.into())
}

/// Marks the rows of periods as not to be kept.
fn clear(periods: &[RangeInclusive<usize>], keep: &mut [bool]) {
    for period in periods {
        keep[period.clone()].fill(false);
    }
}

/// Flags the odd ones among the rows of a frame.
type Flag = fn(&Frame, &FilterPeriods) -> Vec<bool>;

fn methods(method: FilterMethod) -> &'static [(&'static str, Flag)] {
    const ALL: [(&str, Flag); 3] = [
        ("iforest", forest::flag),
        ("median", median::flag),
        ("quantile", quantile::flag),
    ];
    match method {
        FilterMethod::All => &ALL,
        FilterMethod::Iforest => &ALL[..1],
        FilterMethod::Median => &ALL[1..2],
        FilterMethod::Quantile => &ALL[2..],
    }
}

fn document(times: &[i64], period: &RangeInclusive<usize>) -> Value {
    json!({
        "drop_start": spaced(times[*period.start()]),
        "drop_end": spaced(times[*period.end()]),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::dataset::frame::Column;

    const MINUTE: i64 = 60_000_000_000;

    /// Sixty rows ten minutes apart: a quiet input, and a target that is far off in two of them.
    fn frame() -> Frame {
        let quiet = (0..60_u32).map(|row| f64::from(row % 4));
        let mut frame = Frame::of_tag(
            "A",
            (0..60).map(|row| row * 10 * MINUTE).collect(),
            quiet.collect(),
        );
        let target = (0..60_u32).map(|row| match row {
            20 | 40 => 500.0,
            _ => f64::from(row % 5),
        });
        frame.columns.insert(Column::of_tag("B"), target.collect());
        frame
    }

    fn filter(method: FilterMethod) -> FilterPeriods {
        FilterPeriods {
            method,
            window: 12,
            n_iqr: 5.0,
            iforest_smooth: false,
            contamination: Some(0.02),
            quantile_lower: 0.05,
            quantile_upper: 0.95,
        }
    }

    #[test]
    fn a_target_far_off_takes_the_row_of_the_inputs_with_it() {
        // Trap 31.
        let expect = json!([
            {"drop_start": "1970-01-01 03:20:00+00:00", "drop_end": "1970-01-01 03:20:00+00:00"},
            {"drop_start": "1970-01-01 06:40:00+00:00", "drop_end": "1970-01-01 06:40:00+00:00"},
        ]);
        for (method, name) in [
            (FilterMethod::Median, "median"),
            (FilterMethod::Quantile, "quantile"),
            (FilterMethod::Iforest, "iforest"),
        ] {
            let mut frame = frame();
            let recorded = drop_periods(
                &mut frame,
                &filter(method),
                10 * MINUTE,
                TraceSink::default(),
            )
            .unwrap();
            assert_eq!(recorded, json!({ name: expect }));
            assert_eq!(frame.times.len(), 58);
            assert!(frame.columns.values().all(|values| values.len() == 58));
            assert!(frame.columns[1].iter().all(|value| *value < 5.0));
        }
    }

    #[test]
    fn all_methods_judge_the_same_rows_and_are_all_recorded() {
        let mut frame = frame();
        let mut filter = filter(FilterMethod::All);
        // The window is too wide for medians.
        filter.window = 61;
        let trace = Mutex::default();
        let sink = TraceSink::new(&trace);
        let recorded = drop_periods(&mut frame, &filter, 10 * MINUTE, sink).unwrap();
        let recorded = recorded.as_object().unwrap();
        let counts: Vec<_> = recorded
            .iter()
            .map(|(name, periods)| (name.as_str(), periods.as_array().unwrap().len()))
            .collect();
        assert_eq!(counts, [("iforest", 2), ("median", 0), ("quantile", 2)]);
        let trace = trace.into_inner().unwrap();
        let told = trace.removals.iter();
        let told: Vec<_> = told
            .map(|removal| (removal.by, removal.n_before, removal.times.len()))
            .collect();
        let by = Remover::FilterPeriods;
        assert_eq!(
            told,
            [
                (by("iforest"), 60, 2),
                (by("median"), 60, 0),
                (by("quantile"), 60, 2)
            ]
        );
        assert_eq!(frame.times.len(), 58);
    }

    #[test]
    fn infinite_values_are_refused() {
        let mut frame = frame();
        frame.columns[1][3] = f64::NEG_INFINITY;
        let filter = filter(FilterMethod::Median);
        let error = drop_periods(&mut frame, &filter, MINUTE, TraceSink::default()).unwrap_err();
        assert_eq!(error.to_string(), "`B` has an infinite value");
    }
}
