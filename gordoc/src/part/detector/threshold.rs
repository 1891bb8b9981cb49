//! Thresholds: the largest error that is still normal.
//!
//! Reads the errors of test folds; knows nothing of how answers were made. What a class of
//! detectors makes of them stands in its file.

use std::fmt;
use std::sync::Arc;

use gordo_runtime::{Anomaly, Batch, Smoothing};
use serde_json::{Map, Value};

use crate::part::document::{DocumentError, Reader};

/// Rows an error must last to raise a threshold of the last fold.
pub(crate) const LASTING: usize = 6;

/// Thresholds, of one fold or of all.
///
/// # Shapes and units
///
/// - `features`: `[targets]`, engineering units
/// - `aggregate`: of the mean squared scaled error, no unit
///
/// NaN where there are too few rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thresholds {
    /// Per target.
    pub(crate) features: Vec<f64>,
    /// Of all targets together.
    pub(crate) aggregate: f64,
}

/// Thresholds that a detector compares with, and those that it only tells of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calibration {
    /// What it compares with.
    pub(crate) thresholds: Thresholds,
    /// Over its window, if it has such.
    pub(crate) smooth: Option<Thresholds>,
    /// Both of each fold, in order, if they are of one fold.
    pub(crate) folds: Vec<(Thresholds, Option<Thresholds>)>,
}

/// What the models of all folds got wrong.
pub(crate) struct CrossValidation<'a> {
    /// Targets of all rows, `[rows, targets]`, engineering units.
    pub(crate) targets: &'a Batch,
    /// The rows that each fold's model answered for, and its errors there.
    pub(crate) folds: Vec<(&'a [usize], &'a Errors)>,
}

/// How a detector smooths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Smoothed {
    pub(crate) method: Smoothing,
    /// In rows.
    pub(crate) window: usize,
}

/// The rows without which there is no threshold at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsNeeded {
    /// So many answers of the last fold, whose thresholds hold.
    OfLastFold(usize),
    /// So many rows one after the other, of all folds together.
    OfAllFolds(usize),
}

/// Where the thresholds of a class of detectors come from.
pub(crate) trait ThresholdRule: fmt::Debug + Send + Sync {
    /// The class, as documents name it.
    fn class(&self) -> &'static str;

    /// A sentence on it, for generated code.
    fn doc(&self) -> &'static str;

    /// The rows without which it finds nothing.
    fn rows_needed(&self, smoothed: Option<Smoothed>) -> RowsNeeded;

    /// Finds thresholds; none without folds.
    fn calibrate(
        &self,
        found: &CrossValidation<'_>,
        smoothed: Option<Smoothed>,
    ) -> Option<Calibration>;

    /// What a build leaves in the metadata of a detector over these targets. `parts` are texts
    /// of its scaler and base, unless the base tells of itself.
    fn metadata(
        &self,
        targets: &[String],
        found: Option<&Calibration>,
        smoothed: Option<Smoothed>,
        parts: Map<String, Value>,
    ) -> Map<String, Value>;

    /// Adds what it is told beside what all detectors are.
    fn write(&self, document: &mut Map<String, Value>);
}

/// Reads what [`ThresholdRule::write`] added.
pub(crate) type ReadRule = fn(&Reader<'_>) -> Result<Arc<dyn ThresholdRule>, DocumentError>;

/// Errors of a test fold.
///
/// # Shapes and units
///
/// - `unscaled`: per target `[rows]`, engineering units
/// - `scaled`: `[rows]`, mean over targets of squared scaled errors, no unit
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Errors {
    pub(super) unscaled: Vec<Vec<f64>>,
    pub(super) scaled: Vec<f64>,
}

impl Errors {
    /// The errors that a detector finds in a fold.
    pub(crate) fn new(anomaly: &Anomaly, width: usize) -> Self {
        // Unlike a served total, a threshold knows no row of which a target is missing.
        let mean_square =
            |row: &[f64]| row.iter().map(|error| error * error).sum::<f64>() / width as f64;
        let column = |target| {
            let errors = anomaly.tag_unscaled.iter().skip(target);
            errors.step_by(width).copied().collect()
        };
        let rows = anomaly.tag_scaled.chunks_exact(width.max(1));
        Self {
            scaled: rows.map(mean_square).collect(),
            unscaled: (0..width).map(column).collect(),
        }
    }
}
