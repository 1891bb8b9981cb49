//! `ExtraTreesRegressor`: the mean of trees with random thresholds.

use std::sync::Arc;

use gordo_runtime::Batch;
use gordo_runtime::part::ExtraTrees;

use super::forest::{Recipe, read};
use super::parameters::{
    CCP_ALPHA, CRITERION, FEATURES, MAX_DEPTH, MAX_LEAF_NODES, MAX_SAMPLES, MIN_IMPURITY_DECREASE,
    MIN_SAMPLES_LEAF, MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, MONOTONIC_CST, N_ESTIMATORS,
    OOB_SCORE, rows_without_bootstrap, squares_only,
};
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};
use crate::part::parameter::{Default, N_JOBS, RANDOM_STATE, VERBOSE, WARM_START, flag, parameter};

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._forest.ExtraTreesRegressor",
    &["sklearn.ensemble.ExtraTreesRegressor"],
    &[
        flag("bootstrap", false),
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
    Some(|given| {
        Arc::new(ExtraTreesRegressor(Recipe {
            random_thresholds: true,
            ..Recipe::given(given)
        }))
    }),
)
.refused_by(|definition, given| {
    let mut found = squares_only(definition, given);
    found.extend(rows_without_bootstrap(definition, given));
    found
})
.read_by(read::<ExtraTrees>);

/// As defined.
#[derive(Debug)]
struct ExtraTreesRegressor(Recipe);

impl Estimator for ExtraTreesRegressor {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        self.0.fit::<ExtraTrees>(x, y, context)
    }
}
