//! Pipelines and unions: parts one after the other, or side by side.
//!
//! Hands on the columns each part gets from the one before.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};

use super::definition::{Definition, Place};
use super::found::{Built, Found};
use super::kind::Kind;
use super::parameters::judge;
use super::registry::{Parameter, Role, optional};
use super::resolve::{Resolver, inner_detector};
use super::suggest::join_names;
use super::width::{Columns, Width};
use super::{Estimator, Step};

/// A step that changes nothing.
const PASS: &str = "passthrough";
/// A part of a union that gives nothing.
const DROP: &str = "drop";
/// What a part of a union is multiplied by.
const WEIGHT: Parameter = optional("transformer_weights", &Kind::NUMBER);

impl Resolver<'_> {
    pub(super) fn pipeline(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let items = self.listed(definition, "steps");
        let Some((last, before)) = items.split_last() else {
            return Found::unknown();
        };
        let mut width = columns.inputs;
        let mut inverts = true;
        let mut misplaced = false;
        let mut steps = Some(Vec::new());
        for item in before.iter().filter(|item| item.as_text() != Some(PASS)) {
            let found = self.step(item, Place::Step, columns.with_inputs(width));
            width = found.as_ref().map_or(Width::Unknown, |found| found.width);
            inverts &= found.as_ref().is_none_or(|found| found.inverts);
            misplaced |= found.is_none();
            push(&mut steps, found.and_then(Found::step));
        }
        let last = if last.as_text() == Some(PASS) {
            let steps = steps.map(Step::Pipeline);
            return Found::transformer(width, inverts, steps);
        } else {
            self.part(last, Place::Step, columns.with_inputs(width))
        };
        let Some(last) = last else {
            return Found::unknown();
        };
        match last.role {
            Role::Detector => {
                self.blockers.push(inner_detector(
                    "a detector inside a pipeline is not supported yet",
                    definition.path,
                    "put the pipeline into its `base_estimator`",
                ));
                Found::learner(columns, None)
            }
            // What stands wrongly among the steps may be what was to learn.
            Role::Transformer if misplaced => Found {
                width: last.width,
                ..Found::unknown()
            },
            Role::Transformer => Found {
                inverts: inverts && last.inverts,
                built: close_steps(steps, last.built),
                ..last
            },
            _ => Found {
                built: close_estimator(steps, last.built),
                ..last
            },
        }
    }

    pub(super) fn feature_union(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let items = self.listed(definition, "transformer_list");
        let mut width = Width::Exactly(0);
        for item in items {
            let part = match item.as_text() {
                Some(PASS) => columns.inputs,
                Some(DROP) => Width::Exactly(0),
                _ => self
                    .step(item, Place::Step, columns)
                    .map_or(Width::Unknown, |found| found.width),
            };
            width = width.beside(part);
        }
        self.check_weights(definition, items.len());
        let width = if items.is_empty() {
            Width::Unknown
        } else {
            width
        };
        Found::transformer(width, false, None)
    }

    /// Weights are given by the names steps get: `step_0`, `step_1` ...
    fn check_weights(&mut self, definition: &Definition<'_>, n_parts: usize) {
        let given = definition.parameters;
        let Some(weights) = given.and_then(|given| given.get("transformer_weights")) else {
            return;
        };
        let names: Vec<String> = (0..n_parts).map(|at| format!("step_{at}")).collect();
        let known = || names.iter().map(String::as_str);
        for (key, weight) in weights.entries() {
            let name = key.to_key();
            if names.contains(&name) {
                let finding = judge(&WEIGHT, weight);
                self.blockers.extend(finding);
                continue;
            }
            self.blockers.push(
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

    /// The definitions in a bare list or in the parameter it stands for.
    fn listed<'a>(&mut self, definition: &Definition<'a>, name: &str) -> &'a [Node] {
        let given = definition.parameters.map(|node| match node.value {
            Value::List(_) => Some(node),
            _ => node.get(name),
        });
        self.arguments(definition);
        match given.flatten().map(|node| &node.value) {
            Some(Value::List(items)) if items.is_empty() => {
                self.blockers.push(
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
}

fn push<T>(items: &mut Option<Vec<T>>, item: Option<T>) {
    match (items.as_mut(), item) {
        (Some(items), Some(item)) => items.push(item),
        _ => *items = None,
    }
}

fn close_steps(steps: Option<Vec<Step>>, last: Option<Built>) -> Option<Built> {
    let Built::Step(last) = last? else {
        return None;
    };
    let mut steps = steps?;
    steps.push(last);
    Some(Built::Step(Step::Pipeline(steps)))
}

fn close_estimator(steps: Option<Vec<Step>>, last: Option<Built>) -> Option<Built> {
    let Built::Estimator(last) = last? else {
        return None;
    };
    Some(Built::Estimator(Estimator::Pipeline {
        steps: steps?,
        last: Box::new(last),
    }))
}
