//! `gordoc compile`: every stage, from the config to running servers.

mod key;
mod learn;
mod manifests;
mod progress;
mod revision_store;
mod serve;
mod summary;

use std::path::{Path, PathBuf};

use super::{Failure, Level, Status, Streams};
use crate::dataset::Cache;
use crate::emit::{self, Input, Servers};
use crate::files::{Layout, OutputFolder, output_folder};
use crate::name::{Name, Revision};
use crate::redact::hide_in_document;
use crate::trained::store;
use crate::{files, link, workflow};

pub use learn::Learning;
use learn::Revisions;

/// What is emitted to an output folder; servers are linked beside it.
const EMITTED: Layout<'_> = Layout {
    folders: &[
        ".cargo",
        "images",
        "machines",
        workflow::FOLDER,
        "revisions",
        "servers",
        "shards",
        "vendor",
    ],
    files: &["Cargo.lock", "Cargo.toml"],
    kept: learn::FOLDER,
    beside: &super::dataset::FILES,
};

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
    let mut output = claim(options)?;
    let (name, revisions, runtime) = match &options.origin {
        Origin::Config(learning) => match learn::learn(learning, output.path(), &mut streams)? {
            Ok((name, revisions, runtime)) => (name, revisions, Some(runtime)),
            Err(status) => return Ok(status),
        },
        Origin::Trained {
            folder,
            revision,
            project_name,
        } => {
            let read = store::read_all(folder);
            let mut revisions = read.map_err(|error| of_store(&error))?;
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
    let paths = emit_and_link(
        options,
        &mut output,
        (&name, &revisions),
        rendered,
        &mut streams,
    )?;
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
    output: &mut OutputFolder,
    (name, revisions): (&Name, &Revisions),
    manifests: files::Files,
    streams: &mut Streams<'_>,
) -> Result<Vec<(String, PathBuf)>, Failure> {
    let workspace = emit::emit(Input {
        project: name,
        revisions,
        servers: options.servers,
    })?;
    let mut emitted = workspace.files;
    emitted.extend(manifests);
    output
        .sync(&emitted, EMITTED)
        .map_err(|error| of_output(&error))?;
    if !options.link {
        let removed = output.sync_programs(link::FOLDER, &[]);
        removed.map_err(|error| of_output(&error))?;
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
        streams.log(Level::Info),
        "{} in {}",
        count(paths.len()),
        output.path().join(link::FOLDER).display()
    )?;
    let serves = workspace.binaries.into_iter().map(|binary| binary.serves);
    Ok(serves.zip(paths).collect())
}

fn count(servers: usize) -> String {
    format!("{servers} server{}", if servers == 1 { "" } else { "s" })
}

/// Takes the output folder, before anything is done.
fn claim(options: &Options) -> Result<OutputFolder, Failure> {
    let cache = match &options.origin {
        Origin::Config(learning) => learning.fetching.cache.as_ref(),
        Origin::Trained { .. } => None,
    };
    let mut folders = EMITTED.folders.to_vec();
    folders.push(link::FOLDER);
    let layout = Layout {
        folders: &folders,
        ..EMITTED
    };
    let cache = cache.map(Cache::folder);
    OutputFolder::claim(&options.output, layout, cache).map_err(|error| of_output(&error))
}

fn of_output(error: &output_folder::Error) -> Failure {
    Failure::new(error.to_string()).maybe_help(error.help())
}

fn of_store(error: &store::Error) -> Failure {
    Failure::new(error.to_string()).maybe_help(error.help())
}

/// All machines of a folder belong to one project.
fn project_of(revisions: &Revisions) -> Result<Name, Failure> {
    let (_, machines) = revisions.last().ok_or(emit::Error::Empty)?;
    let machine = machines.values().next().ok_or(emit::Error::Empty)?;
    Ok(machine.project.clone())
}
