//! `MinMaxScaler`: the columns' extremes become the ends of a range.

use crate::trained::State;

use super::{Columns, least, most};

pub(super) fn fit(feature_range: (f64, f64), clip: bool, columns: &Columns) -> State {
    let (low, high) = feature_range;
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
    State::MinMaxScaler {
        feature_range,
        clip,
        data_min,
        data_max,
        scale,
        min,
    }
}
