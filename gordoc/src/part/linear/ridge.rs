//! `Ridge`: least squares with small weights.
//!
//! All solvers of scikit-learn look for the one solution there is, which is found directly.

#![expect(
    clippy::needless_pass_by_value,
    reason = "views of arrays are handed on by value, as ndarray does"
)]

use std::sync::Arc;

use gordo_runtime::Batch;
use ndarray::{Array2, ArrayView2};

use super::model::{ALPHA, COPY_X, FIT_INTERCEPT, POSITIVE, TOLERANCE, fit_centred, read};
use crate::algorithm::linear_algebra::{NotFactored, Svd, solve_positive_definite, svd};
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Class, Definition};
use crate::part::conflict::conflict;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};
use crate::part::kind::Kind;
use crate::part::parameter::{RANDOM_STATE, choice, optional};

const NAME: &str = "Ridge";

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.linear_model._ridge.Ridge",
    &["sklearn.linear_model.Ridge"],
    &[
        ALPHA,
        COPY_X,
        FIT_INTERCEPT,
        optional("max_iter", &Kind::POSITIVE),
        POSITIVE.default_only(),
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
    Some(|given| {
        Arc::new(Ridge {
            alpha: given.number("alpha"),
            fit_intercept: given.flag("fit_intercept"),
        })
    }),
)
.refused_by(|definition, given| check_solver(definition, given).into_iter().collect())
.read_by(|reader, width| read(NAME, reader, width));

/// A solver that does not go with the signs of the weights.
fn check_solver(definition: &Definition<'_>, given: &Arguments<'_>) -> Option<Diagnostic> {
    let (solver, positive) = (given.text("solver")?, given.flag("positive"));
    let (message, help) = match (solver, positive) {
        ("lbfgs", false) => (
            "the solver `lbfgs` only finds positive weights".to_owned(),
            "leave `solver` out",
        ),
        ("auto" | "lbfgs", _) | (_, false) => return None,
        (_, true) => (
            format!("the solver `{solver}` cannot keep weights positive"),
            "leave `solver` out",
        ),
    };
    Some(conflict(definition, given, message, "solver", "positive").help(help))
}

/// As defined.
#[derive(Debug)]
struct Ridge {
    /// What weights cost, squared.
    alpha: f64,
    fit_intercept: bool,
}

impl Estimator for Ridge {
    fn fit(&self, x: &Batch, y: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        fit_centred(NAME, (x, y), self.fit_intercept, |x, y| {
            solve(x, y, self.alpha)
        })
    }
}

/// `(xᵀx + alpha)⁻¹ xᵀy`, of the smaller of the two products of `x` with itself.
fn solve(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    alpha: f64,
) -> Result<Array2<f64>, NotFactored> {
    let (rows, columns) = x.dim();
    let solution = if rows < columns {
        let dual = solve_positive_definite(with_ridge(x.dot(&x.t()), alpha).view(), y);
        dual.map(|dual| x.t().dot(&dual))
    } else {
        let gram = with_ridge(x.t().dot(&x), alpha);
        solve_positive_definite(gram.view(), x.t().dot(&y).view())
    };
    match solution {
        Some(solution) => Ok(solution),
        None => solve_by_svd(x, y, alpha),
    }
}

fn with_ridge(mut gram: Array2<f64>, alpha: f64) -> Array2<f64> {
    gram.diag_mut().mapv_inplace(|number| number + alpha);
    gram
}

/// Where columns say the same, or numbers are too large to be squared.
fn solve_by_svd(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    alpha: f64,
) -> Result<Array2<f64>, NotFactored> {
    /// Directions of less than this are none, as in scikit-learn.
    const LEAST: f64 = 1e-15;
    let Svd { u, values, vt } = svd(x)?;
    let mut along = u.t().dot(&y);
    for (mut row, value) in along.rows_mut().into_iter().zip(&values) {
        let factor = if *value > LEAST {
            // `value / (value² + alpha)`, without the square.
            1.0 / (value + alpha / value)
        } else {
            0.0
        };
        row *= factor;
    }
    Ok(vt.t().dot(&along))
}
