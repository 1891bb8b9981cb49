//! What parts ask of the parts inside them, and of their parameters.

use std::sync::Arc;

use super::arguments::{Arguments, unknown_names};
use super::class::{Class, Definition, Found, Resolve, Role, Slot};
use super::columns::{Columns, Width, columns_of};
use super::fit::{Estimator, Transformer};
use super::parameter::Parameter;
use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

impl dyn Resolve + '_ {
    /// The names of parameters; those of networks depend on their kind.
    pub(crate) fn check_names(&mut self, definition: &Definition<'_>) -> bool {
        let class = definition.class;
        if class.network().is_some() {
            return true;
        }
        let owner = format!("parameters of `{}`", class.public_path());
        let unknown = unknown_names(class.name(), definition.parameters, class.parameters);
        let mut findings: Vec<Diagnostic> = unknown
            .map(|finding| finding.label(definition.path, owner.clone()))
            .collect();
        let given = |name: &str| match definition.parameters {
            Some(node) if matches!(node.value, Value::List(_)) => {
                class.list_parameter == Some(name)
            }
            Some(node) => node.get(name).is_some(),
            None => false,
        };
        let missing = class.required().filter(|required| !given(required.name));
        findings.extend(
            missing.map(|required| missing_parameter(class.name(), definition.path, required)),
        );
        let complete = findings.is_empty();
        self.diagnostics().extend(findings);
        complete
    }

    /// The values of parameters; none after a finding.
    pub(crate) fn arguments<'a>(&mut self, definition: &Definition<'a>) -> Option<Arguments<'a>> {
        let class = definition.class;
        self.check_strays(definition);
        // Gordo walks through steps when it reads a config, also through those that are none.
        let list = class
            .list_parameter
            .and_then(|list| definition.parameters?.get(list));
        let walks = list.is_none_or(|list| {
            matches!(list.value, Value::List(_) | Value::Map(_) | Value::Text(_))
        });
        let findings = if walks {
            self.blockers()
        } else {
            self.diagnostics()
        };
        Arguments::check_values(
            definition.parameters,
            class.parameters,
            class.list_parameter,
            findings,
        )
    }

    /// Gordo makes what looks like a class also where none belongs.
    fn check_strays(&mut self, definition: &Definition<'_>) {
        let class = definition.class;
        for parameter in class.parameters {
            let given = definition
                .parameters
                .and_then(|given| given.get(parameter.name));
            if let Some(node) = given.filter(|_| !parameter.kind.may_be_definition())
                && let Ok(stray) = self.definition(node)
            {
                self.check_names(&stray);
            }
        }
    }

    /// An estimator inside another one, which cannot be a detector, with its offset.
    pub(crate) fn inner_estimator(
        &mut self,
        node: &Node,
        columns: Columns,
    ) -> Option<(Option<Arc<dyn Estimator>>, usize)> {
        let found = self.part(node, Slot::Value, columns)?;
        if found.role == Role::Detector {
            return self.block(inner_detector(
                "a detector inside another estimator is not supported yet",
                node.span,
                "put the other parts into its `base_estimator`",
            ));
        }
        let offset = found.offset;
        Some((self.require_estimator(found, node.span), offset))
    }

    pub(crate) fn require_estimator(
        &mut self,
        found: Found,
        span: Span,
    ) -> Option<Arc<dyn Estimator>> {
        if found.role == Role::Transformer {
            return self.block(
                Diagnostic::error("model::no_estimator", "nothing here predicts")
                    .label(span, "only transforms")
                    .help("put an estimator here, such as `gordo.machine.model.models.KerasAutoEncoder`"),
            );
        }
        found.into_estimator()
    }

    /// A part that must transform.
    pub(crate) fn transformer(
        &mut self,
        node: &Node,
        slot: Slot,
        columns: Columns,
    ) -> Option<Found> {
        let found = self.part(node, slot, columns)?;
        if matches!(found.role, Role::Transformer | Role::Pipeline) {
            return Some(found);
        }
        self.block(
            Diagnostic::error(
                "model::not_a_transformer",
                "an estimator stands where only a transformer can",
            )
            .label(node.span, "learns, but does not transform")
            .help("put a scaler here"),
        )
    }

    /// A transformer of targets that keeps their number, so that errors are still one per target.
    pub(crate) fn scaler_of_targets(
        &mut self,
        node: &Node,
        slot: Slot,
        columns: Columns,
    ) -> Option<Arc<dyn Transformer>> {
        let found = self.transformer(node, slot, columns.of_targets())?;
        if let (Some(targets), Some(scaled)) = (columns.targets.exact(), found.width.most())
            && (scaled < targets || found.width.exact().is_some_and(|exact| exact != targets))
        {
            let targets_are = match targets {
                1 => "1 target is".to_owned(),
                _ => format!("{targets} targets are"),
            };
            return self.block(
                Diagnostic::error(
                    "model::width_mismatch",
                    format!("{targets_are} scaled to {scaled}"),
                )
                .label(node.span, format!("gives {}", columns_of(scaled)))
                .help("use a scaler, which keeps the number of columns"),
            );
        }
        found.into_transformer()
    }

    /// Nothing can be made of no columns at all.
    pub(crate) fn require_columns(
        &mut self,
        definition: &Definition<'_>,
        columns: Columns,
    ) -> Columns {
        if columns.inputs.most() != Some(0) {
            return columns;
        }
        self.blockers().push(
            Diagnostic::error(
                "model::too_few_columns",
                format!("no columns reach `{}`", definition.class.name()),
            )
            .label(definition.path, "gets no columns")
            .help("keep at least 1 column in the step before"),
        );
        columns.with_inputs(Width::Unknown)
    }

    /// Adds a finding that stops a machine from being built.
    pub(crate) fn block<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.blockers().push(diagnostic);
        None
    }
}

/// A parameter without a default that `owner` was not given.
pub(crate) fn missing_parameter(owner: &str, path: Span, parameter: &Parameter) -> Diagnostic {
    let name = parameter.name;
    Diagnostic::error(
        "model::missing_parameter",
        format!("`{owner}` has no `{name}`"),
    )
    .label(path, format!("needs `{name}`"))
    .help(format!("give `{name}` {}", parameter.kind.expected()))
}

/// A detector where only an estimator can stand.
pub(crate) fn inner_detector(message: &str, span: Span, help: &str) -> Diagnostic {
    Diagnostic::error("model::inner_detector", message)
        .label(span, "must be the whole model")
        .help(help)
}

/// The refusal of a class that is known but cannot be compiled.
pub(crate) fn not_supported_yet(class: &Class, span: Span, help: impl Into<String>) -> Diagnostic {
    Diagnostic::error(
        "model::not_supported_yet",
        format!("`{}` is not supported yet", class.public_path()),
    )
    .label(span, "gordoc cannot compile this class yet")
    .help(help)
}
