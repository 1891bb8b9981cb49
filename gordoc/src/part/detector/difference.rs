//! Detectors of differences as they are defined: what both of Gordo's classes have in common.

use std::sync::Arc;

use gordo_runtime::{Batch, Smoothing};

use super::fitted::FittedDifference;
use super::threshold::{RowsNeeded, Smoothed, ThresholdRule};
use crate::part::arguments::Arguments;
use crate::part::class::{Built, Found, Resolve, Role, Slot};
use crate::part::columns::Columns;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Transformer};
use crate::part::kind::Kind;
use crate::part::network;
use crate::part::parameter::{Default, Parameter, flag, parameter};
use crate::part::rows;
use crate::part::scaler::min_max_scaler::MinMaxScaler;
use crate::part::splitter::shuffled;

pub(super) const METHODS: Kind = Kind::OneOf(&["smm", "sma", "ewma"]);

pub(super) const BASE: Parameter = parameter(
    "base_estimator",
    Default::Class("gordo.machine.model.models.KerasAutoEncoder"),
    Kind::Definition,
);
pub(super) const SCALER: Parameter = parameter(
    "scaler",
    Default::Class("sklearn.preprocessing._data.MinMaxScaler"),
    Kind::Definition,
);
pub(super) const REQUIRE_THRESHOLDS: Parameter = flag("require_thresholds", true);

/// What reconstructs the targets, with the rows it gives no answer for.
pub(super) fn resolve_base(
    resolver: &mut dyn Resolve,
    given: &Arguments<'_>,
    columns: Columns,
) -> Option<(Option<Arc<dyn Estimator>>, usize)> {
    match given.find("base_estimator") {
        Some(node) => resolver.inner_estimator(node, columns),
        None => Some((network::default_network(columns), 0)),
    }
}

/// A detector around a base, with what it was given.
pub(super) fn resolve(
    resolver: &mut dyn Resolve,
    given: &Arguments<'_>,
    columns: Columns,
    base: Option<Arc<dyn Estimator>>,
    rule: Arc<dyn ThresholdRule>,
) -> Option<DifferenceDetector> {
    let scaler = match given.find("scaler") {
        Some(node) => resolver.scaler_of_targets(node, Slot::Value, columns),
        None => Some(Arc::new(MinMaxScaler::UNIT) as Arc<dyn Transformer>),
    };
    let method = given.text("smoothing_method").and_then(Smoothing::find);
    let smoothed = given.count("window").map(|window| Smoothed {
        method: method.unwrap_or(Smoothing::Median),
        window,
    });
    Some(DifferenceDetector {
        base: base?,
        scaler: scaler?,
        settings: Settings {
            require_thresholds: given.flag("require_thresholds"),
            shuffle: given.flag("shuffle"),
            smoothed,
        },
        rule,
    })
}

pub(super) fn found(columns: Columns, detector: Option<DifferenceDetector>) -> Found {
    Found {
        role: Role::Detector,
        built: detector.map(|detector| Built::Estimator(Arc::new(detector))),
        ..Found::estimator(columns, None)
    }
}

/// As defined.
#[derive(Debug)]
pub(crate) struct DifferenceDetector {
    /// What reconstructs the targets.
    pub(crate) base: Arc<dyn Estimator>,
    /// Scales targets and answers before they are compared.
    pub(crate) scaler: Arc<dyn Transformer>,
    pub(crate) settings: Settings,
    /// Where its thresholds come from.
    pub(crate) rule: Arc<dyn ThresholdRule>,
}

/// What a detector is told beside its parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Whether detecting without thresholds is refused.
    pub(crate) require_thresholds: bool,
    /// Whether the base is fitted on shuffled rows.
    pub(crate) shuffle: bool,
    /// How anomalies are smoothed, if they are.
    pub(crate) smoothed: Option<Smoothed>,
}

impl Estimator for DifferenceDetector {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let Fit { fitted, history } = if self.settings.shuffle {
            let order = shuffled(y.rows, 0);
            let (x, y) = (rows::take(x, &order), rows::take(y, &order));
            self.base.fit(&x, &y, context)?
        } else {
            self.base.fit(x, y, context)?
        };
        let (scaler, rule) = (self.scaler.fit(y)?, Arc::clone(&self.rule));
        let fitted = FittedDifference::new(fitted, scaler, self.settings, rule);
        Ok(Fit {
            fitted: Box::new(fitted),
            history,
        })
    }

    fn required_rows(&self) -> Option<RowsNeeded> {
        let needed = self.rule.rows_needed(self.settings.smoothed);
        self.settings.require_thresholds.then_some(needed)
    }
}
