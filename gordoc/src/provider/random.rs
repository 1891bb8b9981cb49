//! `RandomDataProvider`: random readings at random times, bit for bit as Gordo draws them.
//!
//! Sizes come from Python's generator, times and values from `NumPy`'s legacy one, which Gordo
//! resets whenever a provider is made.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::arguments::Arguments;
use super::error::ReadError;
use super::kind::{Described, Provider, ProviderKind};
use super::reader::{Access, Reader};
use super::rows::RowBuffer;
use super::time_range::TimeRange;
use crate::algorithm::MersenneTwister;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

pub(super) const KIND: ProviderKind = ProviderKind {
    names: &[
        "RandomDataProvider",
        "gordo_core.data_providers.RandomDataProvider",
        "gordo_core.data_providers.providers.RandomDataProvider",
        "gordo_dataset.data_provider.providers.RandomDataProvider",
        "gordo_dataset.data_providers.providers.RandomDataProvider",
    ],
    keys: &["min_size", "max_size"],
    is_in_gordo: true,
    describe,
};

/// Most readings of a tag; they are drawn at once.
const MOST_READINGS: u32 = 10_000_000;

/// `RandomDataProvider`
#[derive(Clone, Copy, Debug)]
struct RandomProvider {
    /// Fewest readings per tag.
    min_size: u32,
    /// Most readings per tag.
    max_size: u32,
}

/// Random readings with default sizes: the provider of a random dataset, whatever was given.
pub(crate) fn plain(place: Span) -> Described {
    let provider = RandomProvider {
        min_size: 100,
        max_size: 300,
    };
    Described {
        document: document(&json!(provider.min_size), &json!(provider.max_size)),
        provider: Some(Spanned::new(Arc::new(provider), place)),
    }
}

fn document(min_size: &Value, max_size: &Value) -> Value {
    json!({
        "min_size": min_size,
        "max_size": max_size,
        "type": "gordo_core.data_providers.providers.RandomDataProvider",
    })
}

fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    arguments.check(KIND.keys);
    let document = document(
        &arguments.json("min_size", json!(100)),
        &arguments.json("max_size", json!(300)),
    );
    let min_size = arguments.size_up_to("min_size", 100, MOST_READINGS);
    let max_size = arguments.size_up_to("max_size", 300, MOST_READINGS);
    let provider = min_size.zip(max_size);
    let provider = provider.map(|(min_size, max_size)| RandomProvider { min_size, max_size });
    if let Some(RandomProvider { min_size, max_size }) = provider
        && min_size > max_size
    {
        let given = ["max_size", "min_size"];
        let given = given.iter().find_map(|key| arguments.given(key));
        let place = given.map_or(arguments.place, |node| node.span);
        arguments.block(
            Diagnostic::error(
                "dataset::bad_sizes",
                format!("`min_size` {min_size} is above `max_size` {max_size}"),
            )
            .label(place, "no size fits")
            .help("make `max_size` at least `min_size`"),
        );
    }
    Described::new(&arguments, document, provider)
}

impl Provider for RandomProvider {
    fn open(&self, span: Span, _base: &Path, seed: u64) -> Box<dyn Reader> {
        Box::new(RandomReader {
            sizes: self.min_size..=self.max_size,
            seed,
            span,
        })
    }
}

const SECOND: i64 = 1_000_000_000;

/// Draws readings.
struct RandomReader {
    /// Fewest and most readings of a tag.
    sizes: RangeInclusive<u32>,
    /// Decides the sizes.
    seed: u64,
    /// The provider in the config.
    span: Span,
}

/// Both generators, as they are when Gordo makes a dataset.
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

impl Reader for RandomReader {
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
    fn window(&self, period: TimeRange) -> TimeRange {
        TimeRange {
            first: period.first.div_euclid(SECOND) * SECOND,
            last: period.last,
        }
    }

    fn read(
        &self,
        _source: &str,
        tags: &[&str],
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let (min_size, max_size) = (*self.sizes.start(), *self.sizes.end());
        if min_size > max_size {
            return Err(ReadError::BadSizes { min_size, max_size });
        }
        let Some(window) = rows.wanted().first().copied() else {
            return Ok(());
        };
        let first = window.first.div_euclid(SECOND);
        let last = window.last.div_euclid(SECOND) - 1 - first;
        let Ok(last) = u64::try_from(last) else {
            return Err(ReadError::ShortPeriod);
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

    fn place(&self, _cause: &ReadError, _tag: &str) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::super::series::Series;
    use super::*;

    fn read(period: TimeRange, sizes: RangeInclusive<u32>) -> Result<Vec<Series>, ReadError> {
        let reader = RandomReader {
            sizes,
            seed: 0,
            span: Span::new(1, 2),
        };
        let window = reader.window(period);
        let mut rows = RowBuffer::new([window.into(), window.into()]);
        reader.read("", &["a", "b"], &mut rows)?;
        rows.into_series().into_iter().collect()
    }

    #[test]
    fn sizes_times_and_values_follow_the_seeds() {
        let day = TimeRange {
            first: 0,
            last: 86_400 * SECOND,
        };
        let drawn = read(day, 100..=300).unwrap();
        assert_eq!(drawn[0].times.len(), 198);
        assert_eq!(drawn[1].values.len(), 294);
        assert!(drawn[0].times.is_sorted());
        assert_eq!(drawn, read(day, 100..=300).unwrap());
    }

    #[test]
    fn a_period_without_a_whole_second_is_too_short() {
        let code = |last, sizes| {
            let period = TimeRange { first: 0, last };
            read(period, sizes).map_err(|cause| cause.code())
        };
        assert_eq!(code(SECOND / 2, 1..=2), Err("dataset::short_period"));
        assert!(code(SECOND, 1..=1).is_ok());
        let reversed = RangeInclusive::new(3, 2);
        assert_eq!(code(SECOND, reversed), Err("dataset::bad_sizes"));
    }

    #[test]
    fn a_start_within_a_second_may_be_preceded_by_a_reading() {
        let period = TimeRange {
            first: SECOND / 2,
            last: 2 * SECOND,
        };
        let drawn = read(period, 9..=9).unwrap();
        assert_eq!(drawn[0].times.len(), 9);
        assert_eq!(drawn[0].times[0], 0);
    }
}
