//! `RandomForestRegressor`: the mean of trees that each saw a sample of the rows.

use std::sync::Arc;

use gordo_runtime::Batch;
use gordo_runtime::part::RandomForest;

use super::forest::{Recipe, check, parameters, read};
use super::parameters::BOOTSTRAP;
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._forest.RandomForestRegressor",
    &["sklearn.ensemble.RandomForestRegressor"],
    &parameters(BOOTSTRAP),
    Some(|given| Arc::new(RandomForestRegressor(Recipe::given(given)))),
)
.refused_by(check)
.read_by(read::<RandomForest>);

/// As defined.
#[derive(Debug)]
struct RandomForestRegressor(Recipe);

impl Estimator for RandomForestRegressor {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        self.0.fit::<RandomForest>(x, y, context)
    }
}
