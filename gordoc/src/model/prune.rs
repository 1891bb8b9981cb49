//! Definitions without what goes without saying: the parameters that are at their defaults.
//!
//! Works on expanded definitions. Gordo has the same under `prune_default_params`, but it only
//! works there where nothing is left.

use serde_json::{Map, Value as Json};

use crate::part::class::Class;
use crate::part::find_class;

/// An expanded definition with only the parameters that differ from their defaults.
pub fn prune(expanded: &Json) -> Json {
    match expanded {
        Json::Object(map) => {
            let pruned = map.iter().map(|(key, value)| {
                let class = find_class(key).filter(|_| map.len() == 1);
                let value = match (class, value) {
                    (Some(class), Json::Object(parameters)) => of_class(class, parameters),
                    _ => prune(value),
                };
                (key.clone(), value)
            });
            Json::Object(pruned.collect())
        }
        Json::Array(items) => items.iter().map(prune).collect(),
        value => value.clone(),
    }
}

fn of_class(class: &Class, parameters: &Map<String, Json>) -> Json {
    let differs = |name: &str, value: &Json| {
        let known = class.parameters.iter().find(|known| known.name == name);
        known.is_none_or(|known| known.default.to_json() != *value)
    };
    let kept = parameters
        .iter()
        .filter(|(name, value)| differs(name, value));
    let kept = kept.map(|(name, value)| (name.clone(), prune(value)));
    Json::Object(kept.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Node;
    use crate::model::expand;

    #[track_caller]
    fn check(definition: &Json, expected: &Json) {
        let expanded = expand(&Node::from_json(definition));
        let pruned = prune(&expanded);
        assert_eq!(pruned, *expected);
        // Nothing is lost.
        assert_eq!(expand(&Node::from_json(&pruned)), expanded);
    }

    #[test]
    fn only_what_differs_is_kept() {
        let scaler = "sklearn.preprocessing._data.MinMaxScaler";
        check(&json!(scaler), &json!({ scaler: {} }));
        check(
            &json!({ "sklearn.preprocessing.MinMaxScaler": { "clip": true, "copy": true } }),
            &json!({ scaler: { "clip": true } }),
        );
        let network = json!({ "gordo.machine.model.models.KerasAutoEncoder": {
            "epochs": 3, "kind": "feedforward_hourglass" } });
        check(
            &json!({ "sklearn.pipeline.Pipeline": [scaler, network] }),
            &json!({ "sklearn.pipeline.Pipeline": { "steps": [{ scaler: {} }, network] } }),
        );
    }
}
