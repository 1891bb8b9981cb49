//! The epochs of a fit: batches, validation, early stopping, the record.
//!
//! Knows no layers: gradients come from [`Backpropagation`].

use crate::part::network::training::Training;

use super::backpropagation::Backpropagation;
use super::early_stopping::Monitor;
use super::metric::{Metric, Targets};
use super::optimizer::OptimizerState;
use super::stack::Stack;
use super::tile::{Lanes, Rows};
use crate::part::error::FitError;
use crate::part::fit::FitContext;
use crate::part::history::History;

/// A fit under way.
pub struct Trainer<'a> {
    training: &'a Training,
    engine: Backpropagation,
    optimizer: OptimizerState,
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

impl<'a> Trainer<'a> {
    /// A fit that has not begun.
    pub fn new(training: &'a Training, stack: &Stack) -> Self {
        let metrics = training.metrics.iter();
        Self {
            training,
            engine: Backpropagation::new(stack.clone(), training.loss),
            optimizer: OptimizerState::new(&training.optimizer, stack.n_weights()),
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
        self.optimizer.step(weights, &self.gradient);
        loss
    }

    /// Runs all epochs over a table; `rows.order` is not looked at.
    pub(crate) fn run(
        mut self,
        rows: Rows<'_>,
        weights: &mut [f32],
        context: &FitContext<'_>,
    ) -> Result<History, FitError> {
        let n_rows = rows.targets.len() / self.width.max(1);
        let trained = train_rows(self.training.validation_split, n_rows)?;
        let mut order: Vec<usize> = (0..trained).collect();
        let held_out: Vec<usize> = (trained..n_rows).collect();
        let size = self.training.batch_size.unwrap_or(trained).max(1);
        let targets = Targets::new(rows.targets, self.width);
        let mut stream = context.seed.split("order", 0).stream();
        let mut monitor = self.training.early_stopping.as_ref().map(Monitor::new);
        let mut history = History {
            series: Vec::new(),
            epochs: self.training.epochs,
            steps: trained.div_ceil(size),
        };
        for epoch in 0..self.training.epochs {
            if self.training.shuffle {
                stream.shuffle(&mut order);
            }
            let sums = self.epoch(rows.with_order(&order), size, weights, &targets);
            let loss = self.record(&mut history, "", &sums);
            if !loss.is_finite() || !weights.iter().all(|weight| weight.is_finite()) {
                return Err(FitError::Diverged {
                    epoch: epoch + 1,
                    epochs: self.training.epochs,
                    loss,
                });
            }
            if !held_out.is_empty() {
                let sums = self.validate(rows.with_order(&held_out), size, weights, &targets);
                self.record(&mut history, "val_", &sums);
            }
            context
                .progress
                .epoch(context.run, epoch + 1, self.training.epochs, loss);
            if let Some(monitor) = &mut monitor {
                let value = history.last(&monitor.rule().monitor);
                if monitor.should_stop(epoch, value, weights) {
                    break;
                }
            }
        }
        if let Some(best) = monitor.as_ref().and_then(Monitor::best_weights) {
            weights.copy_from_slice(best);
        }
        Ok(history)
    }

    fn epoch(
        &mut self,
        rows: Rows<'_>,
        size: usize,
        weights: &mut [f32],
        targets: &Targets<'_>,
    ) -> Sums {
        let mut sums = Sums::new(self.metrics.len());
        for order in rows.order.chunks(size) {
            let loss = self.step(rows.with_order(order), weights);
            sums.add(loss, order, &self.metrics, targets, self.engine.outputs());
        }
        sums
    }

    fn validate(
        &mut self,
        rows: Rows<'_>,
        size: usize,
        weights: &[f32],
        targets: &Targets<'_>,
    ) -> Sums {
        let mut sums = Sums::new(self.metrics.len());
        for order in rows.order.chunks(size) {
            let loss = self.engine.loss(weights, rows.with_order(order));
            sums.add(loss, order, &self.metrics, targets, self.engine.outputs());
        }
        sums
    }

    /// Records an epoch's means in single precision, as Gordo does; gives the loss.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Gordo's values have single precision"
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
        targets: &Targets<'_>,
        outputs: &[Lanes],
    ) {
        self.loss += loss * order.len() as f64;
        self.rows += order.len();
        for (sum, (_, metric)) in self.metrics.iter_mut().zip(metrics) {
            *sum += targets.count(*metric, order, outputs);
        }
    }
}

/// How many rows at the front train; the rest validates.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a row count"
)]
fn train_rows(split: f64, rows: usize) -> Result<usize, FitError> {
    let trained = if split > 0.0 {
        (rows as f64 * (1.0 - split)).floor() as usize
    } else {
        rows
    };
    if trained == 0 || (split > 0.0 && trained >= rows) {
        return Err(FitError::EmptySplit {
            split,
            rows,
            trained,
        });
    }
    Ok(trained)
}
