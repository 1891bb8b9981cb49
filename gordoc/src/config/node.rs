//! A YAML 1.1 value and its place in the outermost text.

use super::python;
use crate::source::Span;

/// A value with its place, also inside block strings.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Place in the outermost text.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A YAML 1.1 value as `PyYAML` resolves it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` ...
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond 64 bits, in decimal digits.
    Long(String),
    /// A number with a point.
    Float(f64),
    /// Text.
    Text(String),
    /// A plain scalar that looks like a time stamp, normalised to ISO 8601 as Gordo
    /// records it.
    Timestamp(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in writing order, later duplicates already folded into the first place.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// Entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value under a text key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|(k, _)| k.as_text() == Some(key))
            .map(|(_, value)| value)
    }

    /// The value under a text key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Map(entries) = &mut self.value else {
            return None;
        };
        let entry = entries.iter_mut().find(|(k, _)| k.as_text() == Some(key));
        entry.map(|(_, value)| value)
    }

    /// Takes the entry of a text key out of a mapping, for its value.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let Value::Map(entries) = &mut self.value else {
            return None;
        };
        let at = entries.iter().position(|(k, _)| k.as_text() == Some(key))?;
        Some(entries.remove(at).1)
    }

    /// Puts a value under a text key of a mapping; does nothing to other values.
    pub fn set(&mut self, key: &str, value: Node) {
        if let Some(present) = self.get_mut(key) {
            *present = value;
        } else if let Value::Map(entries) = &mut self.value {
            entries.push((Self::text(key), value));
        }
    }

    /// Text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, in words.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Int(_) | Value::Long(_) | Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::Timestamp(_) => "a date",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Whether Python would take it for false: null, zero, false, and anything empty.
    pub fn is_falsy(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Int(value) => *value == 0,
            Value::Float(value) => *value == 0.0,
            Value::Text(text) => text.is_empty(),
            Value::Timestamp(_) | Value::Long(_) => false,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    /// Place to point at for a whole section: its first key, or itself if it has none.
    pub fn key_line(&self) -> Span {
        match self.entries().first() {
            Some((key, _)) if !key.span.is_empty() => key.span,
            _ => self.span,
        }
    }

    /// Place of a text key of a mapping.
    pub fn key_span(&self, key: &str) -> Option<Span> {
        let entry = self
            .entries()
            .iter()
            .find(|(k, _)| k.as_text() == Some(key));
        entry.map(|(key, _)| key.span)
    }

    /// A tree without places, for defaults.
    pub fn from_json(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        let value = match value {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => number.as_i64().map_or_else(
                || Value::Float(number.as_f64().unwrap_or(f64::NAN)),
                Value::Int,
            ),
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| (Self::text(key), Self::from_json(value)))
                    .collect(),
            ),
        };
        Self {
            span: Span::default(),
            value,
        }
    }

    /// A text without a place.
    pub fn text(text: &str) -> Self {
        Self {
            span: Span::default(),
            value: Value::Text(text.to_owned()),
        }
    }

    /// The JSON value Gordo records outside of datasets, where dates have a form of their own.
    pub fn to_metadata_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Timestamp(text) => {
                let date = super::DateTime::parse(text);
                Json::from(date.map_or_else(|| text.clone(), |date| date.metadata_format()))
            }
            Value::List(items) => items.iter().map(Self::to_metadata_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.to_key(), value.to_metadata_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            _ => self.to_json(),
        }
    }

    /// The JSON value Gordo records.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => Json::from(*value),
            Value::Long(digits) => digits.parse::<u64>().map_or_else(
                |_| digits.parse::<f64>().map_or(Json::Null, Json::from),
                Json::from,
            ),
            Value::Float(value) => Json::from(*value),
            Value::Text(text) | Value::Timestamp(text) => Json::from(text.as_str()),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.to_key(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// The text a key has as a JSON key.
    pub fn to_key(&self) -> String {
        match &self.value {
            Value::Text(text) | Value::Timestamp(text) => text.clone(),
            Value::Long(digits) => digits.clone(),
            Value::Float(value) => python::json_float(*value),
            _ => self.to_json().to_string(),
        }
    }
}
