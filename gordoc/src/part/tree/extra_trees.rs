//! `ExtraTreesRegressor`: the mean of trees with random thresholds.

use std::sync::Arc;

use gordo_runtime::Batch;
use gordo_runtime::part::ExtraTrees;

use super::forest::{Recipe, check, parameters, read};
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};
use crate::part::parameter::flag;

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._forest.ExtraTreesRegressor",
    &["sklearn.ensemble.ExtraTreesRegressor"],
    &parameters(flag("bootstrap", false)),
    Some(|given| {
        Arc::new(ExtraTreesRegressor(Recipe {
            random_thresholds: true,
            ..Recipe::given(given)
        }))
    }),
)
.refused_by(check)
.read_by(read::<ExtraTrees>);

/// As defined.
#[derive(Debug)]
struct ExtraTreesRegressor(Recipe);

impl Estimator for ExtraTreesRegressor {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        self.0.fit::<ExtraTrees>(x, y, context)
    }
}
