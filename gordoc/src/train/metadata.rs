//! The metadata a build leaves, in Gordo's form.
//!
//! Arranges what other rooms found out; reads no clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::model::Model;
use crate::part::fit::Fitted;
use crate::part::splitter::Fold;
use crate::project;

use super::warning::Warning;
use crate::part::history::History;

/// What a build found out, as far as it got.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Rows lost at the front of every answer.
    pub(crate) offset: usize,
    /// When the model was made, if the caller says.
    pub(crate) creation_date: Option<String>,
    /// Scores, per name.
    pub(crate) scores: Map<String, Value>,
    /// Seconds of cross-validation, if clocked.
    pub(crate) evaluation_seconds: Option<f64>,
    /// First and last rows of each fold.
    pub(crate) splits: Map<String, Value>,
    /// Seconds of the final fit, if clocked.
    pub(crate) training_seconds: Option<f64>,
    /// What keeps the machine from raising alarms.
    pub(crate) warnings: Vec<Warning>,
    /// What the model says of itself.
    pub(crate) model: Map<String, Value>,
}

/// The machine document: the normalised machine with its metadata.
pub(crate) fn document(machine: &project::Machine, dataset: &Value, findings: &Findings) -> Value {
    let mut model = json!({
        "model_offset": findings.offset,
        "model_creation_date": findings.creation_date,
        "model_builder_version": env!("CARGO_PKG_VERSION"),
        "cross_validation": {
            "scores": findings.scores,
            "cv_duration_sec": findings.evaluation_seconds,
            "splits": findings.splits,
        },
        "model_training_duration_sec": findings.training_seconds,
        "model_meta": findings.model,
    });
    if !findings.warnings.is_empty() {
        let warnings = findings.warnings.iter();
        model["warnings"] = warnings.map(Warning::document).collect();
    }
    json!({
        "name": &*machine.name.value,
        "dataset": machine.dataset.document,
        "model": machine.model.expanded,
        "metadata": {
            "user_defined": {
                "global-metadata": machine.global_metadata,
                "machine-metadata": machine.machine_metadata,
            },
            "build_metadata": {
                "model": model,
                "dataset": { "query_duration_sec": null, "dataset_meta": dataset },
            },
        },
        "runtime": machine.runtime,
        "project_name": &*machine.project_name,
        "evaluation": machine.evaluation.document,
    })
}

/// First and last rows of each fold, by position.
pub(crate) fn splits(folds: &[Fold], times: &[i64]) -> Map<String, Value> {
    let mut splits = Map::new();
    for (index, fold) in folds.iter().enumerate() {
        let mut put = |name: &str, value: Value| {
            splits.insert(format!("fold-{}-{name}", index + 1), value);
        };
        let time = |row: Option<&usize>| row.map_or(Value::Null, |row| json!(time(times[*row])));
        put("train-start", time(fold.train.first()));
        put("train-end", time(fold.train.last()));
        put("test-start", time(fold.test.first()));
        put("test-end", time(fold.test.last()));
        put("n-train", json!(fold.train.len()));
        put("n-test", json!(fold.test.len()));
    }
    splits
}

/// An instant as pandas writes it: `2021-05-01 00:00:00+00:00`, with a fraction if it has one.
fn time(nanoseconds: i64) -> String {
    let Ok(instant) = Timestamp::from_nanosecond(i128::from(nanoseconds)) else {
        return nanoseconds.to_string();
    };
    let time = instant.to_zoned(TimeZone::UTC);
    let fraction = match time.subsec_nanosecond() {
        0 => String::new(),
        some if some % 1000 == 0 => format!(".{:06}", some / 1000),
        some => format!(".{some:09}"),
    };
    format!("{}{fraction}+00:00", time.strftime("%Y-%m-%d %H:%M:%S"))
}

/// What a model says of itself: thresholds of a detector, history of a network.
pub(crate) fn model(
    model: &Model,
    fitted: &dyn Fitted,
    targets: &[String],
    history: Option<&History>,
) -> Map<String, Value> {
    let parts = model.detector_texts().unwrap_or_default();
    let mut meta = match fitted.detector() {
        Some(detector) => detector.metadata(targets, parts),
        None => Map::new(),
    };
    if let Some(history) = history {
        meta.insert("history".to_owned(), history.document());
    }
    meta
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_pandas_writes_them() {
        for (nanoseconds, expected) in [
            (1_619_827_200_000_000_000, "2021-05-01 00:00:00+00:00"),
            (
                1_619_827_200_500_000_000,
                "2021-05-01 00:00:00.500000+00:00",
            ),
            (
                1_619_827_200_000_000_001,
                "2021-05-01 00:00:00.000000001+00:00",
            ),
        ] {
            assert_eq!(time(nanoseconds), expected);
        }
    }
}
