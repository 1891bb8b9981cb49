//! Random readings at random times, bit for bit as the peer draws them.
//!
//! Sizes come from Python's generator, times and values from `NumPy`'s legacy one, which the
//! peer resets whenever a provider is made.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::{Access, Provider, Range, Rows};
use crate::dataset::error::Cause;
use crate::dataset::mersenne_twister::MersenneTwister;
use crate::project::Period;
use crate::source::Span;

const SECOND: i64 = 1_000_000_000;

/// `RandomDataProvider`
pub(super) struct RandomProvider {
    /// Fewest and most readings of a tag.
    pub(super) sizes: RangeInclusive<u32>,
    /// Decides the sizes.
    pub(super) seed: u64,
    /// The provider in the config.
    pub(super) span: Span,
}

/// Both generators, as they are when the peer makes a dataset.
struct Draws {
    sizes: MersenneTwister,
    readings: MersenneTwister,
}

impl Draws {
    /// Times from the second `first` to `last` seconds later, ascending, and their values.
    fn series(&mut self, sizes: &RangeInclusive<u32>, first: i64, last: u64) -> Vec<(i64, f64)> {
        let (min_size, max_size) = (*sizes.start(), *sizes.end());
        let count = match max_size - min_size {
            u32::MAX => self.sizes.next_u32(),
            width => min_size + self.sizes.below(width + 1),
        };
        let mut times: Vec<i64> = (0..count)
            .map(|_| {
                let second = i64::try_from(self.readings.bounded(last)).unwrap_or(i64::MAX);
                (first + second) * SECOND
            })
            .collect();
        times.sort_unstable();
        let with_value = |time| (time, self.readings.next_double());
        times.into_iter().map(with_value).collect()
    }
}

impl Provider for RandomProvider {
    fn name(&self) -> &'static str {
        "RandomDataProvider"
    }

    fn access(&self) -> Access {
        Access::Drawn
    }

    fn identity(&self) -> Value {
        json!({ "type": self.name(), "sizes": [self.sizes.start(), self.sizes.end()] })
    }

    fn source(&self, _tag: &str) -> String {
        String::new()
    }

    /// Whole seconds, so that a reading may lie before a start that is none.
    fn window(&self, period: Period) -> Range {
        Range {
            first: period.start.div_euclid(SECOND) * SECOND,
            last: period.end,
        }
    }

    fn read(&self, _source: &str, tags: &[&str], rows: &mut Rows) -> Result<(), Cause> {
        let (min_size, max_size) = (*self.sizes.start(), *self.sizes.end());
        if min_size > max_size {
            return Err(Cause::BadSizes { min_size, max_size });
        }
        let Some(window) = rows.wanted().first().copied() else {
            return Ok(());
        };
        let first = window.first.div_euclid(SECOND);
        let last = window.last.div_euclid(SECOND) - 1 - first;
        let Ok(last) = u64::try_from(last) else {
            return Err(Cause::ShortPeriod);
        };
        let mut draws = Draws {
            sizes: MersenneTwister::from_python_seed(self.seed),
            readings: MersenneTwister::from_seed(0),
        };
        for column in 0..tags.len() {
            for (time, value) in draws.series(&self.sizes, first, last) {
                rows.push(column, time, value);
            }
        }
        Ok(())
    }

    fn place(&self, _cause: &Cause, _tag: &str) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::super::Series;
    use super::*;

    fn read(period: Period, sizes: RangeInclusive<u32>) -> Result<Vec<Series>, Cause> {
        let provider = RandomProvider {
            sizes,
            seed: 0,
            span: Span::new(1, 2),
        };
        let window = provider.window(period);
        let mut rows = Rows::new([window.into(), window.into()]);
        provider.read("", &["a", "b"], &mut rows)?;
        rows.into_series().into_iter().collect()
    }

    #[test]
    fn sizes_times_and_values_follow_the_seeds() {
        let day = Period {
            start: 0,
            end: 86_400 * SECOND,
        };
        let drawn = read(day, 100..=300).unwrap();
        assert_eq!(drawn[0].times.len(), 198);
        assert_eq!(drawn[1].values.len(), 294);
        assert!(drawn[0].times.is_sorted());
        assert_eq!(drawn, read(day, 100..=300).unwrap());
    }

    #[test]
    fn a_period_without_a_whole_second_is_too_short() {
        let code = |end, sizes| {
            let period = Period { start: 0, end };
            read(period, sizes).map_err(|cause| cause.code())
        };
        assert_eq!(code(SECOND / 2, 1..=2), Err("dataset::short_period"));
        assert!(code(SECOND, 1..=1).is_ok());
        let reversed = RangeInclusive::new(3, 2);
        assert_eq!(code(SECOND, reversed), Err("dataset::bad_sizes"));
    }

    #[test]
    fn a_start_within_a_second_may_be_preceded_by_a_reading() {
        let period = Period {
            start: SECOND / 2,
            end: 2 * SECOND,
        };
        let drawn = read(period, 9..=9).unwrap();
        assert_eq!(drawn[0].times.len(), 9);
        assert_eq!(drawn[0].times[0], 0);
    }
}
