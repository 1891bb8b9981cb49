//! One file per command: each a short list of stage calls.
//!
//! Commands write data and messages to the writers they are given, and return how they ended.

pub mod build;
pub mod check;
pub mod cli;
pub mod compile;
pub mod completions;
pub mod dataset;
mod dispatch;
pub mod expand;
pub mod explain;
pub mod export_script;
mod failure;
mod fetching;
pub mod fit;
pub mod init;
pub mod schema;
mod streams;

use std::io;
use std::path::Path;

use crate::config;
use crate::diagnostic::{Counts, Diagnostics, Severity, render};
use crate::project::{self, Normalized, Options};
use crate::redact::Redaction;
use crate::source::Source;

pub use dispatch::dispatch;
pub use failure::Failure;
pub use streams::{EscapingWriter, Level, Streams};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything was done.
    Done,
    /// The config has errors.
    ConfigErrors,
    /// gordoc could not do it.
    CouldNotRun,
    /// `build` failed; Gordo's code for the cause.
    BuildFailed(u8),
}

impl Status {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::ConfigErrors => 1,
            Self::CouldNotRun => 2,
            Self::BuildFailed(code) => code,
        }
    }
}

/// Reads, parses and normalises a config.
///
/// # Errors
///
/// The file cannot be read; the message is already written.
pub fn read_config(
    path: &Path,
    options: &Options,
    streams: &mut Streams<'_>,
) -> io::Result<Result<Normalized, Status>> {
    let (source, problem) = match config::read_file(path) {
        Ok(read) => read,
        Err(error) => {
            writeln!(
                streams.log(Level::Error),
                "error: {} cannot be read: {error}",
                path.display()
            )?;
            return Ok(Err(Status::CouldNotRun));
        }
    };
    Ok(Ok(match problem {
        Some(problem) => {
            let mut diagnostics = Diagnostics::default();
            diagnostics.push(problem);
            Normalized {
                source,
                project: None,
                diagnostics,
                series: Vec::new(),
            }
        }
        None => project::read(&source, options),
    }))
}

/// Writes diagnostics for people to stderr.
pub fn report(
    source: &Source,
    diagnostics: &Diagnostics,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let Counts { errors, warnings } = diagnostics.counts();
    let (least, n_total) = match streams.level {
        Level::Debug | Level::Info | Level::Warning => (Severity::Warning, errors + warnings),
        Level::Error | Level::Critical => (Severity::Error, errors),
    };
    let (of_errors, of_warnings) = (MOST_DRAWN, MOST_DRAWN.saturating_sub(errors));
    let mut shown = Diagnostics::default();
    for (severity, most) in [
        (Severity::Error, of_errors),
        (Severity::Warning, of_warnings),
    ] {
        let of_severity = diagnostics.iter().filter(|item| item.severity == severity);
        shown.extend(
            of_severity
                .filter(|item| item.severity >= least)
                .take(most)
                .cloned(),
        );
    }
    let shown = shown.in_source_order();
    let drawn = render(source, &redaction(source, &shown), &shown, streams.style);
    streams.err.write_all(drawn.as_bytes())?;
    let n_shown = shown.iter().count();
    if n_shown < n_total {
        let rest = n_total - n_shown;
        writeln!(
            streams.err,
            "and {rest} more; `gordoc check --format json` lists them\n"
        )?;
    }
    Ok(())
}

/// What of a config findings may show; nobody needs to know where there are none.
fn redaction(source: &Source, findings: &Diagnostics) -> Redaction {
    match findings.iter().next() {
        Some(_) => config::redaction(source),
        None => Redaction::default(),
    }
}

/// More findings than this are not read by anyone.
const MOST_DRAWN: usize = 200;
