//! The columns that a part of a `ColumnTransformer` reads.

use super::{Numbers, Step};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection, Values};

/// Some columns of a table, in an order of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectColumns<K, const IN: usize = 0> {
    /// Their positions.
    pub columns: K,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `OUT` of `IN` columns.
    pub type SelectColumns<const IN: usize, const OUT: usize> =
        super::SelectColumns<[u32; OUT], IN>;
}

impl<K: Numbers<u32>, const IN: usize> Step for SelectColumns<K, IN> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let columns = self.columns.numbers();
        let values = match &batch.values {
            Values::Single(values) => Values::Single(pick(values, batch.width, columns)),
            Values::Double(values) => Values::Double(pick(values, batch.width, columns)),
        };
        Ok(Batch {
            width: columns.len(),
            values,
            ..batch
        })
    }
}

fn pick<N: Copy>(values: &[N], width: usize, columns: &[u32]) -> Vec<N> {
    let mut picked = Vec::with_capacity(values.len() / width.max(1) * columns.len());
    for row in values.chunks_exact(width.max(1)) {
        picked.extend(columns.iter().map(|column| row[*column as usize]));
    }
    picked
}

impl<const IN: usize, const OUT: usize> Part for sized::SelectColumns<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_integers(OUT);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W> for sized::SelectColumns<IN, OUT> {
    const PART: Self = Self {
        columns: vector(W::INTEGERS, 0),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_that_is_asked_for() {
        let select = SelectColumns::<_, 3> { columns: [2, 0] };
        let rows = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let answer = select.apply(Batch::double(2, 3, rows)).unwrap();
        assert_eq!(answer, Batch::double(2, 2, vec![3.0, 1.0, 6.0, 4.0]));
    }
}
