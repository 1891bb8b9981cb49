//! `RobustScaler`: median 0 and a quantile range of 1.

use crate::model::Step;
use crate::trained::State;

use super::Columns;
use super::quantile::{normal_quantile, percentile};

/// Fits a [`Step::RobustScaler`].
pub(super) fn fit(step: &Step, columns: &Columns) -> State {
    let &Step::RobustScaler {
        with_centering,
        with_scaling,
        quantile_range,
        unit_variance,
    } = step
    else {
        unreachable!("fitted as a robust scaler only");
    };
    let (low, high) = quantile_range;
    let unit = if unit_variance {
        normal_quantile(high / 100.0) - normal_quantile(low / 100.0)
    } else {
        1.0
    };
    let center = || columns.each(|values| percentile(&ascending(values), 50.0));
    let scale = || {
        columns.each(|values| {
            let values = ascending(values);
            let range = percentile(&values, high) - percentile(&values, low);
            columns.one_for_none(range) / unit
        })
    };
    State::RobustScaler {
        center: with_centering.then(center),
        scale: with_scaling.then(scale),
        quantile_range,
    }
}

fn ascending(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}
