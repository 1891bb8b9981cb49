//! Values as positions among thresholds: at most 255 bins per column.

use rayon::prelude::*;

use super::super::parameters::whole;
use crate::algorithm::MersenneTwister;

/// Rows that thresholds are found from.
const MOST_ROWS: usize = 200_000;

/// No threshold is infinite.
const ALMOST_INFINITE: f64 = 1e300;

/// Where the bins of each column end; each value is in the first bin whose end it is up to, or
/// the last one, which has none.
pub(super) struct Bins {
    pub(super) ends: Vec<Vec<f64>>,
}

impl Bins {
    /// Finds bins for rows of `width` columns.
    pub(super) fn new(rows: &[f64], width: usize, most: usize, state: u32) -> Self {
        let count = rows.len().checked_div(width).unwrap_or(0);
        let chosen = (count > MOST_ROWS).then(|| {
            let mut order: Vec<usize> = (0..count).collect();
            MersenneTwister::from_seed(state).shuffle(&mut order);
            order.truncate(MOST_ROWS);
            order
        });
        let ends = (0..width).into_par_iter().map(|column| {
            let values = match &chosen {
                Some(chosen) => chosen
                    .iter()
                    .map(|row| rows[row * width + column])
                    .collect(),
                None => rows.iter().skip(column).step_by(width).copied().collect(),
            };
            ends(values, most)
        });
        Self {
            ends: ends.collect(),
        }
    }

    /// The bins of rows, column by column.
    pub(super) fn of(&self, rows: &[f64]) -> Vec<Vec<u8>> {
        let width = self.ends.len();
        let columns = self.ends.par_iter().enumerate().map(|(column, ends)| {
            let values = rows.iter().skip(column).step_by(width);
            let bin = |value: &f64| {
                let bin = ends.partition_point(|end| *value > *end);
                u8::try_from(bin).expect("at most 255 bins")
            };
            values.map(bin).collect()
        });
        columns.collect()
    }
}

/// Ends of the bins of a column: between neighbours, or at percentiles of many.
fn ends(mut values: Vec<f64>, most: usize) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup();
    let ends: Vec<f64> = if distinct.len() <= most {
        let pairs = distinct.windows(2);
        pairs.map(|pair| (pair[0] + pair[1]) * 0.5).collect()
    } else {
        let step = 100.0 / most as f64;
        let end = |at: usize| {
            let place = (values.len() - 1) as f64 * (at as f64 * step / 100.0);
            let (low, high) = (values[whole(place.floor())], values[whole(place.ceil())]);
            if low.total_cmp(&high).is_eq() {
                low
            } else {
                high - (high - low) * 0.5
            }
        };
        (1..most).map(end).collect()
    };
    ends.into_iter()
        .map(|end| end.min(ALMOST_INFINITE))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each() {
        assert_eq!(ends(vec![3.0, 1.0, 3.0, 2.0], 255), [1.5, 2.5]);
        assert_eq!(ends(vec![7.0; 3], 255), Vec::<f64>::new());
        let bins = Bins::new(&[3.0, 1.0, 3.0, 2.0], 1, 255, 0);
        assert_eq!(bins.of(&[0.0, 1.5, 1.6, 9.0]), [[0, 0, 1, 2]]);
    }

    #[test]
    fn many_values_are_split_at_percentiles() {
        // `numpy.percentile(numpy.arange(10.0), [25, 50, 75], method="midpoint")`
        let values = (0..10).map(f64::from).collect();
        assert_eq!(ends(values, 4), [2.5, 4.5, 6.5]);
    }
}
