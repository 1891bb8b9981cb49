//! Transformers that scale each column, or each row, and keep the number of columns.

use super::{COPY, Class, Default, Kind, Part, RANDOM_STATE, Role, choice, count, flag, parameter};

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Transformer,
        Part::MinMaxScaler,
        "sklearn.preprocessing._data.MinMaxScaler",
        &["sklearn.preprocessing.MinMaxScaler"],
        &[
            flag("clip", false),
            COPY,
            parameter("feature_range", Default::Ints(0, 1), Kind::Range),
        ],
    ),
    Class::new(
        Role::Transformer,
        Part::StandardScaler,
        "sklearn.preprocessing._data.StandardScaler",
        &["sklearn.preprocessing.StandardScaler"],
        &[COPY, flag("with_mean", true), flag("with_std", true)],
    ),
    Class::new(
        Role::Transformer,
        Part::RobustScaler,
        "sklearn.preprocessing._data.RobustScaler",
        &["sklearn.preprocessing.RobustScaler"],
        &[
            COPY,
            parameter(
                "quantile_range",
                Default::Floats(25.0, 75.0),
                Kind::Percentiles,
            ),
            flag("unit_variance", false),
            flag("with_centering", true),
            flag("with_scaling", true),
        ],
    ),
    Class::new(
        Role::Transformer,
        Part::MaxAbsScaler,
        "sklearn.preprocessing._data.MaxAbsScaler",
        &["sklearn.preprocessing.MaxAbsScaler"],
        &[COPY],
    ),
    Class::new(
        Role::Transformer,
        Part::Normalizer,
        "sklearn.preprocessing._data.Normalizer",
        &["sklearn.preprocessing.Normalizer"],
        &[COPY, choice("norm", &["l2", "l1", "max"])],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::PowerTransformer,
        "sklearn.preprocessing._data.PowerTransformer",
        &["sklearn.preprocessing.PowerTransformer"],
        &[
            COPY,
            choice("method", &["yeo-johnson", "box-cox"]),
            flag("standardize", true),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::QuantileTransformer,
        "sklearn.preprocessing._data.QuantileTransformer",
        &["sklearn.preprocessing.QuantileTransformer"],
        &[
            COPY,
            flag("ignore_implicit_zeros", false),
            count("n_quantiles", 1000, 1),
            choice("output_distribution", &["uniform", "normal"]),
            RANDOM_STATE,
            parameter(
                "subsample",
                Default::Int(10_000),
                Kind::Optional(&Kind::POSITIVE),
            ),
        ],
    )
    .later(),
];
