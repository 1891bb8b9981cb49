//! Shares of classes: how likely two rows of a node differ, or how much they tell.

use super::criterion::Criterion;
use super::sort::{Entry, row};

/// Classes of rows, and how mixed they are.
#[derive(Clone, Copy, Debug)]
pub(in crate::part::tree) struct Classes<'a> {
    /// Class of each row and target, counted over all targets, `[rows, targets]`.
    pub(in crate::part::tree) of_rows: &'a [u32],
    /// Number of classes of each target.
    pub(in crate::part::tree) counts: &'a [u32],
    /// Entropy in place of Gini's index.
    pub(in crate::part::tree) entropy: bool,
}

/// Weights of the classes of a node, and of either side of a split.
pub(super) struct Shares<'a> {
    classes: Classes<'a>,
    /// Weights of rows, if they differ.
    of_rows: Option<&'a [f64]>,
    weight: f64,
    weights: (f64, f64),
    total: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    pos: usize,
}

impl<'a> Shares<'a> {
    pub(super) fn new(classes: Classes<'a>, of_rows: Option<&'a [f64]>) -> Self {
        let count: u32 = classes.counts.iter().sum();
        let zeros = || vec![0.0; count as usize];
        Self {
            classes,
            of_rows,
            weight: 0.0,
            weights: (0.0, 0.0),
            total: zeros(),
            left: zeros(),
            right: zeros(),
            pos: 0,
        }
    }

    fn of(&self, entry: Entry) -> (f64, &'a [u32]) {
        let (row, targets) = (row(entry), self.classes.counts.len());
        let weight = self.of_rows.map_or(1.0, |weights| weights[row]);
        (weight, &self.classes.of_rows[row * targets..][..targets])
    }

    /// How mixed rows are whose classes weigh so much.
    fn mixture(&self, of_classes: &[f64], weight: f64) -> f64 {
        let mut sum = 0.0;
        let mut rest = of_classes;
        for count in self.classes.counts {
            let (of_target, others) = rest.split_at(*count as usize);
            rest = others;
            if self.classes.entropy {
                for part in of_target.iter().filter(|part| **part > 0.0) {
                    let share = part / weight;
                    sum -= share * (libm::log(share) / std::f64::consts::LN_2);
                }
            } else {
                let squares = of_target
                    .iter()
                    .fold(0.0, |squares, part| squares + part * part);
                sum += 1.0 - squares / (weight * weight);
            }
        }
        sum / self.classes.counts.len() as f64
    }
}

impl Criterion for Shares<'_> {
    fn start(&mut self, entries: &[Entry]) {
        self.weight = 0.0;
        self.total.fill(0.0);
        for entry in entries {
            let (weight, classes) = self.of(*entry);
            for class in classes {
                self.total[*class as usize] += weight;
            }
            self.weight += weight;
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.pos = 0;
        self.weights = (0.0, self.weight);
        self.left.fill(0.0);
        self.right.copy_from_slice(&self.total);
    }

    fn advance(&mut self, entries: &[Entry], to: usize) {
        if to - self.pos <= entries.len() - to {
            for entry in &entries[self.pos..to] {
                let (weight, classes) = self.of(*entry);
                for class in classes {
                    self.left[*class as usize] += weight;
                }
                self.weights.0 += weight;
            }
        } else {
            self.left.copy_from_slice(&self.total);
            self.weights.0 = self.weight;
            for entry in entries[to..].iter().rev() {
                let (weight, classes) = self.of(*entry);
                for class in classes {
                    self.left[*class as usize] -= weight;
                }
                self.weights.0 -= weight;
            }
        }
        self.weights.1 = self.weight - self.weights.0;
        for ((right, left), total) in self.right.iter_mut().zip(&self.left).zip(&self.total) {
            *right = total - left;
        }
        self.pos = to;
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn weights(&self) -> (f64, f64) {
        self.weights
    }

    fn impurity(&self) -> f64 {
        self.mixture(&self.total, self.weight)
    }

    fn proxy(&self) -> f64 {
        let (left, right) = self.children(&[], 0);
        -self.weights.1 * right - self.weights.0 * left
    }

    fn children(&self, _: &[Entry], _: usize) -> (f64, f64) {
        (
            self.mixture(&self.left, self.weights.0),
            self.mixture(&self.right, self.weights.1),
        )
    }

    fn append_value(&self, values: &mut Vec<f64>) {
        values.extend(self.total.iter().map(|part| part / self.weight));
    }
}
