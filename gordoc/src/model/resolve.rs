//! From a definition to the model it denotes.
//!
//! Walks composite classes and gathers every finding; networks have their own room.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::definition::{Definition, not_supported_yet};
use super::parameters::Arguments;
use super::registry::Part as Class;
use super::{Detector, Estimator, Model, Smoothing, Step, expand, network};

/// Resolves the `model` section of a machine with `n_tags` inputs and `n_targets` targets.
///
/// `None` when at least one error was added to `diagnostics`.
pub fn resolve(
    definition: &Node,
    n_tags: usize,
    n_targets: usize,
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let estimator = Resolver {
        n_tags,
        n_targets,
        diagnostics,
    }
    .estimator(definition)?;
    Some(Model {
        estimator,
        expanded: expand::expand(definition),
        span: definition.span,
    })
}

/// Resolves a definition that must be a transformer, such as `scoring_scaler`.
pub fn resolve_step(definition: &Node, diagnostics: &mut Diagnostics) -> Option<Step> {
    Resolver {
        n_tags: 1,
        n_targets: 1,
        diagnostics,
    }
    .step(definition)
}

/// What is known of the machine, and where findings go.
pub(super) struct Resolver<'d> {
    pub(super) n_tags: usize,
    pub(super) n_targets: usize,
    pub(super) diagnostics: &'d mut Diagnostics,
}

/// What a definition can denote.
enum Part {
    Step(Step),
    Estimator(Estimator),
}

impl Resolver<'_> {
    fn estimator(&mut self, node: &Node) -> Option<Estimator> {
        match self.part(node)? {
            Part::Estimator(estimator) => Some(estimator),
            Part::Step(_) => self.refuse(
                Diagnostic::error("model::no_estimator", "nothing in the model learns")
                    .label(node.span, "only transforms")
                    .help("end the pipeline with `KerasAutoEncoder`"),
            ),
        }
    }

    /// The estimator inside another one, which cannot be a detector.
    fn inner_estimator(&mut self, node: &Node) -> Option<Estimator> {
        match self.estimator(node)? {
            Estimator::Detector(_) => self.refuse(
                Diagnostic::error(
                    "model::inner_detector",
                    "a detector inside another estimator is not supported yet",
                )
                .label(node.span, "must be the whole model")
                .help("put the other parts into its `base_estimator`"),
            ),
            estimator => Some(estimator),
        }
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        match self.part(node)? {
            Part::Step(step) => Some(step),
            Part::Estimator(_) => self.refuse(
                Diagnostic::error(
                    "model::not_a_transformer",
                    "an estimator stands where only a transformer can",
                )
                .label(node.span, "learns, but does not transform")
                .help("put a scaler here"),
            ),
        }
    }

    fn part(&mut self, node: &Node) -> Option<Part> {
        let definition = Definition::read(node, self.diagnostics)?;
        match definition.class.part {
            Class::Pipeline => self.pipeline(&definition),
            Class::TransformedTarget => self.transformed_target(&definition),
            Class::Detector => self.detector(&definition),
            Class::AutoEncoder => network::resolve(&definition, self)
                .map(Estimator::Network)
                .map(Part::Estimator),
            Class::MinMaxScaler
            | Class::StandardScaler
            | Class::RobustScaler
            | Class::MaxAbsScaler => self.scaler(&definition).map(Part::Step),
            _ if !definition.class.role.is_of_models() => self.refuse(
                Diagnostic::error(
                    "model::not_a_model",
                    format!("`{}` is not part of a model", definition.class.name()),
                )
                .label(definition.path, "neither transforms nor learns"),
            ),
            _ => self.refuse(not_supported_yet(definition.class.path, definition.path)),
        }
    }

    fn scaler(&mut self, definition: &Definition<'_>) -> Option<Step> {
        let given = self.arguments(definition)?;
        Some(match definition.class.part {
            Class::MinMaxScaler => Step::MinMaxScaler {
                feature_range: given.pair("feature_range"),
                clip: given.flag("clip"),
            },
            Class::StandardScaler => Step::StandardScaler {
                with_mean: given.flag("with_mean"),
                with_std: given.flag("with_std"),
            },
            Class::RobustScaler => Step::RobustScaler {
                with_centering: given.flag("with_centering"),
                with_scaling: given.flag("with_scaling"),
                quantile_range: given.pair("quantile_range"),
                unit_variance: given.flag("unit_variance"),
            },
            _ => Step::MaxAbsScaler,
        })
    }

    fn pipeline(&mut self, definition: &Definition<'_>) -> Option<Part> {
        let items = self.pipeline_items(definition)?;
        let last = items.len() - 1;
        let parts: Vec<Option<Part>> = items
            .iter()
            .enumerate()
            .filter(|(at, item)| *at == last || item.as_text() != Some("passthrough"))
            .map(|(at, item)| self.pipeline_part(item, at == last))
            .collect();
        let mut parts = parts.into_iter().collect::<Option<Vec<Part>>>()?;
        let last = parts.pop();
        let mut steps: Vec<Step> = parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Step(step) => Some(step),
                Part::Estimator(_) => None,
            })
            .collect();
        Some(match last {
            Some(Part::Estimator(last)) => Part::Estimator(Estimator::Pipeline {
                steps,
                last: Box::new(last),
            }),
            Some(Part::Step(step)) => {
                steps.push(step);
                Part::Step(Step::Pipeline(steps))
            }
            None => Part::Step(Step::Pipeline(steps)),
        })
    }

    fn pipeline_part(&mut self, node: &Node, is_last: bool) -> Option<Part> {
        if !is_last {
            return self.step(node).map(Part::Step);
        }
        match self.part(node)? {
            Part::Estimator(Estimator::Detector(_)) => self.refuse(
                Diagnostic::error(
                    "model::inner_detector",
                    "a detector inside a pipeline is not supported yet",
                )
                .label(node.span, "must be the whole model")
                .help("put the pipeline into its `base_estimator`"),
            ),
            part => Some(part),
        }
    }

    /// The definitions in a pipeline's bare list or `steps`.
    fn pipeline_items<'a>(&mut self, definition: &Definition<'a>) -> Option<&'a [Node]> {
        let mut steps = definition.parameters;
        if !matches!(steps.map(|node| &node.value), Some(Value::List(_))) {
            steps = self.arguments(definition)?.find("steps");
        }
        match steps.map(|node| &node.value) {
            Some(Value::List(items)) if !items.is_empty() => Some(items),
            _ => self.refuse(
                Diagnostic::error("model::no_steps", "the pipeline has no steps")
                    .label(definition.path, "needs a list of steps")
                    .help("give `steps` a list of definitions"),
            ),
        }
    }

    fn transformed_target(&mut self, definition: &Definition<'_>) -> Option<Part> {
        let given = self.arguments(definition)?;
        let transformer = given.find("transformer").map(|node| self.step(node));
        let Some(regressor) = given.find("regressor") else {
            return self.refuse(
                Diagnostic::error(
                    "model::not_supported_yet",
                    "`TransformedTargetRegressor` without a `regressor` is not supported yet",
                )
                .label(definition.path, "learns with `LinearRegression`")
                .help("give `regressor` a definition"),
            );
        };
        let regressor = self.inner_estimator(regressor);
        Some(Part::Estimator(match transformer {
            Some(transformer) => Estimator::TransformedTarget {
                transformer: transformer?,
                regressor: Box::new(regressor?),
            },
            // Targets stay as they are, so that the regressor alone does the same.
            None => regressor?,
        }))
    }

    fn detector(&mut self, definition: &Definition<'_>) -> Option<Part> {
        let given = self.arguments(definition)?;
        let base = match given.find("base_estimator") {
            Some(node) => self.inner_estimator(node),
            None => Some(Estimator::Network(network::default_network(
                self.n_tags,
                self.n_targets,
            ))),
        };
        let scaler = match given.find("scaler") {
            Some(node) => self.step(node),
            None => Some(Step::MinMaxScaler {
                feature_range: (0.0, 1.0),
                clip: false,
            }),
        };
        if let (Some(node), Some(Step::Pipeline(_))) = (given.find("scaler"), &scaler) {
            return self.refuse(
                Diagnostic::error(
                    "model::not_supported_yet",
                    "a pipeline as a detector's `scaler` is not supported yet",
                )
                .label(node.span, "more than one scaler")
                .help("name one scaler, such as `sklearn.preprocessing.MinMaxScaler`"),
            );
        }
        let window = given.count("window");
        let method = given.text("smoothing_method").and_then(Smoothing::find);
        let smoothing = window.map(|_| method.unwrap_or(Smoothing::Median));
        if let (Some(span), None) = (given.find_span("smoothing_method"), window) {
            self.diagnostics.push(
                Diagnostic::warning(
                    "model::smoothing_without_window",
                    "`smoothing_method` has no effect without a `window`",
                )
                .label(span, "nothing is smoothed")
                .help("give `window` a number of rows"),
            );
        }
        Some(Part::Estimator(Estimator::Detector(Box::new(Detector {
            base: base?,
            scaler: scaler?,
            require_thresholds: given.flag("require_thresholds"),
            shuffle: given.flag("shuffle"),
            window,
            smoothing,
        }))))
    }

    fn arguments<'a>(&mut self, definition: &Definition<'a>) -> Option<Arguments<'a>> {
        let class = definition.class;
        Arguments::check(
            class.name(),
            definition.parameters,
            class.parameters,
            self.diagnostics,
        )
    }

    pub(super) fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }
}
