//! A step run backwards.

use crate::view::Invert;
use crate::{Batch, Rejection, Step};

/// Undoes `S`: takes answers about transformed targets back to engineering units.
#[derive(Clone, Copy, Debug)]
pub struct Inverse<S>(S);

impl<S> Inverse<S> {
    /// The inverse of `step`.
    pub const fn new(step: S) -> Self {
        Self(step)
    }
}

impl<S: Invert + Sync> Step for Inverse<S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.0.invert(batch)
    }
}
