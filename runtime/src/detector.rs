//! From an answer and what was measured to anomalies and their confidence.
//!
//! Computes over the rows of one request or fold; knows nothing of how thresholds were found.

use crate::{Batch, Rejection, Step};

/// How anomalies are smoothed over the rows of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoothing {
    /// `smm`: rolling median.
    Median,
    /// `sma`: rolling mean.
    Mean,
    /// `ewma`: exponentially weighted mean, span = window, adjusted weights.
    Exponential,
}

/// A difference detector, borrowed from the machine that holds its numbers.
#[derive(Clone, Copy)]
pub struct Detector<'a> {
    /// Scales targets and answers alike before their scaled difference is taken.
    pub scaler: &'a dyn Step,
    /// Largest normal absolute error per target, engineering units.
    pub feature_thresholds: Option<&'a [f64]>,
    /// Largest normal mean squared scaled error.
    pub aggregate_threshold: Option<f64>,
    /// Whether a machine without thresholds refuses to judge.
    pub require_thresholds: bool,
    /// Method and window, in rows.
    pub smoothing: Option<(Smoothing, usize)>,
}

/// What a detector says of each row.
///
/// # Shapes and units
///
/// - `tag_*`, `confidence`: `[rows, targets]`, row-major
/// - `total_*`: `[rows]`
/// - scaled values have no unit, `*_unscaled` the target's unit (totals: its square)
#[derive(Clone, Debug, PartialEq)]
pub struct Anomaly {
    /// Absolute difference of scaled answer and scaled target.
    pub tag_scaled: Vec<f64>,
    /// Mean over targets of the squares of `tag_scaled`, missing ones left out.
    pub total_scaled: Vec<f64>,
    /// Absolute difference of answer and target.
    pub tag_unscaled: Vec<f64>,
    /// Mean over targets of the squares of `tag_unscaled`, missing ones left out.
    pub total_unscaled: Vec<f64>,
    /// The four above, smoothed; present if the detector smooths.
    pub smooth: Option<Smooth>,
    /// `tag_unscaled` over the feature thresholds; present if there are thresholds.
    pub confidence: Option<Vec<f64>>,
    /// `total_scaled` over the aggregate threshold; present if there is one.
    pub total_confidence: Option<Vec<f64>>,
}

/// Smoothed anomalies; shapes and units as in [`Anomaly`].
#[derive(Clone, Debug, PartialEq)]
pub struct Smooth {
    /// Smoothed [`Anomaly::tag_scaled`].
    pub tag_scaled: Vec<f64>,
    /// Smoothed [`Anomaly::total_scaled`].
    pub total_scaled: Vec<f64>,
    /// Smoothed [`Anomaly::tag_unscaled`].
    pub tag_unscaled: Vec<f64>,
    /// Smoothed [`Anomaly::total_unscaled`].
    pub total_unscaled: Vec<f64>,
}

impl Detector<'_> {
    /// Judges each row of an answer.
    ///
    /// # Shapes and units
    ///
    /// - `output`: `[rows, 1, targets]`
    /// - `targets`: `[rows, targets]` row-major, engineering units, already cut to the
    ///   answer's rows
    pub fn judge(&self, output: &Batch, targets: &[f64]) -> Result<Anomaly, Rejection> {
        let _ = (output, targets);
        unreachable!("skeleton")
    }
}
