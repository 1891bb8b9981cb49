//! `StandardScaler`: subtracts the mean of each column and divides by its standard deviation.

use super::{Invert, Numbers, Step, restore, standardize};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection};

/// `(x - mean) / scale`
#[derive(Clone, Debug, PartialEq)]
pub struct StandardScaler<S> {
    /// Subtracted, `[columns]`, unless switched off.
    pub mean: Option<S>,
    /// Divided by, `[columns]`, unless switched off.
    pub scale: Option<S>,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// A scaler of `N` columns; a part switched off is 0 or 1, which changes no value.
    pub type StandardScaler<const N: usize> = super::StandardScaler<[f64; N]>;
}

impl<S: Numbers<f64>> Step for StandardScaler<S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let mean = self.mean.as_ref().map(S::numbers);
        let scale = self.scale.as_ref().map(S::numbers);
        standardize(batch, mean, scale, "StandardScaler")
    }
}

impl<S: Numbers<f64>> Invert for StandardScaler<S> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let mean = self.mean.as_ref().map(S::numbers);
        let scale = self.scale.as_ref().map(S::numbers);
        restore(batch, mean, scale, "StandardScaler")
    }
}

impl<const N: usize> Part for sized::StandardScaler<N> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(2 * N);
}

impl<const N: usize, W: Weights> Embed<W> for sized::StandardScaler<N> {
    const PART: Self = Self {
        mean: Some(vector(W::DOUBLES, 0)),
        scale: Some(vector(W::DOUBLES, N)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_switched_off_are_skipped() {
        for (mean, scale, expect) in [
            (Some([1.0]), Some([2.0]), 1.0),
            (None, Some([2.0]), 1.5),
            (None, None, 3.0),
            (Some([0.0]), Some([1.0]), 3.0),
        ] {
            let scaler = StandardScaler { mean, scale };
            let answer = scaler.apply(Batch::double(1, 1, vec![3.0])).unwrap();
            assert_eq!(answer.to_f64(), [expect]);
        }
    }
}
