//! Models as text, the way scikit-learn prints them.
//!
//! Works on expanded definitions, so that only parameters off their defaults are shown.

use serde_json::{Map, Value as Json};

use super::Model;
use crate::part::class::{Class, Role};
use crate::part::find_class;

impl Model {
    /// Gordo's text for the class of the model, `<class 'sklearn.pipeline.Pipeline'>`.
    pub fn python_type(&self) -> String {
        let path = one_entry(&self.expanded).map_or("object", |(path, _)| path);
        format!("<class '{path}'>")
    }

    /// What Gordo's metadata say of a detector's parts, unless its base is a network itself:
    /// texts of scaler and base, and whether rows are shuffled.
    pub(crate) fn detector_texts(&self) -> Option<Map<String, Json>> {
        let (path, parameters) = one_entry(&self.expanded)?;
        find_class(path).filter(|class| class.role == Role::Detector)?;
        let base = parameters.get("base_estimator")?;
        let (base_path, _) = one_entry(base)?;
        if find_class(base_path).is_some_and(|class| class.network().is_some()) {
            return None;
        }
        let texts = [
            ("scaler", describe(parameters.get("scaler")?).into()),
            ("base_estimator", describe(base).into()),
            ("shuffle", parameters.get("shuffle")?.clone()),
        ];
        let texts = texts.map(|(key, text)| (key.to_owned(), text));
        Some(texts.into_iter().collect())
    }
}

/// An expanded definition as scikit-learn would print it.
fn describe(expanded: &Json) -> String {
    let entry = one_entry(expanded);
    let Some((class, parameters)) = entry.and_then(|(path, map)| Some((find_class(path)?, map)))
    else {
        return literal(expanded);
    };
    let shown: Vec<String> = parameters
        .iter()
        .filter(|(name, value)| is_shown(class, name, value))
        .map(|(name, value)| match value {
            Json::Array(items) if name == "steps" => format!("steps=[{}]", describe_steps(items)),
            value => format!("{name}={}", describe(value)),
        })
        .collect();
    format!("{}({})", class.name(), shown.join(", "))
}

fn one_entry(definition: &Json) -> Option<(&str, &Map<String, Json>)> {
    let map = definition.as_object().filter(|map| map.len() == 1)?;
    let (path, parameters) = map.iter().next()?;
    Some((path, parameters.as_object()?))
}

fn is_shown(class: &Class, name: &str, value: &Json) -> bool {
    let parameter = class.parameters.iter().find(|known| known.name == name);
    parameter.is_none_or(|parameter| {
        let default = parameter.default.to_json();
        value.is_object() || *value != default
    })
}

fn describe_steps(items: &[Json]) -> String {
    let steps: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(at, item)| format!("('step_{at}', {})", describe(item)))
        .collect();
    steps.join(", ")
}

/// A plain value as Python prints it.
fn literal(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(describe).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("'{key}': {}", describe(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
