//! Definitions and layer recipes against what Gordo makes of them.

use std::path::Path;

use gordo_runtime::Activation;
use gordoc::config::node::{Node, Value};
use gordoc::diagnostic::{Diagnostics, Severity, Stage};
use gordoc::model::{Model, Network, Optimizer, expand, hourglass_widths, resolve};
use gordoc::source::Span;
use serde_json::{Value as Json, json};

/// Cases whose expanded form is not Gordo's, and why.
const DEPARTURES: &[(&str, &str)] = &[
    (
        r#"{"gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector":{"base_estimator":"sklearn.linear_model.LinearRegression","window":12,"require_thresholds":false}}"#,
        "`require_thresholds: false` is kept",
    ),
    (
        r#"{"gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector":{"base_estimator":{"gordo.machine.model.models.KerasAutoEncoder":{"kind":"feedforward_hourglass"}}}}"#,
        "Gordo's form cannot be built again",
    ),
    (
        r#""gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector""#,
        "Gordo's form cannot be built again",
    ),
    (
        r#"{"sklearn.multioutput.MultiOutputRegressor":{"estimator":{"sklearn.pipeline.Pipeline":["sklearn.preprocessing.MinMaxScaler","sklearn.linear_model.LinearRegression"]}}}"#,
        "a nested pipeline may be a bare list",
    ),
];

/// Codes of diagnostics for each exception class of Gordo.
const CODES: &[(&str, &[&str])] = &[
    ("ImportError", &["model::unknown_class"]),
    (
        "TypeError",
        &[
            "model::no_parameters",
            "model::unknown_parameter",
            "model::missing_parameter",
        ],
    ),
    ("KeyError", &["model::no_kind"]),
    (
        "ValueError",
        &[
            "model::not_a_definition",
            "model::missing_parameter",
            "model::unknown_kind",
            "model::out_of_range",
            "model::unknown_activation",
            "model::no_layers",
            "model::mismatched_layers",
            "model::unknown_optimizer",
            "model::unknown_parameter",
        ],
    ),
];

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => match value.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(value.as_f64().unwrap()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (node(&json!(key)), node(value)))
                .collect(),
        ),
    };
    Node {
        span: Span::default(),
        value,
    }
}

fn cases(file: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/golden/model")
        .join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("no goldens at {}", path.display());
        return Vec::new();
    };
    let document: Json = serde_json::from_str(&text).unwrap();
    document["cases"].as_array().unwrap().clone()
}

fn assert_error(codes: &[&str], class: &str, case: &Json) {
    let (_, known) = CODES.iter().find(|(name, _)| *name == class).unwrap();
    assert!(
        codes.iter().any(|code| known.contains(code)),
        "{case}: {codes:?} is no {class}"
    );
}

/// A definition as a model of so many tags and targets.
struct Resolved {
    model: Option<Model>,
    /// Codes of what stops a config from being read.
    refused: Vec<&'static str>,
    /// Codes of what stops a machine from being built.
    blocked: Vec<&'static str>,
    /// Whether a class has a path of an earlier release.
    is_old: bool,
}

fn resolved(definition: &Json, n_tags: usize, n_targets: usize) -> Resolved {
    let mut diagnostics = Diagnostics::default();
    let node = node(definition);
    let n_columns = Some((n_tags, n_targets));
    let model = resolve(&node, n_columns, &mut diagnostics);
    let errors = |stage| {
        let found = diagnostics.iter().filter(|item| item.stage == stage);
        found
            .filter(|item| item.severity == Severity::Error)
            .map(|item| item.code)
            .collect()
    };
    Resolved {
        model,
        refused: errors(Stage::Config),
        blocked: errors(Stage::Build),
        is_old: diagnostics
            .iter()
            .any(|item| item.code == "model::old_path"),
    }
}

#[test]
fn definitions_expand_as_gordo_does() {
    for case in cases("definitions/definitions.json") {
        let definition = node(&case["definition"]);
        let found = resolved(&case["definition"], 4, 4);
        if let Some(class) = case["from_error"]["type"].as_str() {
            if found.is_old && found.refused.is_empty() {
                // Paths of earlier releases mean today's classes.
                continue;
            }
            assert_error(&found.refused, class, &case);
            continue;
        }
        if case.get("from_result").is_some() {
            // Gordo lets text and mappings pass that are no models; they cannot be built.
            assert!(found.model.is_none(), "{case}");
            continue;
        }
        // What Gordo can make may be blocked, but it is never refused.
        assert!(found.refused.is_empty(), "{:?} {case}", found.refused);
        // As text, so that the order of keys counts.
        let (ours, theirs) = (
            expand(&definition).to_string(),
            case["expanded"].to_string(),
        );
        let same = ours == theirs;
        let written = case["definition"].to_string();
        let departs = DEPARTURES.iter().any(|(text, _)| *text == written);
        assert_eq!(same, !departs, "{case}\nexpands to {}", expand(&definition));
    }
}

#[test]
fn departures_are_recorded_cases() {
    let cases = cases("definitions/definitions.json");
    for (definition, reason) in DEPARTURES {
        let definition = *definition;
        let is_recorded = |case: &Json| {
            let written = case["definition"].to_string();
            written == definition
        };
        assert!(
            cases.is_empty() || cases.iter().any(is_recorded),
            "{reason}"
        );
    }
}

#[test]
fn hourglasses_narrow_as_gordo_does() {
    for case in cases("factories/factories.json") {
        let Some(input) = case.get("hourglass_dims") else {
            continue;
        };
        let count = |name: &str| usize::try_from(input[name].as_u64().unwrap()).unwrap();
        let factor = input["compression_factor"].as_f64().unwrap();
        let widths = hourglass_widths(count("n_features"), count("encoding_layers"), factor);
        assert_eq!(json!(widths), case["expected"], "{case}");
    }
}

#[test]
fn recipes_stack_gordos_layers() {
    for case in cases("factories/factories.json") {
        let Some(class) = case["estimator"].as_str() else {
            continue;
        };
        let mut keywords = case["kwargs"].clone();
        keywords["kind"] = case["factory"].clone();
        let path = format!("gordo.machine.model.models.{class}");
        let definition = json!({ path: keywords });
        let n_tags = usize::try_from(case["n_features"].as_u64().unwrap()).unwrap();
        let n_targets = case["n_features_out"].as_u64();
        let n_targets = n_targets.map_or(n_tags, |count| usize::try_from(count).unwrap());
        let found = resolved(&definition, n_tags, n_targets);
        let model = found.model;
        if let Some(class) = case["error"]["type"].as_str() {
            assert!(model.is_none(), "{case}");
            assert_error(&[found.refused, found.blocked].concat(), class, &case);
            continue;
        }
        if class != "KerasAutoEncoder" {
            assert_eq!(found.blocked, ["model::not_supported_yet"], "{case}");
            continue;
        }
        let Some(network) = model.as_ref().and_then(Model::network) else {
            panic!("{case}: {:?}", found.blocked);
        };
        check_network(network, &case["expected"], &case);
    }
}

fn check_network(network: &Network, expected: &Json, case: &Json) {
    let layers = expected["layers"].as_array().unwrap();
    assert_eq!(network.layers.len(), layers.len(), "{case}");
    for (layer, expected) in network.layers.iter().zip(layers) {
        let activation = match layer.activation {
            Activation::Tanh => "tanh",
            Activation::Linear => "linear",
            Activation::Relu => "relu",
            Activation::Elu => "elu",
            Activation::Sigmoid => "sigmoid",
            other => panic!("{other:?} in {case}"),
        };
        assert_eq!(json!(layer.units), expected["units"], "{case}");
        assert_eq!(json!(activation), expected["activation"], "{case}");
        // The factor is kept in single precision, so it is compared at its resolution.
        let penalty = expected["activity_l1"].as_f64().unwrap_or_default();
        assert!(
            (f64::from(layer.activity_l1) - penalty).abs() < 1e-11,
            "{case}"
        );
    }
    let (name, rate) = match network.training.optimizer {
        Optimizer::Adam { learning_rate, .. } => ("Adam", learning_rate),
        Optimizer::Sgd { learning_rate, .. } => ("SGD", learning_rate),
        Optimizer::RmsProp { learning_rate, .. } => ("RMSprop", learning_rate),
    };
    assert_eq!(json!(name), expected["optimizer"], "{case}");
    let expected_rate = expected["learning_rate"].as_f64().unwrap();
    assert!((f64::from(rate) - expected_rate).abs() < 1e-8, "{case}");
    assert_eq!(
        json!(network.training.metrics),
        expected["metrics"],
        "{case}"
    );
}
