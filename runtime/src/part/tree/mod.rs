//! Trees and what is made of them.
//!
//! The numbers of a forest are many: generated code keeps them where its weights are, so the
//! parts of constant size are made of slices and have their sizes beside them.

mod boosting;
mod classifier;
mod forest;
mod isolation_forest;

pub use boosting::{GradientBoosting, HistGradientBoosting};
pub use classifier::ForestClassifier;
pub use forest::{DecisionTree, ExtraTrees, Forest, ForestKind, RandomForest};
pub use isolation_forest::IsolationForest;

/// With their sizes in their types.
pub(super) mod sized {
    pub use super::boosting::sized::{GradientBoosting, HistGradientBoosting};
    pub use super::classifier::sized::ForestClassifier;
    pub use super::forest::sized::Forest;
    pub use super::isolation_forest::sized::IsolationForest;
}

use super::check_complete;
use crate::embed::slice;
use crate::kernel::tree::{Node, each_leaf};
use crate::part::Numbers;
use crate::{Batch, Rejection, Values};

/// Trees one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Trees<S, N> {
    /// Where the nodes of each begin, `[trees]`.
    pub starts: S,
    /// Nodes, counted from the first of their tree.
    pub nodes: N,
}

impl<S: Numbers<u32>, N> Trees<S, N> {
    /// Number of trees.
    fn len(&self) -> usize {
        self.starts.numbers().len()
    }

    /// Tells of the leaf of each row in each tree.
    fn each_leaf<T: Node>(&self, rows: &[T::Number], width: usize, found: impl FnMut(usize, u32))
    where
        N: Numbers<T>,
    {
        each_leaf(
            self.starts.numbers(),
            self.nodes.numbers(),
            rows,
            width,
            found,
        );
    }
}

/// Trees as generated code keeps them.
type Kept<const WORDS: usize> = Trees<&'static [u32], &'static [[u32; WORDS]]>;

/// Trees among whole numbers: where they start, then their nodes.
const fn kept<const WORDS: usize>(
    numbers: &'static [u32],
    start: usize,
    trees: usize,
    nodes: usize,
) -> Kept<WORDS> {
    Trees {
        starts: slice(numbers, start, trees),
        nodes: slice(numbers, start + trees, WORDS * nodes).as_chunks().0,
    }
}

/// Rows as trees in single precision read them: complete, and with a column to look at.
fn single(mut batch: Batch, step: &'static str) -> Result<(Vec<f32>, usize), Rejection> {
    check_complete(&batch, step)?;
    batch.values = Values::Single(batch.values.into_single());
    // What is finite may be too large for single precision.
    check_complete(&batch, step)?;
    let values = batch.values.into_single();
    Ok(match batch.width {
        0 => (vec![0.0; batch.rows], 1),
        width => (values, width),
    })
}
