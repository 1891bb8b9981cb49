//! What is minimised, and its gradient with respect to the answer.

use crate::model;

use super::tile::Lanes;

/// A loss: mean over outputs, then over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Mean squared error.
    Squared,
    /// Mean absolute error.
    Absolute,
}

impl From<model::Loss> for Objective {
    fn from(loss: model::Loss) -> Self {
        match loss {
            model::Loss::MeanSquaredError => Self::Squared,
            model::Loss::MeanAbsoluteError => Self::Absolute,
        }
    }
}

impl Objective {
    /// Sum of the losses of a tile's single numbers; fills `deltas` with its gradient.
    ///
    /// Lanes from `rows` on hold no row and count nothing. `weight` is what each number counts:
    /// one over the numbers of the whole step.
    pub(super) fn tile(
        self,
        (answers, targets): (&[Lanes], &[Lanes]),
        rows: usize,
        weight: f32,
        deltas: &mut [Lanes],
    ) -> f32 {
        let mut sums = [0.0_f32; super::LANES];
        for ((answer, target), delta) in answers.iter().zip(targets).zip(deltas) {
            let mut errors = *answer;
            for (error, target) in errors.iter_mut().zip(target) {
                *error -= target;
            }
            errors[rows..].fill(0.0);
            match self {
                Self::Squared => {
                    for ((sum, error), delta) in sums.iter_mut().zip(&errors).zip(delta) {
                        *sum += error * error;
                        *delta = 2.0 * weight * error;
                    }
                }
                Self::Absolute => {
                    for ((sum, error), delta) in sums.iter_mut().zip(&errors).zip(delta) {
                        *sum += error.abs();
                        *delta = weight * sign(*error);
                    }
                }
            }
        }
        super::tile::sum(&sums) * weight
    }
}

/// -1, 0 or 1; unlike `signum` 0 at 0, where Keras takes 0 as the slope of `|x|`.
#[inline]
pub(super) fn sign(x: f32) -> f32 {
    let above = if x > 0.0 { 1.0 } else { 0.0 };
    let below = if x < 0.0 { 1.0 } else { 0.0 };
    above - below
}
