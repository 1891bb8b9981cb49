//! `RobustScaler`: subtracts the median of each column and divides by its quantile range.

use super::{Invert, Numbers, Step, restore, standardize};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection};

/// `(x - center) / scale`
#[derive(Clone, Debug, PartialEq)]
pub struct RobustScaler<S> {
    /// Subtracted, `[columns]`, unless switched off.
    pub center: Option<S>,
    /// Divided by, `[columns]`, unless switched off.
    pub scale: Option<S>,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// A scaler of `N` columns; a part switched off is 0 or 1, which changes no value.
    pub type RobustScaler<const N: usize> = super::RobustScaler<[f64; N]>;
}

impl<S: Numbers<f64>> Step for RobustScaler<S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let center = self.center.as_ref().map(S::numbers);
        let scale = self.scale.as_ref().map(S::numbers);
        standardize(batch, center, scale, "RobustScaler")
    }
}

impl<S: Numbers<f64>> Invert for RobustScaler<S> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let center = self.center.as_ref().map(S::numbers);
        let scale = self.scale.as_ref().map(S::numbers);
        restore(batch, center, scale, "RobustScaler")
    }
}

impl<const N: usize> Part for sized::RobustScaler<N> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(2 * N);
}

impl<const N: usize, W: Weights> Embed<W> for sized::RobustScaler<N> {
    const PART: Self = Self {
        center: Some(vector(W::DOUBLES, 0)),
        scale: Some(vector(W::DOUBLES, N)),
    };
}
