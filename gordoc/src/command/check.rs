//! `gordoc check`: every stage that needs no data, every mistake at once.

use std::io;

use super::cli::{Check, ReportFormat};
use super::{Level, Status, Streams, read_config, redaction, report};
use crate::diagnostic::{Counts, Diagnostics, Severity, to_json};
use crate::project::Normalized;
use crate::provider::{self, Sources};

/// Checks a config.
pub fn run(arguments: &Check, mut streams: Streams<'_>) -> io::Result<Status> {
    let config = &arguments.config;
    let read = match read_config(&config.config, &config.options(), &mut streams)? {
        Ok(read) => read,
        Err(status) => return Ok(status),
    };
    let n_machines = read
        .project
        .as_ref()
        .map_or(0, |project| project.documents.len());
    let mut found = findings(&read, Sources::Required);
    if config.deny_warnings {
        found.deny_warnings();
    }
    match arguments.format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(
                &mut streams.out,
                &to_json(&read.source, &redaction(&read.source, &found), &found),
            )?;
            writeln!(streams.out)?;
        }
        ReportFormat::Human => {
            report(&read.source, &found, &mut streams)?;
            writeln!(
                streams.log(Level::Info),
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
pub fn findings(config: &Normalized, sources: Sources) -> Diagnostics {
    let mut found = config.diagnostics.clone();
    provider::check(&config.series, &config.source.base, sources, &mut found);
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
