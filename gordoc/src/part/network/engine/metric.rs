//! Values counted beside the loss.

use super::tile::{LANES, Lanes};

/// A value counted beside the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    /// Share of rows whose largest answer is the largest target, or, with one target, whose
    /// answer is above one half as the target says.
    Accuracy,
    /// Mean squared error.
    Squared,
    /// Mean absolute error.
    Absolute,
}

impl Metric {
    /// The metric of a Keras name; `None` for names that are not recorded.
    pub(super) fn find(name: &str) -> Option<Self> {
        match name {
            "accuracy" | "acc" => Some(Self::Accuracy),
            "mse" | "MSE" | "mean_squared_error" => Some(Self::Squared),
            "mae" | "MAE" | "mean_absolute_error" => Some(Self::Absolute),
            _ => None,
        }
    }
}

/// Targets in the forms metrics compare with, worked out once per fit.
pub(super) struct Targets<'a> {
    values: &'a [f32],
    width: usize,
    /// Per row the position of the largest target; empty with one target.
    largest: Vec<f32>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(targets: &'a [f32], width: usize) -> Self {
        let largest = if width > 1 {
            targets.chunks_exact(width).map(position).collect()
        } else {
            Vec::new()
        };
        Self {
            values: targets,
            width,
            largest,
        }
    }

    /// Sum of a metric over the rows of a step.
    pub(super) fn count(&self, metric: Metric, order: &[usize], outputs: &[Lanes]) -> f64 {
        let tiles = order.chunks(LANES).zip(outputs.chunks_exact(self.width));
        tiles
            .map(|(order, outputs)| match metric {
                Metric::Accuracy => f64::from(self.hits(order, outputs)),
                Metric::Squared => self.errors(order, outputs, |error| error * error),
                Metric::Absolute => self.errors(order, outputs, f32::abs),
            })
            .sum()
    }

    fn hits(&self, order: &[usize], outputs: &[Lanes]) -> u32 {
        if let [output] = outputs {
            let hit = |row: usize, answer: f32| {
                let said = if answer > 0.5 { 1.0 } else { 0.0 };
                u32::from((self.values[row] - said).abs() == 0.0)
            };
            return order.iter().zip(output).map(|(row, a)| hit(*row, *a)).sum();
        }
        let positions = positions(outputs);
        let hit = |row: usize, position: f32| u32::from((self.largest[row] - position).abs() < 0.5);
        order
            .iter()
            .zip(&positions)
            .map(|(row, at)| hit(*row, *at))
            .sum()
    }

    fn errors(&self, order: &[usize], outputs: &[Lanes], size: impl Fn(f32) -> f32) -> f64 {
        let mut total = 0.0;
        for (lane, row) in order.iter().enumerate() {
            let targets = &self.values[row * self.width..(row + 1) * self.width];
            for (output, target) in outputs.iter().zip(targets) {
                total += f64::from(size(output[lane] - target));
            }
        }
        total / self.width as f64
    }
}

/// Position of the first largest number; positions are kept as numbers, because lanes of one
/// kind compare and choose fastest.
fn position(row: &[f32]) -> f32 {
    let (mut at, mut largest) = (0, f32::NEG_INFINITY);
    for (index, value) in row.iter().enumerate() {
        if *value > largest {
            (at, largest) = (index, *value);
        }
    }
    at as f32
}

fn positions(outputs: &[Lanes]) -> Lanes {
    let (mut at, mut largest) = ([0.0; LANES], [f32::NEG_INFINITY; LANES]);
    for (index, output) in outputs.iter().enumerate() {
        let index = index as f32;
        for ((at, largest), value) in at.iter_mut().zip(&mut largest).zip(output) {
            *at = if *value > *largest { index } else { *at };
            *largest = if *value > *largest { *value } else { *largest };
        }
    }
    at
}
