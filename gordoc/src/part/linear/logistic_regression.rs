//! `LogisticRegression`: which of some classes a row belongs to, by weighted sums of its columns.
//!
//! The penalised likelihood has one best answer, which is found by Newton's method: Hastie,
//! Tibshirani and Friedman, "The Elements of Statistical Learning", section 4.4.1.

#![expect(
    clippy::needless_pass_by_value,
    reason = "views of arrays are handed on by value, as ndarray does"
)]

use std::ops::Range;
use std::sync::Arc;

use gordo_runtime::{Batch, part};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use serde_json::{Value, json};

use super::model::{FIT_INTERCEPT, TOLERANCE};
use crate::algorithm::linear_algebra::solve_positive_definite;
use crate::part::class::Class;
use crate::part::document::{numbers, rows as in_rows};
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use crate::part::kind::Kind;
use crate::part::labels::labels_of;
use crate::part::learnable::check_both;
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{
    N_JOBS, RANDOM_STATE, VERBOSE, WARM_START, choice, count, flag, number, optional,
};
use crate::part::rows::matrix;
use crate::part::tensors::Tensors;

const NAME: &str = "LogisticRegression";

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.linear_model._logistic.LogisticRegression",
    &["sklearn.linear_model.LogisticRegression"],
    &[
        number("C", 1.0, Kind::ABOVE_ZERO),
        optional("class_weight", &Kind::OneOf(&["balanced"])).default_only(),
        flag("dual", false).default_only(),
        FIT_INTERCEPT,
        number("intercept_scaling", 1.0, Kind::NUMBER),
        optional("l1_ratio", &Kind::between(0.0, 1.0)).default_only(),
        count("max_iter", 100, 1),
        choice("multi_class", &["deprecated", "auto", "multinomial"]),
        N_JOBS,
        choice("penalty", &["l2", "l1", "elasticnet"]).default_only(),
        RANDOM_STATE,
        choice(
            "solver",
            &["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"],
        ),
        TOLERANCE,
        VERBOSE,
        WARM_START,
    ],
    Some(|given| {
        Arc::new(LogisticRegression {
            cost: 1.0 / given.number("C"),
            fit_intercept: given.flag("fit_intercept"),
        })
    }),
)
.of_one_target()
.read_by(|reader, width| {
    let labels = reader.get("classes")?.numbers()?;
    if labels.len() < 2 {
        return Err(reader.refuse("a choice of two classes or more"));
    }
    let coef = reader.get("coef")?.numbers_of(labels.len() * *width)?;
    let intercept = reader.get("intercept")?.numbers_of(labels.len())?;
    *width = 1;
    Ok(FittedPart::Estimator(Box::new(part::LogisticRegression {
        coef,
        intercept,
        labels,
    })))
});

/// As defined.
#[derive(Debug)]
struct LogisticRegression {
    /// What weights cost, squared.
    cost: f64,
    fit_intercept: bool,
}

/// Steps after which the likelihood no longer grows are a few.
const MOST_STEPS: usize = 100;

impl Estimator for LogisticRegression {
    fn fit(&self, x: &Batch, y: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        check_both(x, y, NAME)?;
        let (labels, classes) = labels_of(NAME, y)?;
        let mut x = matrix(x);
        let columns = x.ncols();
        if self.fit_intercept {
            let ones = Array1::ones(x.nrows());
            x.push_column(ones.view())
                .expect("a column of as many rows");
        }
        // Of two classes the first has no weights: only differences count.
        let free = if labels.len() == 2 { 1 } else { labels.len() };
        let weights = self.maximise(x.view(), &classes, (labels.len(), free), columns)?;
        let mut coef = Array2::zeros((labels.len(), columns));
        let mut intercept = Array1::zeros(labels.len());
        for (at, weights) in weights.rows().into_iter().enumerate() {
            let class = at + labels.len() - free;
            coef.row_mut(class)
                .assign(&weights.slice_axis(Axis(0), Slice::from(..columns)));
            intercept[class] = weights.get(columns).copied().unwrap_or(0.0);
        }
        let fitted = part::LogisticRegression {
            coef: coef.iter().copied().collect(),
            intercept: intercept.to_vec(),
            labels,
        };
        Ok(Fit {
            fitted: Box::new(fitted),
            history: None,
        })
    }
}

impl LogisticRegression {
    /// The weights of the last `free` classes, `[free, columns and one]`.
    fn maximise(
        &self,
        x: ArrayView2<'_, f64>,
        classes: &[usize],
        (n_classes, free): (usize, usize),
        columns: usize,
    ) -> Result<Array2<f64>, FitError> {
        let width = x.ncols();
        let mut weights = Array2::<f64>::zeros((free, width));
        let overflow = || FitError::Overflow { class: NAME };
        let mut loss = self.loss(x, classes, &weights, (n_classes, columns));
        for _ in 0..MOST_STEPS {
            let shares = shares(x, &weights, n_classes);
            let (slope, mut curvature) = self.derivatives(x, classes, &shares, &weights, columns);
            // Intercepts of several classes may all move together, at no cost.
            let nudge = curvature.diag().iter().copied().fold(0.0, f64::max) * 1e-12;
            curvature.diag_mut().mapv_inplace(|number| number + nudge);
            let step = solve_positive_definite(curvature.view(), slope.view().insert_axis(Axis(1)))
                .ok_or_else(overflow)?;
            let step = step
                .into_shape_with_order((free, width))
                .map_err(|_| overflow())?;
            // A whole step may be too far where classes are far apart.
            let mut length = 1.0;
            let (next, gained) = loop {
                let next = &weights - &(&step * length);
                let lower = self.loss(x, classes, &next, (n_classes, columns));
                if lower <= loss || length < 1e-10 {
                    break (next, loss - lower);
                }
                length /= 2.0;
            };
            if !gained.is_finite() {
                return Err(overflow());
            }
            if gained <= 0.0 {
                break;
            }
            weights = next;
            loss -= gained;
            if gained <= loss.abs() * 1e-15 {
                break;
            }
        }
        Ok(weights)
    }

    fn loss(
        &self,
        x: ArrayView2<'_, f64>,
        classes: &[usize],
        weights: &Array2<f64>,
        (n_classes, columns): (usize, usize),
    ) -> f64 {
        let scores = scores(x, weights, n_classes);
        let mut loss = 0.0;
        for (scores, class) in scores.rows().into_iter().zip(classes) {
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.iter().map(|score| libm::exp(score - most)).sum();
            loss += most + libm::log(sum) - scores[*class];
        }
        let costly = weights.slice_axis(Axis(1), Slice::from(..columns));
        loss + 0.5 * self.cost * costly.iter().map(|weight| weight * weight).sum::<f64>()
    }

    /// Slope and curvature of the loss, in the order of the weights.
    fn derivatives(
        &self,
        x: ArrayView2<'_, f64>,
        classes: &[usize],
        shares: &Array2<f64>,
        weights: &Array2<f64>,
        columns: usize,
    ) -> (Array1<f64>, Array2<f64>) {
        let (free, width) = weights.dim();
        let first = shares.ncols() - free;
        let mut slope = Array1::zeros(free * width);
        let mut curvature = Array2::zeros((free * width, free * width));
        for left in 0..free {
            let of_left = shares.column(first + left);
            let missed = Array1::from_iter(
                of_left
                    .iter()
                    .zip(classes)
                    .map(|(share, class)| share - f64::from(u8::from(*class == first + left))),
            );
            let at = left * width..(left + 1) * width;
            let mut gradient = x.t().dot(&missed);
            for column in 0..columns {
                gradient[column] += self.cost * weights[(left, column)];
            }
            slope
                .slice_axis_mut(Axis(0), Slice::from(at.clone()))
                .assign(&gradient);
            for right in left..free {
                let of_right = shares.column(first + right);
                let same = f64::from(u8::from(left == right));
                let spread = &of_left * &(same - &of_right);
                let block = x.t().dot(&(&x * &spread.insert_axis(Axis(1))));
                let to = right * width..(right + 1) * width;
                set(&mut curvature, (&at, &to), &block);
                set(&mut curvature, (&to, &at), &block.t().to_owned());
            }
            for column in 0..columns {
                curvature[(left * width + column, left * width + column)] += self.cost;
            }
        }
        (slope, curvature)
    }
}

/// Writes a block of a matrix.
fn set(
    matrix: &mut Array2<f64>,
    (rows, columns): (&Range<usize>, &Range<usize>),
    to: &Array2<f64>,
) {
    matrix
        .slice_axis_mut(Axis(0), Slice::from(rows.clone()))
        .slice_axis_mut(Axis(1), Slice::from(columns.clone()))
        .assign(to);
}

/// `[rows, classes]`; classes without weights score 0.
fn scores(x: ArrayView2<'_, f64>, weights: &Array2<f64>, n_classes: usize) -> Array2<f64> {
    let mut scores = Array2::zeros((x.nrows(), n_classes));
    let first = n_classes - weights.nrows();
    scores
        .slice_axis_mut(Axis(1), Slice::from(first..))
        .assign(&x.dot(&weights.t()));
    scores
}

/// The probability of each class, `[rows, classes]`.
fn shares(x: ArrayView2<'_, f64>, weights: &Array2<f64>, n_classes: usize) -> Array2<f64> {
    let mut shares = scores(x, weights, n_classes);
    for mut row in shares.rows_mut() {
        let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|score| libm::exp(score - most));
        let sum = row.sum();
        row /= sum;
    }
    shares
}

impl Fitted for part::LogisticRegression<Vec<f64>, Vec<f64>> {
    fn write(&self, _: &mut Tensors) -> Value {
        let columns = self.coef.len().checked_div(self.labels.len());
        json!({
            "type": NAME,
            "classes": numbers(&self.labels),
            "coef": in_rows(&self.coef, columns.unwrap_or(0)),
            "intercept": numbers(&self.intercept),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        let ty = Type::new(NAME, &[fields.width, self.labels.len()]);
        let part = Embedded::double(ty, &[&self.coef, &self.intercept, &self.labels]);
        fields.push("classify", None, part, 1);
    }
}
