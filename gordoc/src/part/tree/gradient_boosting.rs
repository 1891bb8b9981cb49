//! `GradientBoostingRegressor`: trees that each learn what those before them leave.

use std::sync::Arc;

use gordo_runtime::{Batch, part};
use serde_json::{Value, json};

use super::boost::{Boosting, Patience, held_out};
use super::forest::Table;
use super::loss::Loss;
use super::nodes::{Single, document, joined, lower_boosted, read_single, write_single};
use super::parameters::{
    CCP_ALPHA, FEATURES, Limits, MAX_LEAF_NODES, MIN_IMPURITY_DECREASE, MIN_SAMPLES_LEAF,
    MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, N_ESTIMATORS, init, random_state, whole,
};
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use crate::part::kind::Kind;
use crate::part::lowering::Fields;
use crate::part::parameter::{
    Default, RANDOM_STATE, VERBOSE, WARM_START, choice, number, optional, parameter,
};
use crate::part::rows;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._gb.GradientBoostingRegressor",
    &["sklearn.ensemble.GradientBoostingRegressor"],
    &[
        number("alpha", 0.9, Kind::FRACTION),
        CCP_ALPHA,
        choice("criterion", &["friedman_mse", "squared_error"]),
        optional(
            "init",
            &Kind::Either(&[Kind::OneOf(&["zero"]), Kind::Definition]),
        ),
        number("learning_rate", 0.1, Kind::NOT_NEGATIVE),
        choice(
            "loss",
            &["squared_error", "absolute_error", "huber", "quantile"],
        ),
        parameter(
            "max_depth",
            Default::Int(3),
            Kind::Optional(&Kind::POSITIVE),
        ),
        parameter("max_features", Default::Null, FEATURES),
        MAX_LEAF_NODES,
        MIN_IMPURITY_DECREASE,
        MIN_SAMPLES_LEAF,
        MIN_SAMPLES_SPLIT,
        MIN_WEIGHT_FRACTION_LEAF,
        N_ESTIMATORS,
        optional("n_iter_no_change", &Kind::POSITIVE),
        RANDOM_STATE,
        number("subsample", 1.0, Kind::SHARE),
        number("tol", 1e-4, Kind::NOT_NEGATIVE),
        number("validation_fraction", 0.1, Kind::FRACTION),
        VERBOSE,
        WARM_START,
    ],
    Some(|given| {
        let alpha = given.number("alpha");
        let boosting = Boosting {
            limits: Limits::given(given),
            loss: match given.text("loss") {
                Some("absolute_error") => Loss::Absolute,
                Some("huber") => Loss::Huber(alpha),
                Some("quantile") => Loss::Quantile(alpha),
                _ => Loss::Squares,
            },
            friedman: given.text("criterion") == Some("friedman_mse"),
            learning_rate: given.number("learning_rate"),
            n_trees: given.count("n_estimators").unwrap_or(100),
            subsample: given.number("subsample"),
            from_zero: given.text("init") == Some("zero"),
            patience: given.count("n_iter_no_change").map(|trees| Patience {
                validation: given.number("validation_fraction"),
                trees,
                tolerance: given.number("tol"),
            }),
        };
        Arc::new(GradientBoostingRegressor {
            boosting,
            random_state: random_state(given),
        })
    }),
)
.of_one_target()
.refused_by(|definition, given| init(definition, given).into_iter().collect())
.read_by(|reader, width| {
    let (trees, leaves) = read_single(reader, *width)?;
    *width = 1;
    Ok(FittedPart::Estimator(Box::new(Fitting {
        trees,
        values: reader.get("values")?.doubles(&[leaves])?,
        base: reader.get("base")?.number()?,
    })))
});

/// As defined.
#[derive(Debug)]
struct GradientBoostingRegressor {
    boosting: Boosting,
    random_state: Option<u32>,
}

type Fitting = part::GradientBoosting<Vec<u32>, Vec<[u32; 3]>, Vec<f64>>;

impl Estimator for GradientBoostingRegressor {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let state = context.random_state(self.random_state);
        let boosted = match self.boosting.patience {
            None => {
                let table = Table::new(x, y)?;
                let train = (&table.columns, &table.targets[..]);
                self.boosting.boost(train, None, state)
            }
            Some(patience) => {
                let split = patience.validation;
                let n_held_out = whole((split * x.rows as f64).ceil());
                let (train, judge) = held_out(x.rows, n_held_out, state);
                if train.is_empty() {
                    let (rows, trained) = (x.rows, 0);
                    return Err(FitError::EmptySplit {
                        split,
                        rows,
                        trained,
                    });
                }
                let take =
                    |order: &[usize]| Table::new(&rows::take(x, order), &rows::take(y, order));
                let (train, judge) = (take(&train)?, take(&judge)?);
                let judge = (&judge.columns, &judge.targets[..]);
                let train = (&train.columns, &train.targets[..]);
                self.boosting.boost(train, Some(judge), state)
            }
        };
        let trees: Single = joined(&boosted.trees);
        Ok(Fit {
            fitted: Box::new(Fitting {
                trees,
                values: boosted.values,
                base: boosted.base,
            }),
            history: None,
        })
    }
}

impl Fitted for Fitting {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let head = json!({ "type": "GradientBoostingRegressor", "base": self.base });
        let values = (&[self.values.len()][..], &self.values[..]);
        document(head, values, tensors, |part| {
            write_single(&self.trees, part)
        })
    }

    fn lower(&self, fields: &mut Fields) {
        lower_boosted(
            "GradientBoosting",
            &self.trees,
            (self.base, &self.values),
            fields,
        );
    }
}
