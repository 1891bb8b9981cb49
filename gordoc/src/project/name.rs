//! Names: of machines, projects and the hosts made of both.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::name::Name;
use crate::source::{Source, Span, Spanned};

/// Reads a machine's name; `path` is what messages put before its key.
pub(super) fn machine_name(
    machine: &Node,
    path: &str,
    project: &str,
    source: &Source,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Name>> {
    let node = machine.get("name").filter(|name| !name.is_falsy());
    let Some(node) = node else {
        // `no` and `0` count as nothing, too; what YAML makes of them is told with their place.
        let written = machine.get("name").filter(|name| !name.span.is_empty());
        let (place, label) = match written {
            Some(Node {
                value: Value::Bool(_),
                span,
            }) => (*span, "false, and no name"),
            Some(Node {
                value: Value::Int(_) | Value::Float(_),
                span,
            }) => (*span, "zero, and no name"),
            _ => (
                machine.key_span("name").unwrap_or(machine.key_line()),
                "this machine has no name",
            ),
        };
        diagnostics.push(
            Diagnostic::error("project::missing_name", format!("`{path}name` is empty"))
                .label(place, label)
                .help("give it a `name` of small letters, digits and dashes, between quotes if it looks like something else")
                .class("MachineConfigException"),
        );
        return None;
    };
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        Value::Int(_) => source
            .text
            .get(node.span.start..node.span.end)
            .unwrap_or("")
            .to_owned(),
        _ => {
            diagnostics.push(
                Diagnostic::error(
                    "project::bad_name",
                    format!("a name is a text, not {}", node.kind()),
                )
                .label(node.span, "not a text")
                .help("put it between quotes"),
            );
            return None;
        }
    };
    let name = check_name(&text, node.span, diagnostics)?;
    let host = format!("gordoserver-{project}-{text}");
    if host.len() > Name::MAX {
        diagnostics.push(
            Diagnostic::error(
                "project::long_host_name",
                format!(
                    "the host name `{host}` has {} characters, more than {}",
                    host.len(),
                    Name::MAX
                ),
            )
            .label(node.span, format!("{} characters", text.len()))
            .help("shorten this name or the project's: both together have at most 50 characters"),
        );
        return None;
    }
    Some(Spanned::new(name, node.span))
}

/// Takes a text for a name, or says why it is none.
pub(super) fn check_name(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Name> {
    if let Some(name) = Name::new(text) {
        return Some(name);
    }
    let problem = if text.len() > Name::MAX {
        format!("{} characters, more than {}", text.len(), Name::MAX)
    } else {
        "not a DNS name".to_owned()
    };
    let mut diagnostic = Diagnostic::error(
        "project::bad_name",
        format!("`{}` is not a usable name", text.escape_debug()),
    )
    .help(suggestion(text));
    if !span.is_empty() {
        diagnostic = diagnostic.label(span, problem);
    }
    diagnostics.push(diagnostic);
    None
}

fn suggestion(text: &str) -> String {
    match Name::like(text) {
        Some(name) if name != *text => format!("use small letters, digits and dashes: `{name}`"),
        _ => "use small letters, digits and dashes, at most 63 of them".to_owned(),
    }
}

/// Refuses two machines of one name, naming both places.
pub(super) fn check_unique<'a>(
    names: impl Iterator<Item = &'a Spanned<Name>>,
    diagnostics: &mut Diagnostics,
) {
    let mut seen = std::collections::BTreeMap::new();
    for name in names {
        let Some(first) = seen.insert(&*name.value, name.span) else {
            continue;
        };
        diagnostics.push(
            Diagnostic::error(
                "project::duplicate_name",
                format!("two machines are named `{}`", name.value),
            )
            .label(name.span, "named again")
            .label(first, "first here")
            .help("give each machine a name of its own"),
        );
    }
}
