//! `DiffBasedKFCVAnomalyDetector`: a percentile of the smoothed errors of all folds together
//! tells what is normal.

use std::sync::Arc;

use gordo_runtime::{Smoothing, smoothing};
use serde_json::{Map, Value, json};

use super::difference::{BASE, METHODS, REQUIRE_THRESHOLDS, SCALER, found, resolve, resolve_base};
use super::fitted;
use super::threshold::{
    Calibration, CrossValidation, RowsNeeded, Smoothed, ThresholdRule, Thresholds,
};
use crate::config::node::Node;
use crate::dataset::quantile;
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Role, Rules};
use crate::part::kind::Kind;
use crate::part::parameter::{Default, flag, number, parameter};

pub(crate) static CLASS: Class = Class::new(
    Role::Detector,
    Rules::Part(|resolver, definition, columns| {
        let given = resolver.arguments(definition);
        let detector = given.and_then(|given| {
            let base = resolve_base(resolver, &given, columns);
            let node = given.find("base_estimator");
            if let (Some(node), Some((_, offset @ 1..))) = (node, &base) {
                resolver.blockers().push(offset_in_folds(node, *offset));
            }
            let base = base.and_then(|(base, _)| base);
            let percentile = given.number("threshold_percentile");
            let rule = Arc::new(AllFolds { percentile });
            resolve(resolver, &given, columns, base, rule)
        });
        found(columns, detector)
    }),
    "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector",
    &[],
    &[
        BASE,
        SCALER,
        REQUIRE_THRESHOLDS,
        parameter("window", Default::Int(144), Kind::ROWS),
        parameter("smoothing_method", Default::Text("smm"), METHODS),
        flag("shuffle", true),
        number("threshold_percentile", 0.99, Kind::between(0.0, 1.0)),
    ],
)
.expanded_by(|mut all| {
    // Like Gordo's, except that `require_thresholds: false` is kept.
    if all.get("require_thresholds") == Some(&json!(true)) {
        all.shift_remove("require_thresholds");
    }
    all
})
.read_by(|reader, width| {
    fitted::read(reader, width, |reader| {
        let percentile = reader.get("threshold_percentile")?;
        match percentile.number()? {
            percentile @ 0.0..=1.0 => Ok(Arc::new(AllFolds { percentile })),
            _ => Err(percentile.refuse("a number from 0 to 1")),
        }
    })
});

fn offset_in_folds(base: &Node, offset: usize) -> Diagnostic {
    let rows = if offset == 1 { "row" } else { "rows" };
    Diagnostic::error(
        "model::offset_in_folds",
        format!(
            "`DiffBasedKFCVAnomalyDetector` needs an answer for every row, but the first {offset} \
             {rows} of a fold get none"
        ),
    )
    .label(base.span, format!("looks {offset} {rows} back"))
    .help("use `DiffBasedAnomalyDetector`")
}

/// The percentile of all folds holds.
#[derive(Debug)]
pub(super) struct AllFolds {
    /// Share of smoothed errors that are normal, 0 to 1.
    pub(super) percentile: f64,
}

impl AllFolds {
    /// The percentile of a series that is smoothed first; NaN if nothing is left.
    fn of(&self, errors: &[f64], smoothed: Option<Smoothed>) -> f64 {
        let smooth = smoothed.map(|smoothed| {
            let Smoothed { method, window } = smoothed;
            smoothing::smooth(method, window, errors)
        });
        let errors = smooth.as_deref().unwrap_or(errors);
        let mut known: Vec<f64> = errors.iter().copied().filter(|e| !e.is_nan()).collect();
        known.sort_unstable_by(f64::total_cmp);
        quantile(&known, self.percentile)
    }
}

impl ThresholdRule for AllFolds {
    fn class(&self) -> &'static str {
        CLASS.name()
    }

    fn doc(&self) -> &'static str {
        "Error scaling and thresholds from all folds."
    }

    fn rows_needed(&self, smoothed: Option<Smoothed>) -> RowsNeeded {
        RowsNeeded::OfAllFolds(match smoothed {
            Some(Smoothed {
                method: Smoothing::Median | Smoothing::Mean,
                window,
            }) => window,
            _ => 1,
        })
    }

    /// As in Gordo, what no fold tests counts as answered with 0, and has no scaled error; of
    /// what several test, the last counts.
    fn calibrate(
        &self,
        found: &CrossValidation<'_>,
        smoothed: Option<Smoothed>,
    ) -> Option<Calibration> {
        if found.folds.is_empty() {
            return None;
        }
        let (rows, width) = (found.targets.rows, found.targets.width);
        let targets = found.targets.to_f64();
        let mut scaled = vec![f64::NAN; rows];
        for (tested, errors) in &found.folds {
            for (row, error) in tested.iter().zip(&errors.scaled) {
                scaled[*row] = *error;
            }
        }
        let feature = |target: usize| {
            let unanswered = targets.iter().skip(target).step_by(width);
            let mut series: Vec<f64> = unanswered.map(|target| target.abs()).collect();
            for (tested, errors) in &found.folds {
                for (row, error) in tested.iter().zip(&errors.unscaled[target]) {
                    series[*row] = *error;
                }
            }
            self.of(&series, smoothed)
        };
        Some(Calibration {
            thresholds: Thresholds {
                features: (0..width).map(feature).collect(),
                aggregate: self.of(&scaled, smoothed),
            },
            smooth: None,
            folds: Vec::new(),
        })
    }

    fn metadata(
        &self,
        _: &[String],
        found: Option<&Calibration>,
        smoothed: Option<Smoothed>,
        mut parts: Map<String, Value>,
    ) -> Map<String, Value> {
        let mut meta = Map::new();
        let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
        if let Some(found) = found {
            put("feature-thresholds", json!(found.thresholds.features));
            put("aggregate-threshold", json!(found.thresholds.aggregate));
        }
        if parts.is_empty() {
            return meta;
        }
        meta.append(&mut parts);
        let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
        put("window", json!(smoothed.map(|smoothed| smoothed.window)));
        let method = smoothed.map(|smoothed| smoothed.method.name());
        put("smoothing-method", json!(method));
        put("threshold-percentile", json!(self.percentile));
        meta
    }

    fn write(&self, document: &mut Map<String, Value>) {
        document.insert("threshold_percentile".to_owned(), json!(self.percentile));
    }
}
