//! `HistGradientBoostingRegressor`: boosting on bins of values, for many rows.

use std::sync::Arc;

use gordo_runtime::part::Trees;
use gordo_runtime::{Batch, Rejection, part};
use serde_json::{Value, json};

use super::hist::HistBoosting;
use super::loss::Loss;
use super::nodes::{count as index, document, lower_boosted, read_double, write_double};
use super::parameters::{Rows, n_trees, only, random_state, signs};
use crate::config::node::Value as Written;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Class, Definition};
use crate::part::conflict::conflict;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use crate::part::kind::Kind;
use crate::part::learnable::{Missing, check_numbers};
use crate::part::lowering::Fields;
use crate::part::parameter::{
    Default, RANDOM_STATE, VERBOSE, WARM_START, choice, count, number, optional, parameter,
};
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
    &["sklearn.ensemble.HistGradientBoostingRegressor"],
    &[
        parameter(
            "categorical_features",
            Default::Text("warn"),
            Kind::Optional(&Kind::Either(&[
                Kind::OneOf(&["warn", "from_dtype"]),
                Kind::List,
            ])),
        ),
        parameter(
            "early_stopping",
            Default::Text("auto"),
            Kind::Either(&[Kind::OneOf(&["auto"]), Kind::Flag]),
        ),
        optional(
            "interaction_cst",
            &Kind::Either(&[Kind::OneOf(&["pairwise", "no_interactions"]), Kind::List]),
        )
        .default_only(),
        number("l2_regularization", 0.0, Kind::NOT_NEGATIVE),
        number("learning_rate", 0.1, Kind::ABOVE_ZERO),
        choice(
            "loss",
            &[
                "squared_error",
                "absolute_error",
                "quantile",
                "gamma",
                "poisson",
            ],
        ),
        parameter("max_bins", Default::Int(255), Kind::Count(2, 255)),
        optional("max_depth", &Kind::POSITIVE),
        number("max_features", 1.0, Kind::SHARE).default_only(),
        n_trees("max_iter"),
        parameter(
            "max_leaf_nodes",
            Default::Int(31),
            Kind::Optional(&Kind::at_least(2)),
        ),
        count("min_samples_leaf", 20, 1),
        optional("monotonic_cst", &Kind::ListOf(&Kind::Count(-1, 1))),
        count("n_iter_no_change", 10, 1),
        optional("quantile", &Kind::between(0.0, 1.0)),
        RANDOM_STATE,
        parameter(
            "scoring",
            Default::Text("loss"),
            Kind::Optional(&Kind::Text),
        )
        .default_only(),
        number("tol", 1e-7, Kind::NOT_NEGATIVE),
        parameter(
            "validation_fraction",
            Default::Float(0.1),
            Kind::Optional(&Kind::Either(&[Kind::POSITIVE, Kind::FRACTION])),
        ),
        VERBOSE,
        WARM_START,
    ],
    Some(|given| Arc::new(HistGradientBoostingRegressor::given(given))),
)
.of_one_target()
.refused_by(check)
.read_by(|reader, width| {
    let (trees, leaves) = read_double(reader, *width)?;
    *width = 1;
    Ok(FittedPart::Estimator(Box::new(Fitting {
        trees,
        values: reader.get("values")?.doubles(&[leaves])?,
        base: reader.get("base")?.number()?,
    })))
});

fn check(definition: &Definition<'_>, given: &Arguments<'_>) -> Vec<Diagnostic> {
    let losses = ["squared_error", "absolute_error", "quantile"];
    let mut found: Vec<Diagnostic> = only(definition, given, "loss", &losses)
        .into_iter()
        .chain(signs(definition, given))
        .collect();
    let categories = given.find("categorical_features");
    if let Some(list) = categories.filter(|node| matches!(node.value, Written::List(_))) {
        let message = "`categorical_features` is not supported yet";
        found.push(
            Diagnostic::error("model::not_supported_yet", message)
                .label(list.span, "gordoc cannot do this yet")
                .help("leave `categorical_features` out"),
        );
    }
    if given.find("scoring").is_none() && given.find_written("scoring").is_some() {
        let message = "`scoring: null` is not supported yet";
        let place = given.find_written("scoring").map(|node| node.span);
        found.push(
            Diagnostic::error("model::not_supported_yet", message)
                .label(
                    place.unwrap_or(definition.path),
                    "gordoc cannot do this yet",
                )
                .help("use `loss`"),
        );
    }
    if given.text("loss") == Some("quantile") && given.find("quantile").is_none() {
        let message = "`loss: quantile` needs a `quantile`".to_owned();
        let found_here = conflict(definition, given, message, "loss", "quantile");
        found.push(found_here.help("give a `quantile` such as `0.9`"));
    }
    found
}

/// As defined.
#[derive(Debug)]
struct HistGradientBoostingRegressor {
    boosting: HistBoosting,
    random_state: Option<u32>,
}

impl HistGradientBoostingRegressor {
    fn given(given: &Arguments<'_>) -> Self {
        let count = |name, default| given.count(name).unwrap_or(default);
        let held_out = match given.find_written("validation_fraction") {
            Some(_) => Rows::given(given, "validation_fraction"),
            None => Some(Rows::Share(0.1)),
        };
        let early_stopping = given.find("early_stopping");
        Self {
            boosting: HistBoosting {
                loss: match given.text("loss") {
                    Some("absolute_error") => Loss::Absolute,
                    Some("quantile") => Loss::Quantile(given.number("quantile")),
                    _ => Loss::Squares,
                },
                learning_rate: given.number("learning_rate"),
                max_iter: count("max_iter", 100),
                max_leaf_nodes: given.count("max_leaf_nodes"),
                max_depth: given.count("max_depth"),
                min_samples_leaf: count("min_samples_leaf", 20),
                l2_regularization: given.number("l2_regularization"),
                max_bins: count("max_bins", 255),
                early_stopping: early_stopping.and_then(|node| match node.value {
                    Written::Bool(stops) => Some(stops),
                    _ => None,
                }),
                validation: held_out,
                n_iter_no_change: count("n_iter_no_change", 10),
                tolerance: given.number("tol"),
            },
            random_state: random_state(given),
        }
    }
}

type Fitting = part::HistGradientBoosting<Vec<u32>, Vec<[u32; 4]>, Vec<f64>>;

impl Estimator for HistGradientBoostingRegressor {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        if x.rows == 0 {
            let (width, step) = (x.width, "HistGradientBoostingRegressor");
            return Err(Rejection::NoRows { width, step }.into());
        }
        let (rows, targets) = (x.to_f64(), y.to_f64());
        check_numbers(&rows, ("input", x.width), Missing::Refused)?;
        check_numbers(&targets, ("target", y.width), Missing::Refused)?;
        let state = context.random_state(self.random_state);
        let (boosted, base) = self.boosting.boost((&rows, x.width), &targets, state);
        let mut fitted = Fitting {
            trees: Trees {
                starts: Vec::new(),
                nodes: Vec::new(),
            },
            values: Vec::new(),
            base,
        };
        for tree in boosted {
            let leaves = index(fitted.values.len());
            fitted.trees.starts.push(index(fitted.trees.nodes.len()));
            let numbered = (0..)
                .zip(tree.nodes)
                .map(|(at, [low, high, column, right])| {
                    let column = if right == at { column + leaves } else { column };
                    [low, high, column, right]
                });
            fitted.trees.nodes.extend(numbered);
            fitted.values.extend(tree.values);
        }
        Ok(Fit {
            fitted: Box::new(fitted),
            history: None,
        })
    }
}

impl Fitted for Fitting {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let head = json!({ "type": "HistGradientBoostingRegressor", "base": self.base });
        let values = (&[self.values.len()][..], &self.values[..]);
        document(head, values, tensors, |part| {
            write_double(&self.trees, part)
        })
    }

    fn lower(&self, fields: &mut Fields) {
        lower_boosted(
            "HistGradientBoosting",
            &self.trees,
            (self.base, &self.values),
            fields,
        );
    }
}
