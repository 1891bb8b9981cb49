//! Classes made of other classes.

use super::{
    Class, Default, Kind, N_JOBS, Parameter, Part, Role, flag, number, optional, parameter,
};

const fn required(name: &'static str, kind: Kind) -> Parameter {
    parameter(name, Default::Required, kind)
}

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Pipeline,
        Part::Pipeline,
        "sklearn.pipeline.Pipeline",
        &[],
        &[
            optional("memory", &Kind::Text),
            required("steps", Kind::List),
            flag("verbose", false),
        ],
    ),
    Class::new(
        Role::Transformer,
        Part::FeatureUnion,
        "sklearn.pipeline.FeatureUnion",
        &[],
        &[
            N_JOBS,
            required("transformer_list", Kind::List),
            optional("transformer_weights", &Kind::Map),
            flag("verbose", false),
            flag("verbose_feature_names_out", true),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::ColumnTransformer,
        "sklearn.compose._column_transformer.ColumnTransformer",
        &["sklearn.compose.ColumnTransformer"],
        &[
            flag("force_int_remainder_cols", true),
            N_JOBS,
            parameter("remainder", Default::Text("drop"), Kind::Definition),
            number("sparse_threshold", 0.3, Kind::between(0.0, 1.0)),
            optional("transformer_weights", &Kind::Map),
            required("transformers", Kind::List),
            flag("verbose", false),
            flag("verbose_feature_names_out", true),
        ],
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::TransformedTarget,
        "sklearn.compose._target.TransformedTargetRegressor",
        &["sklearn.compose.TransformedTargetRegressor"],
        &[
            flag("check_inverse", true),
            optional("func", &Kind::Function).later(),
            optional("inverse_func", &Kind::Function).later(),
            optional("regressor", &Kind::Definition),
            optional("transformer", &Kind::Definition),
        ],
    ),
    Class::new(
        Role::Estimator,
        Part::MultiOutput,
        "sklearn.multioutput.MultiOutputRegressor",
        &[],
        &[required("estimator", Kind::Definition), N_JOBS],
    )
    .later(),
];
