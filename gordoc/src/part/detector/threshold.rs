//! Thresholds: the largest error that is still normal.
//!
//! Reads the errors of test folds; knows nothing of how answers were made.

use gordo_runtime::{Anomaly, smoothing};

/// Rows an error must last to raise a threshold.
pub(crate) const LASTING: usize = 6;

/// The thresholds one fold gives.
///
/// # Shapes and units
///
/// - `features`: `[targets]`, engineering units
/// - `aggregate`: of the mean squared scaled error, no unit
///
/// NaN where the fold has too few rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thresholds {
    /// Per target.
    pub(crate) features: Vec<f64>,
    /// Of all targets together.
    pub(crate) aggregate: f64,
}

/// What a fold's errors say of thresholds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Validation {
    /// Over lasting errors.
    pub(crate) thresholds: Thresholds,
    /// Over the detector's window, if it has one.
    pub(crate) smooth: Option<Thresholds>,
}

/// Errors of a test fold.
///
/// # Shapes and units
///
/// - `unscaled`: per target `[rows]`, engineering units
/// - `scaled`: `[rows]`, mean over targets of squared scaled errors, no unit
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Errors {
    unscaled: Vec<Vec<f64>>,
    scaled: Vec<f64>,
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

    /// The thresholds of errors that last `window` rows.
    fn thresholds_over(&self, window: usize) -> Thresholds {
        let errors = self.unscaled.iter();
        Thresholds {
            features: errors.map(|errors| lasting(errors, window)).collect(),
            aggregate: lasting(&self.scaled, window),
        }
    }

    /// The thresholds a detector compares with.
    pub(crate) fn thresholds(&self) -> Thresholds {
        self.thresholds_over(LASTING)
    }

    /// The thresholds over the detector's own window; its smoothing method plays no part.
    pub(crate) fn smooth_thresholds(&self, window: usize) -> Thresholds {
        self.thresholds_over(window)
    }
}

/// The highest of the lowest errors over any `window` consecutive rows; NaN if there are none.
///
/// A lone spike shorter than the window cannot raise it. Windows with a missing error are
/// left out.
fn lasting(errors: &[f64], window: usize) -> f64 {
    let lowest = smoothing::rolling_min(errors, window);
    lowest.into_iter().fold(f64::NAN, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_spike_does_not_raise_a_threshold() {
        let mut errors = vec![1.0; 20];
        errors[3..8].fill(9.0);
        assert!((lasting(&errors, 6) - 1.0).abs() < f64::EPSILON);
        errors[8] = 8.0;
        assert!((lasting(&errors, 6) - 8.0).abs() < f64::EPSILON);
    }

    #[test]
    fn too_few_rows_give_no_threshold() {
        assert!(lasting(&[1.0; 5], 6).is_nan());
        assert!(lasting(&[], 6).is_nan());
    }
}
