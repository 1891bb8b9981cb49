//! Values far from the median of their whole column.

use super::flags::{any, is_far};
use crate::dataset::frame::Frame;
use crate::dataset::quantile;
use crate::project::FilterPeriods;

/// Flags rows of which a value is far off.
pub(super) fn flag(frame: &Frame, filter: &FilterPeriods) -> Vec<bool> {
    let columns = frame.columns.values();
    any(columns.map(|values| flag_column(values, filter)))
}

fn flag_column(values: &[f64], filter: &FilterPeriods) -> Vec<bool> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // To percent and back, as Gordo's libraries do: it decides the last bit.
    let at = |q: f64| quantile(&sorted, q * 100.0 / 100.0);
    let spread = at(filter.quantile_upper) - at(filter.quantile_lower);
    let middle = quantile(&sorted, 0.5);
    let values = values.iter();
    values
        .map(|value| is_far(*value, middle, spread, filter.n_iqr))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::FilterMethod;

    #[test]
    fn a_value_is_held_against_the_spread_of_all_rows() {
        let mut filter = FilterPeriods {
            method: FilterMethod::Quantile,
            window: 144,
            n_iqr: 1.0,
            iforest_smooth: false,
            contamination: None,
            quantile_lower: 0.25,
            quantile_upper: 0.75,
        };
        // Median 2, quartiles 1 and 3.
        let values = [0.0, 1.0, 4.0, 3.0, 2.0];
        assert_eq!(flag_column(&values, &filter), [false; 5]);
        filter.n_iqr = 0.99;
        let outer = [true, false, true, false, false];
        assert_eq!(flag_column(&values, &filter), outer);
        assert!(flag_column(&[], &filter).is_empty());
    }
}
