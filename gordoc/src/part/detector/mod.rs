//! Detectors of anomalies.

pub(crate) mod diff_based;
pub(crate) mod threshold;
