//! The HTTP model server that compiled machines are linked into.
//!
//! Turns requests in Gordo's wire formats into calls of [`Machine::predict`](gordo_runtime::Machine::predict) and its
//! detector, and their results into Gordo's bodies. It reads no file and keeps no state:
//! everything served is compiled in.
//!
//! ```no_run
//! static PROJECT: gordo_server::Project = gordo_server::Project {
//!     name: "north-field",
//!     revisions: &[gordo_server::Revision { name: "1700000000000", machines: &[] }],
//! };
//!
//! fn main() -> std::process::ExitCode {
//!     gordo_server::main(&PROJECT)
//! }
//! ```

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use gordo_runtime::Excerpt;

mod app;
mod connection;
mod error;
mod expected;
mod handler;
mod limits;
mod options;
mod project;
mod python;
mod reply;
mod revision;
mod route;
mod serve;
mod stopping;
mod target;
mod time;
mod wire;

use options::Options;

pub use project::{GORDO_VERSION, Project, Revision};

/// More threads only take memory.
const MAX_WORKERS: u16 = 512;

/// Serves a project until SIGTERM or SIGINT: the whole `main` of a generated server.
///
/// Exits with 0 after a graceful stop, 1 when the server cannot run, 2 when the command
/// line is not understood.
pub fn main(project: &'static Project) -> ExitCode {
    let options = match options::parse() {
        Ok(options) => options,
        Err(shown) => {
            let _ = shown.print();
            return ExitCode::from(u8::try_from(shown.exit_code()).unwrap_or(2));
        }
    };
    std::panic::set_hook(Box::new(log_panic));
    let outcome = match &options.print_metadata {
        Some(machine) => print_metadata(project, machine),
        None => run(project, &options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Logs a mistake of ours in one line: its words may quote what a request holds.
fn log_panic(info: &PanicHookInfo<'_>) {
    let what = Excerpt(info.payload_as_str().unwrap_or("a panic without words"));
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(io::stderr(), "error: {what} ({place})");
}

/// Starts the worker threads and serves until a signal.
fn run(project: &'static Project, options: &Options) -> io::Result<()> {
    let app = app::App::new(project, options);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(usize::from(options.workers.clamp(1, MAX_WORKERS)))
        .enable_io()
        .enable_time()
        .build()?;
    let address = SocketAddr::new(options.host, options.port);
    let outcome = runtime.block_on(serve::serve(app, address));
    // Calls that a closed connection left behind have nobody to answer.
    runtime.shutdown_background();
    outcome
}

/// Prints the document of one machine of the current revision, or of all by name.
fn print_metadata(project: &Project, machine: &str) -> io::Result<()> {
    let machines = project
        .revisions
        .last()
        .map_or(&[][..], |last| last.machines);
    let mut descriptions: Vec<_> = machines.iter().map(|one| one.description()).collect();
    descriptions.sort_by_key(|description| description.name);
    if !machine.is_empty() {
        let Some(found) = descriptions.iter().find(|one| one.name == machine) else {
            let name = Excerpt(machine);
            return Err(io::Error::other(format!("no machine is named `{name}`")));
        };
        return writeln!(io::stdout(), "{}", found.metadata);
    }
    let mut text = String::from("{");
    for (position, description) in descriptions.iter().enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        let mut name = Vec::new();
        wire::json::write::string(&mut name, description.name);
        let name = String::from_utf8_lossy(&name);
        let _ = write!(text, "{comma}{name}: {}", description.metadata);
    }
    writeln!(io::stdout(), "{text}}}")
}
