//! Transformers that are known by name, parameters and columns, but not fitted yet.

use crate::diagnostic::Diagnostic;
use crate::part::class::{Checked, Class};
use crate::part::columns::{Width, components};
use crate::part::conflict::conflict;
use crate::part::kind::Kind;
use crate::part::parameter::{
    COPY, Default, N_OVERSAMPLES, RANDOM_STATE, TOLERANCE, choice, count, flag, number, optional,
    parameter,
};

pub(crate) static NORMALIZER: Class = Class::transformer(
    "sklearn.preprocessing._data.Normalizer",
    &["sklearn.preprocessing.Normalizer"],
    &[COPY, choice("norm", &["l2", "l1", "max"])],
    None,
)
.one_way();

pub(crate) static POWER_TRANSFORMER: Class = Class::transformer(
    "sklearn.preprocessing._data.PowerTransformer",
    &["sklearn.preprocessing.PowerTransformer"],
    &[
        COPY,
        choice("method", &["yeo-johnson", "box-cox"]),
        flag("standardize", true),
    ],
    None,
);

pub(crate) static QUANTILE_TRANSFORMER: Class = Class::transformer(
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
    None,
)
.checked_by(|resolver, definition, given| {
    let (Some(quantiles), Some(rows)) = (given.count("n_quantiles"), given.count("subsample"))
    else {
        return Checked::Sound;
    };
    if quantiles <= rows {
        return Checked::Sound;
    }
    let message = format!("{quantiles} quantiles of {rows} rows");
    let found = conflict(definition, given, message, "n_quantiles", "subsample");
    resolver
        .blockers()
        .push(found.help("set `n_quantiles` to at most `subsample`"));
    Checked::Conflicting
});

pub(crate) static TRUNCATED_SVD: Class = Class::transformer(
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
    None,
)
.gives(|resolver, definition, given, inputs| {
    if inputs.most() == Some(1) {
        resolver.blockers().push(
            Diagnostic::error(
                "model::too_few_columns",
                "`TruncatedSVD` needs 2 columns, but there is 1",
            )
            .label(definition.path, "gets 1 column")
            .help("leave it out, or give the machine more tags"),
        );
        return Width::Unknown;
    }
    let spared = usize::from(given.text("algorithm") == Some("arpack"));
    let usable = inputs.map(|columns| columns.checked_sub(spared));
    match given.find("n_components") {
        Some(node) => components(node, given, usable, resolver.blockers()),
        None => Width::Exactly(given.count("n_components").unwrap_or_default()),
    }
});

pub(crate) static SIMPLE_IMPUTER: Class = Class::transformer(
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
    None,
)
.one_way();

pub(crate) static INF_IMPUTER: Class = Class::transformer(
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
    None,
)
.one_way();

pub(crate) static FEATURE_AGGLOMERATION: Class = Class::transformer(
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
    None,
)
.gives(|_, _, _, _| Width::Unknown);
