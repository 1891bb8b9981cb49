//! The `runtime` section: whole-number resources, limits that follow requests, reporters.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Checks resources and raises limits below their requests, in every part of a runtime.
pub(super) fn normalize(runtime: &mut Node, diagnostics: &mut Diagnostics) {
    check_reporters(runtime, diagnostics);
    let Value::Map(parts) = &mut runtime.value else {
        return;
    };
    for (key, part) in parts {
        let name = key.to_key();
        let Some(resources) = part.get_mut("resources").filter(|it| !it.is_falsy()) else {
            continue;
        };
        let path = format!("runtime.{name}.resources");
        match resources.value {
            Value::Map(_) => normalize_part(&name, resources, diagnostics),
            _ => diagnostics.push(not_a_mapping(&path, resources, "`requests` and `limits`")),
        }
    }
}

fn normalize_part(name: &str, resources: &mut Node, diagnostics: &mut Diagnostics) {
    for kind in ["requests", "limits"] {
        let Some(values) = resources.get(kind) else {
            continue;
        };
        if !matches!(values.value, Value::Map(_)) {
            let path = format!("runtime.{name}.resources.{kind}");
            diagnostics.push(not_a_mapping(&path, values, "`memory` and `cpu`"));
            return;
        }
        let unit = |what: &str| {
            if what == "cpu" {
                "thousandths of a core"
            } else {
                "megabytes"
            }
        };
        for what in ["memory", "cpu"] {
            let Some(value) = values.get(what) else {
                continue;
            };
            if value.value != Value::Null && whole(value).is_none() {
                diagnostics.push(
                    Diagnostic::error(
                        "project::bad_resources",
                        format!(
                            "resources are whole numbers, and `{}` is not",
                            value.to_key()
                        ),
                    )
                    .label(value.span, format!("{} instead", value.kind()))
                    .help(format!("write {what} as a number of {}", unit(what))),
                );
            }
        }
    }
    raise_limits(name, resources, diagnostics);
}

fn not_a_mapping(path: &str, node: &Node, keys: &str) -> Diagnostic {
    Diagnostic::error(
        "project::bad_resources",
        format!("`{path}` is not a mapping"),
    )
    .label(node.span, format!("{} instead", node.kind()))
    .help(format!("give {keys}, or leave it out"))
    .class("ConfigException")
}

fn raise_limits(name: &str, resources: &mut Node, diagnostics: &mut Diagnostics) {
    let requests = resources.get("requests").cloned();
    let (Some(requests), Some(limits)) = (requests, resources.get_mut("limits")) else {
        return;
    };
    for what in ["memory", "cpu"] {
        let (Some(request), Some(limit)) = (requests.get(what), limits.get_mut(what)) else {
            continue;
        };
        let (Some(least), Some(most)) = (whole(request), whole(limit)) else {
            continue;
        };
        if most >= least {
            continue;
        }
        if !limit.span.is_empty() {
            let request = request.to_key();
            diagnostics.push(
                Diagnostic::warning(
                    "project::raised_limit",
                    format!("the {what} limit of `{name}` is below its request"),
                )
                .label(limit.span, format!("raised to {request}"))
                .help(format!("write `{what}: {request}` or more")),
            );
        }
        limit.value = request.value.clone();
    }
}

/// A whole number; truth values are some, too.
fn whole(node: &Node) -> Option<i128> {
    match &node.value {
        Value::Int(value) => Some(i128::from(*value)),
        Value::Long(digits) => digits.parse().ok(),
        Value::Bool(value) => Some(i128::from(*value)),
        _ => None,
    }
}

fn check_reporters(runtime: &Node, diagnostics: &mut Diagnostics) {
    let Some(reporters) = runtime.get("reporters") else {
        return;
    };
    let wrong = match &reporters.value {
        Value::List(items) => items
            .iter()
            .find(|item| !matches!(item.value, Value::Text(_) | Value::Map(_))),
        _ => Some(reporters),
    };
    if let Some(wrong) = wrong {
        diagnostics.push(
            Diagnostic::error(
                "project::bad_reporters",
                "`reporters` is a list of texts or mappings",
            )
            .label(wrong.span, format!("{} instead", wrong.kind()))
            .help("write `reporters: [gordo.reporters.postgres.PostgresReporter: {host: ...}]`")
            .class("AssertionError"),
        );
    }
}
