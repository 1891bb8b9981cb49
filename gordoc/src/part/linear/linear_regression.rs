//! `LinearRegression`: least squares; of many solutions the one with the smallest weights.

use std::sync::Arc;

use gordo_runtime::Batch;

use super::model::{COPY_X, FIT_INTERCEPT, POSITIVE, fit_centred, read};
use crate::algorithm::linear_algebra::least_squares;
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};
use crate::part::parameter::N_JOBS;

const NAME: &str = "LinearRegression";

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.linear_model._base.LinearRegression",
    &["sklearn.linear_model.LinearRegression"],
    &[COPY_X, FIT_INTERCEPT, N_JOBS, POSITIVE.default_only()],
    Some(|given| {
        Arc::new(LinearRegression {
            fit_intercept: given.flag("fit_intercept"),
        })
    }),
)
.read_by(|reader, width| read(NAME, reader, width));

/// As defined.
#[derive(Debug)]
pub(crate) struct LinearRegression {
    pub(crate) fit_intercept: bool,
}

impl Estimator for LinearRegression {
    fn fit(&self, x: &Batch, y: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        fit_centred(NAME, (x, y), self.fit_intercept, |x, y| least_squares(x, y))
    }
}
