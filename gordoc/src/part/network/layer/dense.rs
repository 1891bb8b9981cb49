//! The fully connected layer.

use gordo_runtime::Activation;
use gordo_runtime::part::Dense;
use serde_json::{Value, json};

use super::{
    FittedLayer, INPUT_SHAPE, LAYER, NAME, UNITS, activation, constraint, initializer, layer,
    regularizer,
};
use crate::part::class::Class;
use crate::part::document::{DocumentError, Reader};
use crate::part::lowering::{Argument, Embedded, Type};
use crate::part::parameter::flag;
use crate::part::tensors::{PartTensors, Tensors};

pub(crate) static CLASS: Class = layer(
    |shape, given| Some(shape.with_last(given.count("units")?)),
    "keras.src.layers.core.dense.Dense",
    &["tensorflow.keras.layers.Dense", "keras.layers.Dense"],
    &[
        UNITS,
        activation("linear"),
        flag("use_bias", true),
        initializer("kernel_initializer", "glorot_uniform"),
        initializer("bias_initializer", "zeros"),
        regularizer("kernel_regularizer"),
        regularizer("bias_regularizer").default_only(),
        regularizer("activity_regularizer"),
        constraint("kernel_constraint"),
        constraint("bias_constraint"),
        INPUT_SHAPE,
        NAME,
    ],
);

/// Reads a layer of so many inputs and units.
pub(in crate::part::network) fn read(
    reader: &Reader<'_>,
    activation: Activation,
    (inputs, units): (usize, usize),
) -> Result<Box<dyn FittedLayer>, DocumentError> {
    Ok(Box::new(Dense {
        kernel: reader.get("kernel")?.weights(&[inputs, units])?,
        bias: reader.get("bias")?.weights(&[units])?,
        activation,
    }))
}

impl FittedLayer for Dense<Vec<f32>, Vec<f32>, Activation> {
    fn units(&self) -> usize {
        self.bias.len()
    }

    fn write(&self, inputs: usize, tensors: &mut Tensors) -> Value {
        let units = self.units();
        let mut keep = PartTensors::new(tensors, LAYER);
        json!({
            "type": "Dense",
            "units": units,
            "activation": self.activation.name(),
            "kernel": keep.tensor("kernel", &[inputs, units], &self.kernel),
            "bias": keep.tensor("bias", &[units], &self.bias),
        })
    }

    fn embedded(&self, inputs: usize) -> Embedded {
        // The type of an activation has the name of its variant.
        let ty = Type::new("Dense", &[inputs, self.units()])
            .with(Argument::Name(format!("{:?}", self.activation)));
        Embedded::single(ty, &[&self.kernel, &self.bias])
    }
}
