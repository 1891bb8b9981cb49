//! `IsolationForest`: tells rows that few random cuts part from all others; targets teach it
//! nothing.

use std::sync::Arc;

use gordo_runtime::{Batch, part};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::forest::{bootstrap, present};
use super::grow::{Columns, Compact, Growth, Learn, Sample, Targets, random};
use super::loss::percentile;
use super::nodes::{integers, joined, read_single, write_single};
use super::parameters::{N_ESTIMATORS, ROWS, Rows, random_state, whole};
use crate::algorithm::MersenneTwister;
use crate::algorithm::isolation_forest::average_depth;
use crate::config::node::Value as Written;
use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use crate::part::kind::{Kind, as_number};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{
    Default, N_JOBS, RANDOM_STATE, VERBOSE, WARM_START, flag, number, parameter,
};
use crate::part::tensors::{PartTensors, Tensors};

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.ensemble._iforest.IsolationForest",
    &["sklearn.ensemble.IsolationForest"],
    &[
        flag("bootstrap", false),
        parameter(
            "contamination",
            Default::Text("auto"),
            Kind::Either(&[Kind::OneOf(&["auto"]), Kind::HALF]),
        ),
        number(
            "max_features",
            1.0,
            Kind::Either(&[Kind::at_least(i64::MIN), Kind::SHARE]),
        ),
        parameter(
            "max_samples",
            Default::Text("auto"),
            Kind::Either(&[Kind::OneOf(&["auto"]), ROWS]),
        ),
        N_ESTIMATORS,
        N_JOBS,
        RANDOM_STATE,
        VERBOSE,
        WARM_START,
    ],
    Some(|given| {
        let features = given.find("max_features").map(|node| &node.value);
        Arc::new(IsolationForest {
            n_trees: given.count("n_estimators").unwrap_or(100),
            bootstrap: given.flag("bootstrap"),
            contamination: given.find("contamination").and_then(as_number),
            max_features: match features {
                Some(Written::Int(count)) => Rows::Count(usize::try_from(*count).unwrap_or(1)),
                Some(Written::Float(share)) => Rows::Share(*share),
                _ => Rows::Share(1.0),
            },
            max_samples: Rows::given(given, "max_samples"),
            random_state: random_state(given),
        })
    }),
)
.answers_one_column()
.read_by(|reader, width| {
    let (trees, leaves) = read_single(reader, *width)?;
    *width = 1;
    Ok(FittedPart::Estimator(Box::new(Fitting {
        trees,
        depths: reader.get("depths")?.doubles(&[leaves])?,
        ordinary: reader.get("ordinary")?.number()?,
        offset: reader.get("offset")?.number()?,
    })))
});

/// As defined.
#[derive(Debug)]
struct IsolationForest {
    n_trees: usize,
    bootstrap: bool,
    /// Share of the rows that is anomalous, if it is known.
    contamination: Option<f64>,
    max_features: Rows,
    max_samples: Option<Rows>,
    random_state: Option<u32>,
}

type Fitting = part::IsolationForest<Vec<u32>, Vec<[u32; 3]>, Vec<f64>>;

impl Estimator for IsolationForest {
    fn fit(&self, x: &Batch, _: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let columns = Columns::new(x)?;
        let (rows, width) = (x.rows, columns.width());
        let n_samples = match self.max_samples {
            None => rows.min(256),
            Some(Rows::Count(count)) => count.min(rows),
            Some(Rows::Share(share)) => whole(share * rows as f64),
        };
        let n_features = match self.max_features {
            Rows::Count(count) => count,
            Rows::Share(share) => whole(share * width as f64),
        };
        let n_features = n_features.clamp(1, width.max(1));
        let state = context.random_state(self.random_state);
        let mut twister = MersenneTwister::from_seed(state);
        // Targets of no meaning, which decide nothing but where equal rows are left alone.
        let targets: Vec<f64> = (0..rows).map(|_| twister.next_double()).collect();
        let mut twister = MersenneTwister::from_seed(state);
        let seeds: Vec<u32> = (0..self.n_trees)
            .map(|_| random::seed(&mut twister))
            .collect();
        let growth = Growth::isolating(n_samples);
        let trees: Vec<(Compact, Vec<f64>)> = seeds
            .into_par_iter()
            .map(|seed| self.tree(&columns, &targets, &growth, (n_samples, n_features), seed))
            .collect();
        let (trees, depths): (Vec<_>, Vec<_>) = trees.into_iter().unzip();
        let mut fitted = Fitting {
            trees: joined(&trees),
            depths: depths.concat(),
            ordinary: average_depth(n_samples),
            offset: -0.5,
        };
        if let Some(share) = self.contamination {
            let scores = fitted.scores(x.clone())?;
            fitted.offset = percentile(&scores, 100.0 * share / 100.0);
        }
        Ok(Fit {
            fitted: Box::new(fitted),
            history: None,
        })
    }
}

impl IsolationForest {
    /// A tree, and how deep its leaves are.
    fn tree(
        &self,
        columns: &Columns,
        targets: &[f64],
        growth: &Growth,
        (n_samples, n_features): (usize, usize),
        seed: u32,
    ) -> (Compact, Vec<f64>) {
        let rows = targets.len();
        let mut twister = MersenneTwister::from_seed(seed);
        let mut seen: Vec<u32> = (0..).take(columns.width()).collect();
        if !seen.is_empty() {
            seen = chosen(seen.len(), n_features, &mut twister);
        }
        let weights = if self.bootstrap {
            bootstrap(&mut twister, rows, n_samples)
        } else {
            let mut weights = vec![0.0; rows];
            for row in chosen(rows, n_samples, &mut twister) {
                weights[row as usize] = 1.0;
            }
            weights
        };
        // All columns are seen in their own order.
        if seen.len() == columns.width() {
            seen.sort_unstable();
        }
        let present = present(&weights);
        let sample = Sample {
            columns,
            seen: &seen,
            rows: &present,
            weights: Some(&weights),
            weight: n_samples as f64,
        };
        let learn = Learn::Targets(Targets {
            values: targets,
            count: 1,
            friedman: false,
        });
        // The seed of a tree, and of its own generator.
        let state = random::seed(&mut MersenneTwister::from_seed(seed));
        let state = random::seed(&mut MersenneTwister::from_seed(state));
        let tree = growth.grow(sample, learn, state);
        let compact = tree.compact();
        let depths = compact
            .leaves
            .iter()
            .zip(&compact.depths)
            .map(|(node, depth)| {
                let n_rows = tree.nodes[*node as usize].n_rows;
                (f64::from(*depth) + 1.0 + average_depth(n_rows)) - 1.0
            });
        let depths = depths.collect();
        (compact, depths)
    }
}

/// Some of `count` positions, none twice, as scikit-learn samples them.
fn chosen(count: usize, n_chosen: usize, twister: &mut MersenneTwister) -> Vec<u32> {
    let share = n_chosen as f64 / count.max(1) as f64;
    let mut all: Vec<u32> = (0..).take(count).collect();
    if share > 0.01 && share < 0.99 {
        twister.shuffle(&mut all);
        all.truncate(n_chosen);
        return all;
    }
    let mut below = |end: usize| {
        let draw = twister.bounded(end as u64 - 1);
        usize::try_from(draw).expect("below a position")
    };
    if share < 0.2 {
        let mut is_taken = vec![false; count];
        let mut chosen = Vec::with_capacity(n_chosen);
        while chosen.len() < n_chosen {
            let drawn = below(count);
            if !std::mem::replace(&mut is_taken[drawn], true) {
                chosen.push(all[drawn]);
            }
        }
        return chosen;
    }
    for at in n_chosen..count {
        let place = below(at + 1);
        if place < n_chosen {
            all[place] = all[at];
        }
    }
    all.truncate(n_chosen);
    all
}

impl Fitted for Fitting {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let mut part = PartTensors::new(tensors, "forest");
        let mut document = json!({
            "type": "IsolationForest",
            "ordinary": self.ordinary,
            "offset": self.offset,
        });
        let depths = part.tensor("depths", &[self.depths.len()], &self.depths);
        if let Some(document) = document.as_object_mut() {
            document.extend(write_single(&self.trees, &mut part));
            document.insert("depths".to_owned(), depths);
        }
        document
    }

    fn answers_targets(&self) -> bool {
        false
    }

    fn lower(&self, fields: &mut Fields) {
        let (trees, nodes) = (self.trees.starts.len(), self.trees.nodes.len());
        let sizes = [fields.width, trees, nodes, self.depths.len()];
        let part = Embedded {
            integers: integers(&self.trees),
            ..Embedded::double(
                Type::new("IsolationForest", &sizes),
                &[&[self.ordinary, self.offset], &self.depths],
            )
        };
        fields.push("isolate", None, part, 1);
    }
}
