//! Points in time: dates and times of day, and how far apart rows are.
//!
//! Knows the calendar and fixed offsets from UTC; no zones, no clock.

pub(crate) mod calendar;
pub(crate) mod resolution;
