//! Builder pods and volumes of the globals: the fields that reach Kubernetes.
//!
//! Gordo keeps the fields of its schema, converts their types and drops all others without a
//! word. The drop is kept; here each one is warned of.

use serde_json::Value as Json;

use crate::config::{Node, Value, python_float};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// What a field holds.
enum Kind {
    Text,
    Bool,
    /// Values of any kind, under texts.
    Mapping,
    Fields(&'static [Field]),
    Items(&'static [Field]),
}

/// What holds where a field is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhenMissing {
    /// It may be missing or null.
    Allowed,
    /// It must be there, and not be null.
    Refused,
    /// It is false if it is missing; it must not be null.
    False,
}

/// A field the schema knows.
struct Field {
    name: &'static str,
    kind: Kind,
    when_missing: WhenMissing,
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        when_missing: WhenMissing::Allowed,
    }
}

const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        when_missing: WhenMissing::Refused,
    }
}

const fn flag(name: &'static str) -> Field {
    Field {
        name,
        kind: Kind::Bool,
        when_missing: WhenMissing::False,
    }
}

const KEY_REF: &[Field] = &[required("name", Kind::Text), required("key", Kind::Text)];
const VALUE_FROM: &[Field] = &[
    optional("secretKeyRef", Kind::Fields(KEY_REF)),
    optional("configMapKeyRef", Kind::Fields(KEY_REF)),
];
const ENV: &[Field] = &[
    required("name", Kind::Text),
    optional("value", Kind::Text),
    optional("valueFrom", Kind::Fields(VALUE_FROM)),
];
const MOUNTS: &[Field] = &[
    required("name", Kind::Text),
    required("mountPath", Kind::Text),
    optional("readOnly", Kind::Bool),
];
const RESOURCES: &[Field] = &[
    optional("requests", Kind::Mapping),
    optional("limits", Kind::Mapping),
];
const LABELS: &[Field] = &[optional("labels", Kind::Mapping)];
const REMOTE_LOGGING: &[Field] = &[flag("enable")];
const BUILDER: &[Field] = &[
    required("image", Kind::Text),
    optional("resources", Kind::Fields(RESOURCES)),
    optional("metadata", Kind::Fields(LABELS)),
    optional("env", Kind::Items(ENV)),
    optional("volumeMounts", Kind::Items(MOUNTS)),
    required("remote_logging", Kind::Fields(REMOTE_LOGGING)),
];
const CSI: &[Field] = &[
    required("driver", Kind::Text),
    flag("readOnly"),
    optional("fsType", Kind::Text),
    optional("volumeAttributes", Kind::Mapping),
];
const VOLUMES: &[Field] = &[
    required("name", Kind::Text),
    optional("csi", Kind::Fields(CSI)),
];

/// Converts `builder` and `volumes` of a global runtime to their schemas.
pub(super) fn convert_pods(runtime: &mut Node, diagnostics: &mut Diagnostics) {
    let mut convert = |node: &mut Node, kind, path: &str| {
        let mut converter = Converter { diagnostics };
        converter.convert(node, &kind, &FieldPath::new(path));
    };
    if let Some(builder) = runtime.get_mut("builder") {
        if let Some(env) = builder.get_mut("env") {
            name_config_maps(env);
        }
        convert(builder, Kind::Fields(BUILDER), "runtime.builder");
    }
    if let Some(volumes) = runtime.get_mut("volumes") {
        convert(volumes, Kind::Items(VOLUMES), "runtime.volumes");
    }
}

/// The environment that the command line gives to builder pods; none if it is empty.
pub(super) fn environment(env: &Json, diagnostics: &mut Diagnostics) -> Option<Node> {
    let mut node = Node::from_json(env);
    if node.is_falsy() {
        return None;
    }
    name_config_maps(&mut node);
    let mut converter = Converter { diagnostics };
    let place = FieldPath::new("custom_model_builder_envs");
    converter.convert(&mut node, &Kind::Items(ENV), &place);
    Some(node)
}

/// Kubernetes says `name` where Gordo's schema says `value`: both are read, `name` is written.
fn name_config_maps(env: &mut Node) {
    let Value::List(items) = &mut env.value else {
        return;
    };
    for item in items {
        let reference = item
            .get_mut("valueFrom")
            .and_then(|from| from.get_mut("configMapKeyRef"));
        let Some(Value::Map(fields)) = reference.map(|reference| &mut reference.value) else {
            continue;
        };
        let has_name = fields.iter().any(|(key, _)| key.as_text() == Some("name"));
        for (key, _) in fields.iter_mut().filter(|_| !has_name) {
            if key.as_text() == Some("value") {
                key.value = Value::Text("name".to_owned());
            }
        }
    }
}

/// The path of a value: in Gordo's words (`env -> 0`), and in ours.
struct FieldPath {
    within: String,
    path: String,
}

impl FieldPath {
    fn new(path: &str) -> Self {
        Self {
            within: String::new(),
            path: path.to_owned(),
        }
    }

    fn key(&self, key: &str) -> Self {
        Self {
            within: self.join(key),
            path: format!("{}.{key}", self.path),
        }
    }

    fn index(&self, index: usize) -> Self {
        Self {
            within: self.join(&index.to_string()),
            path: format!("{}[{index}]", self.path),
        }
    }

    fn join(&self, part: &str) -> String {
        if self.within.is_empty() {
            return part.to_owned();
        }
        format!("{} -> {part}", self.within)
    }
}

/// Converts values to the types of a schema.
struct Converter<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl Converter<'_> {
    fn convert(&mut self, node: &mut Node, kind: &Kind, place: &FieldPath) {
        let fits = match kind {
            Kind::Text => to_text(node),
            Kind::Bool => to_bool(node),
            Kind::Mapping => to_mapping(node) && self.keys_to_text(node, place),
            Kind::Fields(fields) => {
                to_mapping(node) && {
                    self.fields(node, fields, place);
                    true
                }
            }
            Kind::Items(fields) => match &mut node.value {
                Value::List(items) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.convert(item, &Kind::Fields(fields), &place.index(index));
                    }
                    true
                }
                _ => false,
            },
        };
        if !fits {
            let expected = match kind {
                Kind::Text => "a text",
                Kind::Bool => "true or false",
                Kind::Items(_) => "a list",
                _ => "a mapping",
            };
            let FieldPath { within, path } = place;
            self.diagnostics.push(
                bad(format!("`{path}` is not {expected} ({within})"))
                    .label(node.span, format!("{} instead", node.kind()))
                    .help(format!("write {expected}")),
            );
        }
    }

    fn fields(&mut self, node: &mut Node, fields: &[Field], place: &FieldPath) {
        let span = node.key_line();
        let Value::Map(entries) = &mut node.value else {
            return;
        };
        for field in fields {
            let given = entries
                .iter()
                .find(|(key, _)| key.as_text() == Some(field.name));
            let is_null = given.is_some_and(|(_, value)| value.value == Value::Null);
            match (field.when_missing, given.is_some() && !is_null) {
                (WhenMissing::Allowed, _) | (_, true) => {}
                (WhenMissing::False, false) if !is_null => entries.push((
                    Node::text(field.name),
                    Node {
                        span,
                        value: Value::Bool(false),
                    },
                )),
                _ => {
                    let at = given.map_or(span, |(_, value)| value.span);
                    self.diagnostics
                        .push(missing(&place.key(field.name), field.name, at));
                }
            }
        }
        entries.retain_mut(|(key, value)| {
            let name = key.to_key();
            let inner = place.key(&name);
            if key.as_text().is_none() {
                self.diagnostics.push(wrong_key(key, &inner));
                return false;
            }
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                if inner.path != "runtime.builder.exceptions_report_level" {
                    self.diagnostics.push(dropped(&inner.path, key));
                }
                return false;
            };
            if value.value == Value::Null {
                return false;
            }
            self.convert(value, &field.kind, &inner);
            true
        });
    }

    /// Keys of a mapping of anything are texts, as Python writes them.
    fn keys_to_text(&mut self, node: &mut Node, place: &FieldPath) -> bool {
        let Value::Map(entries) = &mut node.value else {
            return false;
        };
        for (key, _) in entries {
            if !to_text(key) {
                self.diagnostics.push(wrong_key(key, place));
            }
        }
        true
    }
}

fn bad(message: String) -> Diagnostic {
    Diagnostic::error("project::bad_pod_field", message).class("ValidationError")
}

fn missing(place: &FieldPath, name: &str, span: Span) -> Diagnostic {
    let FieldPath { within, path } = place;
    Diagnostic::error(
        "project::missing_pod_field",
        format!("`{path}` is required ({within})"),
    )
    .label(span, format!("has no `{name}`"))
    .help(format!("add `{name}: ...`"))
    .class("ValidationError")
}

fn wrong_key(key: &Node, place: &FieldPath) -> Diagnostic {
    let FieldPath { within, path } = place;
    bad(format!("a key of `{path}` is not a text ({within})"))
        .label(key.span, format!("{} instead", key.kind()))
        .help("put it between quotes")
}

fn dropped(path: &str, key: &Node) -> Diagnostic {
    Diagnostic::warning(
        "project::dropped_pod_field",
        format!("`{path}` never reaches a pod"),
    )
    .label(key.span, "dropped")
    .help("remove it")
}

/// Numbers and truth values become texts as Python writes them.
fn to_text(node: &mut Node) -> bool {
    let text = match &node.value {
        Value::Text(_) => return true,
        Value::Int(value) => value.to_string(),
        Value::Long(digits) => digits.clone(),
        Value::Float(value) => python_float(*value),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        _ => return false,
    };
    node.value = Value::Text(text);
    true
}

fn to_bool(node: &mut Node) -> bool {
    let truth = match &node.value {
        Value::Bool(value) => Some(*value),
        Value::Int(1) | Value::Float(1.0) => Some(true),
        Value::Int(0) | Value::Float(0.0) => Some(false),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "on" | "t" | "true" | "y" | "yes" => Some(true),
            "0" | "off" | "f" | "false" | "n" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    };
    if let Some(truth) = truth {
        node.value = Value::Bool(truth);
    }
    truth.is_some()
}

/// Pairs become a mapping, as Python's `dict` makes one: also of texts of two letters.
fn to_mapping(node: &mut Node) -> bool {
    let entries: Option<Vec<_>> = match &node.value {
        Value::Map(_) => return true,
        Value::Text(text) if text.is_empty() => Some(Vec::new()),
        Value::List(items) => items.iter().map(pair).collect(),
        _ => None,
    };
    let is_mapping = entries.is_some();
    if let Some(entries) = entries {
        node.value = Value::Map(entries);
    }
    is_mapping
}

fn pair(node: &Node) -> Option<(Node, Node)> {
    let letter = |letter: char| Node {
        span: node.span,
        value: Value::Text(letter.to_string()),
    };
    let (key, value) = match &node.value {
        Value::Text(text) => {
            let mut letters = text.chars();
            let pair = (letter(letters.next()?), letter(letters.next()?));
            letters.next().is_none().then_some(pair)?
        }
        Value::List(items) => match items.as_slice() {
            [key, value] => (key.clone(), value.clone()),
            _ => return None,
        },
        Value::Map(entries) => match entries.as_slice() {
            [(key, _), (value, _)] => (key.clone(), value.clone()),
            _ => return None,
        },
        _ => return None,
    };
    key.as_key()?;
    Some((key, value))
}
