//! The difference detector of a compiled machine.

use crate::step::MinMaxScaler;
use crate::{Detector, Smoothing, Step};

/// Judges `N` targets by their distance from the answer, scaled by `S` and not.
#[derive(Clone, Debug)]
pub struct DiffDetector<const N: usize, S = MinMaxScaler<N>> {
    scaler: S,
    thresholds: Option<([f64; N], f64)>,
    smoothing: Option<(Smoothing, usize)>,
    require_thresholds: bool,
}

impl<const N: usize, S> DiffDetector<N, S> {
    /// A detector that refuses to judge without thresholds.
    ///
    /// `thresholds` are the largest normal error per target (engineering units) and the
    /// largest normal mean squared scaled error.
    pub const fn new(scaler: S, thresholds: Option<([f64; N], f64)>) -> Self {
        Self {
            scaler,
            thresholds,
            smoothing: None,
            require_thresholds: true,
        }
    }

    /// Smooths anomalies over `window` rows as well.
    #[must_use]
    pub const fn smoothed(mut self, method: Smoothing, window: usize) -> Self {
        self.smoothing = Some((method, window));
        self
    }

    /// Judges without thresholds too.
    #[must_use]
    pub const fn without_requiring_thresholds(mut self) -> Self {
        self.require_thresholds = false;
        self
    }
}

impl<const N: usize, S: Step> DiffDetector<N, S> {
    /// The detector as gordoc and servers use it.
    pub fn detector(&self) -> Detector<'_> {
        let thresholds = self.thresholds.as_ref();
        Detector {
            scaler: &self.scaler,
            feature_thresholds: thresholds.map(|(features, _)| features.as_slice()),
            aggregate_threshold: thresholds.map(|(_, aggregate)| *aggregate),
            require_thresholds: self.require_thresholds,
            smoothing: self.smoothing,
        }
    }
}
