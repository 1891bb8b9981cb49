//! `gordoc expand`: the normalised project in Gordo's document form.

use std::io;

use serde_json::{Value, json};

use super::cli::{DocumentFormat, Expand};
use super::{Failure, Status, Streams, read_config, redaction, report};
use crate::diagnostic::{Stage, error_document};
use crate::project::{Options, Project};
use crate::workflow::to_yaml;

/// `{"project_name", "globals", "machines"}`, the machines as Gordo's `to_dict` gives them.
///
/// Machines that cannot be built are there too: what Gordo only notices while building is
/// left to `check`.
pub fn document(project: &Project) -> Value {
    json!({
        "project_name": &*project.name,
        "globals": project.globals,
        "machines": project.documents,
    })
}

/// Reads the options, and expands.
pub fn run(arguments: &Expand, streams: Streams<'_>) -> Result<Status, Failure> {
    let environment = arguments.custom_model_builder_envs.as_deref();
    let environment = environment
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| Failure::new(format!("--custom-model-builder-envs: {error}")))?;
    let options = Options {
        custom_model_builder_envs: environment,
        ..arguments.config.options()
    };
    Ok(expand(arguments, &options, streams)?)
}

/// Writes the normalised project to stdout; on errors a document
/// `{"error": {"class", "message"}}` instead, with everything drawn on stderr.
pub fn expand(
    arguments: &Expand,
    options: &Options,
    mut streams: Streams<'_>,
) -> io::Result<Status> {
    let config = &arguments.config;
    let read = match read_config(&config.config, options, &mut streams)? {
        Ok(read) => read,
        Err(status) => return Ok(status),
    };
    let mut found = read.diagnostics.of_stage(Stage::Config);
    if config.deny_warnings {
        found.deny_warnings();
    }
    report(&read.source, &found, &mut streams)?;
    let (result, status) = match &read.project {
        Some(project) if !found.has_errors() => (document(project), Status::Done),
        _ => (
            error_document(&read.source, &redaction(&read.source, &found), &found),
            Status::ConfigErrors,
        ),
    };
    match arguments.format {
        DocumentFormat::Json => {
            serde_json::to_writer_pretty(&mut streams.out, &result)?;
            writeln!(streams.out)?;
        }
        DocumentFormat::Yaml => streams.out.write_all(to_yaml(&result).as_bytes())?,
    }
    Ok(status)
}
