//! What forests of regression trees share: growing them on several threads, documents and code.

use std::marker::PhantomData;

use gordo_runtime::Batch;
use gordo_runtime::part::{self, DecisionTree, ExtraTrees, ForestKind, RandomForest};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::grow::{Columns, Compact, Growth, Learn, Sample, Targets, random};
use super::nodes::{document, integers, joined, read_single, write_single};
use super::parameters::{
    CCP_ALPHA, CRITERION, FEATURES, Limits, MAX_DEPTH, MAX_LEAF_NODES, MAX_SAMPLES,
    MIN_IMPURITY_DECREASE, MIN_SAMPLES_LEAF, MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF,
    MONOTONIC_CST, N_ESTIMATORS, OOB_SCORE, Rows, random_state, rows_without_bootstrap,
    squares_only, whole,
};
use crate::algorithm::MersenneTwister;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::Definition;
use crate::part::document::{DocumentError, Reader};
use crate::part::error::FitError;
use crate::part::fit::{Fit, FitContext, Fitted, FittedPart};
use crate::part::learnable::{Missing, check_numbers};
use crate::part::lowering::{Argument, Embedded, Fields, Type};
use crate::part::parameter::{
    Default, N_JOBS, Parameter, RANDOM_STATE, VERBOSE, WARM_START, parameter,
};
use crate::part::tensors::Tensors;

/// A fitted forest.
pub(super) type Forest<K> = part::Forest<K, Vec<u32>, Vec<[u32; 3]>, Vec<f64>>;

/// Classes of forests, under the names that generated code has for them.
pub(super) trait Named: ForestKind + Clone + std::fmt::Debug + Send + PartialEq {
    const MARKER: &'static str;
}

impl Named for DecisionTree {
    const MARKER: &'static str = "DecisionTree";
}

impl Named for RandomForest {
    const MARKER: &'static str = "RandomForest";
}

impl Named for ExtraTrees {
    const MARKER: &'static str = "ExtraTrees";
}

/// What forests of regression trees are told; they differ in whether rows are drawn.
pub(super) const fn parameters(bootstrap: Parameter) -> [Parameter; 18] {
    [
        bootstrap,
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
    ]
}

/// What does not go together among them, or cannot be done.
pub(super) fn check(definition: &Definition<'_>, given: &Arguments<'_>) -> Vec<Diagnostic> {
    let mut found = squares_only(definition, given);
    found.extend(rows_without_bootstrap(definition, given));
    found
}

/// Inputs and targets that can be learnt from.
pub(super) struct Table {
    pub(super) columns: Columns,
    /// `[rows, targets]`
    pub(super) targets: Vec<f64>,
    pub(super) n_targets: usize,
}

impl Table {
    pub(super) fn new(x: &Batch, y: &Batch) -> Result<Self, FitError> {
        let (targets, n_targets) = (y.to_f64(), y.width);
        check_numbers(&targets, ("target", n_targets), Missing::Refused)?;
        Ok(Self {
            columns: Columns::new(x)?,
            targets,
            n_targets,
        })
    }

    /// All rows and columns, as positions.
    pub(super) fn positions(&self) -> (Vec<u32>, Vec<u32>) {
        let rows = self.targets.len() / self.n_targets.max(1);
        let all = |count: usize| (0..).take(count).collect();
        (all(rows), all(self.columns.width()))
    }
}

/// Trees that are each grown from a seed of their own.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) limits: Limits,
    pub(super) n_trees: usize,
    /// Rows that each tree draws, if it draws any.
    pub(super) bootstrap: Option<Rows>,
    pub(super) friedman: bool,
    pub(super) random_thresholds: bool,
    pub(super) random_state: Option<u32>,
}

impl Recipe {
    pub(super) fn given(given: &Arguments<'_>) -> Self {
        let bootstrap = given.flag("bootstrap");
        let all = Rows::Share(1.0);
        Self {
            limits: Limits::given(given),
            n_trees: given.count("n_estimators").unwrap_or(1),
            bootstrap: bootstrap.then(|| Rows::given(given, "max_samples").unwrap_or(all)),
            friedman: given.text("criterion") == Some("friedman_mse"),
            random_thresholds: false,
            random_state: random_state(given),
        }
    }

    /// Grows trees, each on its own; a tree's leaves are worth `worth` numbers each.
    pub(super) fn grow(
        &self,
        table: &Table,
        learn: Learn<'_>,
        worth: usize,
        context: &FitContext<'_>,
    ) -> Result<(Vec<Compact>, Vec<f64>), FitError> {
        let (rows, seen) = table.positions();
        let drawn = match self.bootstrap {
            Some(Rows::Count(asked)) if asked > rows.len() => {
                let rows = rows.len();
                return Err(FitError::SampleTooLarge { asked, rows });
            }
            Some(Rows::Count(asked)) => Some(asked),
            Some(Rows::Share(share)) => {
                Some(whole((rows.len() as f64 * share).round_ties_even()).max(1))
            }
            None => None,
        };
        let mut twister = MersenneTwister::from_seed(context.random_state(self.random_state));
        let seeds: Vec<u32> = (0..self.n_trees)
            .map(|_| random::seed(&mut twister))
            .collect();
        let trees = seeds.into_par_iter().map(|seed| {
            let weights = drawn.map(|drawn| {
                let mut twister = MersenneTwister::from_seed(seed);
                bootstrap(&mut twister, rows.len(), drawn)
            });
            let present = weights.as_deref().map(present);
            let sample = Sample {
                columns: &table.columns,
                seen: &seen,
                rows: present.as_deref().unwrap_or(&rows),
                weights: weights.as_deref(),
                weight: drawn.unwrap_or(rows.len()) as f64,
            };
            grow_one(&self.growth(sample, rows.len()), sample, learn, worth, seed)
        });
        let (trees, values): (Vec<_>, Vec<_>) = trees.unzip();
        Ok((trees, values.concat()))
    }

    fn growth(&self, sample: Sample<'_>, rows: usize) -> Growth {
        let width = sample.seen.len();
        Growth {
            random_thresholds: self.random_thresholds,
            ..self.limits.counted(rows, sample.weight, width)
        }
    }

    /// Fits a forest of regression trees.
    pub(super) fn fit<K: Named>(
        &self,
        x: &Batch,
        y: &Batch,
        context: &FitContext<'_>,
    ) -> Result<Fit, FitError> {
        let table = Table::new(x, y)?;
        let learn = Learn::Targets(Targets {
            values: &table.targets,
            count: table.n_targets,
            friedman: self.friedman,
        });
        let (trees, values) = self.grow(&table, learn, table.n_targets, context)?;
        let fitted = Forest::<K> {
            trees: joined(&trees),
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

/// Grows one tree; what its leaves are worth.
pub(super) fn grow_one(
    growth: &Growth,
    sample: Sample<'_>,
    learn: Learn<'_>,
    worth: usize,
    seed: u32,
) -> (Compact, Vec<f64>) {
    // The seed of the tree's own generator is the first draw of `NumPy`'s.
    let seed = random::seed(&mut MersenneTwister::from_seed(seed));
    let tree = growth.grow(sample, learn, seed);
    let compact = tree.compact();
    let values = compact.leaves.iter().flat_map(|node| {
        let node = *node as usize;
        &tree.values[node * worth..(node + 1) * worth]
    });
    let values = values.copied().collect();
    (compact, values)
}

/// How often each row is drawn, of so many draws.
pub(super) fn bootstrap(twister: &mut MersenneTwister, rows: usize, draws: usize) -> Vec<f64> {
    let mut weights = vec![0.0; rows];
    for _ in 0..draws {
        let row = twister.bounded(rows as u64 - 1);
        weights[usize::try_from(row).expect("below the number of rows")] += 1.0;
    }
    weights
}

/// Rows that weigh something.
pub(super) fn present(weights: &[f64]) -> Vec<u32> {
    let rows = (0..).zip(weights).filter(|(_, weight)| **weight > 0.0);
    rows.map(|(row, _)| row).collect()
}

/// Reads a forest of regression trees.
pub(super) fn read<K: Named>(
    reader: &Reader<'_>,
    width: &mut usize,
) -> Result<FittedPart, DocumentError> {
    let (trees, leaves) = read_single(reader, *width)?;
    let targets = reader.get("n_targets")?.count()?;
    if targets == 0 {
        return Err(reader.refuse("a forest of one target or more"));
    }
    let values = reader.get("values")?.doubles(&[leaves, targets])?;
    *width = targets;
    Ok(FittedPart::Estimator(Box::new(Forest::<K> {
        trees,
        values,
        targets,
        kind: PhantomData,
    })))
}

impl<K: Named> Fitted for Forest<K> {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let head = json!({ "type": K::NAME, "n_targets": self.targets });
        let shape = [self.values.len() / self.targets, self.targets];
        let values = (&shape[..], &self.values[..]);
        document(head, values, tensors, |part| {
            write_single(&self.trees, part)
        })
    }

    fn lower(&self, fields: &mut Fields) {
        let targets = self.targets;
        let sizes = [
            fields.width,
            targets,
            self.trees.starts.len(),
            self.trees.nodes.len(),
            self.values.len() / targets,
        ];
        let ty = Type::new("Forest", &sizes).with(Argument::Name(K::MARKER.to_owned()));
        let part = Embedded {
            integers: integers(&self.trees),
            ..Embedded::double(ty, &[&self.values])
        };
        fields.push("regress", None, part, targets);
    }
}
