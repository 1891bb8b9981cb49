//! `DecisionTreeRegressor`, `RandomForestRegressor`, `ExtraTreesRegressor`: the mean of what the
//! leaves of each tree are worth; answers in double precision.

use std::marker::PhantomData;

use super::{Trees, single};
use crate::part::{Numbers, Step};
use crate::{Batch, Rejection};

/// Which class of forest it is: they differ in how they were grown.
pub trait ForestKind: Sync + 'static {
    /// The name of the class.
    const NAME: &'static str;
}

/// One tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionTree;

/// Trees that each saw a sample of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomForest;

/// Trees with random thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtraTrees;

impl ForestKind for DecisionTree {
    const NAME: &'static str = "DecisionTreeRegressor";
}

impl ForestKind for RandomForest {
    const NAME: &'static str = "RandomForestRegressor";
}

impl ForestKind for ExtraTrees {
    const NAME: &'static str = "ExtraTreesRegressor";
}

/// The mean of what rows are worth to each tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest<K, S, N, V> {
    /// The trees, in single precision.
    pub trees: Trees<S, N>,
    /// What leaves are worth, `[leaves, targets]`, row-major.
    pub values: V,
    /// Number of targets.
    pub targets: usize,
    /// What it is.
    pub kind: PhantomData<K>,
}

/// With its sizes in its type.
pub(super) mod sized {
    use super::super::kept;
    use super::ForestKind;
    use crate::embed::{Embed, Part, Shape, Weights, slice};
    use crate::part::Step;
    use crate::{Batch, Rejection};
    use std::marker::PhantomData;

    /// `IN` columns to `OUT` targets, by so many trees with so many nodes and leaves in all.
    #[derive(Debug)]
    pub struct Forest<
        const IN: usize,
        const OUT: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
        K,
    >(super::Forest<K, &'static [u32], &'static [[u32; 3]], &'static [f64]>);

    impl<
        const IN: usize,
        const OUT: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
        K,
    > Part for Forest<IN, OUT, TREES, NODES, LEAVES, K>
    {
        const SHAPE: Shape = Shape::new(IN, OUT)
            .with_doubles(LEAVES * OUT)
            .with_integers(TREES + 3 * NODES);
    }

    impl<
        const IN: usize,
        const OUT: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
        K,
        W: Weights,
    > Embed<W> for Forest<IN, OUT, TREES, NODES, LEAVES, K>
    {
        const PART: Self = Self(super::Forest {
            trees: kept(W::INTEGERS, 0, TREES, NODES),
            values: slice(W::DOUBLES, 0, LEAVES * OUT),
            targets: OUT,
            kind: PhantomData,
        });
    }

    impl<
        const IN: usize,
        const OUT: usize,
        const TREES: usize,
        const NODES: usize,
        const LEAVES: usize,
        K: ForestKind,
    > Step for Forest<IN, OUT, TREES, NODES, LEAVES, K>
    {
        fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
            self.0.apply(batch)
        }
    }
}

impl<K: ForestKind, S: Numbers<u32>, N: Numbers<[u32; 3]>, V: Numbers<f64>> Step
    for Forest<K, S, N, V>
{
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let rows = batch.rows;
        let (values, width) = single(batch, K::NAME)?;
        let (worth, targets) = (self.values.numbers(), self.targets);
        let mut answer = vec![0.0; rows * targets];
        if targets == 1 {
            self.trees.each_leaf(&values, width, |row, leaf| {
                answer[row] += worth[leaf as usize];
            });
        } else {
            self.trees.each_leaf(&values, width, |row, leaf| {
                let worth = &worth[leaf as usize * targets..][..targets];
                for (sum, worth) in answer[row * targets..].iter_mut().zip(worth) {
                    *sum += worth;
                }
            });
        }
        let trees = self.trees.len() as f64;
        for value in &mut answer {
            *value /= trees;
        }
        Ok(Batch::double(rows, targets, answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::single_leaf;

    fn stump() -> Vec<[u32; 3]> {
        vec![
            [0.5_f32.to_bits(), 1, 2],
            single_leaf(1, 0),
            single_leaf(2, 1),
        ]
    }

    fn forest(targets: usize) -> Forest<RandomForest, Vec<u32>, Vec<[u32; 3]>, Vec<f64>> {
        Forest {
            trees: Trees {
                starts: vec![0, 3],
                nodes: [stump(), vec![single_leaf(0, 2)]].concat(),
            },
            values: (1..=3 * targets).map(|value| value as f64).collect(),
            targets,
            kind: PhantomData,
        }
    }

    #[test]
    fn a_forest_answers_the_mean_of_its_trees() {
        let rows = Batch::double(2, 2, vec![9.0, 0.5, 0.0, 0.6]);
        let answer = forest(1).apply(rows.clone()).unwrap();
        assert_eq!(answer.to_f64(), [2.0, 2.5]);
        let answer = forest(2).apply(rows).unwrap();
        assert_eq!(
            (answer.width, answer.to_f64()),
            (2, vec![3.0, 4.0, 4.0, 5.0])
        );
    }

    #[test]
    fn what_is_missing_or_beyond_single_precision_is_refused() {
        let apply = |value: f64| forest(1).apply(Batch::double(1, 2, vec![0.0, value]));
        let step = "RandomForestRegressor";
        assert_eq!(apply(f64::NAN), Err(Rejection::Missing { step }));
        assert_eq!(apply(f64::INFINITY), Err(Rejection::Infinite));
        assert_eq!(apply(1e300), Err(Rejection::Infinite));
        assert_eq!(apply(1e-300).unwrap().to_f64(), [2.0]);
    }
}
