//! Trees and what is made of them: known by name and parameters, but not fitted yet.

use super::arguments::Arguments;
use super::class::{Class, Definition};
use super::conflict::conflict;
use super::kind::Kind;
use super::parameter::{
    Default, N_JOBS, Parameter, RANDOM_STATE, VERBOSE, WARM_START, choice, count, flag, number,
    optional, parameter,
};
use crate::diagnostic::Diagnostic;

const BOOTSTRAP: Parameter = flag("bootstrap", true);
const CCP_ALPHA: Parameter = number("ccp_alpha", 0.0, Kind::NOT_NEGATIVE);
const CRITERION: Parameter = choice(
    "criterion",
    &["squared_error", "friedman_mse", "absolute_error", "poisson"],
);
const MAX_DEPTH: Parameter = optional("max_depth", &Kind::POSITIVE);
const FEATURES: Kind = Kind::Optional(&Kind::Either(&[
    Kind::POSITIVE,
    Kind::SHARE,
    Kind::OneOf(&["sqrt", "log2"]),
]));
const MAX_LEAF_NODES: Parameter = optional("max_leaf_nodes", &Kind::at_least(2));
const ROWS: Kind = Kind::Either(&[Kind::POSITIVE, Kind::SHARE]);
const MAX_SAMPLES: Parameter = optional("max_samples", &ROWS);
const MIN_IMPURITY_DECREASE: Parameter = number("min_impurity_decrease", 0.0, Kind::NOT_NEGATIVE);
const MIN_SAMPLES_LEAF: Parameter = parameter(
    "min_samples_leaf",
    Default::Int(1),
    Kind::Either(&[Kind::POSITIVE, Kind::FRACTION]),
);
const MIN_SAMPLES_SPLIT: Parameter = parameter(
    "min_samples_split",
    Default::Int(2),
    Kind::Either(&[Kind::at_least(2), Kind::SHARE]),
);
const MIN_WEIGHT_FRACTION_LEAF: Parameter =
    number("min_weight_fraction_leaf", 0.0, Kind::between(0.0, 0.5));
const MONOTONIC_CST: Parameter = optional("monotonic_cst", &Kind::ListOf(&Kind::Count(-1, 1)));
const N_ESTIMATORS: Parameter = count("n_estimators", 100, 1);
const OOB_SCORE: Parameter = flag("oob_score", false);

pub(crate) static DECISION_TREE: Class = Class::estimator(
    "sklearn.tree._classes.DecisionTreeRegressor",
    &["sklearn.tree.DecisionTreeRegressor"],
    &[
        CCP_ALPHA,
        CRITERION,
        MAX_DEPTH,
        parameter("max_features", Default::Null, FEATURES),
        MAX_LEAF_NODES,
        MIN_IMPURITY_DECREASE,
        MIN_SAMPLES_LEAF,
        MIN_SAMPLES_SPLIT,
        MIN_WEIGHT_FRACTION_LEAF,
        MONOTONIC_CST,
        RANDOM_STATE,
        choice("splitter", &["best", "random"]),
    ],
    None,
);

pub(crate) static RANDOM_FOREST: Class = Class::estimator(
    "sklearn.ensemble._forest.RandomForestRegressor",
    &["sklearn.ensemble.RandomForestRegressor"],
    &[
        BOOTSTRAP,
        CCP_ALPHA,
        CRITERION,
        MAX_DEPTH,
        parameter("max_features", Default::Float(1.0), FEATURES),
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

fn rows_without_bootstrap(definition: &Definition<'_>, given: &Arguments<'_>) -> Vec<Diagnostic> {
    if given.flag("bootstrap") {
        return Vec::new();
    }
    let samples = given.find("max_samples").is_some();
    let scored = given.flag("oob_score");
    [("max_samples", samples), ("oob_score", scored)]
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(name, _)| {
            let message = format!("`{name}` needs `bootstrap`");
            conflict(definition, given, message, name, "bootstrap").help("set `bootstrap: true`")
        })
        .collect()
}
