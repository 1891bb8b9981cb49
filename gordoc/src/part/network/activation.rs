//! Activations by the names Keras gives them.

use gordo_runtime::Activation;

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use crate::diagnostic::did_you_mean;
use crate::part::suggest::join_names;

/// The activation of this name; null is `linear`.
pub(crate) fn resolve_activation(node: &Node, diagnostics: &mut Diagnostics) -> Option<Activation> {
    if node.value == Value::Null {
        return Some(Activation::Linear);
    }
    let name = node.to_json();
    let name = name.as_str().map_or(name.to_string(), str::to_owned);
    if let Some(activation) = Activation::find(&name) {
        return Some(activation);
    }
    let names = || Activation::NAMES.iter().map(|(name, _)| *name);
    diagnostics.push(
        Diagnostic::error(
            "model::unknown_activation",
            format!("`{name}` is not an activation"),
        )
        .label(node.span, "not an activation")
        .help(match did_you_mean(&name, names()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("use {}", join_names(names())),
        }),
    );
    None
}
