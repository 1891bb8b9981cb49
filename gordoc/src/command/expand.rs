//! `gordoc expand`: the normalised project in the peer's document form.

use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Status, Streams, read_config, report, yaml};
use crate::diagnostic::error_document;
use crate::project::{Options, Project};

/// Arguments of `expand`.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// The config; `-` is the standard input.
    pub config: PathBuf,
    /// How the document is written.
    pub format: Format,
    /// Whether warnings are errors.
    pub deny_warnings: bool,
    /// What the command line says about the project.
    pub options: Options,
}

/// How the document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON
    #[default]
    Json,
    /// YAML
    Yaml,
}

/// `{"project_name", "globals", "machines"}`, the machines as the peer's `to_dict` gives them.
///
/// Machines that cannot be built are there too: what the peer only notices while building is
/// left to `check`.
pub fn document(project: &Project) -> Value {
    json!({
        "project_name": &*project.name,
        "globals": project.globals,
        "machines": project.documents,
    })
}

/// Writes the normalised project to the data stream; on errors a document
/// `{"error": {"class", "message"}}` instead, with everything drawn on the talk stream.
pub fn run(arguments: &Arguments, mut streams: Streams<'_>) -> io::Result<Status> {
    let read = match read_config(&arguments.config, &arguments.options, &mut streams)? {
        Ok(read) => read,
        Err(status) => return Ok(status),
    };
    let mut found = read.reading.diagnostics;
    if arguments.deny_warnings {
        found.deny_warnings();
    }
    report(&read.source, &found, &mut streams)?;
    let (result, status) = match &read.reading.project {
        Some(project) if !found.has_errors() => (document(project), Status::Done),
        _ => (error_document(&read.source, &found), Status::ConfigErrors),
    };
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut streams.out, &result)?;
            writeln!(streams.out)?;
        }
        Format::Yaml => streams.out.write_all(yaml::to_yaml(&result).as_bytes())?,
    }
    Ok(status)
}
