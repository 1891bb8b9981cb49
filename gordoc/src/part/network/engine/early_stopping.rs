//! `EarlyStopping`: stops when a value no longer improves.

use crate::part::network::callback::EarlyStopping;

/// Follows one value from epoch to epoch.
pub(super) struct Monitor<'a> {
    rule: &'a EarlyStopping,
    /// 1 if smaller is better, -1 if larger is; values are multiplied by it.
    sign: f64,
    best: f64,
    waited: usize,
    best_weights: Option<Vec<f32>>,
}

impl<'a> Monitor<'a> {
    /// Starts to follow; values named after an accuracy should grow, all others fall.
    pub(super) fn new(rule: &'a EarlyStopping) -> Self {
        let grows = ["acc", "accuracy", "auc"]
            .iter()
            .any(|name| rule.monitor.ends_with(name));
        Self {
            rule,
            sign: if grows { -1.0 } else { 1.0 },
            best: f64::INFINITY,
            waited: 0,
            best_weights: None,
        }
    }

    /// What is followed.
    pub(super) fn rule(&self) -> &'a EarlyStopping {
        self.rule
    }

    /// Looks at an epoch's value; whether training stops.
    ///
    /// A value that is not recorded is never looked at.
    pub(super) fn should_stop(
        &mut self,
        epoch: usize,
        value: Option<f64>,
        weights: &[f32],
    ) -> bool {
        let Some(value) = value.filter(|_| epoch >= self.rule.start_from_epoch) else {
            return false;
        };
        let value = self.sign * value;
        if self.rule.restore_best_weights && self.best_weights.is_none() {
            self.best_weights = Some(weights.to_vec());
        }
        self.waited += 1;
        if value + self.rule.min_delta.abs() < self.best {
            self.best = value;
            self.waited = 0;
            if let Some(best_weights) = &mut self.best_weights {
                best_weights.copy_from_slice(weights);
            }
            return false;
        }
        self.waited >= self.rule.patience && epoch > 0
    }

    /// The best epoch's weights, if they are to be put back.
    pub(super) fn best_weights(&self) -> Option<&[f32]> {
        self.best_weights.as_deref()
    }
}
