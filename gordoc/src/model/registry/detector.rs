//! Detectors of anomalies.

use super::{Class, Default, Kind, Parameter, Part, Role, flag, number, optional, parameter};

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

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Detector,
        Part::Detector,
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
            optional("window", &Kind::POSITIVE),
            optional("smoothing_method", &METHODS),
        ],
    ),
    Class::new(
        Role::Detector,
        Part::FoldsDetector,
        "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector",
        &[],
        &[
            BASE,
            SCALER,
            REQUIRE_THRESHOLDS,
            parameter("window", Default::Int(144), Kind::POSITIVE),
            parameter("smoothing_method", Default::Text("smm"), METHODS),
            flag("shuffle", true),
            number("threshold_percentile", 0.99, Kind::between(0.0, 1.0)),
        ],
    )
    .later(),
];
