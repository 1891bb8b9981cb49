//! `gordoc check`: every stage that needs no data, every mistake at once.

use std::io;
use std::path::PathBuf;

use super::{Level, Read, Status, Streams, read_config, report};
use crate::diagnostic::{Counts, Diagnostics, Severity, to_json};
use crate::project::Options;
use crate::provider::{self, Sources};

/// Arguments of `check`.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// The config; `-` is the standard input.
    pub config: PathBuf,
    /// How findings are written.
    pub format: Format,
    /// Whether warnings are errors.
    pub deny_warnings: bool,
    /// What the command line says about the project.
    pub options: Options,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Drawn, to the talk stream.
    #[default]
    Human,
    /// A JSON list, to the data stream.
    Json,
}

/// Checks a config.
pub fn run(arguments: &Arguments, mut streams: Streams<'_>) -> io::Result<Status> {
    let read = match read_config(&arguments.config, &arguments.options, &mut streams)? {
        Ok(read) => read,
        Err(status) => return Ok(status),
    };
    let n_machines = read
        .reading
        .project
        .as_ref()
        .map_or(0, |project| project.documents.len());
    let mut found = findings(&read, Sources::Required);
    if arguments.deny_warnings {
        found.deny_warnings();
    }
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut streams.out, &to_json(&read.source, &found))?;
            writeln!(streams.out)?;
        }
        Format::Human => {
            report(&read.source, &found, &mut streams)?;
            writeln!(
                streams.talk(Level::Info),
                "{}",
                summary(&read.source.name, &found, n_machines)
            )?;
        }
    }
    Ok(if found.has_errors() {
        Status::ConfigErrors
    } else {
        Status::Done
    })
}

/// Everything wrong with a config that can be known without loading data, in source order.
pub fn findings(read: &Read, sources: Sources) -> Diagnostics {
    let mut found = read.reading.diagnostics.clone();
    found.append(read.reading.blockers.clone());
    provider::check(&read.reading.series, &read.source.base, sources, &mut found);
    found.in_source_order()
}

fn summary(name: &str, found: &Diagnostics, n_machines: usize) -> String {
    let Counts { errors, warnings } = found.counts();
    let warnings = plural(warnings, "warning");
    if errors > 0 {
        let first = found.iter().find(|item| item.severity == Severity::Error);
        let more = first.map_or(String::new(), |first| {
            format!("; `gordoc explain {}` tells more", first.code)
        });
        return format!("{name}: {}, {warnings}{more}", plural(errors, "error"));
    }
    format!(
        "{name}: {}, no errors, {warnings}",
        plural(n_machines, "machine")
    )
}

fn plural(n: usize, word: &str) -> String {
    match n {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        _ => format!("{n} {word}s"),
    }
}
