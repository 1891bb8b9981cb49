//! `DiffBasedAnomalyDetector`: the last fold's errors that last tell what is normal.

use std::sync::Arc;

use gordo_runtime::smoothing;
use serde_json::{Map, Value, json};

use super::difference::{BASE, METHODS, REQUIRE_THRESHOLDS, SCALER, found, resolve, resolve_base};
use super::fitted;
use super::threshold::{
    Calibration, CrossValidation, Errors, LASTING, RowsNeeded, Smoothed, ThresholdRule, Thresholds,
};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Role, Rules};
use crate::part::kind::Kind;
use crate::part::parameter::{flag, optional};

pub(crate) static CLASS: Class = Class::new(
    Role::Detector,
    Rules::Part(|resolver, definition, columns| {
        let given = resolver.arguments(definition);
        let detector = given.and_then(|given| {
            let base = resolve_base(resolver, &given, columns).and_then(|(base, _)| base);
            let window = given.count("window");
            if let (Some(span), None) = (given.find_span("smoothing_method"), window) {
                resolver.blockers().push(
                    Diagnostic::warning(
                        "model::smoothing_without_window",
                        "`smoothing_method` has no effect without a `window`",
                    )
                    .label(span, "nothing is smoothed")
                    .help("give `window` a number of rows"),
                );
            }
            resolve(resolver, &given, columns, base, Arc::new(LastFold))
        });
        found(columns, detector)
    }),
    "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector",
    &[
        "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector",
        "gordo.machine.model.anomaly.DiffBasedAnomalyDetector",
    ],
    &[
        BASE,
        SCALER,
        REQUIRE_THRESHOLDS,
        flag("shuffle", false),
        optional("window", &Kind::ROWS),
        optional("smoothing_method", &METHODS),
    ],
)
.expanded_by(expand)
.read_by(|reader, width| fitted::read(reader, width, |_| Ok(Arc::new(LastFold))));

/// Like Gordo's, except that `require_thresholds: false` is kept and a network directly inside
/// stays a nested definition: Gordo's own form of either cannot be built again.
fn expand(mut all: Map<String, Value>) -> Map<String, Value> {
    let mut expanded = Map::new();
    let mut keep = |name: &str, value: Option<Value>| {
        expanded.insert(name.to_owned(), value.unwrap_or_default());
    };
    for name in ["base_estimator", "scaler", "shuffle"] {
        keep(name, all.remove(name));
    }
    if let Some(window) = all.remove("window").filter(|window| !window.is_null()) {
        keep("window", Some(window));
        let method = all.remove("smoothing_method");
        let method = method.filter(|method| !method.is_null());
        keep("smoothing_method", Some(method.unwrap_or(json!("smm"))));
    }
    if all.get("require_thresholds") == Some(&json!(false)) {
        keep("require_thresholds", Some(json!(false)));
    }
    expanded
}

/// The thresholds of the last fold hold.
#[derive(Debug)]
pub(super) struct LastFold;

impl ThresholdRule for LastFold {
    fn class(&self) -> &'static str {
        CLASS.name()
    }

    fn doc(&self) -> &'static str {
        "Error scaling and thresholds from the last fold."
    }

    fn rows_needed(&self, _: Option<Smoothed>) -> RowsNeeded {
        RowsNeeded::OfLastFold(LASTING)
    }

    fn calibrate(
        &self,
        found: &CrossValidation<'_>,
        smoothed: Option<Smoothed>,
    ) -> Option<Calibration> {
        // The method of smoothing plays no part.
        let of_fold = |(_, errors): &(_, &Errors)| {
            let smooth = smoothed.map(|smoothed| lasting_errors(errors, smoothed.window));
            (lasting_errors(errors, LASTING), smooth)
        };
        let folds: Vec<_> = found.folds.iter().map(of_fold).collect();
        let (thresholds, smooth) = folds.last().cloned()?;
        Some(Calibration {
            thresholds,
            smooth,
            folds,
        })
    }

    fn metadata(
        &self,
        targets: &[String],
        found: Option<&Calibration>,
        smoothed: Option<Smoothed>,
        mut parts: Map<String, Value>,
    ) -> Map<String, Value> {
        let mut meta = Map::new();
        let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
        if let Some(found) = found {
            put("feature-thresholds", json!(found.thresholds.features));
            put("aggregate-threshold", json!(found.thresholds.aggregate));
            let folds: Vec<&Thresholds> = found.folds.iter().map(|(fold, _)| fold).collect();
            put_per_fold(&mut meta, "", targets, &folds);
        }
        let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
        put("window", json!(smoothed.map(|smoothed| smoothed.window)));
        let method = smoothed.map(|smoothed| smoothed.method.name());
        put("smoothing-method", json!(method));
        if let Some(found) = found {
            if let Some(smooth) = &found.smooth {
                put("smooth-feature-thresholds", json!(smooth.features));
                put("smooth-aggregate-threshold", json!(smooth.aggregate));
            }
            let folds = found.folds.iter();
            let folds: Vec<&Thresholds> = folds.filter_map(|(_, fold)| fold.as_ref()).collect();
            put_per_fold(&mut meta, "smooth-", targets, &folds);
        }
        meta.append(&mut parts);
        meta
    }

    fn write(&self, _: &mut Map<String, Value>) {}
}

/// Thresholds of each fold; Gordo counts these folds from 0.
fn put_per_fold(
    meta: &mut Map<String, Value>,
    prefix: &str,
    targets: &[String],
    folds: &[&Thresholds],
) {
    let by_fold = |value: &dyn Fn(&Thresholds) -> f64| -> Value {
        let folds = folds.iter().enumerate();
        folds
            .map(|(index, fold)| (format!("fold-{index}"), json!(value(fold))))
            .collect::<Map<String, Value>>()
            .into()
    };
    let mut features = Map::new();
    if !folds.is_empty() {
        for (column, target) in targets.iter().enumerate() {
            features.insert(target.clone(), by_fold(&|fold| fold.features[column]));
        }
    }
    meta.insert(
        format!("{prefix}feature-thresholds-per-fold"),
        features.into(),
    );
    let aggregate = by_fold(&|fold| fold.aggregate);
    meta.insert(format!("{prefix}aggregate-thresholds-per-fold"), aggregate);
}

/// The thresholds of errors that last `window` rows.
fn lasting_errors(errors: &Errors, window: usize) -> Thresholds {
    let unscaled = errors.unscaled.iter();
    Thresholds {
        features: unscaled.map(|errors| lasting(errors, window)).collect(),
        aggregate: lasting(&errors.scaled, window),
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
