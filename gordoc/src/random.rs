//! Streams of random numbers that depend on what they are for, never on who asks first.
//!
//! Folds may be trained on any number of threads: each draws from a stream of its own.

use std::collections::BTreeSet;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seed that can be split by purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    /// The seed of a build.
    pub(crate) fn new(seed: u64) -> Self {
        Self(*blake3::hash(&seed.to_le_bytes()).as_bytes())
    }

    /// An independent seed for one purpose; `index` tells its repetitions apart.
    pub(crate) fn split(self, purpose: &str, index: usize) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&(index as u64).to_le_bytes());
        hasher.update(purpose.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// The stream of this seed.
    pub(crate) fn stream(self) -> Stream {
        Stream(ChaCha8Rng::from_seed(self.0))
    }
}

/// An endless sequence of draws.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// Uniform in `[0, 1)`, a multiple of 2^-24.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "24 bits fit a single precision number exactly"
    )]
    pub(crate) fn unit(&mut self) -> f32 {
        const STEP: f64 = 1.0 / 16_777_216.0;
        (f64::from(self.0.next_u32() >> 8) * STEP) as f32
    }

    /// Uniform in `0..bound`; `bound` is above 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        // Draws past the last whole multiple would favour small numbers.
        let whole = u64::MAX - u64::MAX % bound;
        loop {
            let draw = self.0.next_u64();
            if draw < whole {
                return usize::try_from(draw % bound).expect("below a usize");
            }
        }
    }

    /// Some of the numbers in `0..bound`, ascending, none twice; `count` is at most `bound`.
    pub(crate) fn sample(&mut self, bound: usize, count: usize) -> Vec<usize> {
        let mut chosen = BTreeSet::new();
        for last in bound - count..bound {
            // A number drawn again stands for the last one, which was not to be had before.
            if !chosen.insert(self.below(last + 1)) {
                chosen.insert(last);
            }
        }
        chosen.into_iter().collect()
    }

    /// Puts items in a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_purpose_and_index_only() {
        let draw = |seed: Seed| seed.stream().below(1 << 40);
        let seed = Seed::new(7);
        assert_eq!(
            draw(seed.split("weights", 0)),
            draw(Seed::new(7).split("weights", 0))
        );
        assert_ne!(
            draw(seed.split("weights", 0)),
            draw(seed.split("weights", 1))
        );
        assert_ne!(draw(seed.split("weights", 0)), draw(seed.split("order", 0)));
        assert_ne!(
            draw(seed.split("weights", 0)),
            draw(Seed::new(8).split("weights", 0))
        );
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..100).collect();
        Seed::new(0).stream().shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_sample_holds_no_number_twice_and_each_as_often() {
        let mut counts = [0; 10];
        for index in 0..10_000 {
            let sample = Seed::new(5).split("sample", index).stream().sample(10, 3);
            assert!(sample.len() == 3 && sample.is_sorted_by(|left, right| left < right));
            for number in sample {
                counts[number] += 1;
            }
        }
        assert!(
            counts.iter().all(|count| (2850..3150).contains(count)),
            "{counts:?}"
        );
        assert_eq!(Seed::new(0).stream().sample(4, 4), [0, 1, 2, 3]);
        assert!(Seed::new(0).stream().sample(4, 0).is_empty());
    }

    #[test]
    fn unit_draws_fill_the_unit_interval() {
        let mut stream = Seed::new(1).stream();
        let draws: Vec<f32> = (0..10_000).map(|_| stream.unit()).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        let mean = draws.iter().sum::<f32>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }
}
