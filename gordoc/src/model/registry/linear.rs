//! Linear models and neighbours.

use super::{
    Class, Default, Kind, N_JOBS, Parameter, Part, RANDOM_STATE, Role, WARM_START, choice, count,
    flag, number, optional, parameter,
};

const COPY_X: Parameter = flag("copy_X", true);
const FIT_INTERCEPT: Parameter = flag("fit_intercept", true);
const POSITIVE: Parameter = flag("positive", false);
const ALPHA: Parameter = number("alpha", 1.0, Kind::NOT_NEGATIVE);
const TOLERANCE: Parameter = number("tol", 1e-4, Kind::NOT_NEGATIVE);
const MAX_ITER: Parameter = count("max_iter", 1000, 1);
const PRECOMPUTE: Parameter = flag("precompute", false);
const SELECTION: Parameter = choice("selection", &["cyclic", "random"]);

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Estimator,
        Part::LinearRegression,
        "sklearn.linear_model._base.LinearRegression",
        &["sklearn.linear_model.LinearRegression"],
        &[COPY_X, FIT_INTERCEPT, N_JOBS, POSITIVE],
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::Ridge,
        "sklearn.linear_model._ridge.Ridge",
        &["sklearn.linear_model.Ridge"],
        &[
            ALPHA,
            COPY_X,
            FIT_INTERCEPT,
            optional("max_iter", &Kind::POSITIVE),
            POSITIVE,
            RANDOM_STATE,
            choice(
                "solver",
                &[
                    "auto",
                    "svd",
                    "cholesky",
                    "lsqr",
                    "sparse_cg",
                    "sag",
                    "saga",
                    "lbfgs",
                ],
            ),
            TOLERANCE,
        ],
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::Lasso,
        "sklearn.linear_model._coordinate_descent.Lasso",
        &["sklearn.linear_model.Lasso"],
        &[
            ALPHA,
            COPY_X,
            FIT_INTERCEPT,
            MAX_ITER,
            POSITIVE,
            PRECOMPUTE,
            RANDOM_STATE,
            SELECTION,
            TOLERANCE,
            WARM_START,
        ],
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::ElasticNet,
        "sklearn.linear_model._coordinate_descent.ElasticNet",
        &["sklearn.linear_model.ElasticNet"],
        &[
            ALPHA,
            COPY_X,
            FIT_INTERCEPT,
            number("l1_ratio", 0.5, Kind::between(0.0, 1.0)),
            MAX_ITER,
            POSITIVE,
            PRECOMPUTE,
            RANDOM_STATE,
            SELECTION,
            TOLERANCE,
            WARM_START,
        ],
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::KNeighbors,
        "sklearn.neighbors._regression.KNeighborsRegressor",
        &["sklearn.neighbors.KNeighborsRegressor"],
        &[
            choice("algorithm", &["auto", "ball_tree", "kd_tree", "brute"]),
            count("leaf_size", 30, 1),
            parameter("metric", Default::Text("minkowski"), Kind::OneOf(METRICS)),
            optional("metric_params", &Kind::Map),
            N_JOBS,
            count("n_neighbors", 5, 1),
            parameter("p", Default::Int(2), Kind::ABOVE_ZERO),
            parameter(
                "weights",
                Default::Text("uniform"),
                Kind::Optional(&Kind::OneOf(&["uniform", "distance"])),
            ),
        ],
    )
    .later(),
];

/// Distances between rows by name; those that need more than rows of columns are left out.
const METRICS: &[&str] = &[
    "minkowski",
    "euclidean",
    "manhattan",
    "chebyshev",
    "braycurtis",
    "canberra",
    "cityblock",
    "correlation",
    "cosine",
    "dice",
    "hamming",
    "haversine",
    "infinity",
    "jaccard",
    "l1",
    "l2",
    "mahalanobis",
    "nan_euclidean",
    "p",
    "rogerstanimoto",
    "russellrao",
    "seuclidean",
    "sokalmichener",
    "sokalsneath",
    "sqeuclidean",
    "yule",
];
