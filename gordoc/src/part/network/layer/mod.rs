//! What raw networks are written in: the network itself, its layers and regularizers.
//!
//! Layers that are served have a file of their own; the others are known by name, parameters
//! and shape only.

pub(crate) mod dense;
pub(crate) mod lstm;

use std::fmt;

use gordo_runtime::Step;
use serde_json::Value;

use super::recipe::MOST_UNITS;
use super::shape::ShapeAfter;
use crate::part::class::{Class, Role, Rules};
use crate::part::kind::Kind;
use crate::part::lowering::Embedded;
use crate::part::parameter::{Default, Parameter, number, optional, parameter, required};
use crate::part::tensors::Tensors;

/// A fitted layer.
pub(crate) trait FittedLayer: Step + fmt::Debug + Send + Sync {
    /// Width of its output.
    fn units(&self) -> usize;

    /// Its document; arrays go to `tensors`.
    fn write(&self, inputs: usize, tensors: &mut Tensors) -> Value;

    /// What it is in generated code.
    fn embedded(&self, inputs: usize) -> Embedded;
}

/// What the arrays of a layer are named after.
const LAYER: &str = "layer";

const UNITS: Parameter = required("units", Kind::Count(1, MOST_UNITS));
const SHAPE: Kind = Kind::ListOf(&Kind::Count(1, MOST_UNITS));
const INPUT_SHAPE: Parameter = optional("input_shape", &SHAPE);
const NAME: Parameter = optional("name", &Kind::Text);
const SEED: Parameter = optional("seed", &Kind::SEED);
/// One of Keras' names, or a class.
const REGULARIZER: Kind = Kind::Either(&[
    Kind::OneOf(&["l1", "l2", "l1_l2", "L1", "L2", "L1L2"]),
    Kind::Definition,
]);

const fn regularizer(name: &'static str) -> Parameter {
    optional(name, &REGULARIZER)
}

const fn initializer(name: &'static str, default: &'static str) -> Parameter {
    parameter(name, Default::Text(default), Kind::Any).default_only()
}

const fn constraint(name: &'static str) -> Parameter {
    parameter(name, Default::Null, Kind::Any).default_only()
}

const fn activation(default: &'static str) -> Parameter {
    parameter(
        "activation",
        Default::Text(default),
        Kind::Optional(&Kind::Activation),
    )
}

const fn layer(
    after: ShapeAfter,
    path: &'static str,
    aliases: &'static [&'static str],
    parameters: &'static [Parameter],
) -> Class {
    Class::new(Role::Layer, Rules::Layer(after), path, aliases, parameters).not_compiled()
}

pub(crate) static SEQUENTIAL: Class = Class::new(
    Role::Network,
    Rules::Named,
    "keras.src.models.sequential.Sequential",
    &[
        "tensorflow.keras.models.Sequential",
        "tensorflow.keras.Sequential",
        "keras.models.Sequential",
        "keras.Sequential",
    ],
    &[required("layers", Kind::List)],
)
.not_compiled();

pub(crate) static INPUT: Class = layer(
    |shape, _| Some(Ok(shape)),
    "keras.src.layers.core.input_layer.Input",
    &[
        "tensorflow.keras.layers.Input",
        "tensorflow.keras.Input",
        "keras.layers.Input",
        "keras.Input",
    ],
    &[required("shape", SHAPE), NAME],
);

pub(crate) static RESHAPE: Class = layer(
    |shape, given| Some(shape.reshaped(&given.integers("target_shape"))),
    "keras.src.layers.reshaping.reshape.Reshape",
    &["tensorflow.keras.layers.Reshape", "keras.layers.Reshape"],
    &[
        required(
            "target_shape",
            Kind::ListOf(&Kind::Either(&[Kind::POSITIVE, Kind::Count(-1, -1)])),
        ),
        INPUT_SHAPE,
        NAME,
    ],
);

pub(crate) static FLATTEN: Class = layer(
    |shape, _| Some(Ok(shape.flat())),
    "keras.src.layers.reshaping.flatten.Flatten",
    &["tensorflow.keras.layers.Flatten", "keras.layers.Flatten"],
    &[
        optional(
            "data_format",
            &Kind::OneOf(&["channels_last", "channels_first"]),
        ),
        INPUT_SHAPE,
        NAME,
    ],
);

pub(crate) static REPEAT_VECTOR: Class = layer(
    |shape, given| Some(shape.repeated(given.count("n")?)),
    "keras.src.layers.reshaping.repeat_vector.RepeatVector",
    &[
        "tensorflow.keras.layers.RepeatVector",
        "keras.layers.RepeatVector",
    ],
    &[required("n", Kind::ROWS), INPUT_SHAPE, NAME],
);

pub(crate) static DROPOUT: Class = layer(
    |shape, _| Some(Ok(shape)),
    "keras.src.layers.regularization.dropout.Dropout",
    &["tensorflow.keras.layers.Dropout", "keras.layers.Dropout"],
    &[
        required("rate", Kind::PART),
        parameter("noise_shape", Default::Null, Kind::Any).default_only(),
        SEED,
        INPUT_SHAPE,
        NAME,
    ],
);

pub(crate) static ACTIVATION: Class = layer(
    |shape, _| Some(Ok(shape)),
    "keras.src.layers.activations.activation.Activation",
    &[
        "tensorflow.keras.layers.Activation",
        "keras.layers.Activation",
    ],
    &[
        required("activation", Kind::Optional(&Kind::Activation)),
        INPUT_SHAPE,
        NAME,
    ],
);

pub(crate) static L1: Class = Class::new(
    Role::Regularizer,
    Rules::Named,
    "keras.src.regularizers.regularizers.L1",
    &["tensorflow.keras.regularizers.L1", "keras.regularizers.L1"],
    &[number("l1", 0.01, Kind::NOT_NEGATIVE)],
)
.not_compiled();

pub(crate) static L2: Class = Class::new(
    Role::Regularizer,
    Rules::Named,
    "keras.src.regularizers.regularizers.L2",
    &["tensorflow.keras.regularizers.L2", "keras.regularizers.L2"],
    &[number("l2", 0.01, Kind::NOT_NEGATIVE)],
)
.not_compiled();

pub(crate) static L1L2: Class = Class::new(
    Role::Regularizer,
    Rules::Named,
    "keras.src.regularizers.regularizers.L1L2",
    &[
        "tensorflow.keras.regularizers.L1L2",
        "keras.regularizers.L1L2",
    ],
    &[
        number("l1", 0.0, Kind::NOT_NEGATIVE),
        number("l2", 0.0, Kind::NOT_NEGATIVE),
    ],
)
.not_compiled();
