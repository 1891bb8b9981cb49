//! Linear models that are known by name and parameters, but not fitted yet.

use crate::part::class::Class;
use crate::part::conflict::conflict;
use crate::part::kind::Kind;
use crate::part::parameter::{
    Parameter, RANDOM_STATE, WARM_START, choice, count, flag, number, optional,
};

pub(super) const COPY_X: Parameter = flag("copy_X", true);
pub(super) const FIT_INTERCEPT: Parameter = flag("fit_intercept", true);
pub(super) const POSITIVE: Parameter = flag("positive", false);
const ALPHA: Parameter = number("alpha", 1.0, Kind::NOT_NEGATIVE);
const TOLERANCE: Parameter = number("tol", 1e-4, Kind::NOT_NEGATIVE);
const MAX_ITER: Parameter = count("max_iter", 1000, 1);
const PRECOMPUTE: Parameter = flag("precompute", false);
const SELECTION: Parameter = choice("selection", &["cyclic", "random"]);

pub(crate) static RIDGE: Class = Class::estimator(
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
    None,
)
.refused_by(|definition, given| {
    let (Some(solver), positive) = (given.text("solver"), given.flag("positive")) else {
        return Vec::new();
    };
    let (message, help) = match (solver, positive) {
        ("auto", _) | ("lbfgs", true) => return Vec::new(),
        ("lbfgs", false) => (
            "the solver `lbfgs` only finds positive weights".to_owned(),
            "set `positive: true` or leave `solver` out",
        ),
        (_, false) => return Vec::new(),
        (_, true) => (
            format!("the solver `{solver}` cannot keep weights positive"),
            "leave `solver` out",
        ),
    };
    vec![conflict(definition, given, message, "solver", "positive").help(help)]
});

pub(crate) static LASSO: Class = Class::estimator(
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
    None,
);

pub(crate) static ELASTIC_NET: Class = Class::estimator(
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
    None,
);
