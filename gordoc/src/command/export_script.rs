//! `gordoc export-script`: the Python program that writes models of Gordo as trained machines.

use std::io::{self, Write};

use super::Status;

const SCRIPT: &str = include_str!("../../../tools/export_gordo.py");

/// Writes the program.
pub fn run(out: &mut dyn Write) -> io::Result<Status> {
    out.write_all(SCRIPT.as_bytes())?;
    Ok(Status::Done)
}
