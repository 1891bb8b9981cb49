//! Rows too odd to learn from: flagged, gathered to periods, and dropped with all between.
//!
//! Looks at every column of the frame, whether input or target.

mod forest;
mod median;
mod period;
mod quantile;
mod sorted_window;

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::error::{Cause, Error};
use super::frame::Frame;
use super::time::spaced;
use crate::project::{self, FilterMethod, FilterPeriods};

/// Drops odd rows of a frame as a dataset asks; what is recorded of them, if it does.
pub(crate) fn apply(config: &project::Dataset, frame: &mut Frame) -> Result<Option<Value>, Error> {
    let (Some(filter), Some(resolution)) = (&config.filter_periods, &config.resolution) else {
        return Ok(None);
    };
    let recorded = drop_periods(frame, &filter.value, resolution.value.nanoseconds)
        .map_err(|cause| cause.at(filter.span))?;
    let (rows, threshold) = (frame.times.len(), config.n_samples_threshold);
    if rows <= threshold {
        return Err(Cause::StrictFilterPeriods { rows, threshold }.at(filter.span));
    }
    Ok(Some(recorded))
}

/// Drops the periods of every method; all methods judge the same rows.
fn drop_periods(frame: &mut Frame, filter: &FilterPeriods, width: i64) -> Result<Value, Cause> {
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
        for period in &periods {
            keep[period.clone()].fill(false);
        }
        let periods = periods.iter().map(|period| document(&frame.times, period));
        recorded.insert((*name).to_owned(), periods.collect());
    }
    frame.keep_rows(&keep);
    Ok(recorded.into())
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

/// Rows that any of the columns flags.
fn any(flags: impl Iterator<Item = Vec<bool>>) -> Vec<bool> {
    flags
        .reduce(|mut any, flags| {
            for (any, flag) in any.iter_mut().zip(flags) {
                *any |= flag;
            }
            any
        })
        .unwrap_or_default()
}

/// Whether a value is further from the middle than so many spreads.
fn is_far(value: f64, middle: f64, spread: f64, n_spreads: f64) -> bool {
    let reach = n_spreads * spread;
    value < middle - reach || value > middle + reach
}
