//! What is minimised, and its gradient with respect to the output.

use super::tile::Lanes;
use crate::part::network::objective::Loss;

/// Sum of the losses of a tile's single numbers; fills `deltas` with its gradient.
///
/// Lanes from `rows` on hold no row and count nothing. `weight` is what each number counts:
/// one over the numbers of the whole step.
pub(super) fn tile_loss(
    loss: Loss,
    (outputs, targets): (&[Lanes], &[Lanes]),
    rows: usize,
    weight: f32,
    deltas: &mut [Lanes],
) -> f32 {
    let mut sums = [0.0_f32; super::LANES];
    for ((output, target), delta) in outputs.iter().zip(targets).zip(deltas) {
        let mut errors = *output;
        for (error, target) in errors.iter_mut().zip(target) {
            *error -= target;
        }
        errors[rows..].fill(0.0);
        match loss {
            Loss::MeanSquaredError => {
                for ((sum, error), delta) in sums.iter_mut().zip(&errors).zip(delta) {
                    *sum += error * error;
                    *delta = 2.0 * weight * error;
                }
            }
            Loss::MeanAbsoluteError => {
                for ((sum, error), delta) in sums.iter_mut().zip(&errors).zip(delta) {
                    *sum += error.abs();
                    *delta = weight * sign(*error);
                }
            }
        }
    }
    super::tile::sum(&sums) * weight
}

/// -1, 0 or 1; unlike `signum` 0 at 0, where Keras takes 0 as the slope of `|x|`.
#[inline]
pub(super) fn sign(x: f32) -> f32 {
    let above = if x > 0.0 { 1.0 } else { 0.0 };
    let below = if x < 0.0 { 1.0 } else { 0.0 };
    above - below
}
