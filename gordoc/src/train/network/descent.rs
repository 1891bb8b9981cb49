//! The epochs of a fit: batches, validation, early stopping, the record.
//!
//! Knows no layers: gradients come from an [`Engine`].

use crate::model::Training;

use super::optimizer::Stepper;
use super::record::{History, Metric, Truth};
use super::stack::Stack;
use super::stopping::Watch;
use super::tile::{Lanes, Rows};
use crate::part::fit::FitContext;
use crate::train::Error;

/// Gives gradients of a stack's loss.
///
/// The loss is the mean over rows and outputs, plus the activity penalties.
pub trait Engine {
    /// The loss of some rows; writes its gradient, laid out as the weights.
    fn gradient(&mut self, weights: &[f32], rows: Rows<'_>, gradient: &mut [f32]) -> f64;

    /// The loss of some rows.
    fn loss(&mut self, weights: &[f32], rows: Rows<'_>) -> f64;

    /// What the rows of the last call were answered, `[tiles, outputs]`.
    fn outputs(&self) -> &[Lanes];
}

/// A fit under way.
pub struct Descent<'a, E> {
    training: &'a Training,
    engine: E,
    stepper: Stepper,
    gradient: Vec<f32>,
    width: usize,
    metrics: Vec<(&'a str, Metric)>,
}

/// Sums over the rows of an epoch.
struct Sums {
    loss: f64,
    metrics: Vec<f64>,
    rows: usize,
}

impl<'a, E: Engine> Descent<'a, E> {
    /// A fit that has not begun.
    pub fn new(training: &'a Training, stack: &Stack, engine: E) -> Self {
        let metrics = training.metrics.iter();
        Self {
            training,
            engine,
            stepper: Stepper::new(&training.optimizer, stack.n_weights()),
            gradient: vec![0.0; stack.n_weights()],
            width: stack.outputs(),
            metrics: metrics
                .filter_map(|name| Some((name.as_str(), Metric::find(name)?)))
                .collect(),
        }
    }

    /// Takes one step; gives the loss before it.
    pub fn step(&mut self, rows: Rows<'_>, weights: &mut [f32]) -> f64 {
        let loss = self.engine.gradient(weights, rows, &mut self.gradient);
        self.stepper.step(weights, &self.gradient);
        loss
    }

    /// Runs all epochs over a table; `rows.order` is not looked at.
    pub(crate) fn run(
        mut self,
        rows: Rows<'_>,
        weights: &mut [f32],
        context: &FitContext<'_>,
    ) -> Result<History, Error> {
        let n_rows = rows.targets.len() / self.width.max(1);
        let trained = train_rows(self.training.validation_split, n_rows)?;
        let mut order: Vec<usize> = (0..trained).collect();
        let held_out: Vec<usize> = (trained..n_rows).collect();
        let size = self.training.batch_size.unwrap_or(trained).max(1);
        let truth = Truth::new(rows.targets, self.width);
        let mut stream = context.seed.split("order", 0).stream();
        let mut watch = self.training.early_stopping.as_ref().map(Watch::new);
        let mut history = History {
            figures: Vec::new(),
            epochs: self.training.epochs,
            steps: trained.div_ceil(size),
        };
        for epoch in 0..self.training.epochs {
            if self.training.shuffle {
                stream.shuffle(&mut order);
            }
            let sums = self.epoch(rows.with_order(&order), size, weights, &truth);
            let loss = self.record(&mut history, "", &sums);
            if !loss.is_finite() || !weights.iter().all(|weight| weight.is_finite()) {
                return Err(Error::Diverged {
                    epoch: epoch + 1,
                    epochs: self.training.epochs,
                    loss,
                });
            }
            if !held_out.is_empty() {
                let sums = self.validate(rows.with_order(&held_out), size, weights, &truth);
                self.record(&mut history, "val_", &sums);
            }
            context
                .progress
                .epoch(context.run, epoch + 1, self.training.epochs, loss);
            if let Some(watch) = &mut watch {
                let figure = history.last(&watch.rule().monitor);
                if watch.stops(epoch, figure, weights) {
                    break;
                }
            }
        }
        if let Some(best) = watch.as_ref().and_then(Watch::remembered) {
            weights.copy_from_slice(best);
        }
        Ok(history)
    }

    fn epoch(
        &mut self,
        rows: Rows<'_>,
        size: usize,
        weights: &mut [f32],
        truth: &Truth<'_>,
    ) -> Sums {
        let mut sums = Sums::new(self.metrics.len());
        for order in rows.order.chunks(size) {
            let loss = self.step(rows.with_order(order), weights);
            sums.add(loss, order, &self.metrics, truth, self.engine.outputs());
        }
        sums
    }

    fn validate(
        &mut self,
        rows: Rows<'_>,
        size: usize,
        weights: &[f32],
        truth: &Truth<'_>,
    ) -> Sums {
        let mut sums = Sums::new(self.metrics.len());
        for order in rows.order.chunks(size) {
            let loss = self.engine.loss(weights, rows.with_order(order));
            sums.add(loss, order, &self.metrics, truth, self.engine.outputs());
        }
        sums
    }

    /// Records an epoch's means in single precision, as Gordo does; gives the loss.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Gordo's figures have single precision"
    )]
    fn record(&self, history: &mut History, prefix: &str, sums: &Sums) -> f64 {
        let mean = |sum: f64| f64::from((sum / sums.rows as f64) as f32);
        for ((name, _), sum) in self.metrics.iter().zip(&sums.metrics) {
            history.push(format!("{prefix}{name}"), mean(*sum));
        }
        history.push(format!("{prefix}loss"), mean(sums.loss));
        mean(sums.loss)
    }
}

impl Sums {
    fn new(metrics: usize) -> Self {
        Self {
            loss: 0.0,
            metrics: vec![0.0; metrics],
            rows: 0,
        }
    }

    fn add(
        &mut self,
        loss: f64,
        order: &[usize],
        metrics: &[(&str, Metric)],
        truth: &Truth<'_>,
        outputs: &[Lanes],
    ) {
        self.loss += loss * order.len() as f64;
        self.rows += order.len();
        for (sum, (_, metric)) in self.metrics.iter_mut().zip(metrics) {
            *sum += truth.count(*metric, order, outputs);
        }
    }
}

/// How many rows at the front train; the rest validates.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a row count"
)]
fn train_rows(split: f64, rows: usize) -> Result<usize, Error> {
    let trained = if split > 0.0 {
        (rows as f64 * (1.0 - split)).floor() as usize
    } else {
        rows
    };
    if trained == 0 || (split > 0.0 && trained >= rows) {
        return Err(Error::EmptySplit {
            split,
            rows,
            trained,
        });
    }
    Ok(trained)
}
