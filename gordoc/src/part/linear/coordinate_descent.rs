//! `Lasso` and `ElasticNet`: least squares with few or small weights, one weight at a time.
//!
//! Friedman, Hastie and Tibshirani, "Regularization paths for generalized linear models via
//! coordinate descent" (2010). Minimises
//! `|y - x w|² / 2n + alpha l1_ratio |w|₁ + alpha (1 - l1_ratio) |w|² / 2` per target.

#![expect(
    clippy::needless_pass_by_value,
    reason = "views of arrays are handed on by value, as ndarray does"
)]

use std::sync::Arc;

use gordo_runtime::Batch;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::model::{ALPHA, COPY_X, FIT_INTERCEPT, POSITIVE, TOLERANCE, fit_centred, read};
use crate::part::arguments::Arguments;
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};
use crate::part::kind::Kind;
use crate::part::parameter::{
    Default, Parameter, RANDOM_STATE, WARM_START, choice, flag, number, parameter,
};

const LASSO: &str = "Lasso";
const ELASTIC_NET: &str = "ElasticNet";

const MAX_ITER: Parameter = parameter("max_iter", Default::Int(1000), Kind::Count(1, 1_000_000));
const PRECOMPUTE: Parameter = flag("precompute", false);
const SELECTION: Parameter = choice("selection", &["cyclic", "random"]).default_only();

pub(crate) static LASSO_CLASS: Class = Class::estimator(
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
    Some(|given| Arc::new(ElasticNet::new(LASSO, given, 1.0))),
)
.read_by(|reader, width| read(LASSO, reader, width));

pub(crate) static ELASTIC_NET_CLASS: Class = Class::estimator(
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
    Some(|given| {
        Arc::new(ElasticNet::new(
            ELASTIC_NET,
            given,
            given.number("l1_ratio"),
        ))
    }),
)
.read_by(|reader, width| read(ELASTIC_NET, reader, width));

/// As defined.
#[derive(Debug)]
struct ElasticNet {
    class: &'static str,
    fit_intercept: bool,
    descent: Descent,
}

/// How weights are looked for.
#[derive(Clone, Copy, Debug)]
struct Descent {
    /// What weights cost.
    alpha: f64,
    /// Share of the cost that counts their size, the rest their square.
    l1_ratio: f64,
    /// Most sweeps over all weights.
    max_iter: usize,
    /// Share of `y · y` that may be left to gain.
    tol: f64,
    /// Whether no weight may be below 0.
    positive: bool,
}

impl ElasticNet {
    fn new(class: &'static str, given: &Arguments<'_>, l1_ratio: f64) -> Self {
        Self {
            class,
            fit_intercept: given.flag("fit_intercept"),
            descent: Descent {
                alpha: given.number("alpha"),
                l1_ratio,
                max_iter: given.count("max_iter").unwrap_or(1000),
                tol: given.number("tol"),
                positive: given.flag("positive"),
            },
        }
    }
}

impl Estimator for ElasticNet {
    fn fit(&self, x: &Batch, y: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        fit_centred(self.class, (x, y), self.fit_intercept, |x, y| {
            let weights = y.columns().into_iter().map(|y| self.descent.weights(x, y));
            let weights: Vec<Array1<f64>> = weights.collect();
            let views: Vec<ArrayView1<'_, f64>> =
                weights.iter().map(|target| target.view()).collect();
            Ok(ndarray::stack(Axis(1), &views).unwrap_or_else(|_| Array2::zeros((x.ncols(), 0))))
        })
    }
}

impl Descent {
    /// The weights of one target.
    fn weights(self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Array1<f64> {
        let rows = x.nrows() as f64;
        let l1 = self.alpha * self.l1_ratio * rows;
        let l2 = self.alpha * (1.0 - self.l1_ratio) * rows;
        // Columns that follow each other in memory are read at once.
        let columns: Vec<Vec<f64>> = x
            .columns()
            .into_iter()
            .map(|column| column.to_vec())
            .collect();
        let squares: Vec<f64> = columns.iter().map(|column| dot(column, column)).collect();
        let y = y.to_vec();
        let mut rest = y.clone();
        let mut weights = vec![0.0; columns.len()];
        let most_gap = self.tol * dot(&y, &y);
        for sweep in 0..self.max_iter {
            let (mut largest, mut change) = (0.0_f64, 0.0_f64);
            for ((weight, column), square) in weights.iter_mut().zip(&columns).zip(&squares) {
                if *square <= 0.0 {
                    continue;
                }
                let before = *weight;
                let along = dot(column, &rest) + before * square;
                *weight = if self.positive && along < 0.0 {
                    0.0
                } else {
                    (along.abs() - l1).max(0.0).copysign(along) / (square + l2)
                };
                let moved = (*weight - before).abs();
                if moved > 0.0 {
                    add(&mut rest, before - *weight, column);
                }
                change = change.max(moved);
                largest = largest.max(weight.abs());
            }
            let settled = largest <= 0.0 || change / largest < self.tol;
            let is_last = sweep + 1 == self.max_iter;
            if (settled || is_last)
                && self.gap(&columns, (&y, &rest), &weights, (l1, l2)) < most_gap
            {
                break;
            }
        }
        Array1::from_vec(weights)
    }

    /// How much less the sum could be, at most.
    fn gap(
        self,
        columns: &[Vec<f64>],
        (y, rest): (&[f64], &[f64]),
        weights: &[f64],
        (l1, l2): (f64, f64),
    ) -> f64 {
        let slopes = columns.iter().zip(weights);
        let slopes = slopes.map(|(column, weight)| dot(column, rest) - l2 * weight);
        let steepest = if self.positive {
            slopes.fold(f64::NEG_INFINITY, f64::max)
        } else {
            slopes.fold(0.0, |most, slope| slope.abs().max(most))
        };
        let squared = dot(rest, rest);
        let (share, mut gap) = if steepest > l1 {
            let share = l1 / steepest;
            (share, 0.5 * (squared + squared * share * share))
        } else {
            (1.0, squared)
        };
        let sizes: f64 = weights.iter().map(|weight| weight.abs()).sum();
        gap += l1 * sizes - share * dot(rest, y);
        gap + 0.5 * l2 * (1.0 + share * share) * dot(weights, weights)
    }
}

/// Four sums that are added at the end: the order is fixed, and they are computed at once.
fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (left, left_rest) = left.as_chunks::<4>();
    let (right, right_rest) = right.as_chunks::<4>();
    for (left, right) in left.iter().zip(right) {
        for lane in 0..4 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest = left_rest.iter().zip(right_rest);
    let rest: f64 = rest.map(|(left, right)| left * right).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

fn add(to: &mut [f64], factor: f64, numbers: &[f64]) {
    for (to, number) in to.iter_mut().zip(numbers) {
        *to += factor * number;
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "tests compare exact answers")]
mod tests {
    use ndarray::array;

    use super::*;

    fn lasso(alpha: f64, positive: bool) -> Array1<f64> {
        let descent = Descent {
            alpha,
            l1_ratio: 1.0,
            max_iter: 1000,
            tol: 1e-10,
            positive,
        };
        // Columns at right angles: each weight is its own, less the cost.
        let x = array![[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]];
        let y = array![4.0, 1.0, -1.0, -4.0];
        descent.weights(x.view(), y.view())
    }

    #[test]
    fn weights_shrink_by_their_cost_and_vanish() {
        assert_eq!(lasso(0.0, false), array![2.5, 1.5]);
        assert_eq!(lasso(0.5, false), array![2.0, 1.0]);
        assert_eq!(lasso(2.0, false), array![0.5, 0.0]);
        assert_eq!(lasso(3.0, false), array![0.0, 0.0]);
    }

    #[test]
    fn positive_weights_stay_above_zero() {
        let descent = |positive| Descent {
            alpha: 0.1,
            l1_ratio: 1.0,
            max_iter: 1000,
            tol: 1e-10,
            positive,
        };
        let x = array![[1.0], [-1.0]];
        let y = array![-1.0, 1.0];
        assert!((descent(false).weights(x.view(), y.view())[0] + 0.9).abs() < 1e-12);
        assert_eq!(descent(true).weights(x.view(), y.view())[0], 0.0);
        assert_eq!(lasso(0.5, true), array![2.0, 1.0]);
    }
}
