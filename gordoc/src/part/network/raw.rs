//! Raw networks: layers and compilation written out in the config.
//!
//! Gordo takes them as they are and finds mistakes when it trains; here all of them are told,
//! and the shape of a row is followed from layer to layer.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;

use super::activation::resolve_activation;
use super::missing_kind;
use super::objective::resolve_written;
use super::shape::Shape;
use super::training;
use crate::part::arguments::{Arguments, check_value};
use crate::part::class::{Class, Definition, Found, NetworkRules, Resolve, Role, Rules};
use crate::part::columns::Columns;
use crate::part::kind::Kind;
use crate::part::parameter::{Parameter, required};
use crate::part::resolve::missing_parameter;

static KIND: &[Parameter] = &[
    required("spec", Kind::Definition),
    required("compile", Kind::Map),
];
const MAPPING: Parameter = required("kind", Kind::Map);

pub(crate) static CLASS: Class = Class::new(
    Role::Estimator,
    Rules::Network(
        resolve,
        NetworkRules {
            kind: Kind::Map,
            offset: None,
        },
    ),
    "gordo.machine.model.models.KerasRawModelRegressor",
    &[],
    &[],
)
.read_by(super::fitted::read)
.not_compiled();

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let given = definition.parameters;
    if let Some(kind) = given.and_then(|given| given.get("kind")) {
        written_network(resolver, kind, columns);
    } else {
        let help = "give `kind` a mapping of `spec` and `compile`";
        resolver.diagnostics().push(missing_kind(definition, help));
    }
    if let Some(given) = given {
        training::check_raw(resolver, definition.class, given);
    }
    Found::estimator(columns, None)
}

fn written_network(resolver: &mut dyn Resolve, kind: &Node, columns: Columns) {
    if let Some(finding) = check_value(&MAPPING, kind) {
        resolver.blockers().push(finding);
        return;
    }
    let missing = KIND.iter().filter(|part| kind.get(part.name).is_none());
    let missing = missing.map(|part| missing_parameter("kind", kind.key_line(), part));
    resolver.blockers().extend(missing);
    if Arguments::check_values(Some(kind), KIND, None, resolver.blockers()).is_none() {
        return;
    }
    if let Some(spec) = kind.get("spec") {
        sequential(resolver, spec, columns);
    }
    if let Some(compile) = kind.get("compile") {
        resolve_written(compile, resolver.blockers());
    }
}

/// The network itself: layers one after the other, from the inputs to the targets.
fn sequential(resolver: &mut dyn Resolve, spec: &Node, columns: Columns) {
    let Some((definition, given)) = keras_class(resolver, spec, Role::Network) else {
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
        resolver.blockers().push(
            Diagnostic::error("model::no_layers", "`layers` is empty")
                .label(definition.path, "has no layers")
                .help("list at least an `Input` and a `Dense`"),
        );
        return;
    };
    let mut shape = first_layer(resolver, first, columns);
    for layer in rest {
        shape = later_layer(resolver, layer, shape);
    }
    if let (Some(shape), Some(targets)) = (shape, columns.targets.exact())
        && shape != Shape::of_columns(targets)
    {
        let last = layers.last().unwrap_or(first);
        resolver.blockers().push(
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
fn first_layer(resolver: &mut dyn Resolve, node: &Node, columns: Columns) -> Option<Shape> {
    let (definition, given) = keras_class(resolver, node, Role::Layer)?;
    let says = |name: &str| {
        definition
            .class
            .parameters
            .iter()
            .any(|known| known.name == name)
    };
    let name = if says("shape") {
        "shape"
    } else {
        "input_shape"
    };
    let given = given?;
    let Some(place) = given.find(name) else {
        return resolver.block(
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
        return resolver.block(
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
    shape_after(resolver, &definition, &given, shape)
}

/// A later layer; checked also without knowing what reaches it.
fn later_layer(resolver: &mut dyn Resolve, node: &Node, shape: Option<Shape>) -> Option<Shape> {
    let (definition, given) = keras_class(resolver, node, Role::Layer)?;
    shape_after(resolver, &definition, &given?, shape?)
}

fn shape_after(
    resolver: &mut dyn Resolve,
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    shape: Shape,
) -> Option<Shape> {
    let after = match definition.class.rules {
        Rules::Layer(after) => after(shape, given)?,
        _ => Ok(shape),
    };
    match after {
        Ok(shape) => Some(shape),
        Err(wanted) => resolver.block(
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
    resolver: &mut dyn Resolve,
    node: &'a Node,
    role: Role,
) -> Option<(Definition<'a>, Option<Arguments<'a>>)> {
    let definition = match resolver.definition(node) {
        Ok(definition) => definition,
        Err(refusal) => return resolver.block(*refusal),
    };
    let class = definition.class;
    if class.role != role {
        return resolver.block(misplaced(&definition, role));
    }
    let given = Arguments::check(
        class.name(),
        definition.parameters,
        class.parameters,
        resolver.blockers(),
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
    resolver.blockers().extend(missing);
    let given = given.filter(|_| is_whole);
    if let Some(given) = &given {
        check_parts(resolver, class, given);
    }
    Some((definition, given))
}

/// Activations and regularizers of a layer.
fn check_parts(resolver: &mut dyn Resolve, class: &Class, given: &Arguments<'_>) {
    for parameter in class.parameters {
        let Some(node) = given.find(parameter.name) else {
            continue;
        };
        if parameter.kind == Kind::Optional(&Kind::Activation) {
            resolve_activation(node, resolver.blockers());
        } else if parameter.name.ends_with("_regularizer") {
            let names = parameter.kind.names().unwrap_or_default();
            if node.as_text().is_none_or(|text| !names.contains(&text)) {
                keras_class(resolver, node, Role::Regularizer);
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
