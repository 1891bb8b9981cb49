//! What one dataset gets of a tag: cut out of the rows that were read for all.
//!
//! Keeps rows in the order in which they were delivered.

use std::sync::Arc;

use crate::provider::{Reader, Reading, Series, TimeRange};

/// The part of a series that a dataset gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagWindow {
    /// Rows that are handed on.
    rows: TimeRange,
    /// Where the latest reading before the period may lie.
    before: Option<TimeRange>,
}

impl TagWindow {
    /// What `reader` hands on for a period.
    ///
    /// `look_back_from` is how early the latest reading before the start may be; `None` if it
    /// is not needed.
    pub(super) fn new(reader: &dyn Reader, period: TimeRange, look_back_from: Option<i64>) -> Self {
        let from = look_back_from.filter(|from| reader.looks_back() && *from < period.first);
        Self {
            rows: reader.window(period),
            before: from.map(|first| TimeRange {
                first,
                last: period.first - 1,
            }),
        }
    }

    /// Everything that has to be read for it.
    pub(super) fn range(&self) -> TimeRange {
        let before = self.before.unwrap_or(self.rows);
        TimeRange {
            first: self.rows.first.min(before.first),
            last: self.rows.last.max(before.last),
        }
    }

    /// Whether nothing beyond a period is needed.
    pub(super) fn is_within(&self, period: TimeRange) -> bool {
        self.before.is_none() && period.covers(&self.rows)
    }

    /// Its part of a series, in place if nobody else has the series, and the latest reading
    /// before it.
    pub(super) fn cut(&self, series: Arc<Series>) -> (Series, Option<Reading>) {
        match Arc::try_unwrap(series) {
            Ok(mut series) => {
                let earlier = self.earlier(&series);
                self.retain(&mut series);
                (series, earlier)
            }
            Err(series) => (self.copy(&series), self.earlier(&series)),
        }
    }

    /// The latest reading before the period; of equal times the one delivered last.
    fn earlier(&self, series: &Series) -> Option<Reading> {
        let range = self.before?;
        let rows = series.times.iter().zip(&series.values);
        let readings = rows.map(|(&time, &value)| Reading { time, value });
        readings
            .filter(|reading| range.contains(reading.time) && !reading.value.is_nan())
            .max_by_key(|reading| reading.time)
    }

    fn copy(&self, series: &Series) -> Series {
        let rows = series.times.iter().zip(&series.values);
        let (times, values) = rows.filter(|(time, _)| self.rows.contains(**time)).unzip();
        Series { times, values }
    }

    fn retain(&self, series: &mut Series) {
        let Some(first) = series
            .times
            .iter()
            .position(|time| !self.rows.contains(*time))
        else {
            return;
        };
        let mut n_kept = first;
        for at in first..series.times.len() {
            if self.rows.contains(series.times[at]) {
                series.times[n_kept] = series.times[at];
                series.values[n_kept] = series.values[at];
                n_kept += 1;
            }
        }
        series.times.truncate(n_kept);
        series.values.truncate(n_kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: TagWindow = TagWindow {
        rows: TimeRange {
            first: 10,
            last: 20,
        },
        before: Some(TimeRange { first: 5, last: 9 }),
    };

    fn series(rows: &[(i64, f64)]) -> Series {
        let (times, values) = rows.iter().copied().unzip();
        Series { times, values }
    }

    #[test]
    fn the_latest_earlier_reading_with_a_value_is_told() {
        let rows = [
            (8, 1.0),
            (4, 2.0),
            (8, 3.0),
            (9, f64::NAN),
            (10, 4.0),
            (21, 5.0),
            (6, 7.0),
            (20, 6.0),
        ];
        let shared = Arc::new(series(&rows));
        let kept = series(&[(10, 4.0), (20, 6.0)]);
        let earlier = Some(Reading {
            time: 8,
            value: 3.0,
        });
        assert_eq!(WINDOW.cut(Arc::clone(&shared)), (kept.clone(), earlier));
        assert_eq!(WINDOW.cut(shared), (kept, earlier));
        assert_eq!(WINDOW.range(), TimeRange { first: 5, last: 20 });
    }

    #[test]
    fn nothing_is_told_of_what_is_not_asked_for() {
        let window = TagWindow {
            before: None,
            ..WINDOW
        };
        let rows = Arc::new(series(&[(8, 1.0), (12, 2.0)]));
        assert_eq!(window.cut(rows), (series(&[(12, 2.0)]), None));
    }
}
