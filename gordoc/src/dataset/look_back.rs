//! Fills the buckets before a series' first value from its latest earlier reading.
//!
//! Always on a line, whatever the interpolation method.

use super::grid::Grid;
use super::resample::Resampled;
use crate::project::{self, Aggregation, Method};
use crate::provider::Reading;

/// Fills leading buckets of a tag from a reading before the period, up to `limit` nanoseconds.
///
/// Pair columns are only filled if none of them has a value at the start, and then those that
/// hold levels of readings: how readings spread cannot be told from one.
pub(crate) fn look_back(
    buckets: &mut Resampled,
    config: &project::Dataset,
    methods: &[Method],
    earlier: Reading,
    limit: i64,
) {
    let Resampled { grid, columns } = buckets;
    let is_known = |column: &Vec<f64>| {
        let known = column.iter().position(|value| !value.is_nan());
        known.is_some_and(|position| grid.label(position) <= config.period.start)
    };
    if columns.iter().any(is_known) {
        return;
    }
    let is_single = matches!(config.aggregation.value, Aggregation::Single(_));
    for (column, method) in columns.iter_mut().zip(methods) {
        if is_single || method.is_level() {
            fill(grid, column, earlier, limit, config.period.end);
        }
    }
}

/// Fills leading buckets up to `limit` nanoseconds after the rounded time of `earlier`.
///
/// The reading's time is rounded to a multiple of the bucket width since 1970; if the grid is
/// not on such multiples, nothing coincides and nothing is filled. Where there is no value at
/// all, the reading is held on the way to the period's `end`.
fn fill(grid: &Grid, values: &mut [f64], earlier: Reading, limit: i64, end: i64) {
    let width = grid.width;
    let known = values.iter().position(|value| !value.is_nan());
    let far_value = known.map(|position| values[position]);
    let far_time = known.map_or(end, |position| grid.label(position));
    let near = round_half_even(earlier.time, width);
    // Positions are counted from the rounded reading; the far end is the last of them.
    let last = (far_time - near).div_euclid(width);
    let most = limit / width;
    for at in 0..known.unwrap_or(values.len()) {
        let since = grid.label(at) - near;
        let position = since.div_euclid(width);
        if since % width != 0 || position < 0 || position > last {
            continue;
        }
        let filled = match far_value {
            Some(far) if position <= most => {
                earlier.value + position as f64 * ((far - earlier.value) / last as f64)
            }
            // The far end is empty, and also the reading's own place if it is the only one.
            None if position <= most && last > 0 => earlier.value,
            _ => continue,
        };
        values[at] = filled;
    }
}

fn round_half_even(time: i64, width: i64) -> i64 {
    let below = time.div_euclid(width);
    let rest = time.rem_euclid(width);
    // Compared without doubling, which could overflow.
    let up = match rest.cmp(&(width - rest)) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => below.rem_euclid(2),
        std::cmp::Ordering::Greater => 1,
    };
    (below + up) * width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Clock;

    const NAN: f64 = f64::NAN;
    const MINUTE: i64 = 60_000_000_000;

    fn at(text: &str) -> i64 {
        Clock::utc().parse(text.as_bytes()).unwrap()
    }

    /// Buckets from midnight of a day, the first value at `first`.
    fn run(
        day: &str,
        minutes: i64,
        first: usize,
        (time, value): (&str, f64),
        limit: i64,
    ) -> Vec<f64> {
        let start = at(day);
        let mut values = vec![NAN; first];
        values.push(10.0);
        let grid = Grid {
            first: start,
            width: minutes * MINUTE,
            n_buckets: values.len(),
        };
        let earlier = Reading {
            time: at(time),
            value,
        };
        let end = start + 120 * MINUTE;
        fill(&grid, &mut values, earlier, limit * MINUTE, end);
        values.truncate(first);
        values
    }

    #[test]
    fn a_line_from_the_earlier_reading() {
        let filled = run("2020-01-02", 10, 3, ("2020-01-01 23:40", 0.0), 60);
        assert_eq!(filled, [4.0, 6.0, 8.0]);
    }

    #[test]
    fn the_rounded_time_decides_how_far_it_reaches() {
        let count = |time| {
            let filled = run("2020-01-02", 10, 3, (time, 1.0), 30);
            filled.iter().filter(|value| !value.is_nan()).count()
        };
        // Ties go to even multiples: 23:40 and 00:00.
        assert_eq!(count("2020-01-01 23:45"), 2);
        assert_eq!(count("2020-01-01 23:55"), 3);
    }

    #[test]
    fn a_grid_off_the_multiples_since_1970_is_not_filled() {
        let filled = |day, before| run(day, 7, 2, (before, 1.0), 60)[0];
        assert!(!filled("2020-01-02", "2020-01-01 23:50").is_nan());
        assert!(filled("2020-01-03", "2020-01-02 23:50").is_nan());
    }

    #[test]
    fn a_limit_of_three_tenths_of_a_second_reaches_three_tenths() {
        // Trap 10: the quotient is exact here, unlike between readings.
        let grid = Grid {
            first: 0,
            width: 100_000_000,
            n_buckets: 6,
        };
        let mut values = [NAN; 6];
        let earlier = Reading {
            time: -100_000_000,
            value: 2.0,
        };
        fill(&grid, &mut values, earlier, 300_000_000, 500_000_000);
        assert_eq!(values.iter().filter(|value| !value.is_nan()).count(), 3);
    }

    #[test]
    fn without_a_value_the_reading_is_held() {
        let start = at("2020-01-02");
        let mut values = vec![NAN; 4];
        let grid = Grid {
            first: start,
            width: 10 * MINUTE,
            n_buckets: values.len(),
        };
        let earlier = Reading {
            time: start - 10 * MINUTE,
            value: 2.0,
        };
        let end = start + 30 * MINUTE;
        fill(&grid, &mut values, earlier, 30 * MINUTE, end);
        assert_eq!(values[..3], [2.0, 2.0, 2.0]);
        assert!(values[3].is_nan());
    }
}
