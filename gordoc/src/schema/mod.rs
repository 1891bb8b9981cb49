//! The JSON Schema of a config, for editors: what may be written where, what it means, and what
//! holds if it is left out.
//!
//! Describes configs and judges none: `check` knows more than a schema can say.

mod dataset;
mod keywords;
mod model;
mod provider;
mod runtime;

use serde_json::{Map, Value, json};

use keywords::{described, reference};

/// The schema, as a document of draft 7, which editors know best.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    definitions.insert("config".into(), config());
    definitions.insert("globals".into(), globals());
    definitions.insert("machine".into(), machine());
    dataset::define(&mut definitions);
    provider::define(&mut definitions);
    model::define(&mut definitions);
    runtime::define(&mut definitions);
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Machines to watch",
        "description": "A Gordo config: the machines of a project, what each learns from, and what.",
        "type": "object",
        "if": {"required": ["spec"]},
        "then": {
            "description": "A custom resource: everything but `spec.config` is Kubernetes' own.",
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": {
                    "properties": {"name": described("The project's name.", json!({}))},
                },
                "spec": {
                    "type": "object",
                    "required": ["config"],
                    "properties": {"config": reference("config")},
                },
            },
        },
        "else": reference("config"),
        "definitions": definitions,
    })
}

fn config() -> Value {
    json!({
        "type": "object",
        "required": ["machines"],
        "properties": {
            "machines": {
                "description": "The machines, each with a model and a server of its own.",
                "type": "array",
                "items": reference("machine"),
            },
            "globals": reference("globals"),
        },
    })
}

fn globals() -> Value {
    let mut globals = sections();
    globals["description"] = json!(
        "What machines share. In `model`, `runtime` and `evaluation` a machine's own values win; \
         in `dataset` those of the globals do."
    );
    globals
}

fn machine() -> Value {
    let mut machine = sections();
    machine["required"] = json!(["name"]);
    machine["properties"]["name"] = described(
        "Name of the machine: small letters, digits, dashes and dots. Together with the project's \
         name at most 50 characters.",
        json!({
            "anyOf": [
                {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"},
                {"type": "integer", "minimum": 0},
            ],
        }),
    );
    machine["properties"]["project_name"] = described(
        "Project of a single machine's document; the command line's wins.",
        json!({}),
    );
    machine
}

/// The sections that machines and globals have alike.
fn sections() -> Value {
    json!({
        "type": "object",
        "properties": {
            "dataset": section("dataset", "The rows the machine learns from."),
            "model": section("definition", "What is learnt: a class, or a mapping of one to its parameters."),
            "runtime": section("runtime", "How the machine is built and served in a cluster."),
            "evaluation": section("evaluation", "How the model is scored."),
            "metadata": described("Anything; kept, and served with the model.", json!({})),
        },
    })
}

/// A section as such, as a text that holds it, or left empty.
fn section(name: &str, description: &str) -> Value {
    described(
        description,
        json!({
            "anyOf": [
                reference(name),
                {"type": "string", "description": "The section as a block of YAML."},
                {"type": "null"},
            ],
        }),
    )
}

#[cfg(test)]
mod tests;
