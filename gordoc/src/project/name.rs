//! Names: of machines, projects and the hosts made of both.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Source, Span, Spanned};

const MAX: usize = 63;

/// Reads a machine's name; `path` is the machine's place in a custom resource.
pub(super) fn machine_name(
    machine: &Node,
    path: &str,
    project: &str,
    source: &Source,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<String>> {
    let node = machine.get("name").filter(|name| !name.is_falsy());
    let Some(node) = node else {
        let place = machine.key_span("name").unwrap_or(machine.key_line());
        diagnostics.push(
            Diagnostic::error("project::missing_name", format!("`{path}.name` is empty"))
                .label(place, "this machine has no name")
                .help("give it a `name` of small letters, digits and dashes")
                .class("MachineConfigException"),
        );
        return None;
    };
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        Value::Int(_) => source.text[node.span.start..node.span.end].to_owned(),
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
    check_name(&text, node.span, diagnostics)?;
    let host = format!("gordoserver-{project}-{text}");
    if host.len() > MAX {
        diagnostics.push(
            Diagnostic::error(
                "project::long_host_name",
                format!(
                    "the host name `{host}` has {} characters, more than {MAX}",
                    host.len()
                ),
            )
            .label(node.span, format!("{} characters", text.len()))
            .help("shorten this name or the project's: both together have at most 50 characters"),
        );
        return None;
    }
    Some(Spanned::new(text, node.span))
}

/// Checks that a text is a DNS subdomain of at most 63 characters.
pub(super) fn check_name(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<()> {
    let problem = if text.len() > MAX {
        Some(format!("{} characters, more than {MAX}", text.len()))
    } else if is_dns_name(text) {
        None
    } else {
        Some("not a DNS name".to_owned())
    };
    let Some(problem) = problem else {
        return Some(());
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
    let made = dns_name(text);
    if made.is_empty() || made == text {
        return "use small letters, digits and dashes, at most 63 of them".to_owned();
    }
    format!("use small letters, digits and dashes: `{made}`")
}

/// Makes a DNS name of any text, `My Plant_1` becomes `my-plant-1`; may be empty.
pub(super) fn dns_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(MAX);
    name.trim_end_matches('-').to_owned()
}

/// Whether a text is a DNS subdomain in lower case of at most 63 characters.
pub fn is_dns_name(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.split('.').all(|part| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|b| letter(*b))
            && bytes.last().is_some_and(|b| letter(*b))
            && bytes.iter().all(|b| letter(*b) || *b == b'-')
    })
}

/// Refuses two machines of one name, naming both places.
pub(super) fn check_unique<'a>(
    names: impl Iterator<Item = &'a Spanned<String>>,
    diagnostics: &mut Diagnostics,
) {
    let mut seen = std::collections::BTreeMap::new();
    for name in names {
        let Some(first) = seen.insert(name.value.as_str(), name.span) else {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_subdomains() {
        for name in ["a", "7", "1e3", "a.b-c.d", "0x"] {
            assert!(is_dns_name(name), "{name}");
        }
        for name in ["Pump", "pump_1", "-a", "a-", "a..b", "a b", "é", "a\n", ""] {
            assert!(!is_dns_name(name), "{name}");
        }
    }

    #[test]
    fn any_text_makes_a_name() {
        assert_eq!(dns_name("My Plant_1!"), "my-plant-1");
        assert_eq!(dns_name("--"), "");
    }
}
