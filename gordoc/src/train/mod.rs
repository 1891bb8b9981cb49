//! As learnt: fits every part, scores folds, finds thresholds.
//!
//! A function of the machine, its rows and a seed: reads no clock, and gives the same bits on
//! any number of threads.

mod alarm;
pub(crate) mod alone;
mod evaluation;
mod metadata;
pub mod score;
mod warning;

#[cfg(test)]
pub(crate) mod golden;

pub use crate::part::error::FitError as Error;
pub use crate::part::fit::{Progress, Run};
pub use crate::part::network::engine as network;
pub use warning::{Warning, warnings};

use gordo_runtime::Batch;
use serde_json::Value;

use crate::dataset::{Dataset, Table};
use crate::part::detector::threshold::RowsNeeded;
use crate::part::fit::{Fit, FitContext, Fitted};
use crate::part::rows;
use crate::part::splitter::Fold;
use crate::project::{self, Mode};
use crate::random::Seed;
use crate::trained;

use self::evaluation::FoldResult;
use self::metadata::Findings;

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
    let is_evaluated = machine.evaluation.mode == Mode::FullBuild && machine.model.predicts;
    let task = Task::new(machine, dataset, *options)?;
    let mut findings = Findings::default();
    let (folds, results) = if is_evaluated {
        let required = machine.model.estimator.required_rows();
        let (folds, results) = task.evaluate(&mut findings, required)?;
        let answered = results.last().map_or(0, |last| last.answers.rows);
        task.check_rows(required, &folds, answered)?;
        (folds, results)
    } else {
        (Vec::new(), Vec::new())
    };
    let started = task.now();
    let estimator = &machine.model.estimator;
    let Fit {
        mut fitted,
        history,
    } = estimator.fit(&task.x, &task.y, &task.context(Run::Final))?;
    findings.training_seconds = task.since(started);
    if let Some(detector) = fitted.detector_mut() {
        detector.calibrate(&evaluation::errors(&task.y, &folds, &results));
    }
    let answers = fitted.apply(task.x.clone())?;
    findings.offset = task.x.rows - answers.rows;
    findings.warnings = alarm::judge(&alarm::Evidence {
        x: &dataset.x,
        y: &dataset.y,
        targets: &task.y,
        folds: &folds,
        splitter: &*machine.evaluation.splitter,
        offset: findings.offset,
        detector: fitted.detector(),
    });
    findings.creation_date = options.creation_date.map(str::to_owned);
    findings.model = metadata::model(
        &machine.model,
        &*fitted,
        &dataset.y.names(),
        history.as_ref(),
    );
    Ok(task.trained(fitted, &findings))
}

/// Scores a machine's folds without training it; gives the machine document.
pub fn cross_validate(
    machine: &project::Machine,
    dataset: &Dataset,
    options: &Options<'_>,
) -> Result<Value, Error> {
    let task = Task::new(machine, dataset, *options)?;
    let mut findings = Findings::default();
    task.evaluate(&mut findings, None)?;
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

    fn context(&self, run: Run) -> FitContext<'a> {
        FitContext::new(self.seed, run, self.options.progress)
    }

    /// Refuses folds that are too short for thresholds that are required.
    fn check_rows(
        &self,
        required: Option<RowsNeeded>,
        folds: &[Fold],
        answered: usize,
    ) -> Result<(), Error> {
        let splitter = &*self.machine.evaluation.splitter;
        required.map_or(Ok(()), |needed| {
            alarm::check_rows(needed, self.x.rows, folds, splitter, answered)
        })
    }

    /// Fits and scores the folds, unless they are too short for thresholds that are needed.
    fn evaluate(
        &self,
        findings: &mut Findings,
        required: Option<RowsNeeded>,
    ) -> Result<(Vec<Fold>, Vec<FoldResult>), Error> {
        let started = self.now();
        let evaluation = &self.machine.evaluation;
        let folds = evaluation.splitter.split(self.x.rows)?;
        let tested = folds.last().map_or(0, |last| last.test.len());
        self.check_rows(required, &folds, tested)?;
        let results = evaluation::run(&folds, |index, fold| self.fit(index, fold))?;
        findings.scores = evaluation::scores(
            (&evaluation.metrics, evaluation.scoring_scaler.as_deref()),
            &self.dataset.y.names(),
            &self.y,
            &folds,
            &results,
        )?;
        findings.splits = metadata::splits(&folds, &self.dataset.times);
        findings.evaluation_seconds = self.since(started);
        Ok((folds, results))
    }

    fn fit(&self, index: usize, fold: &Fold) -> Result<FoldResult, Error> {
        let x = rows::take(&self.x, &fold.train);
        let y = rows::take(&self.y, &fold.train);
        let estimator = &self.machine.model.estimator;
        let fit = estimator.fit(&x, &y, &self.context(Run::Fold(index)))?;
        evaluation::test(&*fit.fitted, &self.x, &self.y, fold)
    }

    fn trained(&self, state: Box<dyn Fitted>, findings: &Findings) -> trained::Machine {
        let machine = self.machine;
        let resolution = machine.dataset.resolution.as_ref();
        trained::Machine {
            name: machine.name.value.clone(),
            project: machine.project_name.clone(),
            tags: self.dataset.x.names(),
            target_tags: self.dataset.y.names(),
            resolution: resolution.map_or_else(String::new, |found| found.value.text.clone()),
            offset: findings.offset,
            python_type: machine.model.python_type(),
            definition: machine.model.expanded.clone(),
            model: state.into(),
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

#[cfg(test)]
mod tests;
