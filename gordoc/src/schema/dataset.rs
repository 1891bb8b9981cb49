//! The `dataset` section.

use serde_json::{Map, Value, json};

use super::keywords::{described, nullable, reference};
use crate::project;

/// Defines `dataset`, and what it is made of.
pub(super) fn define(definitions: &mut Map<String, Value>) {
    definitions.insert("tag".into(), tag());
    definitions.insert("date".into(), date());
    definitions.insert("filter_periods".into(), filter_periods());
    let mut properties = keys();
    let defaults: Map<String, Value> = project::dataset_defaults().collect();
    for (key, default) in defaults {
        if let Some(property) = properties.get_mut(&key) {
            property["default"] = default;
        }
    }
    let dataset = json!({"type": "object", "properties": properties});
    definitions.insert("dataset".into(), dataset);
}

fn keys() -> Map<String, Value> {
    let mut keys = Map::new();
    let mut key = |names: &[&str], description: &str, schema: Value| {
        for name in names {
            keys.insert((*name).to_owned(), described(description, schema.clone()));
        }
    };
    key(
        &["type"],
        "Kind of dataset; a random one reads random readings, whatever its provider.",
        json!({"anyOf": [{"enum": project::dataset_types()}, {"enum": [null, ""]}]}),
    );
    key(
        &["train_start_date", "from_ts"],
        "First instant of the training period, with its offset: `2024-03-04T00:00:00Z`.",
        reference("date"),
    );
    key(
        &["train_end_date", "to_ts"],
        "Last instant of the training period, after the first.",
        reference("date"),
    );
    key(
        &["tag_list", "tags"],
        "Sensor series that the model reads, in column order.",
        json!({"type": "array", "minItems": 1, "items": reference("tag")}),
    );
    key(
        &["target_tag_list"],
        "Sensor series that the model must reproduce; those it reads if left out.",
        nullable(&json!({"type": "array", "items": reference("tag")})),
    );
    key(
        &["additional_tags"],
        "Fields of tags that only `row_filter` names.",
        nullable(&json!({"type": "array", "items": reference("tag")})),
    );
    key(
        &["default_tag"],
        "Fields that every tag gets.",
        nullable(&json!({"type": "object", "additionalProperties": {"type": ["string", "null"]}})),
    );
    key(
        &["asset"],
        "Plant part of every tag: short for `default_tag: {asset: ...}`.",
        json!({"type": ["string", "null"]}),
    );
    key(
        &["data_provider"],
        "Where the readings are.",
        nullable(&reference("provider")),
    );
    rows(&mut key);
    keys
}

/// Keys that decide how readings become rows, and which rows stay.
fn rows(key: &mut impl FnMut(&[&str], &str, Value)) {
    let filter = json!({
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "null"},
        ],
    });
    key(
        &["resolution"],
        "Spacing of rows, `10T` is ten minutes, `1H` an hour; null joins readings as they are.",
        json!({"anyOf": [{"type": "string"}, {"type": "null"}, {"const": false}]}),
    );
    key(
        &["aggregation_methods"],
        "How the readings within one spacing become one value. A list or a mapping gives a column \
         per tag and method.",
        json!({"type": ["string", "array", "object"]}),
    );
    key(
        &["interpolation_method"],
        "How holes between rows are filled.",
        json!({"enum": ["linear_interpolation", "ffill"]}),
    );
    key(
        &["interpolation_limit"],
        "How far a hole is filled, such as `48H`; null is without limit.",
        json!({"type": ["string", "integer", "null"]}),
    );
    key(
        &["row_filter"],
        "Rows that stay: an expression over tags, such as `` `P101-flow` > 10 & `P101-speed` > 0 ``, or a \
         list of which all must hold.",
        filter.clone(),
    );
    key(
        &["row_filter_buffer_size"],
        "Rows before and after a row dropped by `row_filter` that go too.",
        json!({"type": "integer", "minimum": 0}),
    );
    key(
        &["known_filter_periods"],
        "Rows that stay, applied before `row_filter` and without its buffer.",
        filter,
    );
    key(
        &["filter_periods"],
        "Drops stretches that look unlike the rest.",
        nullable(&reference("filter_periods")),
    );
    key(
        &["n_samples_threshold"],
        "As many rows or fewer are an error.",
        json!({"type": "integer"}),
    );
}

fn tag() -> Value {
    json!({
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {"name": {"type": "string"}, "asset": {"type": ["string", "null"]}},
                "additionalProperties": {"type": ["string", "null"]},
            },
        ],
    })
}

/// Text to an editor: YAML 1.1 has time stamps of its own, JSON has none.
fn date() -> Value {
    json!({"type": "string", "examples": ["2024-03-04T00:00:00Z", "2024-03-04T00:00:00+01:00"]})
}

fn filter_periods() -> Value {
    let share = json!({"type": "number", "minimum": 0, "maximum": 1});
    json!({
        "type": "object",
        "properties": {
            "filter_method": {
                "description": "How stretches are found: by rolling medians, quantiles, an isolation forest, or all three.",
                "enum": ["median", "quantile", "iforest", "all"],
                "default": "median",
            },
            "window": {
                "description": "Rows of the rolling median.",
                "type": "integer",
                "minimum": 1,
                "default": 144,
            },
            "n_iqr": {
                "description": "How many quantile ranges from the middle a value is dropped.",
                "type": "number",
                "minimum": 0,
                "default": 5,
            },
            "iforest_smooth": {
                "description": "Whether the forest learns from smoothed rows.",
                "type": "boolean",
                "default": false,
            },
            "contamination": {
                "description": "Share of rows the forest takes for unusual, or `auto`.",
                "anyOf": [
                    {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
                    {"const": "auto"},
                ],
                "default": 0.03,
            },
            "quantile_lower": described("Lower end of the quantile range.", share.clone()),
            "quantile_upper": described("Upper end of the quantile range.", share),
        },
        "additionalProperties": false,
    })
}
