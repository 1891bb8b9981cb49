//! Random readings at random times, bit for bit as the peer draws them.
//!
//! Sizes come from Python's generator, times and values from `NumPy`'s legacy one, which the
//! peer resets whenever a provider is made.

use std::ops::RangeInclusive;

use super::{Delivery, Provider, Request, Series};
use crate::dataset::error::{Cause, Error};
use crate::dataset::mersenne_twister::MersenneTwister;
use crate::source::Span;

const SECOND: i64 = 1_000_000_000;

/// `RandomDataProvider`
pub(super) struct RandomProvider {
    sizes: RangeInclusive<u32>,
    size_draws: MersenneTwister,
    draws: MersenneTwister,
    span: Span,
}

impl RandomProvider {
    /// Series of as many readings as `sizes` allows, decided by `seed`.
    pub(super) fn new(sizes: RangeInclusive<u32>, seed: u64, span: Span) -> Self {
        Self {
            sizes,
            size_draws: MersenneTwister::from_python_seed(seed),
            draws: MersenneTwister::from_seed(0),
            span,
        }
    }

    fn series(&mut self, first: i64, last: u64) -> Series {
        let (min_size, max_size) = (*self.sizes.start(), *self.sizes.end());
        let count = match max_size - min_size {
            u32::MAX => self.size_draws.next_u32(),
            width => min_size + self.size_draws.below(width + 1),
        };
        let mut times: Vec<i64> = (0..count)
            .map(|_| {
                let second = i64::try_from(self.draws.bounded(last)).unwrap_or(i64::MAX);
                (first + second) * SECOND
            })
            .collect();
        times.sort_unstable();
        let values = (0..count).map(|_| self.draws.next_double()).collect();
        Series { times, values }
    }
}

impl Provider for RandomProvider {
    fn load(&mut self, request: &Request<'_>) -> Result<Vec<Delivery>, Error> {
        let (min_size, max_size) = (*self.sizes.start(), *self.sizes.end());
        if min_size > max_size {
            return Err(Cause::RandomSize { min_size, max_size }.at(self.span));
        }
        let first = request.period.start.div_euclid(SECOND);
        let last = request.period.end.div_euclid(SECOND) - 1 - first;
        let Ok(last) = u64::try_from(last) else {
            return Err(Cause::ShortPeriod.at(self.span));
        };
        let deliver = |tag: &&str| Delivery {
            tag: (*tag).to_owned(),
            series: self.series(first, last),
            earlier: None,
        };
        Ok(request.tags.iter().map(deliver).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Period;

    fn load(period: Period, sizes: RangeInclusive<u32>) -> Result<Vec<Delivery>, Error> {
        let request = Request {
            period,
            tags: &["a", "b"],
            look_back_from: None,
        };
        RandomProvider::new(sizes, 0, Span::new(1, 2)).load(&request)
    }

    #[test]
    fn sizes_times_and_values_follow_the_seeds() {
        let day = Period {
            start: 0,
            end: 86_400 * SECOND,
        };
        let loaded = load(day, 100..=300).unwrap();
        assert_eq!(loaded[0].series.times.len(), 198);
        assert_eq!(loaded[1].series.values.len(), 294);
        assert!(loaded[0].series.times.is_sorted());
        assert_eq!(loaded, load(day, 100..=300).unwrap());
    }

    #[test]
    fn a_period_without_a_whole_second_is_too_short() {
        let period = Period {
            start: 0,
            end: SECOND / 2,
        };
        let error = load(period, 1..=2).unwrap_err();
        assert_eq!(error.cause.code(), "dataset::short_period");
        let second = Period {
            start: 0,
            end: SECOND,
        };
        assert!(load(second, 1..=1).is_ok());
        assert_eq!(
            load(second, RangeInclusive::new(3, 2))
                .unwrap_err()
                .cause
                .code(),
            "dataset::random_size"
        );
    }
}
