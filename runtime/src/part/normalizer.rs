//! `Normalizer`: brings each row to length 1.

use super::{Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights};
use crate::{Batch, Rejection, Values};

/// `x / |x|` of each row; rows of next to no length stay as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalizer<L, const N: usize = 0> {
    /// What counts as length.
    pub norm: L,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// Of rows of `N` columns.
    pub type Normalizer<const N: usize, L> = super::Normalizer<L, N>;
}

/// What counts as the length of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// Root of the sum of squares.
    L2,
    /// Sum of absolute values.
    L1,
    /// Largest absolute value.
    Max,
}

/// What tells a part its norm.
pub trait Normed: Copy + Sync {
    /// Which one it is.
    fn norm(self) -> Norm;
}

impl Normed for Norm {
    #[inline]
    fn norm(self) -> Norm {
        self
    }
}

/// [`Norm::L2`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L2Norm;

/// [`Norm::L1`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L1Norm;

/// [`Norm::Max`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxNorm;

macro_rules! named_by_type {
    ($($name:ident $norm:ident)*) => {$(
        impl Normed for $name {
            #[inline]
            fn norm(self) -> Norm {
                Norm::$norm
            }
        }

        impl<const N: usize, W: Weights> Embed<W> for sized::Normalizer<N, $name> {
            const PART: Self = Self { norm: $name };
        }
    )*};
}

named_by_type! { L2Norm L2 L1Norm L1 MaxNorm Max }

impl Norm {
    /// Length of a row.
    fn of(self, row: impl Iterator<Item = f64>) -> f64 {
        match self {
            Self::L2 => row.fold(0.0, |sum, value| sum + value * value).sqrt(),
            Self::L1 => row.fold(0.0, |sum, value| sum + value.abs()),
            Self::Max => row.fold(0.0, |most, value| value.abs().max(most)),
        }
    }
}

impl<L: Normed, const N: usize> Step for Normalizer<L, N> {
    fn apply(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "Normalizer")?;
        let (norm, width) = (self.norm.norm(), batch.width.max(1));
        match &mut batch.values {
            Values::Single(values) => {
                for row in values.chunks_exact_mut(width) {
                    let length = norm.of(row.iter().copied().map(f64::from));
                    #[expect(
                        clippy::cast_possible_truncation,
                        reason = "a row's length has its precision"
                    )]
                    let length = length as f32;
                    if length >= 10.0 * f32::EPSILON {
                        for value in row {
                            *value /= length;
                        }
                    }
                }
            }
            Values::Double(values) => {
                for row in values.chunks_exact_mut(width) {
                    let length = norm.of(row.iter().copied());
                    if length >= 10.0 * f64::EPSILON {
                        for value in row {
                            *value /= length;
                        }
                    }
                }
            }
        }
        Ok(batch)
    }
}

impl<const N: usize, L> Part for sized::Normalizer<N, L> {
    const SHAPE: Shape = Shape::new(N, N);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(norm: Norm, row: [f64; 2], expect: [f64; 2]) {
        let normalizer = Normalizer::<_, 0> { norm };
        let answer = normalizer.apply(Batch::double(1, 2, row.to_vec()));
        assert_eq!(answer.unwrap().to_f64(), expect);
    }

    #[test]
    fn rows_get_length_one() {
        check(Norm::L2, [3.0, -4.0], [0.6, -0.8]);
        check(Norm::L1, [1.0, -3.0], [0.25, -0.75]);
        check(Norm::Max, [1.0, -4.0], [0.25, -1.0]);
    }

    #[test]
    fn rows_of_next_to_no_length_stay() {
        for norm in [Norm::L2, Norm::L1, Norm::Max] {
            check(norm, [0.0, 1e-15], [0.0, 1e-15]);
        }
    }
}
