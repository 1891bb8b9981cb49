//! Cross-validation: fits a model per fold, scores it, finds thresholds.
//!
//! Fold models are trained as the final model is; they are thrown away.

use gordo_runtime::Batch;
use gordo_runtime::Step as _;
use rayon::prelude::*;
use serde_json::{Map, Value};

use crate::model::Step;
use crate::project::Metric;
use crate::trained::{self, State};

use super::fold::Fold;
use super::score;
use super::threshold::{Errors, Thresholds};
use super::{Error, fit, rows};

/// What one fold's model answered, and how it judges errors.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    /// Answers to the last of the fold's test rows.
    pub(crate) answers: Batch,
    /// Thresholds over lasting errors, if the model is a detector.
    pub(crate) thresholds: Option<Thresholds>,
    /// Thresholds over the detector's window, if it has one.
    pub(crate) smooth: Option<Thresholds>,
}

/// A model fitted on one fold, whatever its kind.
pub(crate) struct Model {
    /// Its answers to the test rows.
    pub(crate) answers: Batch,
    /// Its error scaler and window, if it is a detector.
    pub(crate) detector: Option<(State, Option<usize>)>,
}

/// Answers of a fitted state to a fold's test rows.
pub(crate) fn model(state: State, x: &Batch, fold: &Fold) -> Result<Model, Error> {
    let answers = state.apply(rows::take(x, &fold.test))?;
    let detector = match state {
        State::Detector(detector) => {
            let trained::Detector { scaler, window, .. } = *detector;
            Some((scaler, window))
        }
        _ => None,
    };
    Ok(Model { answers, detector })
}

/// Fits and tests every fold, in parallel; results are in the folds' order.
pub(crate) fn run(
    folds: &[Fold],
    y: &Batch,
    fit: impl Fn(usize, &Fold) -> Result<Model, Error> + Sync,
) -> Result<Vec<Answered>, Error> {
    let answered: Vec<Result<Answered, Error>> = folds
        .par_iter()
        .enumerate()
        .map(|(index, fold)| judge(fit(index, fold)?, y, fold))
        .collect();
    // In order, so that of several failures always the same one is told.
    answered.into_iter().collect()
}

fn judge(model: Model, y: &Batch, fold: &Fold) -> Result<Answered, Error> {
    let mut answered = Answered {
        answers: model.answers,
        thresholds: None,
        smooth: None,
    };
    if let Some((scaler, window)) = model.detector {
        let lost = fold.test.len() - answered.answers.rows;
        let targets = rows::take(y, &fold.test[lost..]);
        let errors = Errors::new(&scaler, &answered.answers, &targets)?;
        answered.thresholds = Some(errors.thresholds());
        answered.smooth = window.map(|window| errors.smooth_thresholds(window));
    }
    Ok(answered)
}

/// Scores of all folds under the peer's names.
///
/// The scoring scaler is fitted on all targets, those of the test rows among them.
pub(crate) fn scores(
    (metrics, scaler): (&[Metric], Option<&Step>),
    targets: &[String],
    y: &Batch,
    folds: &[Fold],
    answered: &[Answered],
) -> Result<Map<String, Value>, Error> {
    let scaler = scaler.map(|scaler| fit::step(scaler, y)).transpose()?;
    let scale = |batch: Batch| match &scaler {
        Some(scaler) => scaler.apply(batch),
        None => Ok(batch),
    };
    let mut pairs = Vec::with_capacity(folds.len());
    for (fold, answered) in folds.iter().zip(answered) {
        pairs.push((
            scale(rows::take(y, &fold.test))?,
            scale(answered.answers.clone())?,
        ));
    }
    let mut scores = Map::new();
    for metric in metrics {
        let folds: Vec<(Vec<f64>, f64)> = pairs
            .iter()
            .map(|(targets, answers)| score::measure(*metric, targets, answers))
            .collect();
        for (index, name) in score::names(metric.name(), targets).into_iter().enumerate() {
            let of_fold = |(each, all): &(Vec<f64>, f64)| each.get(index).copied().unwrap_or(*all);
            let values: Vec<f64> = folds.iter().map(of_fold).collect();
            scores.insert(name, score::entry(&values));
        }
    }
    Ok(scores)
}

#[cfg(test)]
mod tests;
