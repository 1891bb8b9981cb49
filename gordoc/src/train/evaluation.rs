//! Cross-validation: tests the model of each fold, and scores it.
//!
//! Fold models are trained as the final model is; they are thrown away.

use gordo_runtime::Batch;
use gordo_runtime::Step as _;
use rayon::prelude::*;
use serde_json::{Map, Value};

use crate::part::detector::threshold::{CrossValidation, Errors};
use crate::part::fit::{Fitted, Transformer};
use crate::part::rows;
use crate::part::splitter::Fold;
use crate::project::Metric;

use super::Error;
use super::score;

/// What one fold's model predicted, and what it got wrong.
#[derive(Clone, Debug)]
pub(crate) struct FoldResult {
    /// Predictions of the last of the fold's test rows.
    pub(crate) answers: Batch,
    /// Errors, if the model is a detector.
    pub(crate) errors: Option<Errors>,
}

/// Tests a model on a fold's rows.
pub(crate) fn test(
    model: &dyn Fitted,
    x: &Batch,
    y: &Batch,
    fold: &Fold,
) -> Result<FoldResult, Error> {
    let answers = model.apply(rows::take(x, &fold.test))?;
    let errors = match model.detector() {
        Some(detector) => {
            let lost = fold.test.len() - answers.rows;
            let targets = rows::take(y, &fold.test[lost..]);
            Some(detector.errors(&answers, &targets)?)
        }
        None => None,
    };
    Ok(FoldResult { answers, errors })
}

/// What the folds' models got wrong, and where.
pub(crate) fn errors<'a>(
    y: &'a Batch,
    folds: &'a [Fold],
    results: &'a [FoldResult],
) -> CrossValidation<'a> {
    let answered = folds.iter().zip(results).filter_map(|(fold, result)| {
        let lost = fold.test.len() - result.answers.rows;
        Some((&fold.test[lost..], result.errors.as_ref()?))
    });
    CrossValidation {
        targets: y,
        folds: answered.collect(),
    }
}

/// Fits and tests every fold, in parallel; results are in the folds' order.
pub(crate) fn run(
    folds: &[Fold],
    fit: impl Fn(usize, &Fold) -> Result<FoldResult, Error> + Sync,
) -> Result<Vec<FoldResult>, Error> {
    let results: Vec<Result<FoldResult, Error>> = folds
        .par_iter()
        .enumerate()
        .map(|(index, fold)| fit(index, fold))
        .collect();
    // In order, so that of several failures always the same one is told.
    results.into_iter().collect()
}

/// Scores of all folds under Gordo's names.
///
/// The scoring scaler is fitted on all targets, those of the test rows among them.
pub(crate) fn scores(
    (metrics, scaler): (&[Metric], Option<&dyn Transformer>),
    targets: &[String],
    y: &Batch,
    folds: &[Fold],
    results: &[FoldResult],
) -> Result<Map<String, Value>, Error> {
    let scaler = scaler.map(|scaler| scaler.fit(y)).transpose()?;
    let scale = |batch: Batch| match &scaler {
        Some(scaler) => scaler.apply(batch),
        None => Ok(batch),
    };
    let mut pairs = Vec::with_capacity(folds.len());
    for (fold, result) in folds.iter().zip(results) {
        pairs.push((
            scale(rows::take(y, &fold.test))?,
            scale(result.answers.clone())?,
        ));
    }
    let mut scores = Map::new();
    for metric in metrics {
        let folds: Vec<(Vec<f64>, f64)> = pairs
            .iter()
            .map(|(targets, answers)| score::measure(*metric, targets, answers))
            .collect();
        for (index, name) in score::names(metric.name, targets).into_iter().enumerate() {
            let of_fold = |(each, all): &(Vec<f64>, f64)| each.get(index).copied().unwrap_or(*all);
            let values: Vec<f64> = folds.iter().map(of_fold).collect();
            scores.insert(name, score::entry(&values));
        }
    }
    Ok(scores)
}
