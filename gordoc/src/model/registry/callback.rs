//! Callbacks of Keras.

use super::{
    Class, Default, Kind, Parameter, Part, Role, count, flag, number, optional, parameter,
};

const MODE: Parameter = parameter(
    "mode",
    Default::Text("auto"),
    Kind::OneOf(&["auto", "min", "max"]),
);
const MONITOR: Parameter = parameter("monitor", Default::Text("val_loss"), Kind::Text);
const QUIET: Parameter = parameter("verbose", Default::Int(0), Kind::Any);

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Callback,
        Part::EarlyStopping,
        "keras.src.callbacks.early_stopping.EarlyStopping",
        &[
            "tensorflow.keras.callbacks.EarlyStopping",
            "keras.callbacks.EarlyStopping",
        ],
        &[
            MONITOR,
            parameter("min_delta", Default::Int(0), Kind::NUMBER),
            count("patience", 0, 0),
            QUIET,
            MODE,
            optional("baseline", &Kind::NUMBER).later(),
            flag("restore_best_weights", false),
            count("start_from_epoch", 0, 0),
        ],
    ),
    Class::new(
        Role::Callback,
        Part::ReduceRateOnPlateau,
        "keras.src.callbacks.reduce_lr_on_plateau.ReduceLROnPlateau",
        &[
            "tensorflow.keras.callbacks.ReduceLROnPlateau",
            "keras.callbacks.ReduceLROnPlateau",
        ],
        &[
            MONITOR,
            number("factor", 0.1, Kind::PART),
            count("patience", 10, 0),
            QUIET,
            MODE,
            number("min_delta", 1e-4, Kind::NUMBER),
            count("cooldown", 0, 0),
            number("min_lr", 0.0, Kind::NOT_NEGATIVE),
        ],
    )
    .later(),
    Class::new(
        Role::Callback,
        Part::TerminateOnNan,
        "keras.src.callbacks.terminate_on_nan.TerminateOnNaN",
        &[
            "tensorflow.keras.callbacks.TerminateOnNaN",
            "keras.callbacks.TerminateOnNaN",
        ],
        &[],
    )
    .later(),
];
