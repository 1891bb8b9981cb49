//! Imputers, projections, features and functions.

use super::{
    COPY, Class, Default, Kind, Parameter, Part, RANDOM_STATE, Role, choice, count, flag, number,
    optional, parameter,
};

const N_OVERSAMPLES: Parameter = count("n_oversamples", 10, 1);
const TOLERANCE: Parameter = number("tol", 0.0, Kind::NOT_NEGATIVE);

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Transformer,
        Part::Pca,
        "sklearn.decomposition._pca.PCA",
        &["sklearn.decomposition.PCA"],
        &[
            COPY,
            parameter(
                "iterated_power",
                Default::Text("auto"),
                Kind::Either(&[Kind::COUNT, Kind::OneOf(&["auto"])]),
            ),
            optional(
                "n_components",
                &Kind::Either(&[Kind::COUNT, Kind::FRACTION, Kind::OneOf(&["mle"])]),
            ),
            N_OVERSAMPLES,
            choice("power_iteration_normalizer", &["auto", "QR", "LU", "none"]),
            RANDOM_STATE,
            choice(
                "svd_solver",
                &["auto", "full", "covariance_eigh", "arpack", "randomized"],
            ),
            TOLERANCE,
            flag("whiten", false),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::TruncatedSvd,
        "sklearn.decomposition._truncated_svd.TruncatedSVD",
        &["sklearn.decomposition.TruncatedSVD"],
        &[
            choice("algorithm", &["randomized", "arpack"]),
            count("n_components", 2, 1),
            count("n_iter", 5, 0),
            N_OVERSAMPLES,
            choice("power_iteration_normalizer", &["auto", "OR", "LU", "none"]),
            RANDOM_STATE,
            TOLERANCE,
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::PolynomialFeatures,
        "sklearn.preprocessing._polynomial.PolynomialFeatures",
        &["sklearn.preprocessing.PolynomialFeatures"],
        &[
            parameter(
                "degree",
                Default::Int(2),
                Kind::Either(&[Kind::COUNT, Kind::ListOf(&Kind::COUNT)]),
            ),
            flag("include_bias", true),
            flag("interaction_only", false),
            choice("order", &["C", "F"]),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::FunctionTransformer,
        "sklearn.preprocessing._function_transformer.FunctionTransformer",
        &["sklearn.preprocessing.FunctionTransformer"],
        &[
            flag("accept_sparse", false),
            flag("check_inverse", true),
            optional(
                "feature_names_out",
                &Kind::Either(&[Kind::OneOf(&["one-to-one"]), Kind::Function]),
            ),
            optional("func", &Kind::Function),
            optional("inv_kw_args", &Kind::Map),
            optional("inverse_func", &Kind::Function),
            optional("kw_args", &Kind::Map),
            flag("validate", false),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::SimpleImputer,
        "sklearn.impute._base.SimpleImputer",
        &["sklearn.impute.SimpleImputer"],
        &[
            flag("add_indicator", false),
            COPY,
            optional("fill_value", &Kind::NUMBER),
            flag("keep_empty_features", false),
            parameter(
                "missing_values",
                Default::Text("NaN"),
                Kind::Either(&[Kind::Real, Kind::OneOf(&["NaN"])]),
            ),
            choice("strategy", &["mean", "median", "most_frequent", "constant"]),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::InfImputer,
        "gordo.machine.model.transformers.imputer.InfImputer",
        &[],
        &[
            optional("inf_fill_value", &Kind::NUMBER),
            optional("neg_inf_fill_value", &Kind::NUMBER),
            parameter(
                "strategy",
                Default::Text("minmax"),
                Kind::Optional(&Kind::OneOf(&["minmax", "extremes"])),
            ),
            number("delta", 2.0, Kind::NUMBER),
        ],
    )
    .later(),
    Class::new(
        Role::Transformer,
        Part::FeatureAgglomeration,
        "sklearn.cluster._agglomerative.FeatureAgglomeration",
        &["sklearn.cluster.FeatureAgglomeration"],
        &[
            flag("compute_distances", false),
            parameter(
                "compute_full_tree",
                Default::Text("auto"),
                Kind::Either(&[Kind::Flag, Kind::OneOf(&["auto"])]),
            ),
            parameter("connectivity", Default::Null, Kind::Any),
            optional("distance_threshold", &Kind::NOT_NEGATIVE),
            choice("linkage", &["ward", "complete", "average", "single"]),
            optional("memory", &Kind::Text),
            parameter("metric", Default::Text("euclidean"), Kind::Text),
            parameter(
                "n_clusters",
                Default::Int(2),
                Kind::Optional(&Kind::POSITIVE),
            ),
            parameter("pooling_func", Default::Text("numpy.mean"), Kind::Function),
        ],
    )
    .later(),
];
