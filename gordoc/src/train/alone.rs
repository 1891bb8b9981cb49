//! A model without a machine: fitted on all rows, its thresholds found on folds.

use gordo_runtime::Batch;

use super::Error;
use super::evaluation;
use crate::part::fit::{Estimator, Fit, FitContext, Run};
use crate::part::rows;
use crate::part::splitter::Splitter;
use crate::random::Seed;

/// Fits an estimator as the model of a machine is fitted; with a splitter a detector gets
/// thresholds.
///
/// # Shapes and units
///
/// - `x`: `[rows, inputs]`
/// - `y`: `[rows, targets]`
pub(crate) fn fit(
    estimator: &dyn Estimator,
    (x, y): (&Batch, &Batch),
    splitter: Option<&dyn Splitter>,
    seed: u64,
) -> Result<Fit, Error> {
    let seed = Seed::new(seed);
    let context = |run| FitContext::new(seed, run, &());
    let folds = splitter.map_or_else(|| Ok(Vec::new()), |splitter| splitter.split(x.rows))?;
    let results = evaluation::run(&folds, |index, fold| {
        let learnt = (rows::take(x, &fold.train), rows::take(y, &fold.train));
        let fit = estimator.fit(&learnt.0, &learnt.1, &context(Run::Fold(index)))?;
        evaluation::test(&*fit.fitted, x, y, fold)
    })?;
    let mut fit = estimator.fit(x, y, &context(Run::Final))?;
    if let Some(detector) = fit.fitted.detector_mut() {
        detector.calibrate(&evaluation::errors(y, &folds, &results));
    }
    Ok(fit)
}
