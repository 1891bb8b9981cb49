//! Means of columns, and their products with each other; each sum over the rows in their order.

use ndarray::Array2;

/// Products of the columns with each other, about their means.
///
/// # Shapes and units
///
/// - `values`: `[rows, columns]`, gives `[columns, columns]`
pub(super) fn products(values: &[f64], mean: &[f64]) -> Array2<f64> {
    let columns = mean.len();
    let mut sums = vec![0.0; columns * columns];
    let mut centred = vec![0.0; columns];
    for row in values.chunks_exact(columns) {
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
    Array2::from_shape_fn((columns, columns), |(row, column)| {
        sums[row.min(column) * columns + row.max(column)]
    })
}

/// Mean of each column.
pub(super) fn means(values: &[f64], columns: usize) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    let rows = values.chunks_exact(columns);
    let count = rows.len() as f64;
    for row in rows {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sums.iter().map(|sum| sum / count).collect()
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
