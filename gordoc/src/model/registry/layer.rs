//! What raw networks are written in: the network itself, its layers and regularizers.

use super::{Class, Default, Kind, Parameter, Part, Role, flag, number, optional, parameter};

const fn required(name: &'static str, kind: Kind) -> Parameter {
    parameter(name, Default::Required, kind)
}

const UNITS: Parameter = required("units", Kind::Count(1, 1_000_000));
const SHAPE: Kind = Kind::ListOf(&Kind::POSITIVE);
const INPUT_SHAPE: Parameter = optional("input_shape", &SHAPE);
const NAME: Parameter = optional("name", &Kind::Text);
const SEED: Parameter = optional("seed", &Kind::at_least(0));
/// One of Keras' names, or a class.
const REGULARIZER: Kind = Kind::Either(&[
    Kind::OneOf(&["l1", "l2", "l1_l2", "L1", "L2", "L1L2"]),
    Kind::Definition,
]);

const fn regularizer(name: &'static str) -> Parameter {
    optional(name, &REGULARIZER)
}

const fn initializer(name: &'static str, default: &'static str) -> Parameter {
    parameter(name, Default::Text(default), Kind::Any).later()
}

const fn constraint(name: &'static str) -> Parameter {
    parameter(name, Default::Null, Kind::Any).later()
}

const fn activation(default: &'static str) -> Parameter {
    parameter(
        "activation",
        Default::Text(default),
        Kind::Optional(&Kind::Activation),
    )
}

const fn layer(
    part: Part,
    path: &'static str,
    aliases: &'static [&'static str],
    parameters: &'static [Parameter],
) -> Class {
    Class::new(Role::Layer, part, path, aliases, parameters).later()
}

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Network,
        Part::Sequential,
        "keras.src.models.sequential.Sequential",
        &[
            "tensorflow.keras.models.Sequential",
            "tensorflow.keras.Sequential",
            "keras.models.Sequential",
            "keras.Sequential",
        ],
        &[required("layers", Kind::List)],
    )
    .later(),
    layer(
        Part::InputLayer,
        "keras.src.layers.core.input_layer.Input",
        &[
            "tensorflow.keras.layers.Input",
            "tensorflow.keras.Input",
            "keras.layers.Input",
            "keras.Input",
        ],
        &[required("shape", SHAPE), NAME],
    ),
    layer(
        Part::DenseLayer,
        "keras.src.layers.core.dense.Dense",
        &["tensorflow.keras.layers.Dense", "keras.layers.Dense"],
        &[
            UNITS,
            activation("linear"),
            flag("use_bias", true),
            initializer("kernel_initializer", "glorot_uniform"),
            initializer("bias_initializer", "zeros"),
            regularizer("kernel_regularizer"),
            regularizer("bias_regularizer").later(),
            regularizer("activity_regularizer"),
            constraint("kernel_constraint"),
            constraint("bias_constraint"),
            INPUT_SHAPE,
            NAME,
        ],
    ),
    layer(
        Part::LstmLayer,
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
            .later(),
            flag("use_bias", true).later(),
            initializer("kernel_initializer", "glorot_uniform"),
            initializer("recurrent_initializer", "orthogonal"),
            initializer("bias_initializer", "zeros"),
            flag("unit_forget_bias", true).later(),
            regularizer("kernel_regularizer").later(),
            regularizer("recurrent_regularizer").later(),
            regularizer("bias_regularizer").later(),
            regularizer("activity_regularizer").later(),
            constraint("kernel_constraint"),
            constraint("recurrent_constraint"),
            constraint("bias_constraint"),
            number("dropout", 0.0, Kind::PART).later(),
            number("recurrent_dropout", 0.0, Kind::PART).later(),
            SEED,
            flag("return_sequences", false),
            flag("return_state", false).later(),
            flag("go_backwards", false).later(),
            flag("stateful", false).later(),
            flag("unroll", false),
            INPUT_SHAPE,
            NAME,
        ],
    ),
    layer(
        Part::ReshapeLayer,
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
    ),
    layer(
        Part::FlattenLayer,
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
    ),
    layer(
        Part::RepeatLayer,
        "keras.src.layers.reshaping.repeat_vector.RepeatVector",
        &[
            "tensorflow.keras.layers.RepeatVector",
            "keras.layers.RepeatVector",
        ],
        &[required("n", Kind::POSITIVE), INPUT_SHAPE, NAME],
    ),
    layer(
        Part::DropoutLayer,
        "keras.src.layers.regularization.dropout.Dropout",
        &["tensorflow.keras.layers.Dropout", "keras.layers.Dropout"],
        &[
            required("rate", Kind::PART),
            parameter("noise_shape", Default::Null, Kind::Any).later(),
            SEED,
            INPUT_SHAPE,
            NAME,
        ],
    ),
    layer(
        Part::ActivationLayer,
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
    ),
    Class::new(
        Role::Regularizer,
        Part::Regularizer,
        "keras.src.regularizers.regularizers.L1",
        &["tensorflow.keras.regularizers.L1", "keras.regularizers.L1"],
        &[number("l1", 0.01, Kind::NOT_NEGATIVE)],
    )
    .later(),
    Class::new(
        Role::Regularizer,
        Part::Regularizer,
        "keras.src.regularizers.regularizers.L2",
        &["tensorflow.keras.regularizers.L2", "keras.regularizers.L2"],
        &[number("l2", 0.01, Kind::NOT_NEGATIVE)],
    )
    .later(),
    Class::new(
        Role::Regularizer,
        Part::Regularizer,
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
    .later(),
];
