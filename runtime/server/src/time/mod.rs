//! Points in time: calendar arithmetic, the texts they are read from and written as.
//!
//! Knows the calendar and fixed offsets from UTC; no zones, no clock.

pub(crate) mod calendar;
pub(crate) mod iso;
pub(crate) mod resolution;
