//! What Gordo's client refuses of its arguments before it asks for anything.

use crate::config::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::provider::arguments::Arguments;
use crate::provider::remote::Refused;

/// Keys that are made whole numbers at once.
const NUMBERS: &[&str] = &["port", "udp_port", "pool_size"];

/// Refuses the values with which there is no client.
pub(super) fn check(arguments: &mut Arguments<'_>) -> Result<(), Refused> {
    let mut refused = Vec::new();
    for key in NUMBERS {
        if let Some(node) = arguments.node.get(key)
            && !is_number(node)
        {
            let class = match node.value {
                Value::Text(_) => "ValueError",
                _ => "ConfigException",
            };
            refused.push((*key, node, "a whole number", class));
        }
    }
    let given = |key| arguments.given(key).filter(|node| !node.is_falsy());
    if let Some(node) = given("path").filter(|node| node.as_text().is_none()) {
        refused.push(("path", node, "a text", "ConfigException"));
    }
    if let Some(node) = given("session") {
        refused.push(("session", node, "left out", "AttributeError"));
    }
    let headers = arguments.given("headers");
    if let Some(node) = headers.filter(|node| !matches!(node.value, Value::Map(_))) {
        let expected = "a mapping of names to texts";
        refused.push(("headers", node, expected, "AttributeError"));
    }
    if let (Some(node), None) = (given("cert"), given("ssl")) {
        refused.push(("cert", node, "given with `ssl: true` alone", "ValueError"));
    }
    let outcome = if refused.is_empty() {
        Ok(())
    } else {
        Err(Refused)
    };
    for (key, node, expected, class) in refused {
        // The values, of which headers may hold a password, are not told.
        let finding = Diagnostic::error(
            "project::bad_provider_argument",
            format!("`{key}` cannot be {} here", node.kind()),
        )
        .label(node.span, format!("is to be {expected}"))
        .class(class);
        arguments.refuse(finding);
    }
    outcome
}

/// Whether Python makes a whole number of it.
fn is_number(node: &Node) -> bool {
    match &node.value {
        Value::Int(_) | Value::Bool(_) => true,
        Value::Float(number) => number.is_finite(),
        Value::Text(text) => {
            let digits = text.trim();
            let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            let is_digits =
                |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
            digits.split('_').all(is_digits)
        }
        _ => false,
    }
}
