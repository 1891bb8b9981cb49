//! As learnt: fits every part, scores folds, finds thresholds.
//!
//! A function of the machine, its rows and a seed: reads no clock, and gives the same bits on
//! any number of threads.

pub(crate) mod describe;
mod error;
mod evaluation;
mod fit;
pub mod fold;
mod metadata;
pub mod network;
mod rows;
pub mod score;
pub mod threshold;

#[cfg(test)]
mod golden;

pub use error::Error;

use gordo_runtime::Batch;
use gordo_runtime::Step as _;
use serde_json::Value;

use crate::dataset::{Dataset, Table};
use crate::model::Estimator;
use crate::project::{self, Mode};
use crate::random::Seed;
use crate::trained::{self, State};

use self::evaluation::Answered;
use self::fold::Fold;
use self::metadata::Findings;
use self::network::Course;

/// Which of a machine's models is being trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The model of a fold, counted from 0.
    Fold(usize),
    /// The model that is kept.
    Final,
}

/// Told of every epoch, from any thread.
pub trait Progress: Sync {
    /// An epoch is done; epochs count from 1.
    fn epoch(&self, part: Part, epoch: usize, epochs: usize, loss: f64);
}

/// Tells nobody.
impl Progress for () {
    fn epoch(&self, _: Part, _: usize, _: usize, _: f64) {}
}

/// What training is told from outside.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Seed of everything random; `None` takes the machine's evaluation seed.
    pub seed: Option<u64>,
    /// Who is told of epochs.
    pub progress: &'a dyn Progress,
    /// The model's creation date in the metadata.
    pub creation_date: Option<&'a str>,
    /// Seconds of a steady clock; without one durations are null and output is repeatable.
    pub clock: Option<&'a (dyn Fn() -> f64 + Sync)>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            seed: None,
            progress: &(),
            creation_date: None,
            clock: None,
        }
    }
}

/// Trains a machine, as its evaluation mode says.
pub fn train(
    machine: &project::Machine,
    dataset: &Dataset,
    options: &Options<'_>,
) -> Result<trained::Machine, Error> {
    if machine.evaluation.mode == Mode::CrossValOnly {
        return Err(Error::FoldsOnly);
    }
    let task = Task::new(machine, dataset, *options)?;
    let mut findings = Findings::default();
    let answered = if machine.evaluation.mode == Mode::FullBuild {
        task.evaluate(&mut findings)?
    } else {
        Vec::new()
    };
    let started = task.now();
    let fitted = fit::estimator(
        &machine.model.estimator,
        &task.x,
        &task.y,
        &task.course(Part::Final),
    )?;
    findings.training_seconds = task.since(started);
    let mut state = fitted.state;
    set_thresholds(&mut state, &answered);
    let answers = state.apply(task.x.clone())?;
    findings.offset = task.x.rows - answers.rows;
    findings.creation_date = options.creation_date.map(str::to_owned);
    findings.model = metadata::model(
        &machine.model.estimator,
        &dataset.y.names(),
        &answered,
        fitted.history.as_ref(),
    );
    Ok(task.trained(state, &findings))
}

/// Scores a machine's folds without training it; gives the machine document.
pub fn cross_validate(
    machine: &project::Machine,
    dataset: &Dataset,
    options: &Options<'_>,
) -> Result<Value, Error> {
    let task = Task::new(machine, dataset, *options)?;
    let mut findings = Findings::default();
    task.evaluate(&mut findings)?;
    Ok(metadata::document(machine, &dataset.metadata, &findings))
}

/// A machine, its rows as batches, and what is told from outside.
struct Task<'a> {
    machine: &'a project::Machine,
    dataset: &'a Dataset,
    options: Options<'a>,
    seed: Seed,
    x: Batch,
    y: Batch,
}

impl<'a> Task<'a> {
    fn new(
        machine: &'a project::Machine,
        dataset: &'a Dataset,
        options: Options<'a>,
    ) -> Result<Self, Error> {
        let seed = options.seed.unwrap_or(machine.evaluation.seed);
        Ok(Self {
            machine,
            options,
            seed: Seed::new(seed),
            x: batch(&dataset.x, "input")?,
            y: batch(&dataset.y, "target")?,
            dataset,
        })
    }

    fn now(&self) -> Option<f64> {
        self.options.clock.map(|clock| clock())
    }

    fn since(&self, started: Option<f64>) -> Option<f64> {
        Some(self.now()? - started?)
    }

    fn course(&self, part: Part) -> Course<'a> {
        Course {
            seed: match part {
                Part::Fold(index) => self.seed.split("fold", index),
                Part::Final => self.seed.split("final", 0),
            },
            part,
            progress: self.options.progress,
        }
    }

    /// Fits and scores the folds.
    fn evaluate(&self, findings: &mut Findings) -> Result<Vec<Answered>, Error> {
        let started = self.now();
        let evaluation = &self.machine.evaluation;
        let folds = fold::split(&evaluation.splitter, self.x.rows)?;
        let answered = evaluation::run(&folds, &self.y, |index, fold| self.fit(index, fold))?;
        findings.scores = evaluation::scores(
            (&evaluation.metrics, evaluation.scoring_scaler.as_ref()),
            &self.dataset.y.names(),
            &self.y,
            &folds,
            &answered,
        )?;
        findings.splits = metadata::splits(&folds, &self.dataset.times);
        findings.evaluation_seconds = self.since(started);
        Ok(answered)
    }

    fn fit(&self, index: usize, fold: &Fold) -> Result<evaluation::Model, Error> {
        let fitted = fit::estimator(
            &self.machine.model.estimator,
            &rows::take(&self.x, &fold.train),
            &rows::take(&self.y, &fold.train),
            &self.course(Part::Fold(index)),
        )?;
        evaluation::model(fitted.state, &self.x, fold)
    }

    fn trained(&self, state: State, findings: &Findings) -> trained::Machine {
        let machine = self.machine;
        let resolution = machine.dataset.resolution.as_ref();
        trained::Machine {
            name: machine.name.value.clone(),
            project: machine.project_name.clone(),
            tags: self.dataset.x.names(),
            target_tags: self.dataset.y.names(),
            resolution: resolution.map_or_else(String::new, |found| found.value.text.clone()),
            offset: findings.offset,
            python_type: python_type(&machine.model.estimator).to_owned(),
            definition: machine.model.expanded.clone(),
            state,
            metadata: metadata::document(machine, &self.dataset.metadata, findings),
            checksum: None,
        }
    }
}

/// A table as a batch, all of it finite.
fn batch(table: &Table, name: &'static str) -> Result<Batch, Error> {
    let width = table.n_columns();
    let values = table.row_major();
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(Error::NotFinite {
            table: name,
            column: table.names().swap_remove(at % width),
            row: at / width,
            value: values[at],
        });
    }
    Ok(Batch::double(table.n_rows(), width, values))
}

/// Gives a detector the thresholds of the last fold.
fn set_thresholds(state: &mut State, answered: &[Answered]) {
    let detector = match state {
        State::Detector(detector) => detector,
        State::Pipeline(states) => {
            if let Some(last) = states.last_mut() {
                set_thresholds(last, answered);
            }
            return;
        }
        _ => return,
    };
    let Some(last) = answered.last() else {
        return;
    };
    if let Some(thresholds) = last.thresholds.clone() {
        detector.feature_thresholds = Some(thresholds.features);
        detector.aggregate_threshold = Some(thresholds.aggregate);
    }
    if let Some(thresholds) = last.smooth.clone() {
        detector.smooth_feature_thresholds = Some(thresholds.features);
        detector.smooth_aggregate_threshold = Some(thresholds.aggregate);
    }
}

/// The peer's text for a model's class.
fn python_type(estimator: &Estimator) -> &'static str {
    match estimator {
        Estimator::Pipeline { .. } => "<class 'sklearn.pipeline.Pipeline'>",
        Estimator::TransformedTarget { .. } => {
            "<class 'sklearn.compose._target.TransformedTargetRegressor'>"
        }
        Estimator::Network(_) => "<class 'gordo.machine.model.models.KerasAutoEncoder'>",
        Estimator::Detector(_) => {
            "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>"
        }
    }
}

#[cfg(test)]
mod tests;
