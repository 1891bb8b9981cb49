//! Some rows of a table.

use gordo_runtime::{Batch, Values};

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
