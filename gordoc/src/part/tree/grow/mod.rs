//! Grows trees on rows, as scikit-learn grows them: the same splits from the same seed.
//!
//! Knows one tree; what forests and boosting make of trees is theirs.

mod classification;
pub(super) mod columns;
mod criterion;
mod frontier;
mod prune;
pub(super) mod random;
mod regression;
mod sort;
mod split;

use std::ops::Range;

use gordo_runtime::kernel::tree::single_leaf;

pub(super) use self::classification::Classes;
use self::classification::Shares;
pub(super) use self::columns::Columns;
use self::criterion::Criterion;
use self::frontier::Frontier;
use self::regression::Squares;
pub(super) use self::regression::Targets;
use self::split::{Split, Splitter};

/// How far a tree grows, with shares of rows and columns counted.
#[derive(Clone, Debug)]
pub(super) struct Growth {
    pub(super) max_depth: usize,
    pub(super) min_samples_split: usize,
    pub(super) min_samples_leaf: usize,
    pub(super) min_weight_leaf: f64,
    /// Columns looked at per node.
    pub(super) max_features: usize,
    /// Leaves of a tree that grows where it gains most.
    pub(super) max_leaf_nodes: Option<usize>,
    pub(super) min_impurity_decrease: f64,
    pub(super) random_thresholds: bool,
    pub(super) ccp_alpha: f64,
}

/// Rows that a tree sees.
#[derive(Clone, Copy)]
pub(super) struct Sample<'a> {
    pub(super) columns: &'a Columns,
    /// Positions of columns.
    pub(super) seen: &'a [u32],
    /// Positions of rows that weigh something.
    pub(super) rows: &'a [u32],
    /// Weights of all rows, if they differ.
    pub(super) weights: Option<&'a [f64]>,
    /// Weight of those that are seen.
    pub(super) weight: f64,
}

/// What a tree learns.
#[derive(Clone, Copy)]
pub(super) enum Learn<'a> {
    Targets(Targets<'a>),
    Classes(Classes<'a>),
}

/// A node of a grown tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) column: u32,
    pub(super) threshold: f32,
    /// Left and right child.
    pub(super) children: Option<(u32, u32)>,
    pub(super) impurity: f64,
    pub(super) n_rows: usize,
    pub(super) weight: f64,
}

/// A grown tree, its root first.
#[derive(Clone, Debug)]
pub(super) struct Grown {
    pub(super) nodes: Vec<Node>,
    /// What each node would be worth as a leaf, `[nodes, values]`.
    pub(super) values: Vec<f64>,
}

/// A tree as rows walk down it.
#[derive(Clone, Debug, Default)]
pub(super) struct Compact {
    /// Each before those below it.
    pub(super) nodes: Vec<[u32; 3]>,
    /// The node of the grown tree that each leaf is.
    pub(super) leaves: Vec<u32>,
    /// How deep leaves are, the root at 0.
    pub(super) depths: Vec<u32>,
}

impl Growth {
    /// Cuts rows apart at random, as deep as a tree that halves them.
    pub(super) fn isolating(n_rows: usize) -> Self {
        Self {
            max_depth: n_rows.max(2).next_power_of_two().ilog2() as usize,
            min_samples_split: 2,
            min_samples_leaf: 1,
            min_weight_leaf: 0.0,
            max_features: 1,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            random_thresholds: true,
            ccp_alpha: 0.0,
        }
    }

    /// Grows a tree from a seed.
    pub(super) fn grow(&self, sample: Sample<'_>, learn: Learn<'_>, seed: u32) -> Grown {
        let weights = sample.weights;
        match learn {
            Learn::Targets(targets) if targets.count == 1 => {
                let criterion = Squares::<[f64; 1]>::new(targets, weights);
                self.grow_by(sample, criterion, seed)
            }
            Learn::Targets(targets) => {
                let criterion = Squares::<Vec<f64>>::new(targets, weights);
                self.grow_by(sample, criterion, seed)
            }
            Learn::Classes(classes) => self.grow_by(sample, Shares::new(classes, weights), seed),
        }
    }

    fn grow_by(&self, sample: Sample<'_>, criterion: impl Criterion, seed: u32) -> Grown {
        let rows = (sample.rows, sample.weight);
        let splitter = Splitter::new(sample.columns, sample.seen, criterion, self, rows, seed);
        let mut growing = Growing {
            growth: self,
            splitter,
            tree: Grown {
                nodes: Vec::new(),
                values: Vec::new(),
            },
        };
        match self.max_leaf_nodes {
            None => growing.depth_first(),
            Some(most) => growing.best_first(most),
        }
        let mut tree = growing.tree;
        if self.ccp_alpha > 0.0 {
            prune::prune(&mut tree, self.ccp_alpha, sample.weight);
        }
        tree
    }
}

/// Rows of a node that is still to come.
#[derive(Clone, Debug)]
struct Pending {
    rows: Range<usize>,
    depth: usize,
    /// Where its parent is told where it stands: the node, and whether it is the right child.
    parent: Option<(u32, bool)>,
    /// None for the root, which is measured first.
    impurity: Option<f64>,
    /// Columns known to be constant.
    n_constants: usize,
}

/// A tree under way.
struct Growing<'a, C> {
    growth: &'a Growth,
    splitter: Splitter<'a, C>,
    tree: Grown,
}

impl<C: Criterion> Growing<'_, C> {
    fn root(&self) -> Pending {
        Pending {
            rows: 0..self.splitter.n_rows(),
            depth: 0,
            parent: None,
            impurity: None,
            n_constants: 0,
        }
    }

    fn depth_first(&mut self) {
        let mut stack = vec![self.root()];
        while let Some(pending) = stack.pop() {
            let (at, split) = self.node(&pending);
            if let Some(split) = split {
                let [left, right] = children(&pending, at, &split);
                self.part(at, &split);
                stack.extend([right, left]);
            }
        }
    }

    fn best_first(&mut self, most: usize) {
        let mut n_splits = most.saturating_sub(1);
        let mut frontier = Frontier::default();
        let root = self.root();
        let (at, split) = self.node(&root);
        frontier.push((at, root, split));
        while let Some((at, pending, split)) = frontier.pop() {
            let Some(split) = split.filter(|_| n_splits > 0) else {
                continue;
            };
            n_splits -= 1;
            self.part(at, &split);
            for mut child in children(&pending, at, &split) {
                child.n_constants = 0;
                let (at, split) = self.node(&child);
                frontier.push((at, child, split));
            }
        }
    }

    /// Appends a node as a leaf; where it stands, and how it could be split.
    fn node(&mut self, pending: &Pending) -> (u32, Option<Split>) {
        let growth = self.growth;
        let n_rows = pending.rows.len();
        self.splitter.start(&pending.rows);
        let weight = self.splitter.criterion.weight();
        let impurity = match pending.impurity {
            Some(impurity) => impurity,
            None => self.splitter.criterion.impurity(),
        };
        let is_leaf = pending.depth >= growth.max_depth
            || n_rows < growth.min_samples_split
            || n_rows < 2 * growth.min_samples_leaf
            || weight < 2.0 * growth.min_weight_leaf
            || impurity <= f64::EPSILON;
        let split = if is_leaf {
            None
        } else {
            let rows = pending.rows.clone();
            self.splitter.split(rows, impurity, pending.n_constants)
        };
        let worth_it = |split: &Split| {
            // Not the reverse: what cannot be compared is split, as in scikit-learn.
            let too_little = split.improvement + f64::EPSILON < growth.min_impurity_decrease;
            !too_little
        };
        let split = split.filter(worth_it);
        let at = u32::try_from(self.tree.nodes.len()).expect("a tree has fewer nodes");
        if let Some((parent, is_right)) = pending.parent {
            let children = &mut self.tree.nodes[parent as usize].children;
            let (left, right) = children.unwrap_or((at, at));
            *children = Some(if is_right { (left, at) } else { (at, right) });
        }
        self.tree.nodes.push(Node {
            column: 0,
            threshold: 0.0,
            children: None,
            impurity,
            n_rows,
            weight,
        });
        self.splitter.criterion.append_value(&mut self.tree.values);
        (at, split)
    }

    /// Makes a leaf a node with children to come.
    fn part(&mut self, at: u32, split: &Split) {
        let column = split.column(&self.splitter);
        let node = &mut self.tree.nodes[at as usize];
        (node.column, node.threshold) = (column, split.threshold);
    }
}

fn children(parent: &Pending, at: u32, split: &Split) -> [Pending; 2] {
    let middle = parent.rows.start + split.pos;
    let child = |rows, impurity, is_right| Pending {
        rows,
        depth: parent.depth + 1,
        parent: Some((at, is_right)),
        impurity: Some(impurity),
        n_constants: split.n_constants,
    };
    [
        child(parent.rows.start..middle, split.impurities.0, false),
        child(middle..parent.rows.end, split.impurities.1, true),
    ]
}

impl Grown {
    /// The tree as rows walk down it.
    pub(super) fn compact(&self) -> Compact {
        let mut compact = Compact::default();
        // A node, its depth, and the node whose right child it is.
        let mut stack = vec![(0_u32, 0_u32, None::<usize>)];
        while let Some((node, depth, right_of)) = stack.pop() {
            let at = compact.nodes.len();
            let index = u32::try_from(at).expect("as many as there were");
            if let Some(parent) = right_of {
                compact.nodes[parent][2] = index;
            }
            let Node {
                column, threshold, ..
            } = self.nodes[node as usize];
            if let Some((left, right)) = self.nodes[node as usize].children {
                compact.nodes.push([threshold.to_bits(), column, 0]);
                stack.extend([(right, depth + 1, Some(at)), (left, depth + 1, None)]);
            } else {
                let leaf = u32::try_from(compact.leaves.len()).expect("fewer than nodes");
                compact.nodes.push(single_leaf(index, leaf));
                compact.leaves.push(node);
                compact.depths.push(depth);
            }
        }
        compact
    }
}
