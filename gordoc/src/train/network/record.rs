//! What is recorded of each epoch.

use serde_json::{Map, Value, json};

use super::tile::{LANES, Lanes};

/// Figures per epoch, and the parameters of the last training call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct History {
    /// Name and one figure per epoch; `accuracy` before `loss`, as Gordo's log sorts them.
    pub(crate) figures: Vec<(String, Vec<f64>)>,
    /// Epochs asked for.
    pub(crate) epochs: usize,
    /// Steps per epoch.
    pub(crate) steps: usize,
}

impl History {
    /// Gordo's `history` entry.
    pub(crate) fn document(&self) -> Value {
        let mut document = Map::new();
        for (name, figures) in &self.figures {
            document.insert(name.clone(), json!(figures));
        }
        document.insert(
            "params".to_owned(),
            json!({"verbose": 0, "epochs": self.epochs, "steps": self.steps}),
        );
        Value::Object(document)
    }

    /// The last epoch's figure.
    pub(super) fn last(&self, name: &str) -> Option<f64> {
        let (_, figures) = self.figures.iter().find(|(figure, _)| figure == name)?;
        figures.last().copied()
    }

    pub(super) fn push(&mut self, name: String, figure: f64) {
        match self.figures.iter_mut().find(|(figure, _)| *figure == name) {
            Some((_, figures)) => figures.push(figure),
            None => self.figures.push((name, vec![figure])),
        }
    }
}

/// A figure counted beside the loss.
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
pub(super) struct Truth<'a> {
    targets: &'a [f32],
    width: usize,
    /// Per row the position of the largest target; empty with one target.
    largest: Vec<f32>,
}

impl<'a> Truth<'a> {
    pub(super) fn new(targets: &'a [f32], width: usize) -> Self {
        let largest = if width > 1 {
            targets.chunks_exact(width).map(position).collect()
        } else {
            Vec::new()
        };
        Self {
            targets,
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
                u32::from((self.targets[row] - said).abs() == 0.0)
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
            let targets = &self.targets[row * self.width..(row + 1) * self.width];
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
