//! Grows trees one after the other, each on what those before it leave.

use gordo_runtime::kernel::tree::each_leaf;

use super::grow::{Columns, Compact, Learn, Sample, Targets, random};
use super::loss::Loss;
use super::parameters::{Limits, whole};
use crate::algorithm::MersenneTwister;

/// How trees are boosted.
#[derive(Debug)]
pub(super) struct Boosting {
    pub(super) limits: Limits,
    pub(super) loss: Loss,
    pub(super) friedman: bool,
    pub(super) learning_rate: f64,
    pub(super) n_trees: usize,
    /// Share of the rows that each tree sees.
    pub(super) subsample: f64,
    /// Whether trees begin at zero.
    pub(super) from_zero: bool,
    pub(super) patience: Option<Patience>,
}

/// When boosting ends early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Share of the rows that are held out.
    pub(super) validation: f64,
    /// Trees without gain.
    pub(super) trees: usize,
    pub(super) tolerance: f64,
}

/// Trees, what their leaves add, and to what.
pub(super) struct Boosted {
    pub(super) trees: Vec<Compact>,
    pub(super) values: Vec<f64>,
    pub(super) base: f64,
}

/// Rows, and what is answered for them so far.
struct Answered<'a> {
    /// `[rows, width]`
    rows: Vec<f32>,
    targets: &'a [f64],
    answers: Vec<f64>,
}

impl Answered<'_> {
    /// The leaf of each row.
    fn leaves(&self, tree: &Compact, width: usize) -> Vec<u32> {
        let mut leaves = vec![0; self.targets.len()];
        if width > 0 {
            each_leaf(&[0], &tree.nodes, &self.rows, width, |row, leaf| {
                leaves[row] = leaf;
            });
        }
        leaves
    }

    fn add(&mut self, leaves: &[u32], values: &[f64]) {
        for (answer, leaf) in self.answers.iter_mut().zip(leaves) {
            *answer += values[*leaf as usize];
        }
    }
}

impl Boosting {
    /// Boosts trees on rows; `held_out` rows tell when to end.
    pub(super) fn boost(
        &self,
        (columns, targets): (&Columns, &[f64]),
        held_out: Option<(&Columns, &[f64])>,
        state: u32,
    ) -> Boosted {
        let base = if self.from_zero {
            0.0
        } else {
            self.loss.start(targets)
        };
        let answered = |columns: &Columns, targets| Answered {
            rows: columns.rows(),
            targets,
            answers: vec![base; <[f64]>::len(targets)],
        };
        let mut train = answered(columns, targets);
        let mut held_out = held_out.map(|(columns, targets)| answered(columns, targets));
        let mut last_losses =
            vec![f64::INFINITY; self.patience.map_or(0, |patience| patience.trees)];
        let mut twister = MersenneTwister::from_seed(state);
        let mut boosted = Boosted {
            trees: Vec::new(),
            values: Vec::new(),
            base,
        };
        for number in 0..self.n_trees {
            let width = self.loss.width(targets, &train.answers);
            let (tree, values) = self.tree(columns, &mut train, width, &mut twister);
            if let (Some(held_out), Some(patience)) = (&mut held_out, self.patience) {
                let leaves = held_out.leaves(&tree, columns.width());
                held_out.add(&leaves, &values);
                let loss = self.loss.mean(width, held_out.targets, &held_out.answers);
                let loss = if self.loss == Loss::Squares {
                    2.0 * loss
                } else {
                    loss
                };
                let gains = |last: &f64| loss + patience.tolerance < *last;
                let is_done = !last_losses.iter().any(gains);
                let count = last_losses.len();
                last_losses[number % count] = loss;
                boosted.push(tree, &values);
                if is_done {
                    break;
                }
            } else {
                boosted.push(tree, &values);
            }
        }
        boosted
    }

    /// The next tree, and what its leaves add.
    fn tree(
        &self,
        columns: &Columns,
        train: &mut Answered<'_>,
        width: f64,
        twister: &mut MersenneTwister,
    ) -> (Compact, Vec<f64>) {
        let count = train.targets.len();
        let in_bag = (self.subsample < 1.0)
            .then(|| sample(count, whole(self.subsample * count as f64).max(1), twister));
        let pairs = train.targets.iter().zip(&train.answers);
        let falls: Vec<f64> = pairs
            .map(|(target, answer)| self.loss.fall(width, *target, *answer))
            .collect();
        let rows: Vec<u32> = (0..)
            .take(count)
            .filter(|row| in_bag.as_ref().is_none_or(|in_bag| in_bag[*row as usize]))
            .collect();
        let seen: Vec<u32> = (0..).take(columns.width()).collect();
        let sample = Sample {
            columns,
            seen: &seen,
            rows: &rows,
            weights: None,
            weight: rows.len() as f64,
        };
        let learn = Learn::Targets(Targets {
            values: &falls,
            count: 1,
            friedman: self.friedman,
        });
        let growth = self.limits.counted(count, sample.weight, seen.len());
        let grown = growth.grow(sample, learn, random::seed(twister));
        let tree = grown.compact();
        let leaves = train.leaves(&tree, seen.len());
        let values = (0..).zip(&tree.leaves).map(|(leaf, node)| {
            let mut errors = || {
                let rows = rows.iter().map(|row| *row as usize);
                let rows = rows.filter(|row| leaves[*row] == leaf);
                rows.map(|row| train.targets[row] - train.answers[row])
                    .collect()
            };
            let own = grown.values[*node as usize];
            self.learning_rate * self.loss.leaf(width, &mut errors).unwrap_or(own)
        });
        let values: Vec<f64> = values.collect();
        train.add(&leaves, &values);
        (tree, values)
    }
}

impl Boosted {
    fn push(&mut self, tree: Compact, values: &[f64]) {
        self.trees.push(tree);
        self.values.extend_from_slice(values);
    }
}

/// Which rows are in a sample of so many.
fn sample(count: usize, drawn: usize, twister: &mut MersenneTwister) -> Vec<bool> {
    let draws: Vec<f64> = (0..count).map(|_| twister.next_double()).collect();
    let mut taken = 0;
    let rows = draws.iter().enumerate().map(|(row, draw)| {
        let takes = draw * (count - row) as f64 - ((drawn - taken) as f64) < 0.0;
        taken += usize::from(takes);
        takes
    });
    rows.collect()
}

/// Rows in a random order, the first of them held out: as scikit-learn splits them.
pub(super) fn held_out(rows: usize, held_out: usize, state: u32) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..rows).collect();
    MersenneTwister::from_seed(state).shuffle(&mut order);
    let train = order.split_off(held_out.min(rows));
    (train, order)
}
