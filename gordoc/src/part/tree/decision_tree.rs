//! `DecisionTreeRegressor`: one tree over all rows.

use std::marker::PhantomData;
use std::sync::Arc;

use gordo_runtime::Batch;
use gordo_runtime::part::DecisionTree;

use super::forest::{Forest, Table, grow_one, read};
use super::grow::{Growth, Learn, Sample, Targets};
use super::nodes::joined;
use super::parameters::{
    CCP_ALPHA, CRITERION, FEATURES, Limits, MAX_DEPTH, MAX_LEAF_NODES, MIN_IMPURITY_DECREASE,
    MIN_SAMPLES_LEAF, MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, MONOTONIC_CST, random_state,
    squares_only,
};
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext};
use crate::part::parameter::{Default, RANDOM_STATE, choice, parameter};

pub(crate) static CLASS: Class = Class::estimator(
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
    Some(|given| {
        Arc::new(DecisionTreeRegressor {
            limits: Limits::given(given),
            friedman: given.text("criterion") == Some("friedman_mse"),
            random_thresholds: given.text("splitter") == Some("random"),
            random_state: random_state(given),
        })
    }),
)
.refused_by(squares_only)
.read_by(read::<DecisionTree>);

/// As defined.
#[derive(Debug)]
struct DecisionTreeRegressor {
    limits: Limits,
    friedman: bool,
    random_thresholds: bool,
    random_state: Option<u32>,
}

impl Estimator for DecisionTreeRegressor {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let table = Table::new(x, y)?;
        let (rows, seen) = table.positions();
        let sample = Sample {
            columns: &table.columns,
            seen: &seen,
            rows: &rows,
            weights: None,
            weight: rows.len() as f64,
        };
        let learn = Learn::Targets(Targets {
            values: &table.targets,
            count: table.n_targets,
            friedman: self.friedman,
        });
        let growth = Growth {
            random_thresholds: self.random_thresholds,
            ..self.limits.counted(rows.len(), sample.weight, seen.len())
        };
        let seed = context.random_state(self.random_state);
        let (tree, values) = grow_one(&growth, sample, learn, table.n_targets, seed);
        let fitted = Forest::<DecisionTree> {
            trees: joined(&[tree]),
            values,
            targets: table.n_targets,
            kind: PhantomData,
        };
        Ok(Fit {
            fitted: Box::new(fitted),
            history: None,
        })
    }
}
