//! `RandomForestClassifier`: the class most likely to trees that each saw a sample of the rows.

use std::sync::Arc;

use gordo_runtime::{Batch, part};
use serde_json::{Value, json};

use super::forest::{Recipe, Table};
use super::grow::{Classes, Learn};
use super::nodes::{count as index, integers, joined, read_single, write_single};
use super::parameters::{
    BOOTSTRAP, CCP_ALPHA, FEATURES, MAX_DEPTH, MAX_LEAF_NODES, MAX_SAMPLES, MIN_IMPURITY_DECREASE,
    MIN_SAMPLES_LEAF, MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, MONOTONIC_CST, N_ESTIMATORS,
    OOB_SCORE, rows_without_bootstrap, signs,
};
use crate::part::class::Class;
use crate::part::document::numbers;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use crate::part::kind::Kind;
use crate::part::labels::labels_of;
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{
    Default, N_JOBS, RANDOM_STATE, VERBOSE, WARM_START, choice, optional, parameter,
};
use crate::part::tensors::{PartTensors, Tensors};

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._forest.RandomForestClassifier",
    &["sklearn.ensemble.RandomForestClassifier"],
    &[
        BOOTSTRAP,
        CCP_ALPHA,
        optional(
            "class_weight",
            &Kind::Either(&[
                Kind::OneOf(&["balanced", "balanced_subsample"]),
                Kind::Map,
                Kind::List,
            ]),
        )
        .default_only(),
        choice("criterion", &["gini", "entropy", "log_loss"]),
        MAX_DEPTH,
        parameter("max_features", Default::Text("sqrt"), FEATURES),
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
        Arc::new(RandomForestClassifier {
            recipe: Recipe::given(given),
            entropy: given.text("criterion") != Some("gini"),
        })
    }),
)
.refused_by(|definition, given| {
    let mut found = rows_without_bootstrap(definition, given);
    found.extend(signs(definition, given));
    found
})
.read_by(|reader, width| {
    let (trees, leaves) = read_single(reader, *width)?;
    let mut labels = Vec::new();
    let mut classes = Vec::new();
    let targets = reader.get("classes")?;
    for of_target in targets.items()? {
        let of_target = of_target.numbers()?;
        if of_target.is_empty() {
            return Err(targets.refuse("lists of one label or more"));
        }
        classes.push(index(of_target.len()));
        labels.extend(of_target);
    }
    if classes.is_empty() {
        return Err(targets.refuse("the labels of one target or more"));
    }
    *width = classes.len();
    let shares = reader.get("shares")?.doubles(&[leaves, labels.len()])?;
    Ok(FittedPart::Estimator(Box::new(Fitting {
        trees,
        classes,
        labels,
        shares,
    })))
});

/// As defined.
#[derive(Debug)]
struct RandomForestClassifier {
    recipe: Recipe,
    entropy: bool,
}

type Fitting = part::ForestClassifier<Vec<u32>, Vec<[u32; 3]>, Vec<f64>>;

impl Estimator for RandomForestClassifier {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let table = Table::new(x, y)?;
        let n_targets = table.n_targets;
        let mut of_rows = vec![0; table.targets.len()];
        let (mut classes, mut labels) = (Vec::new(), Vec::new());
        for target in 0..n_targets {
            let values = table.targets.iter().skip(target).step_by(n_targets);
            let values = Batch::double(x.rows, 1, values.copied().collect());
            let (of_target, positions) = labels_of("RandomForestClassifier", &values)?;
            let slots = of_rows.iter_mut().skip(target).step_by(n_targets);
            for (slot, position) in slots.zip(positions) {
                *slot = index(labels.len() + position);
            }
            classes.push(index(of_target.len()));
            labels.extend(of_target);
        }
        let learn = Learn::Classes(Classes {
            of_rows: &of_rows,
            counts: &classes,
            entropy: self.entropy,
        });
        let (trees, shares) = self.recipe.grow(&table, learn, labels.len(), context)?;
        Ok(Fit {
            fitted: Box::new(Fitting {
                trees: joined(&trees),
                classes,
                labels,
                shares,
            }),
            history: None,
        })
    }
}

impl Fitted for Fitting {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let mut part = PartTensors::new(tensors, "forest");
        let mut rest = &self.labels[..];
        let labels = self.classes.iter().map(|count| {
            let (labels, others) = rest.split_at(*count as usize);
            rest = others;
            numbers(labels)
        });
        let labels: Value = labels.collect();
        let mut document = json!({ "type": "RandomForestClassifier", "classes": labels });
        let n_labels = self.labels.len();
        let shape = [self.shares.len() / n_labels, n_labels];
        let shares = part.tensor("shares", &shape, &self.shares);
        if let Some(document) = document.as_object_mut() {
            document.extend(write_single(&self.trees, &mut part));
            document.insert("shares".to_owned(), shares);
        }
        document
    }

    fn lower(&self, fields: &mut Fields) {
        let (targets, labels) = (self.classes.len(), self.labels.len());
        let sizes = [
            fields.width,
            targets,
            labels,
            self.trees.starts.len(),
            self.trees.nodes.len(),
            self.shares.len() / labels,
        ];
        let part = Embedded {
            integers: [&self.classes[..], &integers(&self.trees)].concat(),
            ..Embedded::double(
                Type::new("ForestClassifier", &sizes),
                &[&self.labels, &self.shares],
            )
        };
        fields.push("classify", None, part, targets);
    }
}
