//! `MinMaxScaler`: brings each column into a range.

use super::{Invert, Numbers, Step, check};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection};

/// `x * scale + min`, then clipped if asked.
#[derive(Clone, Debug, PartialEq)]
pub struct MinMaxScaler<S> {
    /// Factor, `[columns]`.
    pub scale: S,
    /// Added, `[columns]`.
    pub min: S,
    /// Lowest and highest answer, if values are held inside.
    pub clip: Option<(f64, f64)>,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// A scaler of `N` columns; the ends of its range follow its numbers, infinite if values are
    /// not held inside.
    pub type MinMaxScaler<const N: usize> = super::MinMaxScaler<[f64; N]>;
}

impl<S: Numbers<f64>> Step for MinMaxScaler<S> {
    fn apply(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "MinMaxScaler")?;
        batch.each_column(self.scale.numbers(), |value, scale| value * scale);
        batch.each_column(self.min.numbers(), |value, min| value + min);
        if let Some(range) = self.clip {
            batch.clip(range);
        }
        Ok(batch)
    }
}

impl<S: Numbers<f64>> Invert for MinMaxScaler<S> {
    fn invert(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "MinMaxScaler")?;
        batch.each_column(self.min.numbers(), |value, min| value - min);
        batch.each_column(self.scale.numbers(), |value, scale| value / scale);
        Ok(batch)
    }
}

impl<const N: usize> Part for sized::MinMaxScaler<N> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(2 * N + 2);
}

impl<const N: usize, W: Weights> Embed<W> for sized::MinMaxScaler<N> {
    const PART: Self = Self {
        scale: vector(W::DOUBLES, 0),
        min: vector(W::DOUBLES, N),
        clip: match vector(W::DOUBLES, 2 * N) {
            [f64::NEG_INFINITY, f64::INFINITY] => None,
            [low, high] => Some((low, high)),
        },
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: &dyn Step, input: &[f64], expect: &[f64]) {
        let batch = Batch::double(input.len(), 1, input.to_vec());
        assert_eq!(step.apply(batch).unwrap().to_f64(), expect);
    }

    #[test]
    fn min_max_multiplies_then_adds_then_clips() {
        let mut scaler = MinMaxScaler {
            scale: [0.5],
            min: [-1.0],
            clip: None,
        };
        check(&scaler, &[2.0, 6.0], &[0.0, 2.0]);
        let back = scaler.invert(Batch::double(1, 1, vec![0.0])).unwrap();
        assert_eq!(back.to_f64(), [2.0]);
        scaler.clip = Some((0.0, 1.0));
        check(&scaler, &[0.0, 6.0], &[0.0, 1.0]);
    }
}
