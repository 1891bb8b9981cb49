//! From a definition to the model it denotes.
//!
//! Walks the parts of a definition, follows the columns through them and gathers every finding.
//! What each class is checked by stands in its own file.

use std::sync::Arc;

use super::definition::{self, supported_in_place_of};
use super::{Model, expand};
use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::part::arguments::Arguments;
use crate::part::class::{
    Built, Checked, Definition, Found, Resolve, Rules, Slot, TransformerRules,
};
use crate::part::columns::{Columns, Width};
use crate::part::fit::{Estimator, Transformer, TransformerModel};
use crate::part::regressor;
use crate::part::resolve::not_supported_yet;
use crate::part::splitter::Splitter;

/// Resolves the `model` section of a machine.
///
/// `n_columns` are the numbers of inputs and targets, if they are known. `None` when at least
/// one error was added to `diagnostics`, or the numbers are not known.
pub fn resolve(
    definition: &Node,
    n_columns: Option<(usize, usize)>,
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let width = |count: Option<usize>| count.map_or(Width::Unknown, Width::Exactly);
    let columns = Columns {
        inputs: width(n_columns.map(|(n_inputs, _)| n_inputs)),
        targets: width(n_columns.map(|(_, n_targets)| n_targets)),
    };
    let mut resolver = Resolver {
        diagnostics,
        blockers: Diagnostics::default(),
    };
    let found = resolver.model(definition, columns);
    let blockers = resolver.blockers;
    let found = found.filter(|_| !blockers.has_errors());
    diagnostics.at_build(|found| found.append(blockers));
    let (estimator, predicts) = found?;
    Some(Model {
        estimator,
        predicts,
        expanded: expand::expand(definition),
        span: definition.span,
    })
}

/// Resolves a definition to what it makes, for so many inputs and targets.
///
/// `None` when at least one error was added to `diagnostics`.
pub(crate) fn resolve_part(
    definition: &Node,
    (inputs, targets): (usize, usize),
    diagnostics: &mut Diagnostics,
) -> Option<Built> {
    let columns = Columns {
        inputs: Width::Exactly(inputs),
        targets: Width::Exactly(targets),
    };
    let mut resolver = Resolver {
        diagnostics,
        blockers: Diagnostics::default(),
    };
    let found = resolver.part(definition, Slot::Step, columns);
    let blockers = resolver.blockers;
    diagnostics.append(blockers);
    found?.built.filter(|_| !diagnostics.has_errors())
}

/// Resolves a definition that must transform targets, such as `scoring_scaler`.
///
/// `None` when at least one error was added to `diagnostics`.
pub(crate) fn resolve_transformer(
    definition: &Node,
    n_targets: Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<dyn Transformer>> {
    let targets = n_targets.map_or(Width::Unknown, Width::Exactly);
    let columns = Columns {
        inputs: targets,
        targets,
    };
    let mut resolver = Resolver {
        diagnostics,
        blockers: Diagnostics::default(),
    };
    let parts: &mut dyn Resolve = &mut resolver;
    let transformer = parts.scaler_of_targets(definition, Slot::Step, columns);
    let blockers = resolver.blockers;
    diagnostics.append(blockers);
    transformer
}

/// Resolves the definition of a splitter.
///
/// `None` when at least one error was added to `diagnostics`.
pub(crate) fn resolve_splitter(
    definition: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<dyn Splitter>> {
    let node = definition;
    let definition = match definition::read(node) {
        Ok(definition) => definition,
        Err(refusal) => {
            diagnostics.push(*refusal.diagnostic);
            return None;
        }
    };
    let class = definition.class;
    diagnostics.extend(definition::warn_of_old_path(node, class));
    let Rules::Splitter(resolve) = class.rules else {
        diagnostics.push(
            Diagnostic::error(
                "model::not_a_splitter",
                format!("`{}` does not split rows", class.name()),
            )
            .label(definition.path, "not a splitter")
            .help(
                "use `sklearn.model_selection.TimeSeriesSplit` or `sklearn.model_selection.KFold`",
            ),
        );
        return None;
    };
    let given = Arguments::check(
        class.name(),
        definition.parameters,
        class.parameters,
        diagnostics,
    )?;
    resolve(&definition, &given, diagnostics)
}

/// Where findings go.
struct Resolver<'d> {
    /// What Gordo refuses when it reads a config.
    diagnostics: &'d mut Diagnostics,
    /// What stops a machine from being built: what Gordo only refuses then, and what gordoc
    /// cannot do yet.
    blockers: Diagnostics,
}

impl Resolver<'_> {
    /// What is fitted of a whole model, and whether it predicts: a model may only transform.
    fn model(&mut self, definition: &Node, columns: Columns) -> Option<(Arc<dyn Estimator>, bool)> {
        let found = self.part(definition, Slot::Step, columns)?;
        if found.width.most() == Some(0) {
            self.blockers.push(
                Diagnostic::error("model::too_few_columns", "the model gives no columns")
                    .label(definition.key_line(), "gives no columns")
                    .help("keep at least 1 column in its last step"),
            );
            return None;
        }
        // What answers other columns than the targets cannot be scored by them.
        let predicts = found.width == columns.targets;
        match found.built? {
            Built::Estimator(estimator) => Some((estimator, predicts)),
            Built::Transformer(transformer) => {
                Some((Arc::new(TransformerModel(transformer)), false))
            }
        }
    }
}

impl Resolve for Resolver<'_> {
    fn part(&mut self, node: &Node, slot: Slot, columns: Columns) -> Option<Found> {
        let definition = match definition::read(node) {
            Ok(definition) => definition,
            Err(refusal) if refusal.stops_reading(slot) => {
                self.diagnostics.push(*refusal.diagnostic);
                return None;
            }
            Err(refusal) => {
                self.blockers.push(*refusal.diagnostic);
                return None;
            }
        };
        self.diagnostics
            .extend(definition::warn_of_old_path(node, definition.class));
        let resolver: &mut dyn Resolve = self;
        let class = definition.class;
        let named = resolver.check_names(&definition);
        if !class.role.is_of_models() {
            return resolver.block(not_a_model(&definition));
        }
        let columns = resolver.require_columns(&definition, columns);
        let mut found = match &class.rules {
            Rules::Transformer(rules) => transformer(resolver, rules, &definition, columns),
            Rules::Estimator(rules) => regressor::resolve(resolver, rules, &definition, columns),
            Rules::Part(resolve) | Rules::Network(resolve, _) => {
                resolve(resolver, &definition, columns)
            }
            Rules::Splitter(_) | Rules::Layer(_) | Rules::Named => Found::unknown(),
        };
        if !class.is_compiled {
            let help = format!("use {}", supported_in_place_of(class.role));
            resolver
                .blockers()
                .push(not_supported_yet(class, definition.path, help));
        }
        if !named || !class.is_compiled {
            found.built = None;
        }
        Some(found)
    }

    fn definition<'a>(&self, node: &'a Node) -> Result<Definition<'a>, Box<Diagnostic>> {
        definition::read(node).map_err(|refusal| refusal.diagnostic)
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }

    fn blockers(&mut self) -> &mut Diagnostics {
        &mut self.blockers
    }
}

fn transformer(
    resolver: &mut dyn Resolve,
    rules: &TransformerRules,
    definition: &Definition<'_>,
    columns: Columns,
) -> Found {
    let Some(given) = resolver.arguments(definition) else {
        let width = if rules.keeps_columns {
            columns.inputs
        } else {
            Width::Unknown
        };
        return Found::transformer(width, rules.inverts, None);
    };
    if (rules.check)(resolver, definition, &given) == Checked::Conflicting {
        return Found::transformer(Width::Unknown, rules.inverts, None);
    }
    let width = (rules.columns)(resolver, definition, &given, columns.inputs);
    let built = rules.build.map(|build| build(&given));
    Found::transformer(width, rules.inverts, built)
}

fn not_a_model(definition: &Definition<'_>) -> Diagnostic {
    Diagnostic::error(
        "model::not_a_model",
        format!("`{}` is not part of a model", definition.class.name()),
    )
    .label(definition.path, "neither transforms nor learns")
    .help("put a scaler or an estimator here")
}
