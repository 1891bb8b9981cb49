//! Fitted detectors of differences: what they find, how they are written, read and emitted.
//!
//! Where their thresholds come from is their rule's.

use std::sync::Arc;

use gordo_runtime::{Anomaly, Batch, Detector, Rejection, Smoothing, Step, part};
use serde_json::{Map, Value, json};

use super::difference::Settings;
use super::threshold::{
    Calibration, CrossValidation, Errors, ReadRule, RowsNeeded, Smoothed, ThresholdRule, Thresholds,
};
use crate::part::document::{self, DocumentError, Reader};
use crate::part::fit::{Fitted, FittedDetector, FittedPart, FittedTransformer};
use crate::part::lowering::{Argument, Embedded, Fields, Literal, Type, embed};
use crate::part::tensors::Tensors;

/// As fitted.
#[derive(Debug)]
pub(super) struct FittedDifference {
    base: Box<dyn Fitted>,
    settings: Settings,
    rule: Arc<dyn ThresholdRule>,
    part: part::DiffDetector<Box<dyn FittedTransformer>, Vec<f64>>,
    /// Per target, over the smoothing window.
    smooth_feature_thresholds: Option<Vec<f64>>,
    /// Of the mean squared scaled error, over the smoothing window.
    smooth_aggregate_threshold: Option<f64>,
    /// What the thresholds were found with, if they were found now.
    calibration: Option<Calibration>,
}

impl FittedDifference {
    /// A detector without thresholds.
    pub(super) fn new(
        base: Box<dyn Fitted>,
        scaler: Box<dyn FittedTransformer>,
        settings: Settings,
        rule: Arc<dyn ThresholdRule>,
    ) -> Self {
        let smoothed = settings.smoothed;
        Self {
            base,
            settings,
            rule,
            part: part::DiffDetector {
                scaler,
                feature_thresholds: None,
                aggregate_threshold: None,
                require_thresholds: settings.require_thresholds,
                smoothing: smoothed.map(|smoothed| (smoothed.method, smoothed.window)),
            },
            smooth_feature_thresholds: None,
            smooth_aggregate_threshold: None,
            calibration: None,
        }
    }
}

/// Reads a detector, and its rule by `read_rule`.
pub(super) fn read(
    reader: &Reader<'_>,
    width: &mut usize,
    read_rule: ReadRule,
) -> Result<FittedPart, DocumentError> {
    let base = reader.get("base_estimator")?.part(width)?;
    let targets = *width;
    let numbers = |key| {
        let value = reader.optional(key);
        value.map(|value| value.thresholds_of(targets)).transpose()
    };
    let number = |key| {
        let value = reader.optional(key);
        value.map(|value| value.threshold()).transpose()
    };
    let scaler = reader.get("scaler")?.scaler(targets)?;
    let settings = Settings {
        require_thresholds: reader.get("require_thresholds")?.flag()?,
        shuffle: reader.get("shuffle")?.flag()?,
        smoothed: read_smoothed(reader)?,
    };
    let mut detector = FittedDifference::new(base, scaler, settings, read_rule(reader)?);
    detector.part.feature_thresholds = numbers("feature_thresholds")?;
    detector.part.aggregate_threshold = number("aggregate_threshold")?;
    detector.smooth_feature_thresholds = numbers("smooth_feature_thresholds")?;
    detector.smooth_aggregate_threshold = number("smooth_aggregate_threshold")?;
    Ok(FittedPart::Estimator(Box::new(detector)))
}

/// A window without a method is that of medians, as where it is defined.
fn read_smoothed(reader: &Reader<'_>) -> Result<Option<Smoothed>, DocumentError> {
    let method = match reader.optional("smoothing_method") {
        Some(method) => Smoothing::find(&method.text()?)
            .ok_or_else(|| method.refuse("`smm`, `sma` or `ewma`"))?,
        None => Smoothing::Median,
    };
    let Some(window) = reader.optional("window") else {
        return Ok(None);
    };
    let window = window.rows(1)?;
    Ok(Some(Smoothed { method, window }))
}

/// As its base: what is predicted, not what is found of it.
impl Step for FittedDifference {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.base.apply(batch)
    }
}

impl Detector for FittedDifference {
    fn can_detect(&self) -> bool {
        self.part.can_detect()
    }

    fn detect(&self, output: &Batch, targets: &[f64]) -> Result<Anomaly, Rejection> {
        self.part.detect(output, targets)
    }
}

impl Fitted for FittedDifference {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let smooth = self.smooth_feature_thresholds.as_ref();
        let smoothed = self.settings.smoothed;
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| document.insert(key.to_owned(), value);
        put("type", json!(self.rule.class()));
        put(
            "require_thresholds",
            json!(self.settings.require_thresholds),
        );
        put("shuffle", json!(self.settings.shuffle));
        put("window", json!(smoothed.map(|smoothed| smoothed.window)));
        let method = smoothed.map(|smoothed| smoothed.method.name());
        put("smoothing_method", json!(method));
        let features = self.part.feature_thresholds.as_ref();
        put("feature_thresholds", document::optional(features));
        let aggregate = self.part.aggregate_threshold.map(document::number);
        put("aggregate_threshold", json!(aggregate));
        put("smooth_feature_thresholds", document::optional(smooth));
        let aggregate = self.smooth_aggregate_threshold.map(document::number);
        put("smooth_aggregate_threshold", json!(aggregate));
        put("scaler", self.part.scaler.write(tensors));
        put("base_estimator", self.base.write(tensors));
        self.rule.write(&mut document);
        Value::Object(document)
    }

    fn lower(&self, fields: &mut Fields) {
        self.base.lower(fields);
        let scaler = embed(&*self.part.scaler, fields.width);
        let mut options = Vec::new();
        if let Some((method, window)) = self.part.smoothing {
            let arguments = vec![Literal::Text(method.name()), Literal::Count(window)];
            options.push(("smoothing", arguments));
        }
        let known = (self.part.feature_thresholds.as_ref()).zip(self.part.aggregate_threshold);
        let thresholds = if let Some((features, aggregate)) = known {
            [&features[..], &[aggregate]].concat()
        } else {
            options.push(("without_thresholds", Vec::new()));
            vec![f64::NAN; fields.width + 1]
        };
        if !self.settings.require_thresholds {
            options.push(("thresholds_optional", Vec::new()));
        }
        let mut ty = Type::new("DiffDetector", &[fields.width]);
        if scaler.ty.name != "MinMaxScaler" {
            ty = ty.with(Argument::Type(scaler.ty.clone()));
        }
        let part = Embedded {
            options,
            singles: scaler.singles,
            integers: scaler.integers,
            ..Embedded::double(ty, &[&scaler.doubles, &thresholds])
        };
        let doc = self.rule.doc();
        let doc = self.part.feature_thresholds.is_some().then_some(doc);
        fields.push_detector(doc, part);
    }

    fn detector(&self) -> Option<&dyn FittedDetector> {
        Some(self)
    }

    fn detector_mut(&mut self) -> Option<&mut dyn FittedDetector> {
        Some(self)
    }
}

impl FittedDetector for FittedDifference {
    fn errors(&self, answers: &Batch, targets: &Batch) -> Result<Errors, Rejection> {
        let unsmoothed = part::DiffDetector {
            scaler: &*self.part.scaler,
            feature_thresholds: None::<Vec<f64>>,
            aggregate_threshold: None,
            require_thresholds: false,
            smoothing: None,
        };
        let anomaly = unsmoothed.detect(answers, &targets.to_f64())?;
        Ok(Errors::new(&anomaly, targets.width))
    }

    fn calibrate(&mut self, found: &CrossValidation<'_>) {
        let Some(found) = self.rule.calibrate(found, self.settings.smoothed) else {
            return;
        };
        self.part.feature_thresholds = Some(found.thresholds.features.clone());
        self.part.aggregate_threshold = Some(found.thresholds.aggregate);
        if let Some(smooth) = &found.smooth {
            self.smooth_feature_thresholds = Some(smooth.features.clone());
            self.smooth_aggregate_threshold = Some(smooth.aggregate);
        }
        self.calibration = Some(found);
    }

    fn metadata(&self, targets: &[String], parts: Map<String, Value>) -> Map<String, Value> {
        let found = self.calibration.as_ref();
        let smoothed = self.settings.smoothed;
        self.rule.metadata(targets, found, smoothed, parts)
    }

    fn thresholds(&self) -> Option<Thresholds> {
        Some(Thresholds {
            features: self.part.feature_thresholds.clone()?,
            aggregate: self.part.aggregate_threshold?,
        })
    }

    fn smooth_thresholds(&self) -> Option<Thresholds> {
        Some(Thresholds {
            features: self.smooth_feature_thresholds.clone()?,
            aggregate: self.smooth_aggregate_threshold?,
        })
    }

    fn window(&self) -> Option<usize> {
        Some(self.settings.smoothed?.window)
    }

    fn rows_needed(&self) -> RowsNeeded {
        self.rule.rows_needed(self.settings.smoothed)
    }

    fn scaler(&self) -> &dyn FittedTransformer {
        &*self.part.scaler
    }
}
