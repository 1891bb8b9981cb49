//! `EarlyStopping`: stops when a figure no longer improves.

use crate::model::EarlyStopping;

/// Watches one figure from epoch to epoch.
pub(super) struct Watch<'a> {
    rule: &'a EarlyStopping,
    /// 1 if smaller is better, -1 if larger is; figures are multiplied by it.
    sense: f64,
    best: f64,
    waited: usize,
    remembered: Option<Vec<f32>>,
}

impl<'a> Watch<'a> {
    /// Starts watching; figures named after an accuracy should grow, all others fall.
    pub(super) fn new(rule: &'a EarlyStopping) -> Self {
        let grows = ["acc", "accuracy", "auc"]
            .iter()
            .any(|name| rule.monitor.ends_with(name));
        Self {
            rule,
            sense: if grows { -1.0 } else { 1.0 },
            best: f64::INFINITY,
            waited: 0,
            remembered: None,
        }
    }

    /// What is watched.
    pub(super) fn rule(&self) -> &'a EarlyStopping {
        self.rule
    }

    /// Looks at an epoch's figure; whether training stops.
    ///
    /// A figure that is not recorded is never looked at.
    pub(super) fn stops(&mut self, epoch: usize, figure: Option<f64>, weights: &[f32]) -> bool {
        let Some(figure) = figure.filter(|_| epoch >= self.rule.start_from_epoch) else {
            return false;
        };
        let figure = self.sense * figure;
        if self.rule.restore_best_weights && self.remembered.is_none() {
            self.remembered = Some(weights.to_vec());
        }
        self.waited += 1;
        if figure + self.rule.min_delta.abs() < self.best {
            self.best = figure;
            self.waited = 0;
            if let Some(remembered) = &mut self.remembered {
                remembered.copy_from_slice(weights);
            }
            return false;
        }
        self.waited >= self.rule.patience && epoch > 0
    }

    /// The best epoch's weights, if they are to be put back.
    pub(super) fn remembered(&self) -> Option<&[f32]> {
        self.remembered.as_deref()
    }
}
