//! Classes made of other classes: pipelines, unions, estimators around estimators.
//!
//! Hands on the columns each part gets from the one before.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

use super::definition::{Definition, Place};
use super::kind::Kind;
use super::parameters::judge;
use super::registry::{Default, Parameter, Role, parameter};
use super::resolve::{Built, Found, Resolver, inner_detector};
use super::suggest::join_names;
use super::width::{Columns, Width};
use super::{Estimator, Step};

/// A step that changes nothing.
const PASS: &str = "passthrough";
/// What a part of a union is multiplied by.
const WEIGHT: Parameter = parameter(
    "transformer_weights",
    Default::Null,
    Kind::Optional(&Kind::NUMBER),
);
/// A part of a union that gives nothing.
const DROP: &str = "drop";

impl Resolver<'_> {
    pub(super) fn pipeline(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let items = self.listed(definition, "steps");
        let Some((last, before)) = items.split_last() else {
            return Found::unknown();
        };
        let mut width = columns.inputs;
        let mut inverts = true;
        let mut steps = Some(Vec::new());
        for item in before.iter().filter(|item| item.as_text() != Some(PASS)) {
            let found = self.step(item, Place::Step, columns.with_inputs(width));
            width = found.as_ref().map_or(Width::Unknown, |found| found.width);
            inverts &= found.as_ref().is_none_or(|found| found.inverts);
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
            // An estimator among the steps would have been the one that learns.
            Role::Transformer if steps.is_none() => Found {
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

    pub(super) fn transformed_target(
        &mut self,
        definition: &Definition<'_>,
        columns: Columns,
    ) -> Found {
        let nothing = Found::learner(columns, None);
        self.check_functions_of_target(definition);
        let Some(given) = self.arguments(definition) else {
            return nothing;
        };
        let transformer = given
            .find("transformer")
            .map(|node| (node, self.step(node, Place::Value, columns.of_targets())));
        let targets = match &transformer {
            Some((node, Some(found))) => {
                if !found.inverts {
                    self.blockers.push(no_inverse(node));
                }
                found.width
            }
            Some((_, None)) => Width::Unknown,
            None => columns.targets,
        };
        let Some(regressor) = given.find("regressor") else {
            self.blockers.push(
                Diagnostic::error(
                    "model::not_supported_yet",
                    "`TransformedTargetRegressor` without a `regressor` is not supported yet",
                )
                .label(definition.path, "learns with `LinearRegression`")
                .help("give `regressor` a definition"),
            );
            return nothing;
        };
        let inner = Columns { targets, ..columns };
        let Some((regressor, offset)) = self.inner_estimator(regressor, inner) else {
            return nothing;
        };
        let estimator = match transformer {
            Some((_, found)) => found
                .filter(|found| found.inverts)
                .and_then(Found::step)
                .zip(regressor)
                .map(|(transformer, regressor)| Estimator::TransformedTarget {
                    transformer,
                    regressor: Box::new(regressor),
                }),
            // Targets stay as they are, so that the regressor alone does the same.
            None => regressor,
        };
        Found {
            offset,
            ..Found::learner(columns, estimator)
        }
    }

    /// A function needs its inverse, and no transformer beside it.
    fn check_functions_of_target(&mut self, definition: &Definition<'_>) {
        let span = |name: &str| {
            let node = definition.parameters?.get(name)?;
            (node.value != Value::Null).then_some(node.span)
        };
        let conflict = |message: &str, place: Span, help: &str| {
            Diagnostic::error("model::conflicting_parameters", message)
                .label(place, "does not go alone")
                .help(help)
        };
        match (span("func"), span("inverse_func")) {
            (Some(place), None) => self.blockers.push(conflict(
                "`func` is given without an `inverse_func`",
                place,
                "give `inverse_func` the function that undoes it",
            )),
            (None, Some(place)) => self.blockers.push(conflict(
                "`inverse_func` is given without a `func`",
                place,
                "give `func` the function it undoes",
            )),
            _ => {}
        }
        if let (Some(transformer), Some(function)) = (span("transformer"), span("func")) {
            self.blockers.push(
                Diagnostic::error(
                    "model::conflicting_parameters",
                    "targets are transformed twice",
                )
                .label(transformer, "by a transformer")
                .label(function, "and by a function")
                .help("leave `func` and `inverse_func` out"),
            );
        }
    }

    /// One estimator per target.
    pub(super) fn multi_output(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let given = self.arguments(definition);
        let inner = Columns {
            targets: Width::Exactly(1),
            ..columns
        };
        let estimator = given.and_then(|given| given.find("estimator"));
        let offset = estimator
            .and_then(|node| self.inner_estimator(node, inner))
            .map_or(0, |(_, offset)| offset);
        Found {
            offset,
            ..Found::learner(columns, None)
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

fn no_inverse(transformer: &Node) -> Diagnostic {
    Diagnostic::error(
        "model::no_inverse",
        "the targets are transformed by what cannot be undone",
    )
    .label(transformer.span, "has no inverse")
    .help("use a scaler such as `sklearn.preprocessing.MinMaxScaler`")
}
