//! Some rows of a table, and tables as matrices.

use gordo_runtime::{Batch, Values};
use ndarray::Array2;

/// A table as a matrix, `[rows, columns]`.
pub(crate) fn matrix(batch: &Batch) -> Array2<f64> {
    let shape = (batch.rows, batch.steps * batch.width);
    Array2::from_shape_vec(shape, batch.to_f64()).expect("a batch has as many numbers as it says")
}

/// The rows at these positions, in this order.
pub(crate) fn take(batch: &Batch, order: &[usize]) -> Batch {
    let width = batch.steps * batch.width;
    Batch {
        rows: order.len(),
        steps: batch.steps,
        width: batch.width,
        values: match &batch.values {
            Values::Single(values) => Values::Single(pick(values, width, order)),
            Values::Double(values) => Values::Double(pick(values, width, order)),
        },
    }
}

fn pick<N: Copy>(values: &[N], width: usize, order: &[usize]) -> Vec<N> {
    order
        .iter()
        .flat_map(|row| &values[row * width..(row + 1) * width])
        .copied()
        .collect()
}
