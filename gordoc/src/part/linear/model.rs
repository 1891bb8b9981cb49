//! What linear regressors have in common: parameters, centring, and what they are once fitted.

use gordo_runtime::Batch;
use gordo_runtime::part::LinearModel;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde_json::{Value, json};

use crate::algorithm::linear_algebra::NotFactored;
use crate::part::document::{DocumentError, Reader, numbers, rows};
use crate::part::error::FitError;
use crate::part::fit::{Fit, Fitted, FittedPart};
use crate::part::kind::Kind;
use crate::part::learnable::check_both;
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{Parameter, flag, number};
use crate::part::rows::matrix;
use crate::part::tensors::Tensors;

pub(super) const ALPHA: Parameter = number("alpha", 1.0, Kind::NOT_NEGATIVE);
pub(super) const COPY_X: Parameter = flag("copy_X", true);
pub(super) const FIT_INTERCEPT: Parameter = flag("fit_intercept", true);
pub(super) const POSITIVE: Parameter = flag("positive", false);
pub(super) const TOLERANCE: Parameter = number("tol", 1e-4, Kind::NOT_NEGATIVE);

/// A fitted linear model; its class is what fitted it.
pub(super) type Linear = LinearModel<Vec<f64>, Vec<f64>, &'static str>;

/// Fits a class to tables, centred if it has an intercept; `solve` finds the weights.
///
/// # Shapes and units
///
/// - `solve`: of `[rows, columns]` and `[rows, targets]`, gives `[columns, targets]`
pub(super) fn fit_centred(
    class: &'static str,
    (x, y): (&Batch, &Batch),
    fit_intercept: bool,
    solve: impl FnOnce(ArrayView2<'_, f64>, ArrayView2<'_, f64>) -> Result<Array2<f64>, NotFactored>,
) -> Result<Fit, FitError> {
    check_both(x, y, class)?;
    let (mut x, mut y) = (matrix(x), matrix(y));
    let means = fit_intercept.then(|| (centre(&mut x), centre(&mut y)));
    let coef = solve(x.view(), y.view())
        .ok()
        .filter(|coef| coef.iter().all(|weight| weight.is_finite()))
        .ok_or(FitError::Overflow { class })?;
    let intercept = match means {
        Some((of_x, of_y)) => of_y - of_x.dot(&coef),
        None => Array1::zeros(coef.ncols()),
    };
    let model = LinearModel {
        coef: coef.t().iter().copied().collect(),
        intercept: intercept.to_vec(),
        class,
    };
    Ok(Fit {
        fitted: Box::new(model),
        history: None,
    })
}

/// Takes the mean of each column away, and gives it.
fn centre(table: &mut Array2<f64>) -> Array1<f64> {
    let rows = table.nrows() as f64;
    let means = table.sum_axis(Axis(0)) / rows;
    *table -= &means;
    means
}

/// Reads a linear model that `class` fitted.
pub(super) fn read(
    class: &'static str,
    reader: &Reader<'_>,
    width: &mut usize,
) -> Result<FittedPart, DocumentError> {
    let intercept = reader.get("intercept")?.numbers()?;
    if intercept.is_empty() {
        return Err(reader.refuse("a regression of one target or more"));
    }
    let coef = reader.get("coef")?.numbers_of(intercept.len() * *width)?;
    *width = intercept.len();
    Ok(FittedPart::Estimator(Box::new(LinearModel {
        coef,
        intercept,
        class,
    })))
}

impl Fitted for Linear {
    fn write(&self, _: &mut Tensors) -> Value {
        let columns = self.coef.len().checked_div(self.intercept.len());
        json!({
            "type": self.class,
            "coef": rows(&self.coef, columns.unwrap_or(0)),
            "intercept": numbers(&self.intercept),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        let targets = self.intercept.len();
        let ty = Type::new(self.class, &[fields.width, targets]);
        let part = Embedded::double(ty, &[&self.coef, &self.intercept]);
        fields.push("regress", None, part, targets);
    }
}
