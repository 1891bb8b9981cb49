//! Boosts trees on bins of values, as scikit-learn does after `LightGBM`.

mod bins;
mod grow;

use gordo_runtime::kernel::tree::{MISSING_LEFT, double_leaf, double_node, each_leaf};

use self::bins::Bins;
use self::grow::{Growth, Tree};
use super::boost::held_out;
use super::loss::{Loss, percentile};
use super::parameters::Rows;
use crate::algorithm::MersenneTwister;

/// How trees are boosted.
#[derive(Debug)]
pub(super) struct HistBoosting {
    pub(super) loss: Loss,
    pub(super) learning_rate: f64,
    pub(super) max_iter: usize,
    pub(super) max_leaf_nodes: Option<usize>,
    pub(super) max_depth: Option<usize>,
    pub(super) min_samples_leaf: usize,
    pub(super) l2_regularization: f64,
    pub(super) max_bins: usize,
    /// Whether it ends early; with many rows, if nothing is said.
    pub(super) early_stopping: Option<bool>,
    /// Rows held out to tell; those learnt from, if none.
    pub(super) validation: Option<Rows>,
    pub(super) n_iter_no_change: usize,
    pub(super) tolerance: f64,
}

/// Rows from which boosting ends early by itself.
const MANY_ROWS: usize = 10_000;

/// Nodes of a tree, and what its leaves add.
pub(super) struct BoostedTree {
    pub(super) nodes: Vec<[u32; 4]>,
    pub(super) values: Vec<f64>,
}

/// Rows, and what is answered for them so far.
struct Answered {
    /// `[rows, width]`
    rows: Vec<f64>,
    targets: Vec<f64>,
    answers: Vec<f64>,
}

impl HistBoosting {
    /// Boosts trees on rows of `width` columns; gives what they add to as well.
    pub(super) fn boost(
        &self,
        (rows, width): (&[f64], usize),
        targets: &[f64],
        state: u32,
    ) -> (Vec<BoostedTree>, f64) {
        let mut twister = MersenneTwister::from_seed(state);
        let seed = u32::try_from(twister.bounded(u64::from(u32::MAX) - 1)).unwrap_or(0);
        let stops = self.early_stopping.unwrap_or(targets.len() > MANY_ROWS);
        let (mut train, mut judge) = self.split(rows, width, targets, seed, stops);
        let base = self.loss.start(&train.targets);
        train.answers.fill(base);
        if let Some(judge) = &mut judge {
            judge.answers.fill(base);
        }
        let bins = Bins::new(&train.rows, width, self.max_bins, seed);
        let binned = bins.of(&train.rows);
        let n_bins: Vec<usize> = bins.ends.iter().map(|ends| ends.len() + 1).collect();
        let growth = Growth {
            max_leaf_nodes: self.max_leaf_nodes,
            max_depth: self.max_depth,
            min_samples_leaf: self.min_samples_leaf,
            l2_regularization: self.l2_regularization,
            shrinkage: self.learning_rate,
        };
        let mut scores = Vec::new();
        let mut score = |train: &Answered, judge: &Option<Answered>| {
            let judge = judge.as_ref().unwrap_or(train);
            scores.push(
                -self
                    .loss
                    .mean(f64::INFINITY, &judge.targets, &judge.answers),
            );
            self.is_done(&scores)
        };
        if stops {
            score(&train, &judge);
        }
        let mut trees = Vec::new();
        let mut gradients = vec![0.0; train.targets.len()];
        for _ in 0..self.max_iter {
            let pairs = train.targets.iter().zip(&train.answers);
            for (gradient, (target, answer)) in gradients.iter_mut().zip(pairs) {
                *gradient = single(-self.loss.fall(f64::INFINITY, *target, *answer));
            }
            let mut tree = growth.grow(&binned, &n_bins, &gradients);
            self.value_leaves(&mut tree, &train);
            for node in tree.nodes.iter().filter(|node| node.children.is_none()) {
                for row in &tree.order[node.rows.clone()] {
                    train.answers[*row as usize] += node.value;
                }
            }
            let tree = compact(&tree, &bins);
            if let Some(judge) = &mut judge
                && width > 0
            {
                let answers = &mut judge.answers;
                each_leaf(&[0], &tree.nodes, &judge.rows, width, |row, leaf| {
                    answers[row] += tree.values[leaf as usize];
                });
            }
            trees.push(tree);
            if stops && score(&train, &judge) {
                break;
            }
        }
        (trees, base)
    }

    /// Rows that are learnt from, and those that tell when to end, if these are others.
    fn split(
        &self,
        rows: &[f64],
        width: usize,
        targets: &[f64],
        seed: u32,
        stops: bool,
    ) -> (Answered, Option<Answered>) {
        let count = targets.len();
        let take = |order: &[usize]| Answered {
            rows: order
                .iter()
                .flat_map(|row| &rows[row * width..(row + 1) * width])
                .copied()
                .collect(),
            targets: order.iter().map(|row| targets[*row]).collect(),
            answers: vec![0.0; order.len()],
        };
        match self.validation.filter(|_| stops) {
            Some(validation) => {
                let n_judged = validation.at_least(count).min(count.saturating_sub(1));
                let (train, judge) = held_out(count, n_judged, seed);
                (take(&train), Some(take(&judge)))
            }
            None => (take(&(0..count).collect::<Vec<_>>()), None),
        }
    }

    /// Whether the last scores are no better than the one before them.
    fn is_done(&self, scores: &[f64]) -> bool {
        let Some(reference) = scores.len().checked_sub(self.n_iter_no_change + 1) else {
            return false;
        };
        let least = scores[reference] + self.tolerance;
        !scores[reference + 1..].iter().any(|score| *score > least)
    }

    /// Makes leaves worth what their rows are off by, where gradients do not tell how much.
    fn value_leaves(&self, tree: &mut Tree, train: &Answered) {
        let share = match self.loss {
            Loss::Absolute => 0.5,
            Loss::Quantile(share) => share,
            Loss::Squares | Loss::Huber(_) => return,
        };
        let order = &tree.order;
        for node in tree.nodes.iter_mut().filter(|node| node.children.is_none()) {
            let rows = order[node.rows.clone()].iter().map(|row| *row as usize);
            let errors = rows.map(|row| train.targets[row] - train.answers[row]);
            node.value = self.learning_rate * percentile(&errors.collect::<Vec<_>>(), share);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "gradients are kept in single precision"
)]
fn single(number: f64) -> f32 {
    number as f32
}

/// A tree as rows walk down it.
fn compact(tree: &Tree, bins: &Bins) -> BoostedTree {
    let mut boosted = BoostedTree {
        nodes: Vec::new(),
        values: Vec::new(),
    };
    // A node, and the one whose right child it is.
    let mut stack = vec![(0, None::<usize>)];
    let count = |number: usize| u32::try_from(number).expect("a tree has fewer nodes");
    while let Some((node, right_of)) = stack.pop() {
        let at = boosted.nodes.len();
        if let Some(parent) = right_of {
            boosted.nodes[parent][3] = count(at);
        }
        let node = &tree.nodes[node];
        if let (Some((left, right)), Some((column, bin, missing_left))) =
            (node.children, node.cut())
        {
            let threshold = bins.ends[column][bin as usize];
            let flag = if missing_left { MISSING_LEFT } else { 0 };
            let column = count(column) | flag;
            boosted.nodes.push(double_node(threshold, column, 0));
            stack.extend([(right, Some(at)), (left, None)]);
        } else {
            let leaf = double_leaf(count(at), count(boosted.values.len()));
            boosted.nodes.push(leaf);
            boosted.values.push(node.value);
        }
    }
    boosted
}
