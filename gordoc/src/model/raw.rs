//! Raw networks: layers and compilation written out in the config.
//!
//! Gordo takes them as they are and finds mistakes when it trains; here all of them are told,
//! and the shape of a row is followed from layer to layer.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;

use super::activation::resolve_activation;
use super::definition::Definition;
use super::found::Found;
use super::kind::Kind;
use super::network::missing_kind;
use super::objective::resolve_written;
use super::parameters::{Arguments, judge};
use super::registry::{Class, Default, Parameter, Part, Role, parameter};
use super::resolve::{Resolver, missing_parameter};
use super::shape::Shape;
use super::training;
use super::width::Columns;

static KIND: &[Parameter] = &[
    parameter("spec", Default::Required, Kind::Definition),
    parameter("compile", Default::Required, Kind::Map),
];
const MAPPING: Parameter = parameter("kind", Default::Required, Kind::Map);

impl Resolver<'_> {
    pub(super) fn raw_network(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let given = definition.parameters;
        if let Some(kind) = given.and_then(|given| given.get("kind")) {
            self.written_network(kind, columns);
        } else {
            let help = "give `kind` a mapping of `spec` and `compile`";
            self.diagnostics.push(missing_kind(definition, help));
        }
        if let Some(given) = given {
            training::check_raw(definition.class, given, self.blockers);
        }
        Found::learner(columns, None)
    }

    fn written_network(&mut self, kind: &Node, columns: Columns) {
        if let Some(finding) = judge(&MAPPING, kind) {
            self.blockers.push(finding);
            return;
        }
        let missing = KIND.iter().filter(|part| kind.get(part.name).is_none());
        let missing = missing.map(|part| missing_parameter("kind", kind.key_line(), part));
        self.blockers.extend(missing);
        if Arguments::check_values(Some(kind), KIND, None, self.blockers).is_none() {
            return;
        }
        if let Some(spec) = kind.get("spec") {
            self.sequential(spec, columns);
        }
        if let Some(compile) = kind.get("compile") {
            resolve_written(compile, self.blockers);
        }
    }

    /// The network itself: layers one after the other, from the inputs to the targets.
    fn sequential(&mut self, spec: &Node, columns: Columns) {
        let Some((definition, given)) = self.keras_class(spec, Role::Network) else {
            return;
        };
        let layers = match given.and_then(|given| given.find("layers")) {
            Some(Node {
                value: Value::List(items),
                ..
            }) => items.as_slice(),
            _ => return,
        };
        let Some((first, rest)) = layers.split_first() else {
            self.blockers.push(
                Diagnostic::error("model::no_layers", "`layers` is empty")
                    .label(definition.path, "has no layers")
                    .help("list at least an `Input` and a `Dense`"),
            );
            return;
        };
        let mut shape = self.first_layer(first, columns);
        for layer in rest {
            shape = self.layer(layer, shape);
        }
        if let (Some(shape), Some(targets)) = (shape, columns.targets.exact())
            && shape != Shape::of_columns(targets)
        {
            let last = layers.last().unwrap_or(first);
            self.blockers.push(
                Diagnostic::error(
                    "model::width_mismatch",
                    format!(
                        "the network gives {shape} for {}",
                        Shape::of_columns(targets)
                    ),
                )
                .label(last.key_line(), format!("gives {shape}"))
                .help(format!("end with a `Dense` of {targets} units")),
            );
        }
    }

    /// The layer that says what a row looks like.
    fn first_layer(&mut self, node: &Node, columns: Columns) -> Option<Shape> {
        let (definition, given) = self.keras_class(node, Role::Layer)?;
        let name = match definition.class.part {
            Part::InputLayer => "shape",
            _ => "input_shape",
        };
        let given = given?;
        let Some(place) = given.find(name) else {
            return self.block(
                Diagnostic::error(
                    "model::no_input_shape",
                    "the first layer does not say how many columns it gets",
                )
                .label(definition.path, "has no `input_shape`")
                .help("begin with `tensorflow.keras.layers.Input: {shape: [...]}`"),
            );
        };
        let shape = Shape::new(given.counts(name));
        if let Some(inputs) = columns.inputs.exact()
            && shape != Shape::of_columns(inputs)
        {
            return self.block(
                Diagnostic::error(
                    "model::width_mismatch",
                    format!(
                        "the network takes {shape}, but gets {}",
                        Shape::of_columns(inputs)
                    ),
                )
                .label(place.span, format!("must be `[{inputs}]`"))
                .help(format!("write `{name}: [{inputs}]`")),
            );
        }
        match definition.class.part {
            Part::InputLayer => Some(shape),
            _ => self.shape_after(&definition, &given, shape),
        }
    }

    /// A later layer; judged also without knowing what reaches it.
    fn layer(&mut self, node: &Node, shape: Option<Shape>) -> Option<Shape> {
        let (definition, given) = self.keras_class(node, Role::Layer)?;
        self.shape_after(&definition, &given?, shape?)
    }

    fn shape_after(
        &mut self,
        definition: &Definition<'_>,
        given: &Arguments<'_>,
        shape: Shape,
    ) -> Option<Shape> {
        let after = match definition.class.part {
            Part::DenseLayer => shape.with_last(given.count("units")?),
            Part::LstmLayer => {
                shape.unrolled(given.count("units")?, given.flag("return_sequences"))
            }
            Part::ReshapeLayer => shape.reshaped(&given.integers("target_shape")),
            Part::FlattenLayer => Ok(shape.flat()),
            Part::RepeatLayer => shape.repeated(given.count("n")?),
            _ => Ok(shape),
        };
        match after {
            Ok(shape) => Some(shape),
            Err(wanted) => self.block(
                Diagnostic::error(
                    "model::width_mismatch",
                    format!("`{}` needs {wanted}", definition.class.name()),
                )
                .label(definition.path, "does not fit the layer before")
                .help("put a `Reshape` or `Flatten` before it, or leave it out"),
            ),
        }
    }

    /// A class of Keras that must have a role, and its parameters; none after a finding.
    fn keras_class<'a>(
        &mut self,
        node: &'a Node,
        role: Role,
    ) -> Option<(Definition<'a>, Option<Arguments<'a>>)> {
        let definition = match Definition::read(node) {
            Ok(definition) => definition,
            Err(refusal) => return self.block(*refusal.diagnostic),
        };
        let class = definition.class;
        if class.role != role {
            return self.block(misplaced(&definition, role));
        }
        let given = Arguments::check(
            class.name(),
            definition.parameters,
            class.parameters,
            self.blockers,
        );
        let has = |name: &str| {
            definition
                .parameters
                .and_then(|given| given.get(name))
                .is_some()
        };
        let missing: Vec<Diagnostic> = class
            .required()
            .filter(|parameter| !has(parameter.name))
            .map(|parameter| missing_parameter(class.name(), definition.path, parameter))
            .collect();
        let is_whole = missing.is_empty();
        self.blockers.extend(missing);
        let given = given.filter(|_| is_whole);
        if let Some(given) = &given {
            self.check_parts(class, given);
        }
        Some((definition, given))
    }

    /// Activations and regularizers of a layer.
    fn check_parts(&mut self, class: &Class, given: &Arguments<'_>) {
        for parameter in class.parameters {
            let Some(node) = given.find(parameter.name) else {
                continue;
            };
            if parameter.kind == Kind::Optional(&Kind::Activation) {
                resolve_activation(node, self.blockers);
            } else if parameter.name.ends_with("_regularizer") {
                let names = parameter.kind.names().unwrap_or_default();
                if node.as_text().is_none_or(|text| !names.contains(&text)) {
                    self.keras_class(node, Role::Regularizer);
                }
            }
        }
    }
}

fn misplaced(definition: &Definition<'_>, role: Role) -> Diagnostic {
    let (wanted, example) = match role {
        Role::Network => ("network", "tensorflow.keras.models.Sequential"),
        Role::Regularizer => ("regularizer", "tensorflow.keras.regularizers.L2"),
        _ => ("layer", "tensorflow.keras.layers.Dense"),
    };
    Diagnostic::error(
        "model::not_a_layer",
        format!("`{}` is not a {wanted}", definition.class.name()),
    )
    .label(definition.path, format!("not a {wanted}"))
    .help(format!("write a {wanted} such as `{example}`"))
}
