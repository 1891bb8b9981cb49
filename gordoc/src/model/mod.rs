//! What a `model:` definition denotes.
//!
//! Reads, resolves and expands definitions; the classes they name are in `part`.

pub mod catalog;
mod definition;
mod describe;
mod expand;
mod prune;
mod resolve;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::sync::Arc;

use gordo_runtime::{Batch, Step};
use serde_json::Value;

use crate::part::error::FitError;
use crate::part::fit::{Estimator, FitContext, Run};
use crate::random::Seed;
use crate::source::Span;

pub use expand::expand;
pub use prune::prune;
pub use resolve::resolve;
pub(crate) use resolve::{resolve_part, resolve_splitter, resolve_transformer};

pub use crate::part::network::Network;
pub use crate::part::network::callback::EarlyStopping;
pub use crate::part::network::objective::Loss;
pub use crate::part::network::optimizer::Optimizer;
pub use crate::part::network::topology::{Layer, hourglass_widths};
pub use crate::part::network::training::Training;

/// A whole model.
#[derive(Clone, Debug)]
pub struct Model {
    /// What is fitted.
    pub(crate) estimator: Arc<dyn Estimator>,
    /// Whether it predicts targets, or only transforms inputs.
    pub(crate) predicts: bool,
    /// The definition Gordo would expand it to: full private paths, every parameter.
    pub expanded: Value,
    /// Place of the definition.
    pub span: Span,
}

impl Model {
    /// Fits the model to tables; what comes out predicts, or transforms.
    ///
    /// # Shapes and units
    ///
    /// - `x`: `[rows, inputs]`, finite
    /// - `y`: `[rows, targets]`, finite
    pub fn fit(&self, x: &Batch, y: &Batch, seed: u64) -> Result<Box<dyn Step>, FitError> {
        let context = FitContext {
            seed: Seed::new(seed),
            run: Run::Final,
            progress: &(),
        };
        Ok(self.estimator.fit(x, y, &context)?.fitted)
    }

    /// The network, if the whole model is one.
    pub fn network(&self) -> Option<&Network> {
        let estimator: &dyn Any = &*self.estimator;
        estimator.downcast_ref()
    }
}
