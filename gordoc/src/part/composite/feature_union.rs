//! `FeatureUnion`: parts side by side. Known by name, parameters and columns only.

use super::steps::{PASS, listed};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::part::arguments::check_value;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::kind::Kind;
use crate::part::parameter::{N_JOBS, Parameter, flag, optional, required};
use crate::part::suggest::join_names;

pub(crate) static CLASS: Class = Class::new(
    Role::Transformer,
    Rules::Part(resolve),
    "sklearn.pipeline.FeatureUnion",
    &[],
    &[
        N_JOBS,
        required("transformer_list", Kind::List),
        optional("transformer_weights", &Kind::Map),
        flag("verbose", false),
        flag("verbose_feature_names_out", true),
    ],
)
.with_list("transformer_list")
.not_compiled();

/// A part that gives nothing.
const DROP: &str = "drop";
/// What a part is multiplied by.
const WEIGHT: Parameter = optional("transformer_weights", &Kind::NUMBER);

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let items = listed(resolver, definition, "transformer_list");
    let mut width = Width::Exactly(0);
    for item in items {
        let part = match item.as_text() {
            Some(PASS) => columns.inputs,
            Some(DROP) => Width::Exactly(0),
            _ => resolver
                .transformer(item, Slot::Step, columns)
                .map_or(Width::Unknown, |found| found.width),
        };
        width = width.beside(part);
    }
    check_weights(resolver, definition, items.len());
    let width = if items.is_empty() {
        Width::Unknown
    } else {
        width
    };
    Found::transformer(width, false, None)
}

/// Weights are given by the names steps get: `step_0`, `step_1` ...
fn check_weights(resolver: &mut dyn Resolve, definition: &Definition<'_>, n_parts: usize) {
    let given = definition.parameters;
    let Some(weights) = given.and_then(|given| given.get("transformer_weights")) else {
        return;
    };
    let names: Vec<String> = (0..n_parts).map(|at| format!("step_{at}")).collect();
    let known = || names.iter().map(String::as_str);
    for (key, weight) in weights.entries() {
        let name = key.to_key();
        if names.contains(&name) {
            let finding = check_value(&WEIGHT, weight);
            resolver.blockers().extend(finding);
            continue;
        }
        resolver.blockers().push(
            Diagnostic::error(
                "model::unknown_weight",
                format!("the union has no part `{name}`"),
            )
            .label(key.span, "weighs nothing")
            .help(match did_you_mean(&name, known()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("use {}", join_names(known())),
            }),
        );
    }
}
