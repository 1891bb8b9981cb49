//! Flagged rows to periods.

use std::ops::RangeInclusive;

const MINUTE: i64 = 60_000_000_000;

/// Positions of the first and last row of every period, in time order.
///
/// Flagged rows belong to one period unless they are more whole minutes apart than a row is wide.
/// Rows between them, flagged or not, are in it too.
pub(super) fn gather(times: &[i64], flags: &[bool], width: i64) -> Vec<RangeInclusive<usize>> {
    let mut periods: Vec<RangeInclusive<usize>> = Vec::new();
    for (at, _) in flags.iter().enumerate().filter(|(_, flag)| **flag) {
        match periods.last_mut() {
            Some(last) if whole_minutes(times[at] - times[*last.end()]) <= width => {
                *last = *last.start()..=at;
            }
            _ => periods.push(at..=at),
        }
    }
    periods
}

/// A span cut to whole minutes, as Gordo measures it.
fn whole_minutes(span: i64) -> i64 {
    span / MINUTE * MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[track_caller]
    fn check(width: i64, flagged: &[usize], expect: &[RangeInclusive<usize>]) {
        let times: Vec<i64> = (0..30).map(|row| row * width).collect();
        let mut flags = vec![false; times.len()];
        for row in flagged {
            flags[*row] = true;
        }
        assert_eq!(gather(&times, &flags, width), expect);
    }

    #[test]
    fn neighbours_form_a_period_and_a_row_alone_is_one() {
        check(10 * MINUTE, &[3, 4, 5, 7, 29], &[3..=5, 7..=7, 29..=29]);
        check(10 * MINUTE, &[], &[]);
    }

    #[test]
    fn whole_minutes_merge_rows_that_are_less_than_a_minute_apart() {
        // Trap 32.
        check(25 * SECOND, &[20, 21, 23], &[20..=23]);
        check(25 * SECOND, &[20, 23], &[20..=20, 23..=23]);
        check(30 * SECOND, &[20, 22], &[20..=20, 22..=22]);
        check(90 * SECOND, &[20, 21, 23], &[20..=21, 23..=23]);
    }
}
