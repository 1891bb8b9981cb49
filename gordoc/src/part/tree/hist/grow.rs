//! Grows a tree on bins: where the loss falls most, leaf by leaf.
//!
//! Sums run in the order of the rows and columns, so any number of threads finds the same splits.

use std::ops::Range;

use rayon::prelude::*;

/// How far a tree grows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growth {
    pub(super) max_leaf_nodes: Option<usize>,
    pub(super) max_depth: Option<usize>,
    pub(super) min_samples_leaf: usize,
    pub(super) l2_regularization: f64,
    /// Share of its value that a leaf adds.
    pub(super) shrinkage: f64,
}

/// Least number of rows that a side needs, as each counts 1.
const LEAST_WEIGHT: f64 = 1e-3;

/// Rows below which threads are not worth their while.
const FEW_ROWS: usize = 2000;

/// A column's rows and gradients per bin.
type Histogram = Vec<(f64, u32)>;

/// Where a node is split.
#[derive(Clone, Copy, Debug)]
struct Split {
    gain: f64,
    column: usize,
    /// Last bin that goes left.
    bin: u8,
    gradients: (f64, f64),
    n_left: usize,
    values: (f64, f64),
}

/// A node of a tree, the root first.
#[derive(Debug)]
pub(super) struct Node {
    depth: usize,
    /// Its rows, as places in the order that the tree put them in.
    pub(super) rows: Range<usize>,
    gradients: f64,
    pub(super) value: f64,
    split: Option<Split>,
    pub(super) children: Option<(usize, usize)>,
    histograms: Vec<Histogram>,
}

impl Node {
    /// Column and last bin that goes left, and whether missing values do.
    pub(super) fn cut(&self) -> Option<(usize, u8, bool)> {
        self.children?;
        let split = self.split?;
        let n_right = self.rows.len() - split.n_left;
        Some((split.column, split.bin, split.n_left > n_right))
    }
}

/// A grown tree.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Rows in the order of the leaves.
    pub(super) order: Vec<u32>,
}

/// A tree under way.
struct Growing<'a> {
    growth: Growth,
    bins: &'a [Vec<u8>],
    /// Bins of each column.
    n_bins: &'a [usize],
    gradients: &'a [f32],
    tree: Tree,
    /// Nodes to be split, a heap by their gain.
    open: Vec<usize>,
    n_leaves: usize,
    spare: Vec<u32>,
}

impl Growth {
    pub(super) fn grow(self, bins: &[Vec<u8>], n_bins: &[usize], gradients: &[f32]) -> Tree {
        let order: Vec<u32> = (0..).take(gradients.len()).collect();
        let sum = gradients
            .iter()
            .fold(0.0, |sum, gradient| sum + f64::from(*gradient));
        let mut growing = Growing {
            growth: self,
            bins,
            n_bins,
            gradients,
            tree: Tree {
                nodes: Vec::new(),
                order,
            },
            open: Vec::new(),
            n_leaves: 0,
            spare: Vec::new(),
        };
        growing.root(sum);
        while let Some(at) = growing.pop() {
            growing.part(at);
        }
        let mut tree = growing.tree;
        for node in tree.nodes.iter_mut().filter(|node| node.children.is_none()) {
            node.value *= self.shrinkage;
        }
        tree
    }

    fn value(self, gradients: f64, weight: f64) -> f64 {
        -gradients / (weight + self.l2_regularization + 1e-15)
    }
}

impl Growing<'_> {
    fn root(&mut self, gradients: f64) {
        let rows = 0..self.tree.order.len();
        let root = self.node(rows.clone(), 0, gradients, 0.0);
        if rows.len() < 2 * self.growth.min_samples_leaf {
            self.n_leaves += 1;
            return;
        }
        self.tree.nodes[root].histograms = self.histograms(&rows);
        self.open_or_close(root);
    }

    fn node(&mut self, rows: Range<usize>, depth: usize, gradients: f64, value: f64) -> usize {
        self.tree.nodes.push(Node {
            depth,
            rows,
            gradients,
            value,
            split: None,
            children: None,
            histograms: Vec::new(),
        });
        self.tree.nodes.len() - 1
    }

    /// Finds how a node is best split, or makes it a leaf.
    fn open_or_close(&mut self, at: usize) {
        match self.best_split(&self.tree.nodes[at]) {
            Some(split) => {
                self.tree.nodes[at].split = Some(split);
                self.push(at);
            }
            None => self.close(at),
        }
    }

    fn close(&mut self, at: usize) {
        self.tree.nodes[at].histograms = Vec::new();
        self.n_leaves += 1;
    }

    /// Splits a node.
    fn part(&mut self, at: usize) {
        let node = &self.tree.nodes[at];
        let (rows, depth) = (node.rows.clone(), node.depth + 1);
        let split = node.split.expect("only nodes with a split are open");
        self.partition(&rows, split);
        let middle = rows.start + split.n_left;
        let n_leaves = self.n_leaves + self.open.len() + 2;
        let left = self.node(rows.start..middle, depth, split.gradients.0, split.values.0);
        let right = self.node(middle..rows.end, depth, split.gradients.1, split.values.1);
        let histograms = std::mem::take(&mut self.tree.nodes[at].histograms);
        self.tree.nodes[at].children = Some((left, right));
        let is_last = self.growth.max_leaf_nodes == Some(n_leaves);
        if is_last || self.growth.max_depth == Some(depth) {
            self.close(left);
            self.close(right);
            if is_last {
                self.n_leaves += self.open.len();
                self.open.clear();
            }
            return;
        }
        let can_split = |node: &Node| node.rows.len() >= 2 * self.growth.min_samples_leaf;
        let splits = [left, right].map(|child| can_split(&self.tree.nodes[child]));
        if splits.contains(&true) {
            // The smaller child is counted; the other one is what is left.
            let (small, large) = if split.n_left < rows.end - middle {
                (left, right)
            } else {
                (right, left)
            };
            let of_small = self.histograms(&self.tree.nodes[small].rows);
            self.tree.nodes[large].histograms = subtract(histograms, &of_small);
            self.tree.nodes[small].histograms = of_small;
        }
        for (child, splits) in [left, right].into_iter().zip(splits) {
            if !splits {
                self.close(child);
            }
        }
        for (child, splits) in [left, right].into_iter().zip(splits) {
            if splits {
                self.open_or_close(child);
            }
        }
    }

    /// Puts the rows of the left child first, and keeps their order.
    fn partition(&mut self, rows: &Range<usize>, split: Split) {
        let bins = &self.bins[split.column];
        let order = &mut self.tree.order[rows.clone()];
        self.spare.clear();
        let mut n_left = 0;
        for at in 0..order.len() {
            let row = order[at];
            if bins[row as usize] <= split.bin {
                order[n_left] = row;
                n_left += 1;
            } else {
                self.spare.push(row);
            }
        }
        order[n_left..].copy_from_slice(&self.spare);
    }

    fn histograms(&self, rows: &Range<usize>) -> Vec<Histogram> {
        let order = &self.tree.order[rows.clone()];
        let gradients: Vec<f32> = order
            .iter()
            .map(|row| self.gradients[*row as usize])
            .collect();
        let is_root = order.len() == self.gradients.len();
        let count = |(bins, n_bins): (&Vec<u8>, &usize)| {
            let mut histogram = vec![(0.0, 0); *n_bins];
            if is_root {
                for (bin, gradient) in bins.iter().zip(&gradients) {
                    let (sum, count) = &mut histogram[*bin as usize];
                    *sum += f64::from(*gradient);
                    *count += 1;
                }
            } else {
                for (row, gradient) in order.iter().zip(&gradients) {
                    let (sum, count) = &mut histogram[bins[*row as usize] as usize];
                    *sum += f64::from(*gradient);
                    *count += 1;
                }
            }
            histogram
        };
        if order.len() < FEW_ROWS {
            return self.bins.iter().zip(self.n_bins).map(count).collect();
        }
        self.bins.par_iter().zip(self.n_bins).map(count).collect()
    }

    /// The split that gains most, the first of equals; none if none gains.
    fn best_split(&self, node: &Node) -> Option<Split> {
        let of_column = |(column, histogram)| self.best_of_column(node, column, histogram);
        let splits = node.histograms.iter().enumerate().filter_map(of_column);
        splits.fold(None, |best: Option<Split>, split| match best {
            Some(best) if split.gain <= best.gain => Some(best),
            _ => Some(split),
        })
    }

    fn best_of_column(&self, node: &Node, column: usize, histogram: &Histogram) -> Option<Split> {
        let growth = self.growth;
        let (count, weight) = (node.rows.len(), node.rows.len() as f64);
        let loss = node.gradients * node.value;
        let mut best: Option<Split> = None;
        let (mut n_left, mut left) = (0, 0.0);
        let ends = histogram.len().saturating_sub(1);
        for (bin, (gradients, n_rows)) in (0_u8..).zip(&histogram[..ends]) {
            n_left += *n_rows as usize;
            left += gradients;
            if n_left < growth.min_samples_leaf {
                continue;
            }
            if count - n_left < growth.min_samples_leaf {
                break;
            }
            let weights = (n_left as f64, weight - n_left as f64);
            if weights.0 < LEAST_WEIGHT {
                continue;
            }
            if weights.1 < LEAST_WEIGHT {
                break;
            }
            let right = node.gradients - left;
            let values = (
                growth.value(left, weights.0),
                growth.value(right, weights.1),
            );
            let gain = loss - left * values.0 - right * values.1;
            if gain > best.map_or(0.0, |best| best.gain) {
                best = Some(Split {
                    gain,
                    column,
                    bin,
                    gradients: (left, right),
                    n_left,
                    values,
                });
            }
        }
        best
    }

    fn gain(&self, at: usize) -> f64 {
        let split = self.tree.nodes[self.open[at]].split;
        split.map_or(0.0, |split| split.gain)
    }

    fn push(&mut self, node: usize) {
        self.open.push(node);
        self.rise(0, self.open.len() - 1);
    }

    /// The node that gains most; equals leave in the order of Python's `heapq`.
    fn pop(&mut self) -> Option<usize> {
        if self.open.is_empty() {
            return None;
        }
        let first = self.open.swap_remove(0);
        let count = self.open.len();
        let mut at = 0;
        while 2 * at + 1 < count {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let child = if right < count && self.gain(left) <= self.gain(right) {
                right
            } else {
                left
            };
            self.open.swap(at, child);
            at = child;
        }
        if count > 0 {
            self.rise(0, at);
        }
        Some(first)
    }

    fn rise(&mut self, top: usize, mut at: usize) {
        while at > top && self.gain(at) > self.gain((at - 1) / 2) {
            self.open.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }
}

/// What is left of a node's histograms without one child's.
fn subtract(mut all: Vec<Histogram>, child: &[Histogram]) -> Vec<Histogram> {
    for (all, child) in all.iter_mut().zip(child) {
        for (all, child) in all.iter_mut().zip(child) {
            all.0 -= child.0;
            all.1 -= child.1;
        }
    }
    all
}
