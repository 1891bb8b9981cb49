//! Means of columns, and their products with each other.

use ndarray::Array2;
use rayon::prelude::*;

/// Rows summed by themselves, whatever the number of threads, before their sums are added up.
const BLOCK: usize = 4096;

/// Products of the columns with each other, about their means.
///
/// # Shapes and units
///
/// - `values`: `[rows, columns]`, gives `[columns, columns]`
pub(super) fn products(values: &[f64], mean: &[f64]) -> Array2<f64> {
    let columns = mean.len();
    let sums = in_blocks(values, columns, |rows| {
        let mut sums = vec![0.0; columns * columns];
        let mut centred = vec![0.0; columns];
        for row in rows.chunks_exact(columns) {
            for ((centred, value), mean) in centred.iter_mut().zip(row).zip(mean) {
                *centred = value - mean;
            }
            for (at, sums) in sums.chunks_exact_mut(columns).enumerate() {
                let factor = centred[at];
                for (sum, value) in sums[at..].iter_mut().zip(&centred[at..]) {
                    *sum += factor * value;
                }
            }
        }
        sums
    });
    Array2::from_shape_fn((columns, columns), |(row, column)| {
        sums[row.min(column) * columns + row.max(column)]
    })
}

/// Mean of each column.
pub(super) fn means(values: &[f64], columns: usize) -> Vec<f64> {
    let sums = in_blocks(values, columns, |rows| {
        let mut sums = vec![0.0; columns];
        for row in rows.chunks_exact(columns) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        sums
    });
    let rows = (values.len() / columns) as f64;
    sums.iter().map(|sum| sum / rows).collect()
}

/// The sums of blocks of rows, added up in their order.
fn in_blocks(
    values: &[f64],
    columns: usize,
    sums: impl Fn(&[f64]) -> Vec<f64> + Send + Sync,
) -> Vec<f64> {
    let blocks: Vec<Vec<f64>> = values.par_chunks(BLOCK * columns).map(sums).collect();
    let add = |mut all: Vec<f64>, block: Vec<f64>| {
        for (sum, more) in all.iter_mut().zip(block) {
            *sum += more;
        }
        all
    };
    blocks.into_iter().reduce(add).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn columns_meet_each_other_about_their_means() {
        let values = [1.0, 2.0, 3.0, 6.0, 5.0, 1.0];
        let mean = means(&values, 2);
        assert_eq!(mean, [3.0, 3.0]);
        let expect = array![[8.0, -2.0], [-2.0, 14.0]];
        assert_eq!(products(&values, &mean), expect);
    }
}
