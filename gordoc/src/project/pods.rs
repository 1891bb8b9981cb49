//! Builder pods and volumes of the globals: the fields that reach Kubernetes.
//!
//! The peer keeps the fields of its schema, converts their types and drops all others without a
//! word. The drop is kept; here each one is told.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// What a field holds.
enum Kind {
    Text,
    Truth,
    Anything,
    Mapping,
    Fields(&'static [Field]),
    Items(&'static [Field]),
}

/// A field the schema knows.
struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
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
    optional("readOnly", Kind::Truth),
];
const RESOURCES: &[Field] = &[
    optional("requests", Kind::Mapping),
    optional("limits", Kind::Mapping),
];
const LABELS: &[Field] = &[optional("labels", Kind::Mapping)];
const REMOTE_LOGGING: &[Field] = &[optional("enable", Kind::Truth)];
const BUILDER: &[Field] = &[
    required("image", Kind::Text),
    optional("resources", Kind::Fields(RESOURCES)),
    optional("metadata", Kind::Fields(LABELS)),
    optional("env", Kind::Items(ENV)),
    optional("volumeMounts", Kind::Items(MOUNTS)),
    optional("remote_logging", Kind::Fields(REMOTE_LOGGING)),
];
const CSI: &[Field] = &[
    required("driver", Kind::Text),
    optional("readOnly", Kind::Truth),
    optional("fsType", Kind::Text),
    optional("volumeAttributes", Kind::Anything),
];
const VOLUMES: &[Field] = &[
    required("name", Kind::Text),
    optional("csi", Kind::Fields(CSI)),
];

/// Cuts `builder` and `volumes` of a global runtime to their schemas.
pub(super) fn cut(runtime: &mut Node, diagnostics: &mut Diagnostics) {
    if let Some(builder) = runtime.get_mut("builder") {
        name_config_maps(builder);
        shape(
            builder,
            &Kind::Fields(BUILDER),
            "",
            "runtime.builder",
            diagnostics,
        );
    }
    if let Some(volumes) = runtime.get_mut("volumes") {
        if let Value::List(items) = &mut volumes.value {
            items.iter_mut().for_each(fill_csi);
        }
        shape(
            volumes,
            &Kind::Items(VOLUMES),
            "",
            "runtime.volumes",
            diagnostics,
        );
    }
}

/// Kubernetes says `name` where the peer's schema says `value`: both are read, `name` is written.
fn name_config_maps(builder: &mut Node) {
    let Some(Value::List(env)) = builder.get_mut("env").map(|env| &mut env.value) else {
        return;
    };
    for item in env {
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

fn fill_csi(volume: &mut Node) {
    if let Some(csi) = volume.get_mut("csi")
        && csi.get("readOnly").is_none()
    {
        csi.set(
            "readOnly",
            Node {
                span: csi.span,
                value: Value::Bool(false),
            },
        );
    }
}

/// Cuts a value to its kind; `within` is the peer's path (`env -> 0`), `path` ours.
fn shape(node: &mut Node, kind: &Kind, within: &str, path: &str, diagnostics: &mut Diagnostics) {
    let fits = match kind {
        Kind::Anything => true,
        Kind::Mapping => matches!(node.value, Value::Map(_)),
        Kind::Text => to_text(node),
        Kind::Truth => to_truth(node),
        Kind::Fields(fields) => {
            matches!(node.value, Value::Map(_)) && {
                shape_fields(node, fields, within, path, diagnostics);
                true
            }
        }
        Kind::Items(fields) => match &mut node.value {
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let (within, path) =
                        (join(within, &index.to_string()), format!("{path}[{index}]"));
                    shape(item, &Kind::Fields(fields), &within, &path, diagnostics);
                }
                true
            }
            _ => false,
        },
    };
    if !fits {
        let expected = match kind {
            Kind::Text => "a text",
            Kind::Truth => "true or false",
            Kind::Items(_) => "a list",
            _ => "a mapping",
        };
        diagnostics.push(
            Diagnostic::error(
                "project::bad_pod_field",
                format!("`{path}` is not {expected} ({within})"),
            )
            .label(node.span, format!("{} instead", node.kind()))
            .help(format!("write {expected}"))
            .class("ValidationError"),
        );
    }
}

fn shape_fields(
    node: &mut Node,
    fields: &[Field],
    within: &str,
    path: &str,
    diagnostics: &mut Diagnostics,
) {
    let place = node.key_line();
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    for field in fields.iter().filter(|field| field.required) {
        let given = entries
            .iter()
            .any(|(key, value)| key.as_text() == Some(field.name) && value.value != Value::Null);
        if !given {
            let (within, name) = (join(within, field.name), field.name);
            diagnostics.push(
                Diagnostic::error(
                    "project::missing_pod_field",
                    format!("`{path}.{name}` is required ({within})"),
                )
                .label(place, format!("has no `{name}`"))
                .help(format!("add `{name}: ...`"))
                .class("ValidationError"),
            );
        }
    }
    entries.retain_mut(|(key, value)| {
        let name = key.to_key();
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            if !(path == "runtime.builder" && name == "exceptions_report_level") {
                diagnostics.push(dropped(&format!("{path}.{name}"), key));
            }
            return false;
        };
        if value.value == Value::Null {
            return false;
        }
        let (within, path) = (join(within, &name), format!("{path}.{name}"));
        shape(value, &field.kind, &within, &path, diagnostics);
        true
    });
}

fn dropped(path: &str, key: &Node) -> Diagnostic {
    Diagnostic::warning(
        "project::dropped_pod_field",
        format!("`{path}` never reaches a pod"),
    )
    .label(key.span, "dropped")
    .help("remove it")
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() {
        return part.to_owned();
    }
    format!("{path} -> {part}")
}

/// Numbers and truth values become texts as Python writes them.
fn to_text(node: &mut Node) -> bool {
    let text = match &node.value {
        Value::Text(_) => return true,
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        _ => return false,
    };
    node.value = Value::Text(text);
    true
}

fn to_truth(node: &mut Node) -> bool {
    let truth = match &node.value {
        Value::Bool(value) => Some(*value),
        Value::Int(1) => Some(true),
        Value::Int(0) => Some(false),
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
