//! What determined a machine, as the digest by which Gordo's registry knows it.

use serde_json::{Value, json};
use sha3::{Digest as _, Sha3_512};

use crate::json_text;

/// Version whose registry is kept.
const GORDO: (u32, u32) = (6, 0);

/// Lower-case hexadecimal SHA3-512 of what determined a machine.
///
/// `document` is the machine's own, with the secrets in it, as two databases may differ in
/// nothing else; `model` is the definition it was expanded to.
pub(super) fn cache_key(document: &Value, model: &Value) -> String {
    digest(&text(document, &as_gordo_expands(model.clone())))
}

/// Name, model, dataset and evaluation: project, metadata and runtime do not count.
fn text(document: &Value, model: &Value) -> String {
    json_text::sorted(&json!({
        "name": document["name"],
        "model_config": model,
        "data_config": document["dataset"],
        "evaluation_config": document["evaluation"],
        "gordo-major-version": GORDO.0,
        "gordo-minor-version": GORDO.1,
        "gordo_version": "",
    }))
}

/// Gordo's own expansion loses one parameter of detectors.
fn as_gordo_expands(mut definition: Value) -> Value {
    match &mut definition {
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                if key.ends_with("AnomalyDetector")
                    && let Some(parameters) = value.as_object_mut()
                {
                    parameters.shift_remove("require_thresholds");
                }
                *value = as_gordo_expands(value.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = as_gordo_expands(item.take());
            }
        }
        _ => {}
    }
    definition
}

fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha3_512::digest(text.as_bytes());
    digest.iter().fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_document;
    use crate::diagnostic::Diagnostics;
    use crate::project::{Options, read_machine};
    use crate::source::Source;
    use crate::train::golden::documents;

    #[test]
    fn recorded_keys_are_found_again() {
        for (_, golden) in documents("build", "cache_keys") {
            for case in golden["cases"].as_array().unwrap() {
                let source = Source::new("m", case["machine"].to_string());
                let mut found = Diagnostics::default();
                let root = parse_document(&source, &mut found).unwrap();
                let read = read_machine(&root, &source, &Options::default(), found);
                let document = &read.project.unwrap().documents[0];
                // These were made of models as written.
                assert_eq!(
                    text(document, &document["model"]),
                    case["hashed_text"].as_str().unwrap()
                );
                assert_eq!(cache_key(document, &document["model"]), case["key"]);
            }
        }
    }

    #[test]
    fn the_digest_is_sha3() {
        let expected = "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6\
                        15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26";
        assert_eq!(digest(""), expected);
    }

    #[test]
    fn what_gordo_loses_is_left_out() {
        let definition = json!({"a.DiffBasedAnomalyDetector": {
            "base_estimator": {"b.C": {"require_thresholds": false}},
            "require_thresholds": false,
        }});
        assert_eq!(
            as_gordo_expands(definition),
            json!({"a.DiffBasedAnomalyDetector": {
                "base_estimator": {"b.C": {"require_thresholds": false}},
            }})
        );
    }
}
