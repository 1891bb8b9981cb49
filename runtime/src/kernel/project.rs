//! Rows times a matrix, double precision: projections and linear models.

/// `input · matrixᵀ`, each sum over the columns in their order.
///
/// # Shapes and units
///
/// - `input`: `[rows, columns]`
/// - `matrix`: `[outputs, columns]`
///
/// Answers `[rows, outputs]`.
pub fn project(input: &[f64], matrix: &[f64], columns: usize) -> Vec<f64> {
    let columns = columns.max(1);
    let outputs = matrix.len() / columns;
    let mut output = Vec::with_capacity(input.len() / columns * outputs);
    for row in input.chunks_exact(columns) {
        output.extend(
            matrix
                .chunks_exact(columns)
                .map(|weights| dot(row, weights)),
        );
    }
    output
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (left, right) in left.iter().zip(right) {
        sum += left * right;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_meet_every_row_of_the_matrix() {
        let answer = project(&[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0], 2);
        assert_eq!(answer, [1.0, 2.0, 3.0, 3.0, 4.0, 7.0]);
    }
}
