//! Detectors of anomalies.

pub(crate) mod diff_based;
#[cfg(test)]
mod tests;
pub(crate) mod threshold;
