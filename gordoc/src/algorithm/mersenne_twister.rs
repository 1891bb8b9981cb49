//! MT19937, the generator behind the random provider and shuffled folds.
//!
//! Gives the same draws as Python's `random` and `NumPy`'s legacy `RandomState`; it is not for
//! anything that must be hard to guess.

const SIZE: usize = 624;
const MIDDLE: usize = 397;
const TWIST: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;
const LOWER: u32 = 0x7fff_ffff;

/// A seeded generator.
#[derive(Clone, Debug)]
pub(crate) struct MersenneTwister {
    state: [u32; SIZE],
    next: usize,
}

impl MersenneTwister {
    /// `init_genrand`: the state of `NumPy`'s legacy generator under this seed.
    pub(crate) fn from_seed(seed: u32) -> Self {
        let mut state = [0; SIZE];
        state[0] = seed;
        let mut last = seed;
        for (slot, number) in state.iter_mut().zip(0_u32..).skip(1) {
            last = 1_812_433_253_u32
                .wrapping_mul(last ^ (last >> 30))
                .wrapping_add(number);
            *slot = last;
        }
        Self { state, next: SIZE }
    }

    /// `init_by_array`; an empty key counts as `[0]`.
    pub(crate) fn from_key(key: &[u32]) -> Self {
        let key = if key.is_empty() { &[0] } else { key };
        let mut twister = Self::from_seed(19_650_218);
        let state = &mut twister.state;
        let mut at = 1;
        let positions = (0_u32..).zip(key).cycle();
        for (position, word) in positions.take(SIZE.max(key.len())) {
            let last = state[at - 1];
            state[at] = (state[at] ^ (last ^ (last >> 30)).wrapping_mul(1_664_525))
                .wrapping_add(*word)
                .wrapping_add(position);
            at = advance(state, at);
        }
        for _ in 1..SIZE {
            let last = state[at - 1];
            let position = u32::try_from(at).unwrap_or(0);
            state[at] = (state[at] ^ (last ^ (last >> 30)).wrapping_mul(1_566_083_941))
                .wrapping_sub(position);
            at = advance(state, at);
        }
        state[0] = UPPER;
        twister
    }

    /// The state of Python's `random` after `random.seed(seed)`.
    pub(crate) fn from_python_seed(seed: u64) -> Self {
        let low = (seed & 0xffff_ffff) as u32;
        match (seed >> 32) as u32 {
            0 => Self::from_key(&[low]),
            high => Self::from_key(&[low, high]),
        }
    }

    /// 32 random bits.
    pub(crate) fn next_u32(&mut self) -> u32 {
        if self.next == SIZE {
            self.refill();
        }
        let mut bits = self.state[self.next];
        self.next += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    /// The upper `count` bits of a draw, as Python's `getrandbits`; `count` is 1 to 32.
    pub(crate) fn next_bits(&mut self, count: u32) -> u32 {
        self.next_u32() >> (32 - count.clamp(1, 32))
    }

    /// Uniform in `0..end` as Python's `randrange`; `0` if `end` is 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let bits = u32::BITS - end.leading_zeros();
        loop {
            let draw = self.next_bits(bits);
            if draw < end.max(1) {
                return draw;
            }
        }
    }

    /// Uniform in `0..=max` as `NumPy`'s legacy generator: masked draws, none if `max` is 0.
    pub(crate) fn bounded(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let mut draw = u64::from(self.next_u32());
            if max > u64::from(u32::MAX) {
                draw = (draw << 32) | u64::from(self.next_u32());
            }
            if draw & mask <= max {
                return draw & mask;
            }
        }
    }

    /// Uniform in `[0, 1)`, 53 bits.
    pub(crate) fn next_double(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// Reorders `items` as `NumPy`'s legacy `shuffle`.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let drawn = self.bounded(last as u64);
            items.swap(last, usize::try_from(drawn).unwrap_or(last));
        }
    }

    fn refill(&mut self) {
        for at in 0..SIZE {
            let mixed = (self.state[at] & UPPER) | (self.state[(at + 1) % SIZE] & LOWER);
            let twist = if mixed & 1 == 0 { 0 } else { TWIST };
            self.state[at] = self.state[(at + MIDDLE) % SIZE] ^ (mixed >> 1) ^ twist;
        }
        self.next = 0;
    }
}

/// The place after `at`, where the last word stands in for the one before the first.
fn advance(state: &mut [u32; SIZE], at: usize) -> usize {
    if at + 1 < SIZE {
        return at + 1;
    }
    state[0] = state[SIZE - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_of_the_reference_implementation() {
        let mut twister = MersenneTwister::from_seed(5489);
        let last = (0..10_000).map(|_| twister.next_u32()).last();
        assert_eq!(last, Some(4_123_659_995));
        let mut twister = MersenneTwister::from_key(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!(twister.next_u32(), 1_067_595_299);
        assert_eq!(twister.next_u32(), 955_945_823);
    }

    #[test]
    fn sizes_of_random_series_under_seed_zero() {
        let mut twister = MersenneTwister::from_python_seed(0);
        let sizes: Vec<u32> = (0..4).map(|_| 100 + twister.below(201)).collect();
        assert_eq!(sizes, [198, 294, 207, 110]);
    }

    #[test]
    fn numpy_doubles_and_shuffle_under_seed_zero() {
        let mut twister = MersenneTwister::from_seed(0);
        let first = twister.next_double();
        assert_eq!(first.to_bits(), 0.548_813_503_927_324_8_f64.to_bits());
        let mut items = [0, 1, 2, 3, 4];
        MersenneTwister::from_seed(0).shuffle(&mut items);
        assert_eq!(items, [2, 0, 1, 3, 4]);
    }

    #[test]
    fn a_bound_of_zero_draws_nothing() {
        let mut twister = MersenneTwister::from_seed(0);
        assert_eq!(twister.bounded(0), 0);
        assert_eq!(twister.below(0), 0);
        assert!(twister.bounded(1 << 40) <= 1 << 40);
        assert_eq!(
            MersenneTwister::from_key(&[]).next_u32(),
            MersenneTwister::from_python_seed(0).next_u32()
        );
    }
}
