//! How mixed the rows of a node are, and how much less so its children would be.
//!
//! Sums run in scikit-learn's order, so that equal splits are told apart as there.

use super::sort::Entry;

/// What is counted of the rows of a node while a split moves through them.
pub(super) trait Criterion {
    /// Counts the rows of a node.
    fn start(&mut self, entries: &[Entry]);

    /// Puts all rows right of the split.
    fn reset(&mut self);

    /// Moves the split on to `to` rows left of it.
    fn advance(&mut self, entries: &[Entry], to: usize);

    /// Weight of the node's rows.
    fn weight(&self) -> f64;

    /// Weight of the rows left and right of the split.
    fn weights(&self) -> (f64, f64);

    /// How mixed the node is.
    fn impurity(&self) -> f64;

    /// What is largest where the children are least mixed.
    fn proxy(&self) -> f64;

    /// How mixed the children are, with `pos` rows left of the split.
    fn children(&self, entries: &[Entry], pos: usize) -> (f64, f64);

    /// How much less mixed the children are, weighted among `total` rows.
    fn improvement(&self, total: f64, parent: f64, (left, right): (f64, f64)) -> f64 {
        let (weight, weights) = (self.weight(), self.weights());
        (weight / total) * (parent - (weights.1 / weight * right) - (weights.0 / weight * left))
    }

    /// Appends what a leaf of the node's rows is worth.
    fn append_value(&self, values: &mut Vec<f64>);
}
