//! Trees that are known by name and parameters, but not fitted yet.

use super::parameters::{
    BOOTSTRAP, CCP_ALPHA, FEATURES, MAX_DEPTH, MAX_LEAF_NODES, MAX_SAMPLES, MIN_IMPURITY_DECREASE,
    MIN_SAMPLES_LEAF, MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, MONOTONIC_CST, N_ESTIMATORS,
    OOB_SCORE, ROWS, rows_without_bootstrap,
};
use crate::part::class::Class;
use crate::part::kind::Kind;
use crate::part::parameter::{
    Default, N_JOBS, RANDOM_STATE, VERBOSE, WARM_START, choice, flag, number, optional, parameter,
};

pub(crate) static RANDOM_FOREST_CLASSIFIER: Class = Class::estimator(
    "sklearn.ensemble._forest.RandomForestClassifier",
    &["sklearn.ensemble.RandomForestClassifier"],
    &[
        BOOTSTRAP,
        CCP_ALPHA,
        optional(
            "class_weight",
            &Kind::Either(&[
                Kind::OneOf(&["balanced", "balanced_subsample"]),
                Kind::Map,
                Kind::List,
            ]),
        ),
        choice("criterion", &["gini", "entropy", "log_loss"]),
        MAX_DEPTH,
        parameter("max_features", Default::Text("sqrt"), FEATURES),
        MAX_LEAF_NODES,
        MAX_SAMPLES,
        MIN_IMPURITY_DECREASE,
        MIN_SAMPLES_LEAF,
        MIN_SAMPLES_SPLIT,
        MIN_WEIGHT_FRACTION_LEAF,
        MONOTONIC_CST,
        N_ESTIMATORS,
        N_JOBS,
        OOB_SCORE,
        RANDOM_STATE,
        VERBOSE,
        WARM_START,
    ],
    None,
)
.refused_by(rows_without_bootstrap);

pub(crate) static GRADIENT_BOOSTING: Class = Class::estimator(
    "sklearn.ensemble._gb.GradientBoostingRegressor",
    &["sklearn.ensemble.GradientBoostingRegressor"],
    &[
        number("alpha", 0.9, Kind::FRACTION),
        CCP_ALPHA,
        choice("criterion", &["friedman_mse", "squared_error"]),
        optional(
            "init",
            &Kind::Either(&[Kind::OneOf(&["zero"]), Kind::Definition]),
        ),
        number("learning_rate", 0.1, Kind::NOT_NEGATIVE),
        choice(
            "loss",
            &["squared_error", "absolute_error", "huber", "quantile"],
        ),
        parameter(
            "max_depth",
            Default::Int(3),
            Kind::Optional(&Kind::POSITIVE),
        ),
        parameter("max_features", Default::Null, FEATURES),
        MAX_LEAF_NODES,
        MIN_IMPURITY_DECREASE,
        MIN_SAMPLES_LEAF,
        MIN_SAMPLES_SPLIT,
        MIN_WEIGHT_FRACTION_LEAF,
        N_ESTIMATORS,
        optional("n_iter_no_change", &Kind::POSITIVE),
        RANDOM_STATE,
        number("subsample", 1.0, Kind::SHARE),
        number("tol", 1e-4, Kind::NOT_NEGATIVE),
        number("validation_fraction", 0.1, Kind::FRACTION),
        VERBOSE,
        WARM_START,
    ],
    None,
)
.of_one_target();

pub(crate) static ISOLATION_FOREST: Class = Class::estimator(
    "sklearn.ensemble._iforest.IsolationForest",
    &["sklearn.ensemble.IsolationForest"],
    &[
        flag("bootstrap", false),
        parameter(
            "contamination",
            Default::Text("auto"),
            Kind::Either(&[Kind::OneOf(&["auto"]), Kind::HALF]),
        ),
        number(
            "max_features",
            1.0,
            Kind::Either(&[Kind::at_least(i64::MIN), Kind::SHARE]),
        ),
        parameter(
            "max_samples",
            Default::Text("auto"),
            Kind::Either(&[Kind::OneOf(&["auto"]), ROWS]),
        ),
        N_ESTIMATORS,
        N_JOBS,
        RANDOM_STATE,
        VERBOSE,
        WARM_START,
    ],
    None,
);
