//! `MaxAbsScaler`: divides each column by its largest absolute value.

use super::{Invert, Numbers, Step, restore, standardize};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection};

/// `x / scale`
#[derive(Clone, Debug, PartialEq)]
pub struct MaxAbsScaler<S> {
    /// Divided by, `[columns]`.
    pub scale: S,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// A scaler of `N` columns.
    pub type MaxAbsScaler<const N: usize> = super::MaxAbsScaler<[f64; N]>;
}

impl<S: Numbers<f64>> Step for MaxAbsScaler<S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        standardize(batch, None, Some(self.scale.numbers()), "MaxAbsScaler")
    }
}

impl<S: Numbers<f64>> Invert for MaxAbsScaler<S> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        restore(batch, None, Some(self.scale.numbers()), "MaxAbsScaler")
    }
}

impl<const N: usize> Part for sized::MaxAbsScaler<N> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(N);
}

impl<const N: usize, W: Weights> Embed<W> for sized::MaxAbsScaler<N> {
    const PART: Self = Self {
        scale: vector(W::DOUBLES, 0),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalers_pass_nan_and_refuse_infinity_and_emptiness() {
        let scaler = MaxAbsScaler { scale: [2.0] };
        let nan = scaler.apply(Batch::double(1, 1, vec![f64::NAN])).unwrap();
        assert!(nan.to_f64()[0].is_nan());
        let infinite = scaler.apply(Batch::double(1, 1, vec![f64::INFINITY]));
        assert_eq!(infinite, Err(Rejection::Infinite));
        let step = "MaxAbsScaler";
        let none = scaler.apply(Batch::double(0, 1, vec![]));
        assert_eq!(none, Err(Rejection::NoRows { width: 1, step }));
    }
}
