//! Stretches of time that are read, and what several of them come to.

/// Which rows of a file a provider hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// `closed`: start <= time <= end.
    Closed,
    /// `all`: every row.
    All,
}

impl Window {
    /// As written in a config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    /// The rows of a file that it lets through for a training period.
    pub fn of(self, period: TimeRange) -> TimeRange {
        match self {
            Self::Closed => period,
            Self::All => TimeRange::ALL,
        }
    }
}

/// Instants from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeRange {
    /// Nanoseconds since 1970 UTC.
    pub first: i64,
    /// Nanoseconds since 1970 UTC.
    pub last: i64,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self {
        first: i64::MIN,
        last: i64::MAX,
    };

    /// Whether an instant lies in it.
    pub fn contains(&self, time: i64) -> bool {
        (self.first..=self.last).contains(&time)
    }

    /// Whether an instant lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether all of another range lies in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

/// Ranges in order of time, none of which touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeRanges(Vec<TimeRange>);

impl TimeRanges {
    /// The ranges themselves.
    pub fn as_slice(&self) -> &[TimeRange] {
        &self.0
    }

    /// Whether an instant lies in one of them.
    pub fn contains(&self, time: i64) -> bool {
        self.0.iter().any(|range| range.contains(time))
    }

    /// Whether one of them covers a range.
    pub fn covers(&self, range: &TimeRange) -> bool {
        self.0.iter().any(|own| own.covers(range))
    }
}

impl From<TimeRange> for TimeRanges {
    fn from(range: TimeRange) -> Self {
        Self(vec![range])
    }
}

impl FromIterator<TimeRange> for TimeRanges {
    /// Ranges that overlap or follow each other at once become one.
    fn from_iter<I: IntoIterator<Item = TimeRange>>(ranges: I) -> Self {
        let mut ranges: Vec<TimeRange> = ranges.into_iter().collect();
        ranges.sort_unstable();
        let mut merged: Vec<TimeRange> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(before) if range.first <= before.last.saturating_add(1) => {
                    before.last = before.last.max(range.last);
                }
                _ => merged.push(range),
            }
        }
        Self(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(all: &[(i64, i64)]) -> TimeRanges {
        let range = |(first, last): &(i64, i64)| TimeRange {
            first: *first,
            last: *last,
        };
        all.iter().map(range).collect()
    }

    #[test]
    fn ranges_that_overlap_or_touch_become_one() {
        for (given, expect) in [
            (&[(5, 9), (1, 3)][..], &[(1, 3), (5, 9)][..]),
            (&[(1, 3), (4, 9)], &[(1, 9)]),
            (&[(1, 9), (2, 3), (9, 12)], &[(1, 12)]),
            (&[(i64::MIN, i64::MAX), (0, 1)], &[(i64::MIN, i64::MAX)]),
            (&[], &[]),
        ] {
            assert_eq!(ranges(given), ranges(expect), "{given:?}");
            assert_eq!(ranges(given).as_slice().len(), expect.len());
        }
    }

    #[test]
    fn a_range_is_covered_by_one_alone() {
        let held = ranges(&[(1, 3), (5, 9)]);
        let covers = |first, last| held.covers(&TimeRange { first, last });
        assert!(covers(5, 9) && covers(2, 2));
        assert!(!covers(3, 5) && !covers(0, 2) && !covers(9, 10));
        assert!(held.contains(3) && !held.contains(4));
    }
}
