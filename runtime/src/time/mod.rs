//! The calendar, and ISO 8601 texts, as configs and servers read them.
//!
//! Knows fixed offsets from UTC; no zones, no clock.

pub mod calendar;
pub mod iso;
