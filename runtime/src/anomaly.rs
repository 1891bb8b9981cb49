//! What a detector finds: anomalies per tag and in total, and their confidence.

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
    /// `tag_unscaled` over the feature thresholds, never infinite; present if there are
    /// thresholds.
    pub confidence: Option<Vec<f64>>,
    /// `total_scaled` over the aggregate threshold, never infinite; present if there is one.
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
