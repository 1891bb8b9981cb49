//! The `runtime` and `evaluation` sections.

use serde_json::{Map, Value, json};

use super::keywords::{described, nullable, reference};
use crate::project;

/// Defines `runtime`, `evaluation` and what they are made of.
pub(super) fn define(definitions: &mut Map<String, Value>) {
    definitions.insert("resources".into(), resources());
    definitions.insert("pod".into(), pod(Map::new()));
    definitions.insert("runtime".into(), runtime());
    definitions.insert("evaluation".into(), evaluation());
    // As for a config of one machine; only the database grows with their number.
    let defaults = project::default_globals(1, None);
    for section in ["runtime", "evaluation"] {
        let Some(values) = defaults[section].as_object() else {
            continue;
        };
        for (key, value) in values {
            let property = &mut definitions[section]["properties"][key];
            if property.is_object() && key != "influx" {
                property["default"] = value.clone();
            }
        }
    }
}

fn resources() -> Value {
    let amounts = json!({
        "type": "object",
        "properties": {
            "memory": described("Megabytes.", json!({"type": ["integer", "boolean"]})),
            "cpu": described("Thousandths of a core.", json!({"type": ["integer", "boolean"]})),
        },
    });
    json!({
        "type": "object",
        "properties": {
            "requests": described("What the pod is promised.", amounts.clone()),
            "limits": described("What it may not exceed; raised to the request where below it.", amounts),
        },
    })
}

/// A pod's image and resources, and what else it has.
fn pod(more: Map<String, Value>) -> Value {
    let mut properties = Map::new();
    properties.insert(
        "image".into(),
        described("Image of the container.", json!({})),
    );
    properties.insert("resources".into(), nullable(&reference("resources")));
    properties.extend(more);
    json!({"type": "object", "properties": properties})
}

fn runtime() -> Value {
    let builder = Map::from_iter([
        ("env".to_owned(), environment()),
        (
            "volumeMounts".to_owned(),
            json!({"type": "array", "items": {"type": "object", "required": ["name", "mountPath"]}}),
        ),
        (
            "metadata".to_owned(),
            json!({"type": "object", "properties": {"labels": {"type": "object"}}}),
        ),
        (
            "remote_logging".to_owned(),
            described(
                "`enable: true` reports builds to MLflow.",
                json!({"type": "object"}),
            ),
        ),
        (
            "exceptions_report_level".to_owned(),
            described(
                "How much of an error the pod reports.",
                json!({"enum": ["EXIT_CODE", "TYPE", "MESSAGE", "TRACEBACK"]}),
            ),
        ),
    ]);
    let client = Map::from_iter([(
        "max_instances".to_owned(),
        described("Clients at a time.", json!({"type": "integer"})),
    )]);
    let influx = Map::from_iter([(
        "enable".to_owned(),
        described(
            "Whether the project has a database for its predictions.",
            json!({}),
        ),
    )]);
    json!({
        "type": "object",
        "properties": {
            "reporters": {
                "description": "Who is told of a build: class paths, or mappings of one to its arguments.",
                "type": "array",
                "items": {"type": ["string", "object"]},
            },
            "builder": described("The pods that train; settings of a single machine reach no pod.", pod(builder)),
            "server": described("The pods that serve.", reference("pod")),
            "deployer": described("The pods that deploy.", reference("pod")),
            "prometheus_metrics_server": described("The pods that collect metrics.", reference("pod")),
            "client": described("The pods that ask for predictions.", pod(client)),
            "influx": described("The project's database.", pod(influx)),
            "volumes": {
                "description": "Volumes of the pods that train.",
                "type": "array",
                "items": {"type": "object", "required": ["name"]},
            },
            "log_level": described("Least level that is logged.", json!({"type": "string"})),
        },
    })
}

fn environment() -> Value {
    json!({
        "description": "Variables of the pods; laid over those of the command line by position.",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {}, "value": {}, "valueFrom": {"type": "object"}},
        },
    })
}

fn evaluation() -> Value {
    json!({
        "type": "object",
        "properties": {
            "cv_mode": {
                "description": "Score on folds and train, score only, or train only.",
                "enum": ["full_build", "cross_val_only", "build_only"],
            },
            "cv": described("How rows are split into folds.", nullable(&reference("definition"))),
            "metrics": {
                "description": "Scores of each fold, names of `sklearn.metrics`.",
                "type": "array",
                "items": {"type": "string"},
            },
            "scoring_scaler": described(
                "Scales targets before they are scored, so that tags count alike.",
                nullable(&reference("definition")),
            ),
            "seed": described(
                "Everything random follows from it.",
                json!({"type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX}),
            ),
        },
    })
}
