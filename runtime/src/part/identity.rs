//! `passthrough`: changes nothing.

use super::{Invert, Step};
use crate::embed::{Embed, Part, Shape, Weights};
use crate::{Batch, Rejection};

/// `x`, in rows of `N` columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<const N: usize>;

impl<const N: usize> Step for Identity<N> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        Ok(batch)
    }
}

impl<const N: usize> Invert for Identity<N> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        Ok(batch)
    }
}

impl<const N: usize> Part for Identity<N> {
    const SHAPE: Shape = Shape::new(N, N);
}

impl<const N: usize, W: Weights> Embed<W> for Identity<N> {
    const PART: Self = Self;
}
