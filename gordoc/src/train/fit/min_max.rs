//! `MinMaxScaler`: the columns' extremes become the ends of a range.

use crate::trained::State;

use super::super::Error;
use super::{Columns, least, most};

pub(super) fn fit(
    feature_range: (f64, f64),
    clip: bool,
    columns: &Columns,
) -> Result<State, Error> {
    let (low, high) = feature_range;
    if low >= high || low.is_nan() || high.is_nan() {
        return Err(Error::FeatureRange { low, high });
    }
    let data_min = columns.each(least);
    let data_max = columns.each(most);
    let scale: Vec<f64> = data_min
        .iter()
        .zip(&data_max)
        .map(|(least, most)| {
            let range = columns.round(most - least);
            columns.round((high - low) / columns.one_for_none(range))
        })
        .collect();
    let min = data_min
        .iter()
        .zip(&scale)
        .map(|(least, scale)| columns.round(low - columns.round(least * scale)))
        .collect();
    Ok(State::MinMaxScaler {
        feature_range,
        clip,
        data_min,
        data_max,
        scale,
        min,
    })
}
