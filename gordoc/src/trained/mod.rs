//! As learnt: a trained machine as a value and as a file.

mod bounded;
pub mod json;
mod seal;
pub mod store;

use std::sync::Arc;

use gordo_runtime::{Batch, Rejection};
use serde_json::Value;

use crate::name::Name;
use crate::part::fit::Fitted;

/// A trained machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Machine name.
    pub name: Name,
    /// Project name.
    pub project: Name,
    /// Input tag names, in column order.
    pub tags: Vec<String>,
    /// Target tag names, in column order.
    pub target_tags: Vec<String>,
    /// Spacing of rows as written.
    pub resolution: String,
    /// Rows lost at the front of every answer.
    pub offset: usize,
    /// Gordo's text for the model's class.
    pub python_type: String,
    /// The expanded definition.
    pub definition: Value,
    /// What was fitted.
    pub(crate) model: FittedModel,
    /// The whole machine document, as served under `metadata`.
    pub metadata: Value,
    /// Digest of what determined the machine.
    pub checksum: Option<String>,
}

impl Machine {
    /// What the machine predicts, by the kernels that serve.
    ///
    /// # Shapes and units
    ///
    /// - `inputs`: `[rows, 1, tags]`, engineering units
    pub fn predict(&self, inputs: Batch) -> Result<Batch, Rejection> {
        self.model.apply(inputs)
    }
}

/// A fitted model, shared; equal if its documents are.
#[derive(Clone, Debug)]
pub(crate) struct FittedModel(Arc<dyn Fitted>);

impl std::ops::Deref for FittedModel {
    type Target = dyn Fitted;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl From<Box<dyn Fitted>> for FittedModel {
    fn from(fitted: Box<dyn Fitted>) -> Self {
        Self(fitted.into())
    }
}

impl PartialEq for FittedModel {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

/// A small machine of one tag, for tests.
#[cfg(test)]
pub(crate) fn example(name: &str) -> Machine {
    Machine {
        name: Name::new(name).expect("a test names it well"),
        project: Name::new("p").expect("a letter"),
        tags: vec!["a".to_owned()],
        target_tags: vec!["a".to_owned()],
        resolution: "10T".to_owned(),
        offset: 0,
        python_type: String::new(),
        definition: serde_json::json!({}),
        model: FittedModel(Arc::new(gordo_runtime::part::MaxAbsScaler {
            scale: vec![2.0],
        })),
        metadata: serde_json::json!({}),
        checksum: None,
    }
}
