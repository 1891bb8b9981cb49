//! `ColumnTransformer`: parts for columns of their own. Known by name and parameters only.

use crate::part::class::Class;
use crate::part::columns::Width;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, N_JOBS, flag, number, optional, parameter, required};

pub(crate) static CLASS: Class = Class::transformer(
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
    None,
)
.one_way()
.gives(|_, _, _, _| Width::Unknown);
