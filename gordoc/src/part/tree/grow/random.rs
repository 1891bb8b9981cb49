//! Random numbers of trees: a shift register of 32 bits, as in scikit-learn.

use crate::algorithm::MersenneTwister;

/// The largest draw.
const MOST: u32 = 0x7fff_ffff;

/// A draw from `NumPy`'s generator that starts another generator: below 2^31 - 1.
pub(in crate::part::tree) fn seed(twister: &mut MersenneTwister) -> u32 {
    u32::try_from(twister.bounded(u64::from(MOST) - 1)).unwrap_or(0)
}

/// A seeded generator.
#[derive(Clone, Debug)]
pub(super) struct ShiftRegister(u32);

impl ShiftRegister {
    pub(super) fn new(seed: u32) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u32 {
        let Self(state) = self;
        if *state == 0 {
            *state = 1;
        }
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        *state & MOST
    }

    /// From `low` to below `high`, which is larger.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.next() as usize % (high - low)
    }

    /// Uniform from `low` to `high`.
    pub(super) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        (high - low) * f64::from(self.next()) / f64::from(MOST) + low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_of_scikit_learns_generator() {
        // `sklearn.utils._random._our_rand_r_py`.
        assert_eq!(ShiftRegister::new(0).next(), 270_369);
        assert_eq!(ShiftRegister::new(1).next(), 270_369);
        let mut register = ShiftRegister::new(1);
        let draws: Vec<usize> = (0..3).map(|_| register.between(5, 15)).collect();
        assert_eq!(draws, [14, 14, 8]);
    }
}
