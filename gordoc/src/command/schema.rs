//! `gordoc schema`: the JSON Schema of a config, for editors.

use std::io::{self, Write};

use super::Status;
use crate::schema;

/// Writes the schema.
pub fn run(out: &mut dyn Write) -> io::Result<Status> {
    serde_json::to_writer_pretty(&mut *out, &schema::schema())?;
    writeln!(out)?;
    Ok(Status::Done)
}
