//! From an answer and what was measured to anomalies and their confidence.
//!
//! Computes over the rows of one request or fold; knows nothing of how thresholds were found.

use crate::kernel::scale;
use crate::{Batch, Rejection, Step, smoothing};

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

impl Smoothing {
    /// Every method by the peer's name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("smm", Self::Median),
        ("sma", Self::Mean),
        ("ewma", Self::Exponential),
    ];

    /// The method of a name.
    pub fn find(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(known, _)| *known == name)?;
        Some(found.1)
    }

    /// The name the peer writes.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(_, method)| *method == self);
        found.expect("every method has a name").0
    }
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
    /// Whether the detector has what it needs to judge.
    pub fn can_judge(&self) -> bool {
        let complete = self.feature_thresholds.is_some() && self.aggregate_threshold.is_some();
        complete || !self.require_thresholds
    }

    /// Judges each row of an answer; the caller has asked [`can_judge`](Self::can_judge).
    ///
    /// # Shapes and units
    ///
    /// - `output`: `[rows, 1, targets]`
    /// - `targets`: `[rows, targets]` row-major, engineering units, already cut to the
    ///   answer's rows
    pub fn judge(&self, output: &Batch, targets: &[f64]) -> Result<Anomaly, Rejection> {
        let (rows, width) = (output.rows, output.width);
        if targets.len() != rows * width {
            return Err(Rejection::Targets {
                expected: (rows, width),
                given: (targets.len() / width.max(1), width),
            });
        }
        let wanted = Batch::double(rows, width, targets.to_vec());
        let scaled = self.scaler.apply(output.clone())?.to_f64();
        let wanted = self.scaler.apply(wanted)?.to_f64();
        let tag_scaled = distances(scaled, &wanted);
        let tag_unscaled = distances(output.to_f64(), targets);
        let total_scaled = mean_squares(&tag_scaled, width);
        let total_unscaled = mean_squares(&tag_unscaled, width);
        let smooth = self.smoothing.map(|(method, window)| {
            let smooth =
                |values: &[f64], width| smoothing::smooth_columns(method, window, values, width);
            Smooth {
                tag_scaled: smooth(&tag_scaled, width),
                total_scaled: smooth(&total_scaled, 1),
                tag_unscaled: smooth(&tag_unscaled, width),
                total_unscaled: smooth(&total_unscaled, 1),
            }
        });
        let confidence = (self.feature_thresholds).map(|limits| ratios(&tag_unscaled, limits));
        let total_confidence = (self.aggregate_threshold)
            .map(|limit| ratios(&total_scaled, std::slice::from_ref(&limit)));
        Ok(Anomaly {
            tag_scaled,
            total_scaled,
            tag_unscaled,
            total_unscaled,
            smooth,
            confidence,
            total_confidence,
        })
    }
}

fn distances(mut left: Vec<f64>, right: &[f64]) -> Vec<f64> {
    for (left, right) in left.iter_mut().zip(right) {
        *left = (*left - right).abs();
    }
    left
}

/// Per row the mean of the squares, missing ones left out; NaN if all are missing.
fn mean_squares(values: &[f64], width: usize) -> Vec<f64> {
    let mean = |row: &[f64]| {
        let present = || row.iter().filter(|value| !value.is_nan());
        let sum: f64 = present().map(|value| value * value).sum();
        sum / present().count() as f64
    };
    values.chunks_exact(width.max(1)).map(mean).collect()
}

/// Each column over its limit.
fn ratios(values: &[f64], limits: &[f64]) -> Vec<f64> {
    let mut ratios = values.to_vec();
    scale::divide(&mut ratios, limits);
    ratios
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "tests compare exact answers")]
mod tests {
    use super::*;
    use crate::view::MaxAbsScaler;

    const DETECTOR: Detector<'_> = Detector {
        scaler: &MaxAbsScaler { scale: &[2.0, 4.0] },
        feature_thresholds: Some(&[0.5, 0.0]),
        aggregate_threshold: Some(2.0),
        require_thresholds: true,
        smoothing: Some((Smoothing::Mean, 2)),
    };

    fn output(values: &[f64]) -> Batch {
        Batch::double(values.len() / 2, 2, values.to_vec())
    }

    #[test]
    fn totals_are_mean_squares_and_confidence_divides_unscaled_errors() {
        let anomaly = DETECTOR.judge(&output(&[3.0, 4.0, 0.0, 0.0]), &[1.0, 8.0, 1.0, 0.0]);
        let anomaly = anomaly.unwrap();
        assert_eq!(anomaly.tag_unscaled, [2.0, 4.0, 1.0, 0.0]);
        assert_eq!(anomaly.tag_scaled, [1.0, 1.0, 0.5, 0.0]);
        assert_eq!(anomaly.total_scaled, [1.0, 0.125]);
        assert_eq!(anomaly.total_unscaled, [10.0, 0.5]);
        let confidence = anomaly.confidence.unwrap();
        assert_eq!(confidence[..3], [4.0, f64::INFINITY, 2.0]);
        assert!(confidence[3].is_nan());
        assert_eq!(anomaly.total_confidence.unwrap(), [0.5, 0.0625]);
        let smooth = anomaly.smooth.unwrap();
        assert!(smooth.total_scaled[0].is_nan());
        assert_eq!(smooth.total_scaled[1], 0.5625);
        assert_eq!(smooth.tag_unscaled[2..], [1.5, 2.0]);
    }

    #[test]
    fn missing_tags_are_left_out_of_totals() {
        let given = [f64::NAN, 8.0, f64::NAN, f64::NAN];
        let anomaly = DETECTOR
            .judge(&output(&[3.0, 4.0, 0.0, 0.0]), &given)
            .unwrap();
        assert_eq!(anomaly.total_unscaled[0], 16.0);
        assert!(anomaly.total_unscaled[1].is_nan());
    }

    #[test]
    fn targets_of_another_shape_are_refused() {
        let refused = DETECTOR.judge(&output(&[3.0, 4.0]), &[1.0, 8.0, 1.0, 0.0]);
        let (expected, given) = ((1, 2), (2, 2));
        assert_eq!(refused, Err(Rejection::Targets { expected, given }));
    }

    #[test]
    fn required_thresholds_must_be_there() {
        let mut detector = DETECTOR;
        assert!(detector.can_judge());
        detector.feature_thresholds = None;
        assert!(!detector.can_judge());
        detector.require_thresholds = false;
        assert!(detector.can_judge());
    }
}
