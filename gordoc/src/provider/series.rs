//! Readings of one tag, as a source has them.

/// Readings as delivered: any order, duplicates and NaN allowed, both columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Nanoseconds since 1970 UTC.
    pub times: Vec<i64>,
    /// Engineering units; NaN is a row without a value.
    pub values: Vec<f64>,
}

impl Series {
    /// Puts rows in time order; those of one time keep theirs.
    pub(crate) fn sort(&mut self) {
        if self.times.is_sorted() {
            return;
        }
        let times = self.times.iter().copied();
        let mut rows: Vec<(i64, f64)> = times.zip(self.values.iter().copied()).collect();
        rows.sort_by_key(|(time, _)| *time);
        (self.times, self.values) = rows.into_iter().unzip();
    }
}

/// One reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Nanoseconds since 1970 UTC.
    pub time: i64,
    /// Engineering units.
    pub value: f64,
}
