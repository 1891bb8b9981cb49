//! `gordoc compile`: every stage, from the config to running servers.

mod key;
mod learn;
mod manifests;
mod progress;
mod revision_store;
mod serve;
mod summary;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Failure, Level, Status, Streams};
use crate::emit::{self, Input, Servers};
use crate::name::{Name, Revision};
use crate::redact::hide_in_document;
use crate::trained::store;
use crate::{files, link, workflow};

pub use learn::Learning;
use learn::Revisions;

/// What to compile, and how far.
#[derive(Clone, Debug)]
pub struct Options {
    /// The output folder.
    pub output: PathBuf,
    /// Where machines come from.
    pub origin: Origin,
    /// Which servers are emitted.
    pub servers: Servers,
    /// Whether they are linked.
    pub link: bool,
    /// The folder cargo builds in.
    pub target: PathBuf,
    /// Address the project server is started at when done.
    pub run: Option<(String, u16)>,
}

/// Where the machines come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A config: its data are loaded and its machines trained.
    Config(Box<Learning>),
    /// A folder of trained machines.
    Trained {
        /// The folder of revisions.
        folder: PathBuf,
        /// The current revision; the numerically highest if absent.
        revision: Option<Revision>,
        /// Project name; the machines' own if absent.
        project_name: Option<Name>,
    },
}

/// Compiles; stdout gets a line for each binary.
pub fn run(options: &Options, mut streams: Streams<'_>) -> Result<Status, Failure> {
    let _lock = lock(&options.output)?;
    files::remove_temporary(&options.output)
        .map_err(|error| Failure::at(&options.output, &error))?;
    let (name, revisions, runtime) = match &options.origin {
        Origin::Config(learning) => match learn::learn(learning, &options.output, &mut streams)? {
            Ok((name, revisions, runtime)) => (name, revisions, Some(runtime)),
            Err(status) => return Ok(status),
        },
        Origin::Trained {
            folder,
            revision,
            project_name,
        } => {
            let mut revisions = store::read_all(folder)?;
            hide_secrets(&mut revisions);
            if let Some(revision) = revision {
                make_current(revision, &mut revisions, folder)?;
            }
            let name = match project_name {
                Some(name) => name.clone(),
                None => project_of(&revisions)?,
            };
            (name, revisions, None)
        }
    };
    let rendered = {
        let stderr = &mut streams.log(Level::Warning);
        manifests::manifests(&name, &revisions, runtime.as_ref(), stderr)?
    };
    let paths = {
        let stderr = &mut streams.log(Level::Info);
        emit_and_link(options, (&name, &revisions), rendered, stderr)?
    };
    for (serves, path) in &paths {
        writeln!(streams.out, "{serves}\t{}", path.display())?;
    }
    streams.out.flush()?;
    let Some((host, port)) = &options.run else {
        return Ok(Status::Done);
    };
    let binary = paths.iter().find(|(serves, _)| name == **serves);
    let (_, binary) = binary.ok_or_else(|| {
        Failure::new("there is no project server to run")
            .help("pass `--bin project` or `--bin both` with `--run`")
    })?;
    let current = revisions.last().map(|(_, machines)| machines);
    let url = serve::Url {
        host,
        port: *port,
        project: &name,
    };
    serve::exec(binary, url, current, streams.err)
}

/// Gordo writes passwords into the metadata of machines, which servers show to everyone.
fn hide_secrets(revisions: &mut Revisions) {
    let machines = revisions
        .iter_mut()
        .flat_map(|(_, machines)| machines.values_mut());
    for machine in machines {
        // Not in what was measured: tags may be called like keys of secrets.
        for place in ["/dataset", "/runtime", "/metadata/user_defined"] {
            if let Some(document) = machine.metadata.pointer_mut(place) {
                hide_in_document(document);
            }
        }
    }
}

fn make_current(
    revision: &Revision,
    revisions: &mut Revisions,
    folder: &Path,
) -> Result<(), Failure> {
    let Some(position) = revisions.iter().position(|(name, _)| name == revision) else {
        let names: Vec<&str> = revisions.iter().map(|(name, _)| &**name).collect();
        let message = format!("{} has no revision {revision}", folder.display());
        return Err(Failure::new(message).help(format!("there are {}", names.join(", "))));
    };
    let current = revisions.remove(position);
    revisions.push(current);
    Ok(())
}

fn emit_and_link(
    options: &Options,
    (name, revisions): (&Name, &Revisions),
    manifests: files::Files,
    stderr: &mut dyn io::Write,
) -> Result<Vec<(String, PathBuf)>, Failure> {
    let output = &options.output;
    let workspace = emit::emit(Input {
        project: name,
        revisions,
        servers: options.servers,
    })?;
    let mut emitted = workspace.files;
    emitted.extend(manifests);
    let mut owned = emit::OWNED.to_vec();
    owned.push(workflow::FOLDER);
    files::sync(output, &emitted, &owned).map_err(|error| Failure::at(output, &error))?;
    if !options.link {
        let bin = output.join("bin");
        files::keep_only(&bin, &[]).map_err(|error| Failure::at(&bin, &error))?;
        return Ok(Vec::new());
    }
    let bar = progress::packages();
    let paths = link::link(output, &options.target, &workspace.binaries, &|package| {
        bar.set_message(package.to_owned());
        bar.inc(1);
    });
    bar.finish_and_clear();
    let paths = paths.map_err(|error| {
        let help = error.help();
        Failure::new(error.to_string()).maybe_help(help)
    })?;
    writeln!(
        stderr,
        "{} in {}",
        count(paths.len()),
        output.join("bin").display()
    )?;
    let serves = workspace.binaries.into_iter().map(|binary| binary.serves);
    Ok(serves.zip(paths).collect())
}

fn count(servers: usize) -> String {
    format!("{servers} server{}", if servers == 1 { "" } else { "s" })
}

/// One compile at a time writes to an output folder.
fn lock(output: &Path) -> Result<File, Failure> {
    fs::create_dir_all(output).map_err(|error| Failure::at(output, &error))?;
    let folder = File::open(output).map_err(|error| Failure::at(output, &error))?;
    if folder.try_lock().is_err() {
        let message = format!("another gordoc is writing to {}", output.display());
        return Err(Failure::new(message).help("wait for it, or choose another output folder"));
    }
    Ok(folder)
}

/// All machines of a folder belong to one project.
fn project_of(revisions: &Revisions) -> Result<Name, Failure> {
    let (_, machines) = revisions.last().ok_or(emit::Error::Empty)?;
    let machine = machines.values().next().ok_or(emit::Error::Empty)?;
    Ok(machine.project.clone())
}
