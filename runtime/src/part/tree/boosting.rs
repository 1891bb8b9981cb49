//! `GradientBoostingRegressor` and `HistGradientBoostingRegressor`: where trees start from, and
//! what each of them adds; answers in double precision.

use super::{Trees, single};
use crate::part::{Numbers, Step, check};
use crate::{Batch, Rejection};

/// Trees that add up; they compare in single precision.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientBoosting<S, N, V> {
    /// The trees.
    pub trees: Trees<S, N>,
    /// What leaves add, the learning rate included, `[leaves]`.
    pub values: V,
    /// What is added to.
    pub base: f64,
}

/// Trees that add up; they compare in double precision and take missing values.
#[derive(Clone, Debug, PartialEq)]
pub struct HistGradientBoosting<S, N, V> {
    /// The trees.
    pub trees: Trees<S, N>,
    /// What leaves add, the learning rate included, `[leaves]`.
    pub values: V,
    /// What is added to.
    pub base: f64,
}

/// With their sizes in their types.
pub(super) mod sized {
    use super::super::kept;
    use crate::embed::{Embed, Part, Shape, Weights, slice};
    use crate::part::Step;
    use crate::{Batch, Rejection};

    macro_rules! boosting {
        ($name:ident, $words:literal) => {
            /// `IN` columns to one target, by so many trees with so many nodes and leaves in all.
            #[derive(Debug)]
            pub struct $name<
                const IN: usize,
                const TREES: usize,
                const NODES: usize,
                const LEAVES: usize,
            >(super::$name<&'static [u32], &'static [[u32; $words]], &'static [f64]>);

            impl<const IN: usize, const TREES: usize, const NODES: usize, const LEAVES: usize> Part
                for $name<IN, TREES, NODES, LEAVES>
            {
                const SHAPE: Shape = Shape::new(IN, 1)
                    .with_doubles(1 + LEAVES)
                    .with_integers(TREES + $words * NODES);
            }

            impl<
                const IN: usize,
                const TREES: usize,
                const NODES: usize,
                const LEAVES: usize,
                W: Weights,
            > Embed<W> for $name<IN, TREES, NODES, LEAVES>
            {
                const PART: Self = Self(super::$name {
                    trees: kept(W::INTEGERS, 0, TREES, NODES),
                    values: slice(W::DOUBLES, 1, LEAVES),
                    base: W::DOUBLES[0],
                });
            }

            impl<const IN: usize, const TREES: usize, const NODES: usize, const LEAVES: usize> Step
                for $name<IN, TREES, NODES, LEAVES>
            {
                fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
                    self.0.apply(batch)
                }
            }
        };
    }

    boosting!(GradientBoosting, 3);
    boosting!(HistGradientBoosting, 4);
}

impl<S: Numbers<u32>, N: Numbers<[u32; 3]>, V: Numbers<f64>> Step for GradientBoosting<S, N, V> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let rows = batch.rows;
        let (values, width) = single(batch, "GradientBoostingRegressor")?;
        let added = self.values.numbers();
        let mut answer = vec![self.base; rows];
        self.trees.each_leaf(&values, width, |row, leaf| {
            answer[row] += added[leaf as usize];
        });
        Ok(Batch::double(rows, 1, answer))
    }
}

impl<S: Numbers<u32>, N: Numbers<[u32; 4]>, V: Numbers<f64>> Step
    for HistGradientBoosting<S, N, V>
{
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "HistGradientBoostingRegressor")?;
        let (rows, width) = (batch.rows, batch.width.max(1));
        let values = match batch.width {
            0 => vec![0.0; rows],
            _ => batch.values.into_double(),
        };
        let added = self.values.numbers();
        let mut answer = vec![self.base; rows];
        self.trees.each_leaf(&values, width, |row, leaf| {
            answer[row] += added[leaf as usize];
        });
        Ok(Batch::double(rows, 1, answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::{MISSING_LEFT, double_leaf, double_node, single_leaf};

    #[test]
    fn trees_add_to_a_base() {
        let boosting = GradientBoosting {
            trees: Trees {
                starts: [0_u32, 3],
                nodes: [
                    [0.5_f32.to_bits(), 0, 2],
                    single_leaf(1, 0),
                    single_leaf(2, 1),
                    single_leaf(0, 2),
                ],
            },
            values: [1.0, 2.0, 0.25],
            base: 10.0,
        };
        let answer = boosting.apply(Batch::double(2, 1, vec![0.0, 1.0])).unwrap();
        assert_eq!(answer.to_f64(), [11.25, 12.25]);
    }

    #[test]
    fn missing_values_are_answered_where_histograms_were() {
        let boosting = HistGradientBoosting {
            trees: Trees {
                starts: [0_u32],
                nodes: [
                    double_node(0.1, MISSING_LEFT, 2),
                    double_leaf(1, 0),
                    double_leaf(2, 1),
                ],
            },
            values: [1.0, 2.0],
            base: 0.0,
        };
        let rows = vec![f64::NAN, 0.1, 0.1_f64.next_up()];
        let answer = boosting.apply(Batch::double(3, 1, rows)).unwrap();
        assert_eq!(answer.to_f64(), [1.0, 1.0, 2.0]);
        let infinite = boosting.apply(Batch::double(1, 1, vec![f64::INFINITY]));
        assert_eq!(infinite, Err(Rejection::Infinite));
    }
}
