//! Any bytes as a config: reading them must end, and what is found must point into them.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/support/reading.rs"]
mod reading;

fuzz_target!(|bytes: &[u8]| reading::check(bytes));
