//! `MaxAbsScaler`: the largest absolute value becomes 1.

use crate::trained::State;

use super::Columns;

pub(super) fn fit(columns: &Columns) -> State {
    State::MaxAbsScaler {
        scale: columns.each(|values| {
            let largest = values.iter().map(|value| value.abs());
            columns.one_for_none(largest.fold(f64::NAN, f64::max))
        }),
    }
}
