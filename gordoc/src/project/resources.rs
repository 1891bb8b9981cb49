//! The `runtime` section: whole-number resources, limits that follow requests, reporters.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Checks resources and raises limits below their requests, in every part of a runtime.
pub(super) fn settle(runtime: &mut Node, diagnostics: &mut Diagnostics) {
    check_reporters(runtime, diagnostics);
    let Value::Map(parts) = &mut runtime.value else {
        return;
    };
    for (key, part) in parts {
        let name = key.to_key();
        if let Some(resources) = part.get_mut("resources")
            && !resources.is_falsy()
        {
            settle_part(&name, resources, diagnostics);
        }
    }
}

fn settle_part(name: &str, resources: &mut Node, diagnostics: &mut Diagnostics) {
    for kind in ["requests", "limits"] {
        let Some(values) = resources.get(kind) else {
            continue;
        };
        if !matches!(values.value, Value::Map(_)) {
            let path = format!("runtime.{name}.resources.{kind}");
            diagnostics.push(
                Diagnostic::error(
                    "project::bad_resources",
                    format!("`{path}` is not a mapping"),
                )
                .label(values.span, format!("{} instead", values.kind()))
                .help("give `memory` and `cpu`, or leave it out")
                .class("ConfigException"),
            );
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
            if !matches!(value.value, Value::Int(_) | Value::Bool(_)) {
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

fn raise_limits(name: &str, resources: &mut Node, diagnostics: &mut Diagnostics) {
    let requests = resources.get("requests").cloned();
    let (Some(requests), Some(limits)) = (requests, resources.get_mut("limits")) else {
        return;
    };
    for what in ["memory", "cpu"] {
        let Some(request) = requests.get(what).and_then(whole) else {
            continue;
        };
        let Some(limit) = limits.get_mut(what) else {
            continue;
        };
        if whole(limit).is_none_or(|limit| limit >= request) {
            continue;
        }
        let written = if limit.span.is_empty() {
            requests.get(what).map_or(limit.span, |node| node.span)
        } else {
            limit.span
        };
        if !written.is_empty() && !limit.span.is_empty() {
            diagnostics.push(
                Diagnostic::warning(
                    "project::raised_limit",
                    format!("the {what} limit of `{name}` is below its request"),
                )
                .label(written, format!("raised to {request}"))
                .help(format!("write `{what}: {request}` or more")),
            );
        }
        limit.value = Value::Int(request);
    }
}

fn whole(node: &Node) -> Option<i64> {
    match node.value {
        Value::Int(value) => Some(value),
        Value::Bool(value) => Some(i64::from(value)),
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
