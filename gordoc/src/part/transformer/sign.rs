//! Which way singular vectors point, which no decomposition tells.

use ndarray::{Array2, Axis, Slice};

/// The first rows, turned so that the first of their largest numbers is above 0, as
/// scikit-learn does.
pub(super) fn turn(vectors: &Array2<f64>, count: usize) -> Array2<f64> {
    let mut vectors = vectors.slice_axis(Axis(0), Slice::from(..count)).to_owned();
    for mut vector in vectors.rows_mut() {
        let largest = vector.iter().copied().reduce(|largest, number| {
            if number.abs() > largest.abs() {
                number
            } else {
                largest
            }
        });
        if largest.is_some_and(|largest| largest < 0.0) {
            vector.mapv_inplace(|number| -number);
        }
    }
    vectors
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_first_of_the_largest_numbers_is_positive() {
        let vectors = array![
            [-3.0, 1.0],
            [2.0, -2.0],
            [-2.0, 2.0],
            [0.0, 0.0],
            [1.0, 0.0]
        ];
        let turned = array![[3.0, -1.0], [2.0, -2.0], [2.0, -2.0], [0.0, 0.0]];
        assert_eq!(turn(&vectors, 4), turned);
    }
}
