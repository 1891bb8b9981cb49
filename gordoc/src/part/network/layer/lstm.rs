//! The layer of long short-term memory.

use gordo_runtime::Activation;
use gordo_runtime::kernel::lstm::ReturnedSteps;
use gordo_runtime::part::Lstm;
use serde_json::{Value, json};

use super::{
    FittedLayer, INPUT_SHAPE, LAYER, NAME, SEED, UNITS, activation, constraint, initializer, layer,
    regularizer,
};
use crate::part::class::Class;
use crate::part::document::{DocumentError, Reader};
use crate::part::kind::Kind;
use crate::part::lowering::{Argument, Embedded, Type};
use crate::part::parameter::{Default, flag, number, parameter};
use crate::part::tensors::{PartTensors, Tensors};

pub(crate) static CLASS: Class = layer(
    |shape, given| Some(shape.unrolled(given.count("units")?, given.flag("return_sequences"))),
    "keras.src.layers.rnn.lstm.LSTM",
    &["tensorflow.keras.layers.LSTM", "keras.layers.LSTM"],
    &[
        UNITS,
        activation("tanh"),
        parameter(
            "recurrent_activation",
            Default::Text("sigmoid"),
            Kind::Optional(&Kind::Activation),
        )
        .default_only(),
        flag("use_bias", true).default_only(),
        initializer("kernel_initializer", "glorot_uniform"),
        initializer("recurrent_initializer", "orthogonal"),
        initializer("bias_initializer", "zeros"),
        flag("unit_forget_bias", true).default_only(),
        regularizer("kernel_regularizer").default_only(),
        regularizer("recurrent_regularizer").default_only(),
        regularizer("bias_regularizer").default_only(),
        regularizer("activity_regularizer").default_only(),
        constraint("kernel_constraint"),
        constraint("recurrent_constraint"),
        constraint("bias_constraint"),
        number("dropout", 0.0, Kind::PART).default_only(),
        number("recurrent_dropout", 0.0, Kind::PART).default_only(),
        SEED,
        flag("return_sequences", false),
        flag("return_state", false).default_only(),
        flag("go_backwards", false).default_only(),
        flag("stateful", false).default_only(),
        flag("unroll", false),
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
    let gates = units.saturating_mul(4);
    Ok(Box::new(Lstm {
        kernel: reader.get("kernel")?.weights(&[inputs, gates])?,
        recurrent_kernel: reader.get("recurrent_kernel")?.weights(&[units, gates])?,
        bias: reader.get("bias")?.weights(&[gates])?,
        activation,
        returns: if reader.get("return_sequences")?.flag()? {
            ReturnedSteps::Sequence
        } else {
            ReturnedSteps::Last
        },
    }))
}

impl FittedLayer for Lstm<Vec<f32>, Vec<f32>, Vec<f32>, Activation, ReturnedSteps> {
    fn units(&self) -> usize {
        self.bias.len() / 4
    }

    fn write(&self, inputs: usize, tensors: &mut Tensors) -> Value {
        let units = self.units();
        let mut keep = PartTensors::new(tensors, LAYER);
        let recurrent = keep.tensor(
            "recurrent.kernel",
            &[units, 4 * units],
            &self.recurrent_kernel,
        );
        json!({
            "type": "LSTM",
            "units": units,
            "activation": self.activation.name(),
            "recurrent_activation": "sigmoid",
            "return_sequences": self.returns == ReturnedSteps::Sequence,
            "gate_order": "i,f,c,o",
            "kernel": keep.tensor("kernel", &[inputs, 4 * units], &self.kernel),
            "recurrent_kernel": recurrent,
            "bias": keep.tensor("bias", &[4 * units], &self.bias),
        })
    }

    fn embedded(&self, inputs: usize) -> Embedded {
        let mut ty = Type::new("Lstm", &[inputs, self.units()])
            .with(Argument::Name(format!("{:?}", self.activation)));
        if self.returns == ReturnedSteps::Sequence {
            ty = ty.with(Argument::Name("Sequence".to_owned()));
        }
        Embedded::single(ty, &[&self.kernel, &self.recurrent_kernel, &self.bias])
    }
}
