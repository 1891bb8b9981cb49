//! Squared errors: the variance of targets, their mean over several.

use super::criterion::Criterion;
use super::sort::{Entry, row};

/// Targets of `[rows, targets]`.
#[derive(Clone, Copy, Debug)]
pub(in crate::part::tree) struct Targets<'a> {
    pub(in crate::part::tree) values: &'a [f64],
    pub(in crate::part::tree) count: usize,
    /// Compares means as Friedman does, for boosting.
    pub(in crate::part::tree) friedman: bool,
}

/// One number per target.
pub(super) trait Sums: AsRef<[f64]> + AsMut<[f64]> {
    fn zeros(count: usize) -> Self;
}

impl Sums for [f64; 1] {
    fn zeros(_: usize) -> Self {
        [0.0]
    }
}

impl Sums for Vec<f64> {
    fn zeros(count: usize) -> Self {
        vec![0.0; count]
    }
}

/// Sums over the rows of a node, and of either side of a split.
pub(super) struct Squares<'a, S> {
    targets: Targets<'a>,
    /// Weights of rows, if they differ.
    of_rows: Option<&'a [f64]>,
    weight: f64,
    weights: (f64, f64),
    square_sum: f64,
    total: S,
    left: S,
    right: S,
    pos: usize,
}

impl<'a, S: Sums> Squares<'a, S> {
    pub(super) fn new(targets: Targets<'a>, of_rows: Option<&'a [f64]>) -> Self {
        let zeros = || S::zeros(targets.count);
        Self {
            targets,
            of_rows,
            weight: 0.0,
            weights: (0.0, 0.0),
            square_sum: 0.0,
            total: zeros(),
            left: zeros(),
            right: zeros(),
            pos: 0,
        }
    }

    #[inline]
    fn of(&self, entry: Entry) -> (f64, &'a [f64]) {
        let (row, count) = (row(entry), self.total.as_ref().len());
        let weight = self.of_rows.map_or(1.0, |weights| weights[row]);
        (weight, &self.targets.values[row * count..][..count])
    }

    /// Difference of the sides' means, times their weights.
    fn difference(&self) -> f64 {
        let sum = |side: &S| side.as_ref().iter().fold(0.0, |sum, value| sum + value);
        self.weights.1 * sum(&self.left) - self.weights.0 * sum(&self.right)
    }
}

impl<S: Sums> Criterion for Squares<'_, S> {
    fn start(&mut self, entries: &[Entry]) {
        (self.weight, self.square_sum) = (0.0, 0.0);
        self.total.as_mut().fill(0.0);
        for entry in entries {
            let (weight, values) = self.of(*entry);
            for (total, value) in self.total.as_mut().iter_mut().zip(values) {
                let weighted = weight * value;
                *total += weighted;
                self.square_sum += weighted * value;
            }
            self.weight += weight;
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.pos = 0;
        self.weights = (0.0, self.weight);
        self.left.as_mut().fill(0.0);
        self.right.as_mut().copy_from_slice(self.total.as_ref());
    }

    #[inline]
    fn advance(&mut self, entries: &[Entry], to: usize) {
        // From the nearer end.
        if to - self.pos <= entries.len() - to {
            for entry in &entries[self.pos..to] {
                let (weight, values) = self.of(*entry);
                for (left, value) in self.left.as_mut().iter_mut().zip(values) {
                    *left += weight * value;
                }
                self.weights.0 += weight;
            }
        } else {
            self.left.as_mut().copy_from_slice(self.total.as_ref());
            self.weights.0 = self.weight;
            for entry in entries[to..].iter().rev() {
                let (weight, values) = self.of(*entry);
                for (left, value) in self.left.as_mut().iter_mut().zip(values) {
                    *left -= weight * value;
                }
                self.weights.0 -= weight;
            }
        }
        self.weights.1 = self.weight - self.weights.0;
        let sides = self.right.as_mut().iter_mut().zip(self.left.as_ref());
        for ((right, left), total) in sides.zip(self.total.as_ref()) {
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
        let total = self.total.as_ref();
        let mut impurity = self.square_sum / self.weight;
        for sum in total {
            let mean = sum / self.weight;
            impurity -= mean * mean;
        }
        impurity / total.len() as f64
    }

    #[inline]
    fn proxy(&self) -> f64 {
        if self.targets.friedman {
            let difference = self.difference();
            return difference * difference / (self.weights.0 * self.weights.1);
        }
        let squares = |side: &S| {
            let side = side.as_ref().iter();
            side.fold(0.0, |squares, sum| squares + sum * sum)
        };
        squares(&self.left) / self.weights.0 + squares(&self.right) / self.weights.1
    }

    fn children(&self, entries: &[Entry], pos: usize) -> (f64, f64) {
        let mut squares = 0.0;
        for entry in &entries[..pos] {
            let (weight, values) = self.of(*entry);
            for value in values {
                squares += weight * value * value;
            }
        }
        let mut left = squares / self.weights.0;
        let mut right = (self.square_sum - squares) / self.weights.1;
        for (of_left, of_right) in self.left.as_ref().iter().zip(self.right.as_ref()) {
            let means = (of_left / self.weights.0, of_right / self.weights.1);
            left -= means.0 * means.0;
            right -= means.1 * means.1;
        }
        let count = self.total.as_ref().len() as f64;
        (left / count, right / count)
    }

    fn improvement(&self, total: f64, parent: f64, (left, right): (f64, f64)) -> f64 {
        let (weight, weights) = (self.weight, self.weights);
        if self.targets.friedman {
            let difference = self.difference() / self.total.as_ref().len() as f64;
            return difference * difference / (weights.0 * weights.1 * weight);
        }
        (weight / total) * (parent - (weights.1 / weight * right) - (weights.0 / weight * left))
    }

    fn append_value(&self, values: &mut Vec<f64>) {
        values.extend(self.total.as_ref().iter().map(|sum| sum / self.weight));
    }
}
