//! From a definition to the model it denotes.
//!
//! Walks the parts of a definition, follows the columns through them and gathers every finding.
//! What each family of classes is judged by stands in a room of its own.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

use super::definition::{Definition, Place, not_supported_yet, supported_in_place_of};
use super::found::Found;
use super::parameters::{Arguments, unknown_names};
use super::registry::{Parameter, Part, Role};
use super::width::{Columns, Width};
use super::{Estimator, Model, Step, expand};

/// Resolves the `model` section of a machine.
///
/// `n_columns` are the numbers of inputs and targets, if they are known. What the peer refuses
/// when it reads a config goes to `diagnostics`; what it only refuses when it builds a machine,
/// and what gordoc cannot do yet, goes to `blockers`. `None` when at least one error was added
/// to either, or the numbers are not known.
pub fn resolve(
    definition: &Node,
    n_columns: Option<(usize, usize)>,
    diagnostics: &mut Diagnostics,
    blockers: &mut Diagnostics,
) -> Option<Model> {
    let width = |count: Option<usize>| count.map_or(Width::Unknown, Width::Exactly);
    let columns = Columns {
        inputs: width(n_columns.map(|(n_inputs, _)| n_inputs)),
        targets: width(n_columns.map(|(_, n_targets)| n_targets)),
    };
    let mut resolver = Resolver {
        diagnostics,
        blockers,
    };
    let found = resolver.part(definition, Place::Step, columns)?;
    let estimator = match found.role {
        Role::Detector => found.estimator(),
        _ => resolver.require_estimator(found, definition.span),
    }?;
    Some(Model {
        estimator,
        expanded: expand::expand(definition),
        span: definition.span,
    })
}

/// Resolves a definition that must transform targets, such as `scoring_scaler`.
///
/// `None` when at least one error was added to `diagnostics`.
pub fn resolve_step(
    definition: &Node,
    n_targets: Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<Step> {
    let targets = n_targets.map_or(Width::Unknown, Width::Exactly);
    let columns = Columns {
        inputs: targets,
        targets,
    };
    let mut blockers = Diagnostics::default();
    let mut resolver = Resolver {
        diagnostics,
        blockers: &mut blockers,
    };
    let step = resolver.scaler_of_targets(definition, Place::Step, columns);
    diagnostics.append(blockers);
    step
}

/// Where findings go.
pub(super) struct Resolver<'d> {
    /// What the peer refuses when it reads a config.
    pub(super) diagnostics: &'d mut Diagnostics,
    /// What stops a machine from being built.
    pub(super) blockers: &'d mut Diagnostics,
}

impl Resolver<'_> {
    /// What a definition denotes; none if not even its class is known.
    pub(super) fn part(&mut self, node: &Node, place: Place, columns: Columns) -> Option<Found> {
        let definition = match Definition::read(node) {
            Ok(definition) => definition,
            Err(refusal) if refusal.stops_reading(place) => {
                self.diagnostics.push(*refusal.diagnostic);
                return None;
            }
            Err(refusal) => return self.block(*refusal.diagnostic),
        };
        let class = definition.class;
        let named = self.check_names(&definition);
        if !class.role.is_of_models() {
            return self.block(not_a_model(&definition));
        }
        let columns = self.require_columns(&definition, columns);
        let mut found = match class.part {
            Part::Pipeline => self.pipeline(&definition, columns),
            Part::FeatureUnion => self.feature_union(&definition, columns),
            Part::TransformedTarget => self.transformed_target(&definition, columns),
            Part::MultiOutput => self.multi_output(&definition, columns),
            Part::Detector | Part::FoldsDetector => self.detector(&definition, columns),
            _ if class.is_network() => self.network(&definition, columns),
            _ if class.role == Role::Transformer => self.transformer(&definition, columns),
            _ => self.learner(&definition, columns),
        };
        if !class.supported {
            let help = format!("use {}", supported_in_place_of(class.role));
            self.blockers
                .push(not_supported_yet(class, definition.path, help));
        }
        if !named || !class.supported {
            found.built = None;
        }
        Some(found)
    }

    /// Nothing can be made of no columns at all.
    fn require_columns(&mut self, definition: &Definition<'_>, columns: Columns) -> Columns {
        if columns.inputs.most() != Some(0) {
            return columns;
        }
        self.blockers.push(
            Diagnostic::error(
                "model::too_few_columns",
                format!("no columns reach `{}`", definition.class.name()),
            )
            .label(definition.path, "gets no columns")
            .help("keep at least 1 column in the step before"),
        );
        columns.with_inputs(Width::Unknown)
    }

    /// The names of parameters; those of networks depend on their kind.
    fn check_names(&mut self, definition: &Definition<'_>) -> bool {
        let class = definition.class;
        if class.is_network() {
            return true;
        }
        let before = self.diagnostics.iter().count();
        let owner = format!("parameters of `{}`", class.public_path());
        let unknown = unknown_names(class.name(), definition.parameters, class.parameters);
        self.diagnostics
            .extend(unknown.map(|finding| finding.label(definition.path, owner.clone())));
        let given = |name: &str| match definition.parameters {
            Some(node) if matches!(node.value, Value::List(_)) => {
                class.list_parameter() == Some(name)
            }
            Some(node) => node.get(name).is_some(),
            None => false,
        };
        let missing = class.required().filter(|required| !given(required.name));
        self.diagnostics.extend(
            missing.map(|required| missing_parameter(class.name(), definition.path, required)),
        );
        self.diagnostics.iter().count() == before
    }

    /// The values of parameters; none after a finding.
    pub(super) fn arguments<'a>(&mut self, definition: &Definition<'a>) -> Option<Arguments<'a>> {
        let class = definition.class;
        self.check_strays(definition);
        // The peer walks through steps when it reads a config, also through those that are none.
        let list = class
            .list_parameter()
            .and_then(|list| definition.parameters?.get(list));
        let walks = list.is_none_or(|list| {
            matches!(list.value, Value::List(_) | Value::Map(_) | Value::Text(_))
        });
        Arguments::check_values(
            definition.parameters,
            class.parameters,
            class.list_parameter(),
            if walks {
                self.blockers
            } else {
                self.diagnostics
            },
        )
    }

    /// The peer makes what looks like a class also where none belongs.
    fn check_strays(&mut self, definition: &Definition<'_>) {
        let class = definition.class;
        for parameter in class.parameters {
            let given = definition
                .parameters
                .and_then(|given| given.get(parameter.name));
            if let Some(node) = given.filter(|_| !parameter.kind.may_be_definition())
                && let Ok(stray) = Definition::read(node)
            {
                self.check_names(&stray);
            }
        }
    }

    /// An estimator inside another one, which cannot be a detector, with its offset.
    pub(super) fn inner_estimator(
        &mut self,
        node: &Node,
        columns: Columns,
    ) -> Option<(Option<Estimator>, usize)> {
        let found = self.part(node, Place::Value, columns)?;
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

    fn require_estimator(&mut self, found: Found, span: Span) -> Option<Estimator> {
        if found.role == Role::Transformer {
            return self.block(
                Diagnostic::error("model::no_estimator", "nothing in the model learns")
                    .label(span, "only transforms")
                    .help("end the pipeline with `KerasAutoEncoder`"),
            );
        }
        found.estimator()
    }

    /// A part that must transform.
    pub(super) fn step(&mut self, node: &Node, place: Place, columns: Columns) -> Option<Found> {
        let found = self.part(node, place, columns)?;
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

    /// Adds a finding that stops a machine from being built.
    pub(super) fn block<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.blockers.push(diagnostic);
        None
    }
}

/// A parameter without a default that `owner` was not given.
pub(super) fn missing_parameter(owner: &str, path: Span, parameter: &Parameter) -> Diagnostic {
    let name = parameter.name;
    Diagnostic::error(
        "model::missing_parameter",
        format!("`{owner}` has no `{name}`"),
    )
    .label(path, format!("needs `{name}`"))
    .help(format!("give `{name}` {}", parameter.kind.wanted()))
}

fn not_a_model(definition: &Definition<'_>) -> Diagnostic {
    Diagnostic::error(
        "model::not_a_model",
        format!("`{}` is not part of a model", definition.class.name()),
    )
    .label(definition.path, "neither transforms nor learns")
    .help("put a scaler or an estimator here")
}

/// A detector where only an estimator can stand.
pub(super) fn inner_detector(message: &str, span: Span, help: &str) -> Diagnostic {
    Diagnostic::error("model::inner_detector", message)
        .label(span, "must be the whole model")
        .help(help)
}
