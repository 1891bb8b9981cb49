//! What a part is: defined, fitted, and as part of a forward pass.
//!
//! A definition denotes a [`Transformer`] or an [`Estimator`]; fitting gives a [`Fitted`],
//! which computes by the kernels that serve and knows how it is written and emitted.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use gordo_runtime::{Batch, Detector, Invert, Rejection, Step};
use serde_json::{Map, Value};

use super::detector::threshold::{CrossValidation, Errors, RowsNeeded, Thresholds};
use super::error::FitError;
use super::history::History;
use super::lowering::{Embedded, Fields};
use super::tensors::Tensors;
use crate::random::Seed;

/// A transformer as defined.
pub(crate) trait Transformer: Any + fmt::Debug + Send + Sync {
    /// Fits it.
    ///
    /// # Shapes and units
    ///
    /// - `x`: `[rows, columns]`; NaN is left out of every statistic
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError>;
}

/// What learns from inputs and targets, as defined.
pub(crate) trait Estimator: Any + fmt::Debug + Send + Sync {
    /// Fits it.
    ///
    /// # Shapes and units
    ///
    /// - `x`: `[rows, inputs]`
    /// - `y`: `[rows, targets]`
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError>;

    /// The rows without which it finds no threshold, if it is of no use without.
    fn required_rows(&self) -> Option<RowsNeeded> {
        None
    }
}

/// A transformer as a whole model: targets teach it nothing.
#[derive(Debug)]
pub(crate) struct TransformerModel(pub(crate) Arc<dyn Transformer>);

impl Estimator for TransformerModel {
    fn fit(&self, x: &Batch, _: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        Ok(Fit {
            fitted: self.0.fit(x)?,
            history: None,
        })
    }
}

/// A fitted estimator, and what its network recorded, if it has one.
#[derive(Debug)]
pub(crate) struct Fit {
    /// What was fitted.
    pub(crate) fitted: Box<dyn Fitted>,
    /// How the network's loss fell.
    pub(crate) history: Option<History>,
}

/// What one fit draws from and reports to.
#[derive(Clone, Copy)]
pub(crate) struct FitContext<'a> {
    /// Where its random numbers start.
    pub(crate) seed: Seed,
    /// Which of a machine's models is fitted.
    pub(crate) run: Run,
    /// Who is told of epochs.
    pub(crate) progress: &'a dyn Progress,
}

impl<'a> FitContext<'a> {
    /// The fit of one of a machine's models: each draws from a stream of its own.
    pub(crate) fn new(seed: Seed, run: Run, progress: &'a dyn Progress) -> Self {
        Self {
            seed: match run {
                Run::Fold(index) => seed.split("fold", index),
                Run::Final => seed.split("final", 0),
            },
            run,
            progress,
        }
    }

    /// The seed of scikit-learn's generator: a `random_state` that was given, else one that
    /// follows from the seed of the fit.
    pub(crate) fn random_state(&self, given: Option<u32>) -> u32 {
        given.unwrap_or_else(|| {
            let draw = self.seed.split("random_state", 0).stream().below(1 << 32);
            u32::try_from(draw).unwrap_or(u32::MAX)
        })
    }
}

/// Which of a machine's models is being fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// The model of a fold, counted from 0.
    Fold(usize),
    /// The model that is kept.
    Final,
}

/// Told of every epoch, from any thread.
pub trait Progress: Sync {
    /// An epoch is done; epochs count from 1.
    fn epoch(&self, run: Run, epoch: usize, epochs: usize, loss: f64);
}

/// Tells nobody.
impl Progress for () {
    fn epoch(&self, _: Run, _: usize, _: usize, _: f64) {}
}

/// A fitted part.
pub(crate) trait Fitted: Step + fmt::Debug + Send + Sync {
    /// Its document: `type`, and what was fitted; large arrays may go to `tensors`.
    fn write(&self, tensors: &mut Tensors) -> Value;

    /// Appends the fields of generated code that compute it.
    fn lower(&self, fields: &mut Fields);

    /// Whether it answers one column per target; others have columns of their own.
    fn answers_targets(&self) -> bool {
        true
    }

    /// The detector, if it is one.
    fn detector(&self) -> Option<&dyn FittedDetector> {
        None
    }

    /// The detector, to be given thresholds.
    fn detector_mut(&mut self) -> Option<&mut dyn FittedDetector> {
        None
    }
}

/// A fitted transformer; whether it can be undone is known from its class.
pub(crate) trait FittedTransformer: Fitted {
    /// The transformer run backwards, if it can be.
    fn inverse(&self) -> Option<&dyn Invert>;

    /// The one part of generated code that it is, if it is one.
    fn embedded(&self) -> Option<Embedded>;

    /// Appends the fields of generated code that undo it.
    fn lower_inverse(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let (doc, width) = (Some("Back to engineering units."), fields.width);
            let outputs = self.outputs_of_inverse(width);
            fields.push("unscale", doc, part.inverse(), outputs);
        }
    }

    /// Columns that it gives when it undoes `width` of them.
    fn outputs_of_inverse(&self, width: usize) -> usize {
        width
    }
}

/// A fitted part of either kind, as a trained machine's document has it.
#[derive(Debug)]
pub(crate) enum FittedPart {
    Transformer(Box<dyn FittedTransformer>),
    Estimator(Box<dyn Fitted>),
}

impl FittedPart {
    pub(crate) fn into_fitted(self) -> Box<dyn Fitted> {
        match self {
            Self::Transformer(transformer) => transformer,
            Self::Estimator(estimator) => estimator,
        }
    }
}

/// A fitted detector.
pub(crate) trait FittedDetector: Fitted + Detector {
    /// The errors of a fold's answers.
    ///
    /// # Shapes and units
    ///
    /// - `answers`, `targets`: `[rows, targets]`, engineering units
    fn errors(&self, answers: &Batch, targets: &Batch) -> Result<Errors, Rejection>;

    /// Takes its thresholds from the folds, if there are any.
    fn calibrate(&mut self, found: &CrossValidation<'_>);

    /// What a build leaves in the metadata, with texts of its parts unless these tell of
    /// themselves.
    fn metadata(&self, targets: &[String], parts: Map<String, Value>) -> Map<String, Value>;

    /// What it compares with, if it has thresholds.
    fn thresholds(&self) -> Option<Thresholds>;

    /// Thresholds over its own window, if it has them.
    fn smooth_thresholds(&self) -> Option<Thresholds>;

    /// Smoothing window in rows.
    fn window(&self) -> Option<usize>;

    /// The rows without which it finds no threshold.
    fn rows_needed(&self) -> RowsNeeded;

    /// What makes its errors comparable.
    fn scaler(&self) -> &dyn FittedTransformer;
}

/// Equal documents: the same class, parameters and numbers.
impl PartialEq for dyn Fitted {
    fn eq(&self, other: &Self) -> bool {
        let (mut ours, mut theirs) = (Tensors::new(), Tensors::new());
        self.write(&mut ours) == other.write(&mut theirs) && ours == theirs
    }
}

/// Undoes a fitted transformer.
pub(crate) fn invert(
    transformer: &dyn FittedTransformer,
    batch: Batch,
) -> Result<Batch, Rejection> {
    let inverse = transformer.inverse();
    inverse
        .expect("what cannot be undone is refused when the definition or document is read")
        .invert(batch)
}
