//! The difference detector: how far an answer lies from what was measured.
//!
//! Computes over the rows of one request or fold; knows nothing of how thresholds were found.

use super::sized::MinMaxScaler;
use super::{Detector, Numbers, Step};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Anomaly, Batch, Rejection, Smooth, Smoothing, smoothing};

/// Compares answers with targets, scaled by `S` and not.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffDetector<S, T> {
    /// Scales targets and answers alike before their scaled difference is taken.
    pub scaler: S,
    /// Largest normal absolute error, `[targets]`, engineering units.
    pub feature_thresholds: Option<T>,
    /// Largest normal mean squared scaled error.
    pub aggregate_threshold: Option<f64>,
    /// Whether a machine without thresholds refuses to detect.
    pub require_thresholds: bool,
    /// Method and window, in rows.
    pub smoothing: Option<(Smoothing, usize)>,
}

/// With its sizes in its type.
pub(super) mod sized {
    use super::MinMaxScaler;

    /// A detector over `N` targets.
    pub type DiffDetector<const N: usize, S = MinMaxScaler<N>> = super::DiffDetector<S, [f64; N]>;
}

impl<S, T: Copy> DiffDetector<S, T> {
    /// Smooths anomalies over `window` rows as well; `method` is `smm`, `sma` or `ewma`.
    #[must_use]
    #[track_caller]
    pub const fn smoothing(mut self, method: &str, window: usize) -> Self {
        assert!(window > 0, "the window of `smoothing` is at least 1 row");
        let Some(method) = Smoothing::find(method) else {
            panic!("the method of `smoothing` is `smm`, `sma` or `ewma`");
        };
        self.smoothing = Some((method, window));
        self
    }

    /// Has no thresholds.
    #[must_use]
    pub const fn without_thresholds(mut self) -> Self {
        self.feature_thresholds = None;
        self.aggregate_threshold = None;
        self
    }

    /// Detects without thresholds too.
    #[must_use]
    pub const fn thresholds_optional(mut self) -> Self {
        self.require_thresholds = false;
        self
    }
}

/// Rows that are scaled at a time: what is in between is never held for all.
const BLOCK_ROWS: usize = 4096;

impl<S: Step, T> DiffDetector<S, T> {
    /// Absolute differences of scaled answers and scaled targets.
    fn scaled_distances(&self, output: &Batch, targets: &[f64]) -> Result<Vec<f64>, Rejection> {
        let (rows, width) = (output.rows, output.width);
        let mut all = Vec::with_capacity(targets.len());
        let mut first = 0;
        loop {
            let last = rows.min(first + BLOCK_ROWS);
            let measured = targets[first * width..last * width].to_vec();
            let measured = Batch::double(last - first, width, measured);
            let answered = self.scaler.apply(output.slice(first..last))?;
            let measured = self.scaler.apply(measured)?;
            let answered = answered.values.into_double();
            all.append(&mut distances(answered, &measured.values.into_double()));
            first = last;
            if first == rows {
                return Ok(all);
            }
        }
    }
}

impl<S: Step, T: Numbers<f64>> Detector for DiffDetector<S, T> {
    fn can_detect(&self) -> bool {
        let any = self.feature_thresholds.is_some() || self.aggregate_threshold.is_some();
        any || !self.require_thresholds
    }

    fn detect(&self, output: &Batch, targets: &[f64]) -> Result<Anomaly, Rejection> {
        let (rows, width) = (output.rows, output.width);
        if targets.len() != rows * width {
            return Err(Rejection::Targets {
                expected: (rows, width),
                given: (targets.len() / width.max(1), width),
            });
        }
        let tag_scaled = self.scaled_distances(output, targets)?;
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
        let confidence = (self.feature_thresholds.as_ref())
            .map(|limits| ratios(&tag_unscaled, limits.numbers()));
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

impl<const N: usize, S: Part> Part for sized::DiffDetector<N, S> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(N + 1).around(S::SHAPE);
}

impl<const N: usize, S: Embed<W>, W: Weights> Embed<W> for sized::DiffDetector<N, S> {
    const PART: Self = Self {
        scaler: S::PART,
        feature_thresholds: Some(vector(W::DOUBLES, S::SHAPE.doubles)),
        aggregate_threshold: Some(W::DOUBLES[S::SHAPE.doubles + N]),
        require_thresholds: true,
        smoothing: None,
    };
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
///
/// What is infinitely far from normal, such as any change of a tag that never changed before,
/// has the largest finite confidence: infinity would be told as a missing value.
fn ratios(values: &[f64], limits: &[f64]) -> Vec<f64> {
    let limits = limits.iter().cycle();
    let ratio = |(value, limit): (&f64, &f64)| {
        let ratio = value / limit;
        if ratio == f64::INFINITY {
            f64::MAX
        } else {
            ratio
        }
    };
    values.iter().zip(limits).map(ratio).collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "tests compare exact answers")]
mod tests {
    use super::*;
    use crate::part::MaxAbsScaler;

    const DETECTOR: sized::DiffDetector<2, super::super::sized::MaxAbsScaler<2>> = DiffDetector {
        scaler: MaxAbsScaler { scale: [2.0, 4.0] },
        feature_thresholds: Some([0.5, 0.0]),
        aggregate_threshold: Some(2.0),
        require_thresholds: true,
        smoothing: Some((Smoothing::Mean, 2)),
    };

    fn output(values: &[f64]) -> Batch {
        Batch::double(values.len() / 2, 2, values.to_vec())
    }

    #[test]
    fn totals_are_mean_squares_and_confidence_divides_unscaled_errors() {
        let anomaly = DETECTOR.detect(&output(&[3.0, 4.0, 0.0, 0.0]), &[1.0, 8.0, 1.0, 0.0]);
        let anomaly = anomaly.unwrap();
        assert_eq!(anomaly.tag_unscaled, [2.0, 4.0, 1.0, 0.0]);
        assert_eq!(anomaly.tag_scaled, [1.0, 1.0, 0.5, 0.0]);
        assert_eq!(anomaly.total_scaled, [1.0, 0.125]);
        assert_eq!(anomaly.total_unscaled, [10.0, 0.5]);
        let confidence = anomaly.confidence.unwrap();
        assert_eq!(confidence[..3], [4.0, f64::MAX, 2.0]);
        assert!(confidence[3].is_nan());
        assert_eq!(anomaly.total_confidence.unwrap(), [0.5, 0.0625]);
        let smooth = anomaly.smooth.unwrap();
        assert!(smooth.total_scaled[0].is_nan());
        assert_eq!(smooth.total_scaled[1], 0.5625);
        assert_eq!(smooth.tag_unscaled[2..], [1.5, 2.0]);
    }

    #[test]
    fn blocks_of_rows_do_not_show() {
        let rows = 2 * BLOCK_ROWS + 3;
        let numbers: Vec<f64> = (0..2 * rows).map(|at| (at % 97) as f64).collect();
        let anomaly = DETECTOR.detect(&output(&numbers), &numbers[..]).unwrap();
        assert_eq!(anomaly.tag_scaled, vec![0.0; 2 * rows]);
        let shifted: Vec<f64> = numbers.iter().map(|value| value + 4.0).collect();
        let anomaly = DETECTOR.detect(&output(&numbers), &shifted).unwrap();
        let each = anomaly.tag_scaled.chunks_exact(2);
        assert_eq!(each.filter(|row| *row == [2.0, 1.0]).count(), rows);
    }

    #[test]
    fn confidence_is_never_infinite() {
        let values = [0.0, 1e-300, 1.0, 1e300, f64::INFINITY, f64::NAN];
        for limit in [0.0, 1e-300, 1.0, f64::INFINITY, f64::NAN] {
            for value in values {
                let ratio = ratios(&[value], &[limit])[0];
                let expect = value / limit;
                if expect == f64::INFINITY {
                    assert_eq!(ratio, f64::MAX, "{value} / {limit}");
                } else {
                    assert_eq!(ratio.to_bits(), expect.to_bits(), "{value} / {limit}");
                }
            }
        }
    }

    #[test]
    fn missing_tags_are_left_out_of_totals() {
        let given = [f64::NAN, 8.0, f64::NAN, f64::NAN];
        let anomaly = DETECTOR
            .detect(&output(&[3.0, 4.0, 0.0, 0.0]), &given)
            .unwrap();
        assert_eq!(anomaly.total_unscaled[0], 16.0);
        assert!(anomaly.total_unscaled[1].is_nan());
    }

    #[test]
    fn targets_of_another_shape_are_refused() {
        let refused = DETECTOR.detect(&output(&[3.0, 4.0]), &[1.0, 8.0, 1.0, 0.0]);
        let (expected, given) = ((1, 2), (2, 2));
        assert_eq!(refused, Err(Rejection::Targets { expected, given }));
    }

    #[test]
    fn required_thresholds_must_be_there() {
        assert!(DETECTOR.can_detect());
        let without = DETECTOR.without_thresholds();
        assert!(!without.can_detect());
        assert!(without.thresholds_optional().can_detect());
    }
}
