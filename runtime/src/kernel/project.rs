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
    let mut transposed = vec![0.0; columns * outputs];
    for (output, weights) in matrix.chunks_exact(columns).enumerate() {
        for (column, weight) in weights.iter().enumerate() {
            transposed[column * outputs + output] = *weight;
        }
    }
    combine(input, &transposed, columns)
}

/// `input · matrix`, each sum over the columns in their order.
///
/// # Shapes and units
///
/// - `input`: `[rows, columns]`
/// - `matrix`: `[columns, outputs]`
///
/// Answers `[rows, outputs]`.
pub fn combine(input: &[f64], matrix: &[f64], columns: usize) -> Vec<f64> {
    /// Sums that are kept in registers.
    const BLOCK: usize = 8;
    let columns = columns.max(1);
    let outputs = matrix.len() / columns;
    let rows = input.len() / columns;
    let mut output = vec![0.0; rows * outputs];
    if outputs == 0 {
        return output;
    }
    let whole = outputs / BLOCK * BLOCK;
    for (row, answer) in input
        .chunks_exact(columns)
        .zip(output.chunks_exact_mut(outputs))
    {
        let (blocks, rest) = answer.split_at_mut(whole);
        let (blocks, _) = blocks.as_chunks_mut::<BLOCK>();
        for (block, sums) in blocks.iter_mut().enumerate() {
            *sums = sums_of(row, matrix, outputs, block * BLOCK);
        }
        let sums = (row, matrix, outputs, whole);
        match rest.len() {
            0 => {}
            1 => fill::<1>(rest, sums),
            2 => fill::<2>(rest, sums),
            3 => fill::<3>(rest, sums),
            4 => fill::<4>(rest, sums),
            5 => fill::<5>(rest, sums),
            6 => fill::<6>(rest, sums),
            _ => fill::<7>(rest, sums),
        }
    }
    output
}

/// Puts the sums of so many outputs where they belong.
#[inline]
fn fill<const N: usize>(
    answer: &mut [f64],
    (row, matrix, outputs, start): (&[f64], &[f64], usize, usize),
) {
    answer.copy_from_slice(&sums_of::<N>(row, matrix, outputs, start));
}

/// The sums of some outputs from `start` on.
#[inline]
fn sums_of<const N: usize>(row: &[f64], matrix: &[f64], outputs: usize, start: usize) -> [f64; N] {
    let mut sums = [0.0; N];
    for (value, weights) in row.iter().zip(matrix.chunks_exact(outputs)) {
        for (sum, weight) in sums.iter_mut().zip(&weights[start..start + N]) {
            *sum += value * weight;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_meet_every_row_of_the_matrix() {
        let answer = project(&[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0], 2);
        assert_eq!(answer, [1.0, 2.0, 3.0, 3.0, 4.0, 7.0]);
        let answer = combine(&[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0], 2);
        assert_eq!(answer, [1.0, 2.0, 3.0, 3.0, 4.0, 7.0]);
        assert!(project(&[1.0, 2.0], &[], 2).is_empty());
    }

    #[test]
    fn every_sum_is_taken_in_the_order_of_the_columns() {
        for outputs in 1..20 {
            let (columns, rows) = (5, 3);
            let number = |at: usize| ((at * 37 % 101) as f64).sqrt() - 4.7;
            let input: Vec<f64> = (0..rows * columns).map(number).collect();
            let matrix: Vec<f64> = (0..outputs * columns).map(|at| number(at + 7)).collect();
            let expect = input.chunks(columns).flat_map(|row| {
                let sums = matrix.chunks(columns).map(|weights| {
                    let products = row.iter().zip(weights);
                    products.fold(0.0, |sum, (value, weight)| sum + value * weight)
                });
                sums.collect::<Vec<f64>>()
            });
            assert_eq!(
                project(&input, &matrix, columns),
                expect.collect::<Vec<_>>()
            );
        }
    }
}
