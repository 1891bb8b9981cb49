//! Activations by the names Keras gives them.

use gordo_runtime::Activation;

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::suggest::{find_nearest, join_names};

const NAMES: &[(&str, Activation)] = &[
    ("linear", Activation::Linear),
    ("relu", Activation::Relu),
    ("relu6", Activation::Relu6),
    ("leaky_relu", Activation::LeakyRelu),
    ("elu", Activation::Elu),
    ("selu", Activation::Selu),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
    ("hard_sigmoid", Activation::HardSigmoid),
    ("softplus", Activation::Softplus),
    ("softsign", Activation::Softsign),
    ("silu", Activation::Silu),
    ("swish", Activation::Silu),
    ("hard_silu", Activation::HardSilu),
    ("hard_swish", Activation::HardSilu),
    ("gelu", Activation::Gelu),
    ("mish", Activation::Mish),
    ("exponential", Activation::Exponential),
    ("softmax", Activation::Softmax),
    ("log_softmax", Activation::LogSoftmax),
];

/// The activation of this name; null is `linear`.
pub(super) fn resolve_activation(node: &Node, diagnostics: &mut Diagnostics) -> Option<Activation> {
    if node.value == Value::Null {
        return Some(Activation::Linear);
    }
    let name = node.to_json();
    let name = name.as_str().map_or(name.to_string(), str::to_owned);
    let known = NAMES.iter().find(|(known, _)| *known == name);
    if let Some((_, activation)) = known {
        return Some(*activation);
    }
    let names = || NAMES.iter().map(|(name, _)| *name);
    diagnostics.push(
        Diagnostic::error(
            "model::unknown_activation",
            format!("`{name}` is not an activation"),
        )
        .label(node.span, "not an activation")
        .help(match find_nearest(&name, names()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("use {}", join_names(names())),
        }),
    );
    None
}
