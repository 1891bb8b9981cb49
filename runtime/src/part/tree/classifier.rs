//! `RandomForestClassifier`: the class that leaves have the largest share of, over all trees;
//! answers labels in double precision.

use super::{Trees, single};
use crate::part::{Numbers, Step};
use crate::{Batch, Rejection};

/// The label with the largest mean share of the rows in a row's leaves, the first of equals.
#[derive(Clone, Debug, PartialEq)]
pub struct ForestClassifier<S, N, V> {
    /// The trees, in single precision.
    pub trees: Trees<S, N>,
    /// Number of classes of each target, `[targets]`.
    pub classes: S,
    /// Labels of all targets' classes, ascending per target, `[classes]`.
    pub labels: V,
    /// Share of each class, `[leaves, classes]`, row-major.
    pub shares: V,
}

/// With its sizes in its type.
pub(super) mod sized {
    use super::super::kept;
    use crate::embed::{Embed, Part, Shape, Weights, slice};
    use crate::part::Step;
    use crate::{Batch, Rejection};

    /// `IN` columns to `OUT` targets with `CLASSES` labels in all, by so many trees with so many
    /// nodes and leaves in all.
    #[derive(Debug)]
    pub struct ForestClassifier<
        const IN: usize,
        const OUT: usize,
        const CLASSES: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
    >(super::ForestClassifier<&'static [u32], &'static [[u32; 3]], &'static [f64]>);

    impl<
        const IN: usize,
        const OUT: usize,
        const CLASSES: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
    > Part for ForestClassifier<IN, OUT, CLASSES, TREES, NODES, LEAVES>
    {
        const SHAPE: Shape = Shape::new(IN, OUT)
            .with_doubles(CLASSES + CLASSES * LEAVES)
            .with_integers(OUT + TREES + 3 * NODES);
    }

    impl<
        const IN: usize,
        const OUT: usize,
        const CLASSES: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
        W: Weights,
    > Embed<W> for ForestClassifier<IN, OUT, CLASSES, TREES, NODES, LEAVES>
    {
        const PART: Self = Self(super::ForestClassifier {
            trees: kept(W::INTEGERS, OUT, TREES, NODES),
            classes: slice(W::INTEGERS, 0, OUT),
            labels: slice(W::DOUBLES, 0, CLASSES),
            shares: slice(W::DOUBLES, CLASSES, CLASSES * LEAVES),
        });
    }

    impl<
        const IN: usize,
        const OUT: usize,
        const CLASSES: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
    > Step for ForestClassifier<IN, OUT, CLASSES, TREES, NODES, LEAVES>
    {
        fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
            self.0.apply(batch)
        }
    }
}

impl<S: Numbers<u32>, N: Numbers<[u32; 3]>, V: Numbers<f64>> Step for ForestClassifier<S, N, V> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let rows = batch.rows;
        let (values, width) = single(batch, "RandomForestClassifier")?;
        let (labels, shares) = (self.labels.numbers(), self.shares.numbers());
        let classes = labels.len();
        let mut sums = vec![0.0; rows * classes];
        self.trees.each_leaf(&values, width, |row, leaf| {
            let shares = &shares[leaf as usize * classes..][..classes];
            for (sum, share) in sums[row * classes..].iter_mut().zip(shares) {
                *sum += share;
            }
        });
        let trees = self.trees.len() as f64;
        let targets = self.classes.numbers();
        let mut answer = Vec::with_capacity(rows * targets.len());
        for sums in sums.chunks_exact(classes.max(1)) {
            let mut first = 0;
            for of_target in targets {
                let end = first + *of_target as usize;
                let mut best = (first, f64::NEG_INFINITY);
                for (at, sum) in (first..end).zip(&sums[first..end]) {
                    if sum / trees > best.1 {
                        best = (at, sum / trees);
                    }
                }
                answer.push(labels[best.0]);
                first = end;
            }
        }
        Ok(Batch::double(rows, targets.len(), answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::single_leaf;

    #[test]
    fn the_first_label_of_the_largest_share_is_answered() {
        let forest = ForestClassifier {
            trees: Trees {
                starts: vec![0],
                nodes: vec![
                    [0.5_f32.to_bits(), 0, 2],
                    single_leaf(1, 0),
                    single_leaf(2, 1),
                ],
            },
            classes: vec![2, 3],
            labels: vec![-1.0, 1.0, 5.0, 6.0, 7.0],
            shares: vec![0.5, 0.5, 0.0, 0.25, 0.75, 0.25, 0.75, 0.0, 1.0, 0.0],
        };
        let answer = forest.apply(Batch::double(2, 1, vec![0.0, 1.0])).unwrap();
        let labels = vec![-1.0, 7.0, 1.0, 6.0];
        assert_eq!((answer.width, answer.to_f64()), (2, labels));
    }
}
