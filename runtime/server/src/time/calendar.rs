//! Instants as dates and times of day.

use gordo_runtime::time::calendar;

/// Nanoseconds per second.
pub(crate) const SECOND: i64 = 1_000_000_000;
/// Nanoseconds per day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// A date and a time of day, without offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// Nanoseconds within the second.
    pub(crate) fraction: i64,
}

/// Splits nanoseconds since the epoch.
pub(crate) fn civil(nanos: i64) -> Civil {
    let (days, rest) = (nanos.div_euclid(DAY), nanos.rem_euclid(DAY));
    let (year, month, day) = calendar::date(days);
    let seconds = rest / SECOND;
    Civil {
        year,
        month,
        day,
        hour: seconds / 3600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        fraction: rest % SECOND,
    }
}
