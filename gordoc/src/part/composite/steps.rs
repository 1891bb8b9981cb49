//! The lists of parts that composites are made of.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Definition, Resolve};

/// A step that changes nothing.
pub(super) const PASS: &str = "passthrough";

/// The definitions in a bare list or in the parameter it stands for.
pub(super) fn listed<'a>(
    resolver: &mut dyn Resolve,
    definition: &Definition<'a>,
    name: &str,
) -> &'a [Node] {
    let given = definition.parameters.map(|node| match node.value {
        Value::List(_) => Some(node),
        _ => node.get(name),
    });
    resolver.arguments(definition);
    match given.flatten().map(|node| &node.value) {
        Some(Value::List(items)) if items.is_empty() => {
            resolver.blockers().push(
                Diagnostic::error(
                    "model::no_steps",
                    format!("`{name}` of `{}` is empty", definition.class.name()),
                )
                .label(definition.path, "needs a list of steps")
                .help(format!("give `{name}` a list of definitions")),
            );
            &[]
        }
        Some(Value::List(items)) => items,
        _ => &[],
    }
}
