//! Values far from the median of the rows around them.

use rayon::prelude::*;

use super::flags::{any, is_far};
use super::sorted_window::SortedWindow;
use crate::dataset::frame::Frame;
use crate::project::FilterPeriods;

/// Flags rows of which a value is far off; those at both ends, where the window is cut, never.
pub(super) fn flag(frame: &Frame, filter: &FilterPeriods) -> Vec<bool> {
    let columns: Vec<&[f64]> = frame.columns.values().map(Vec::as_slice).collect();
    let flags: Vec<Vec<bool>> = columns
        .into_par_iter()
        .map(|values| flag_column(values, filter.window, filter.n_iqr))
        .collect();
    any(flags.into_iter())
}

fn flag_column(values: &[f64], width: usize, n_iqr: f64) -> Vec<bool> {
    let mut flags = vec![false; values.len()];
    let mut window = SortedWindow::default();
    for (at, entering) in values.iter().enumerate() {
        window.insert(*entering);
        let Some(first) = (at + 1).checked_sub(width) else {
            continue;
        };
        let middle = first + width / 2;
        let spread = window.quantile(0.75) - window.quantile(0.25);
        flags[middle] = is_far(values[middle], window.median(), spread, n_iqr);
        window.remove(values[first]);
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f64], width: usize, n_iqr: f64, expect: &[usize]) {
        let flags = flag_column(values, width, n_iqr).into_iter().enumerate();
        let flagged: Vec<usize> = flags.filter_map(|(at, flag)| flag.then_some(at)).collect();
        assert_eq!(flagged, expect);
    }

    #[test]
    fn a_spike_is_flagged_where_the_window_is_whole() {
        let with_spikes = |spikes: &[usize]| -> Vec<f64> {
            let value = |row| {
                if spikes.contains(&row) {
                    50.0
                } else {
                    (row % 3) as f64
                }
            };
            (0..20).map(value).collect()
        };
        // An even window reaches a row further back than forward.
        check(&with_spikes(&[2, 8, 18]), 6, 5.0, &[8]);
        check(&with_spikes(&[3, 17]), 6, 5.0, &[3, 17]);
    }

    #[test]
    fn fewer_rows_than_the_window_flag_nothing() {
        // Trap 33.
        let values = [0.0, 0.0, 9.0, 0.0, 0.0];
        check(&values, 6, 0.0, &[]);
        check(&values, 5, 0.0, &[2]);
        check(&values, 1, 0.0, &[]);
        check(&[], 1, 0.0, &[]);
    }

    #[test]
    fn a_value_on_the_line_is_not_beyond_it() {
        // Median 2, quartiles 1 and 3.
        let values = [0.0, 1.0, 4.0, 3.0, 2.0];
        check(&values, 5, 1.0, &[]);
        check(&values, 5, 0.999, &[2]);
    }
}
