//! `DiffBasedAnomalyDetector`: how far predictions lie from what was measured.

use std::sync::Arc;

use gordo_runtime::{Anomaly, Batch, Detector, Rejection, Smoothing, Step, part};
use serde_json::{Map, Value, json};

use super::threshold::{Errors, Thresholds, Validation};
use crate::config::node::Node;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Built, Class, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::Columns;
use crate::part::document::{self, DocumentError, Reader};
use crate::part::error::FitError;
use crate::part::fit::{
    Estimator, Fit, FitContext, Fitted, FittedDetector, FittedPart, FittedTransformer, Transformer,
};
use crate::part::kind::Kind;
use crate::part::lowering::{Argument, Embedded, Fields, Literal, Type, embed};
use crate::part::network;
use crate::part::parameter::{Default, Parameter, flag, optional, parameter};
use crate::part::rows;
use crate::part::scaler::min_max_scaler::MinMaxScaler;
use crate::part::splitter::shuffled;
use crate::part::tensors::Tensors;

const METHODS: Kind = Kind::OneOf(&["smm", "sma", "ewma"]);

const BASE: Parameter = parameter(
    "base_estimator",
    Default::Class("gordo.machine.model.models.KerasAutoEncoder"),
    Kind::Definition,
);
const SCALER: Parameter = parameter(
    "scaler",
    Default::Class("sklearn.preprocessing._data.MinMaxScaler"),
    Kind::Definition,
);
const REQUIRE_THRESHOLDS: Parameter = flag("require_thresholds", true);

pub(crate) static CLASS: Class = Class::new(
    Role::Detector,
    Rules::Part(|resolver, definition, columns| {
        let given = resolver.arguments(definition);
        let detector = given.and_then(|given| {
            let base = resolve_base(resolver, &given, columns).and_then(|(base, _)| base);
            resolve(resolver, &given, columns, base)
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
.read_by(read);

/// `DiffBasedKFCVAnomalyDetector`, known by name and parameters only.
pub(crate) static KFCV: Class = Class::new(
    Role::Detector,
    Rules::Part(|resolver, definition, columns| {
        let given = resolver.arguments(definition);
        let detector = given.and_then(|given| {
            let base = resolve_base(resolver, &given, columns);
            let node = given.find("base_estimator");
            if let (Some(node), Some((_, offset @ 1..))) = (node, &base) {
                resolver.blockers().push(offset_in_folds(node, *offset));
            }
            resolve(resolver, &given, columns, base.and_then(|(base, _)| base))
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
        crate::part::parameter::number("threshold_percentile", 0.99, Kind::between(0.0, 1.0)),
    ],
)
.expanded_by(|mut all| {
    // Like Gordo's, except that `require_thresholds: false` is kept.
    if all.get("require_thresholds") == Some(&json!(true)) {
        all.shift_remove("require_thresholds");
    }
    all
})
.read_by(read)
.not_compiled();

fn found(columns: Columns, detector: Option<DiffBasedDetector>) -> Found {
    Found {
        role: Role::Detector,
        built: detector.map(|detector| Built::Estimator(Arc::new(detector))),
        ..Found::estimator(columns, None)
    }
}

/// What reconstructs the targets, with the rows it gives no answer for.
fn resolve_base(
    resolver: &mut dyn Resolve,
    given: &Arguments<'_>,
    columns: Columns,
) -> Option<(Option<Arc<dyn Estimator>>, usize)> {
    match given.find("base_estimator") {
        Some(node) => resolver.inner_estimator(node, columns),
        None => Some((network::default_network(columns), 0)),
    }
}

fn resolve(
    resolver: &mut dyn Resolve,
    given: &Arguments<'_>,
    columns: Columns,
    base: Option<Arc<dyn Estimator>>,
) -> Option<DiffBasedDetector> {
    let scaler = match given.find("scaler") {
        Some(node) => resolve_scaler(resolver, node, columns),
        None => Some(Arc::new(MinMaxScaler::UNIT) as Arc<dyn Transformer>),
    };
    let window = given.count("window");
    let method = given.text("smoothing_method").and_then(Smoothing::find);
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
    Some(DiffBasedDetector {
        base: base?,
        scaler: scaler?,
        settings: Settings {
            require_thresholds: given.flag("require_thresholds"),
            shuffle: given.flag("shuffle"),
            window,
            smoothing: window.map(|_| method.unwrap_or(Smoothing::Median)),
        },
    })
}

fn resolve_scaler(
    resolver: &mut dyn Resolve,
    node: &Node,
    columns: Columns,
) -> Option<Arc<dyn Transformer>> {
    resolver.scaler_of_targets(node, Slot::Value, columns)
}

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

/// As defined.
#[derive(Debug)]
pub(crate) struct DiffBasedDetector {
    /// What reconstructs the targets.
    pub(crate) base: Arc<dyn Estimator>,
    /// Scales targets and answers before they are compared.
    pub(crate) scaler: Arc<dyn Transformer>,
    pub(crate) settings: Settings,
}

/// What a detector is told beside its parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Whether detecting without thresholds is refused.
    pub(crate) require_thresholds: bool,
    /// Whether the base is fitted on shuffled rows.
    pub(crate) shuffle: bool,
    /// Smoothing window in rows.
    pub(crate) window: Option<usize>,
    /// Smoothing method; present if a window is.
    pub(crate) smoothing: Option<Smoothing>,
}

impl Estimator for DiffBasedDetector {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let Fit { fitted, history } = if self.settings.shuffle {
            let order = shuffled(y.rows, 0);
            let (x, y) = (rows::take(x, &order), rows::take(y, &order));
            self.base.fit(&x, &y, context)?
        } else {
            self.base.fit(x, y, context)?
        };
        let fitted = FittedDiffBased::new(fitted, self.scaler.fit(y)?, self.settings);
        Ok(Fit {
            fitted: Box::new(fitted),
            history,
        })
    }

    fn requires_thresholds(&self) -> bool {
        self.settings.require_thresholds
    }
}

/// As fitted.
#[derive(Debug)]
struct FittedDiffBased {
    base: Box<dyn Fitted>,
    settings: Settings,
    part: part::DiffDetector<Box<dyn FittedTransformer>, Vec<f64>>,
    /// Per target, over the smoothing window.
    smooth_feature_thresholds: Option<Vec<f64>>,
    /// Of the mean squared scaled error, over the smoothing window.
    smooth_aggregate_threshold: Option<f64>,
}

impl FittedDiffBased {
    /// A detector without thresholds.
    fn new(base: Box<dyn Fitted>, scaler: Box<dyn FittedTransformer>, settings: Settings) -> Self {
        Self {
            base,
            settings,
            part: part::DiffDetector {
                scaler,
                feature_thresholds: None,
                aggregate_threshold: None,
                require_thresholds: settings.require_thresholds,
                smoothing: settings.smoothing.zip(settings.window),
            },
            smooth_feature_thresholds: None,
            smooth_aggregate_threshold: None,
        }
    }
}

fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
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
    let window = reader.optional("window");
    let settings = Settings {
        require_thresholds: reader.get("require_thresholds")?.flag()?,
        shuffle: reader.get("shuffle")?.flag()?,
        window: window.map(|window| window.rows(1)).transpose()?,
        smoothing: match reader.optional("smoothing_method") {
            Some(method) => Some(
                Smoothing::find(&method.text()?)
                    .ok_or_else(|| method.refuse("`smm`, `sma` or `ewma`"))?,
            ),
            None => None,
        },
    };
    let mut detector = FittedDiffBased::new(base, scaler, settings);
    detector.part.feature_thresholds = numbers("feature_thresholds")?;
    detector.part.aggregate_threshold = number("aggregate_threshold")?;
    detector.smooth_feature_thresholds = numbers("smooth_feature_thresholds")?;
    detector.smooth_aggregate_threshold = number("smooth_aggregate_threshold")?;
    Ok(FittedPart::Estimator(Box::new(detector)))
}

/// As its base: what is predicted, not what is found of it.
impl Step for FittedDiffBased {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.base.apply(batch)
    }
}

impl Detector for FittedDiffBased {
    fn can_detect(&self) -> bool {
        self.part.can_detect()
    }

    fn detect(&self, output: &Batch, targets: &[f64]) -> Result<Anomaly, Rejection> {
        self.part.detect(output, targets)
    }
}

impl Fitted for FittedDiffBased {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let smooth = self.smooth_feature_thresholds.as_ref();
        json!({
            "type": "DiffBasedAnomalyDetector",
            "require_thresholds": self.settings.require_thresholds,
            "shuffle": self.settings.shuffle,
            "window": self.settings.window,
            "smoothing_method": self.settings.smoothing.map(Smoothing::name),
            "feature_thresholds": document::optional(self.part.feature_thresholds.as_ref()),
            "aggregate_threshold": self.part.aggregate_threshold.map(document::number),
            "smooth_feature_thresholds": document::optional(smooth),
            "smooth_aggregate_threshold": self.smooth_aggregate_threshold.map(document::number),
            "scaler": self.part.scaler.write(tensors),
            "base_estimator": self.base.write(tensors),
        })
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
        let doc = "Error scaling and thresholds from the last fold.";
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

impl FittedDetector for FittedDiffBased {
    fn validate(&self, answers: &Batch, targets: &Batch) -> Result<Validation, Rejection> {
        let unsmoothed = part::DiffDetector {
            scaler: &*self.part.scaler,
            feature_thresholds: None::<Vec<f64>>,
            aggregate_threshold: None,
            require_thresholds: false,
            smoothing: None,
        };
        let anomaly = unsmoothed.detect(answers, &targets.to_f64())?;
        let errors = Errors::new(&anomaly, targets.width);
        Ok(Validation {
            thresholds: errors.thresholds(),
            smooth: (self.settings.window).map(|window| errors.smooth_thresholds(window)),
        })
    }

    /// The last fold's thresholds hold.
    fn calibrate(&mut self, folds: &[Validation]) {
        let Some(last) = folds.last() else {
            return;
        };
        self.part.feature_thresholds = Some(last.thresholds.features.clone());
        self.part.aggregate_threshold = Some(last.thresholds.aggregate);
        if let Some(smooth) = &last.smooth {
            self.smooth_feature_thresholds = Some(smooth.features.clone());
            self.smooth_aggregate_threshold = Some(smooth.aggregate);
        }
    }

    fn metadata(&self, targets: &[String], folds: &[Validation]) -> Map<String, Value> {
        let mut meta = Map::new();
        let thresholds: Vec<&Thresholds> = folds.iter().map(|fold| &fold.thresholds).collect();
        let smooth: Vec<&Thresholds> = folds.iter().filter_map(|f| f.smooth.as_ref()).collect();
        let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
        if let Some(last) = thresholds.last() {
            put("feature-thresholds", json!(last.features));
            put("aggregate-threshold", json!(last.aggregate));
            put_per_fold(&mut meta, "", targets, &thresholds);
        }
        let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
        put("window", json!(self.settings.window));
        let method = self.settings.smoothing.map(Smoothing::name);
        put("smoothing-method", json!(method));
        if let Some(last) = smooth.last() {
            put("smooth-feature-thresholds", json!(last.features));
            put("smooth-aggregate-threshold", json!(last.aggregate));
        }
        if !folds.is_empty() {
            put_per_fold(&mut meta, "smooth-", targets, &smooth);
        }
        meta
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
        self.settings.window
    }

    fn scaler(&self) -> &dyn FittedTransformer {
        &*self.part.scaler
    }
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
