//! A step run backwards.

use super::{Invert, Step};
use crate::embed::{Embed, Part, Shape, Weights};
use crate::{Batch, Rejection};

/// Undoes `S`: takes answers about transformed targets back to engineering units.
#[derive(Clone, Debug, PartialEq)]
pub struct Inverse<S>(pub S);

impl<S: Invert> Step for Inverse<S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.0.invert(batch)
    }
}

impl<S: Part> Part for Inverse<S> {
    const SHAPE: Shape = S::SHAPE.reversed();
}

impl<S: Embed<W>, W: Weights> Embed<W> for Inverse<S> {
    const PART: Self = Self(S::PART);
}
