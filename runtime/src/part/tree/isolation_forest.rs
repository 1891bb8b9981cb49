//! `IsolationForest`: 1 for ordinary rows, -1 for those that few cuts tell from all others;
//! answers in double precision.

use super::{Trees, single};
use crate::part::{Numbers, Step};
use crate::{Batch, Rejection};

/// Cuts to a row's leaf over those that are ordinary, as a score, against an offset.
#[derive(Clone, Debug, PartialEq)]
pub struct IsolationForest<S, N, V> {
    /// The trees, in single precision.
    pub trees: Trees<S, N>,
    /// Cuts to each leaf, with what its rows would take on average beyond it, `[leaves]`.
    pub depths: V,
    /// Cuts that rows as many as a tree saw take on average.
    pub ordinary: f64,
    /// The score below which rows are anomalous.
    pub offset: f64,
}

impl<S: Numbers<u32>, N: Numbers<[u32; 3]>, V: Numbers<f64>> IsolationForest<S, N, V> {
    /// Scores between -1 and 0, the lower the more anomalous.
    pub fn scores(&self, batch: Batch) -> Result<Vec<f64>, Rejection> {
        let mut depths = vec![0.0; batch.rows];
        let (values, width) = single(batch, "IsolationForest")?;
        let of_leaves = self.depths.numbers();
        self.trees.each_leaf(&values, width, |row, leaf| {
            depths[row] += of_leaves[leaf as usize];
        });
        let ordinary = self.trees.len() as f64 * self.ordinary;
        for depth in &mut depths {
            // Trees that saw a single row find every row ordinary.
            let relative = if ordinary == 0.0 {
                1.0
            } else {
                *depth / ordinary
            };
            *depth = -libm::exp2(-relative);
        }
        Ok(depths)
    }
}

/// With its sizes in its type.
pub(super) mod sized {
    use super::super::kept;
    use crate::embed::{Embed, Part, Shape, Weights, slice};
    use crate::part::Step;
    use crate::{Batch, Rejection};

    /// `IN` columns to one, by so many trees with so many nodes and leaves in all.
    #[derive(Debug)]
    pub struct IsolationForest<
        const IN: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
    >(super::IsolationForest<&'static [u32], &'static [[u32; 3]], &'static [f64]>);

    impl<const IN: usize, const TREES: usize, const NODES: usize, const LEAVES: usize> Part
        for IsolationForest<IN, TREES, NODES, LEAVES>
    {
        const SHAPE: Shape = Shape::new(IN, 1)
            .with_doubles(2 + LEAVES)
            .with_integers(TREES + 3 * NODES);
    }

    impl<const IN: usize, const TREES: usize, const NODES: usize, const LEAVES: usize, W: Weights>
        Embed<W> for IsolationForest<IN, TREES, NODES, LEAVES>
    {
        const PART: Self = Self(super::IsolationForest {
            trees: kept(W::INTEGERS, 0, TREES, NODES),
            depths: slice(W::DOUBLES, 2, LEAVES),
            ordinary: W::DOUBLES[0],
            offset: W::DOUBLES[1],
        });
    }

    impl<const IN: usize, const TREES: usize, const NODES: usize, const LEAVES: usize> Step
        for IsolationForest<IN, TREES, NODES, LEAVES>
    {
        fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
            self.0.apply(batch)
        }
    }
}

impl<S: Numbers<u32>, N: Numbers<[u32; 3]>, V: Numbers<f64>> Step for IsolationForest<S, N, V> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let rows = batch.rows;
        let mut answer = self.scores(batch)?;
        for score in &mut answer {
            *score = if *score - self.offset < 0.0 {
                -1.0
            } else {
                1.0
            };
        }
        Ok(Batch::double(rows, 1, answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::single_leaf;

    fn forest(ordinary: f64) -> IsolationForest<[u32; 1], [[u32; 3]; 3], [f64; 2]> {
        IsolationForest {
            trees: Trees {
                starts: [0],
                nodes: [
                    [0.5_f32.to_bits(), 0, 2],
                    single_leaf(1, 0),
                    single_leaf(2, 1),
                ],
            },
            depths: [1.0, 3.0],
            ordinary,
            offset: -0.5,
        }
    }

    #[test]
    fn what_is_soon_alone_is_anomalous() {
        let rows = Batch::double(2, 1, vec![0.0, 1.0]);
        assert_eq!(
            forest(2.0).apply(rows.clone()).unwrap().to_f64(),
            [-1.0, 1.0]
        );
        assert_eq!(
            forest(0.0).apply(rows.clone()).unwrap().to_f64(),
            [1.0, 1.0]
        );
        let scores = forest(2.0).scores(rows).unwrap();
        assert_eq!(scores, [-libm::exp2(-0.5), -libm::exp2(-1.5)]);
    }
}
