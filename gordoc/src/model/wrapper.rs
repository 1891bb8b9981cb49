//! Estimators around estimators: transformed targets, one estimator per target.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::Estimator;
use super::definition::{Definition, Place};
use super::found::Found;
use super::resolve::Resolver;
use super::width::{Columns, Width};

impl Resolver<'_> {
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

fn no_inverse(transformer: &Node) -> Diagnostic {
    Diagnostic::error(
        "model::no_inverse",
        "the targets are transformed by what cannot be undone",
    )
    .label(transformer.span, "has no inverse")
    .help("use a scaler such as `sklearn.preprocessing.MinMaxScaler`")
}
