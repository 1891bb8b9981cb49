//! From a config to trained machines on disk: load, train what is not trained yet, keep all.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use super::super::{
    Failure, Level, Status, Streams, check, dataset::gap_warning, read_config, report,
};
use super::key;
use super::progress::{Bar, Bars};
use super::summary::{self, Line};
use super::{Options, Revisions};
use crate::dataset::{self, Dataset};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::name::{Name, Revision};
use crate::project::{self, Project};
use crate::source::Source;
use crate::train;
use crate::trained::{Machine, store};

/// A config to learn from.
#[derive(Clone, Debug)]
pub struct Learning {
    /// The config; `-` is the standard input.
    pub config: PathBuf,
    /// What the command line says about the project.
    pub options: project::Options,
    /// Whether warnings are errors.
    pub deny_warnings: bool,
    /// Made of the content if absent.
    pub revision: Option<Revision>,
    /// Overrides every machine's `evaluation.seed`.
    pub seed: Option<u64>,
    /// `model_creation_date`, if machines shall carry one.
    pub creation_date: Option<String>,
}

/// A machine that is loaded, and what determines how it turns out.
struct Loaded<'a> {
    machine: &'a project::Machine,
    dataset: Dataset,
    key: String,
}

/// Learns; otherwise says how the command ends, errors being reported already.
pub(super) fn learn(
    learning: &Learning,
    options: &Options,
    streams: &mut Streams<'_>,
) -> Result<Result<(Name, Revisions), Status>, Failure> {
    let project = match read(learning, streams)? {
        Ok(project) => project,
        Err(status) => return Ok(Err(status)),
    };
    let loaded = load(&project, learning, streams)?;
    let revision = learning.revision.clone().unwrap_or_else(|| {
        let ends = project.machines.iter().map(|one| one.dataset.period.end);
        key::revision(loaded.iter().map(|one| one.key.as_str()), ends.max())
    });
    let folder = options.output.join("trained");
    let shelf = Shelf {
        folder: &folder,
        revision: &revision,
    };
    let trained = train_all(&loaded, learning, &shelf, &project.source, streams)?;
    store::remove_others(&folder.join(&revision), &trained)?;
    let mut revisions = store::read_all(&folder)?;
    revisions.retain(|(name, _)| *name != revision);
    revisions.push((revision, trained));
    Ok(Ok((project.name, revisions)))
}

/// Where trained machines are kept.
struct Shelf<'a> {
    folder: &'a Path,
    revision: &'a Revision,
}

impl Shelf<'_> {
    fn find(&self, name: &str) -> Option<Machine> {
        store::read(&self.folder.join(self.revision).join(name)).ok()
    }

    fn put(&self, machine: &Machine) -> Result<(), store::Error> {
        store::write(self.folder, self.revision, machine)
    }
}

fn read(
    learning: &Learning,
    streams: &mut Streams<'_>,
) -> Result<Result<Project, Status>, Failure> {
    let read = match read_config(&learning.config, &learning.options, streams)? {
        Ok(read) => read,
        Err(status) => return Ok(Err(status)),
    };
    let mut found = check::findings(&read);
    if learning.deny_warnings {
        found.deny_warnings();
    }
    report(&read.source, &found, streams)?;
    match read.reading.project {
        Some(project) if !found.has_errors() => Ok(Ok(project)),
        _ => Ok(Err(Status::ConfigErrors)),
    }
}

/// Loads every machine; a failing one does not stop the others.
fn load<'a>(
    project: &'a Project,
    learning: &Learning,
    streams: &mut Streams<'_>,
) -> Result<Vec<Loaded<'a>>, Failure> {
    let results: Vec<Result<Loaded<'_>, dataset::Error>> = project
        .machines
        .par_iter()
        .map(|machine| {
            let seed = learning.seed.unwrap_or(machine.evaluation.seed);
            let dataset = dataset::load(&machine.dataset, &project.source.base, seed)?;
            let key = key::key(machine, &dataset, seed, learning.creation_date.as_deref());
            Ok(Loaded {
                machine,
                dataset,
                key,
            })
        })
        .collect();
    let mut loaded = Vec::new();
    let mut failed = Vec::new();
    let mut found = Diagnostics::default();
    for (machine, result) in project.machines.iter().zip(results) {
        match result {
            Ok(one) => {
                warn_of_gaps(&one, &mut streams.talk(Level::Warning))?;
                loaded.push(one);
            }
            Err(error) => {
                let mut diagnostic = Diagnostic::from(&error);
                diagnostic.message = format!("`{}`: {}", machine.name, diagnostic.message);
                found.push(diagnostic);
                failed.push(machine.name.value.to_string());
            }
        }
    }
    report(&project.source, &found, streams)?;
    all_or(&failed, loaded, "loaded")
}

fn warn_of_gaps(loaded: &Loaded<'_>, stderr: &mut dyn io::Write) -> Result<(), Failure> {
    let period = loaded.machine.dataset.period;
    if let Some(warning) = gap_warning(&loaded.dataset.gaps, period) {
        writeln!(stderr, "warning: `{}`: {warning}", loaded.machine.name)?;
    }
    Ok(())
}

/// Trains what is not there yet, each machine saved as soon as it is done.
fn train_all(
    loaded: &[Loaded<'_>],
    learning: &Learning,
    shelf: &Shelf<'_>,
    source: &Source,
    streams: &mut Streams<'_>,
) -> Result<BTreeMap<Name, Machine>, Failure> {
    let bars = Bars::new(loaded.len());
    let results: Vec<Result<(Machine, Line), Diagnostic>> = loaded
        .par_iter()
        .map(|one| {
            let bar = bars.machine(&one.machine.name.value);
            let result = train_one(one, learning, shelf, &bar);
            bar.done();
            result
        })
        .collect();
    bars.finish();
    let mut machines = BTreeMap::new();
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    let mut found = Diagnostics::default();
    for (one, result) in loaded.iter().zip(results) {
        match result {
            Ok((machine, line)) => {
                machines.insert(machine.name.clone(), machine);
                lines.push(line);
            }
            Err(diagnostic) => {
                let name = &one.machine.name;
                found.push(diagnostic.label(name.span, "this machine"));
                failed.push(name.value.to_string());
            }
        }
    }
    report(source, &found, streams)?;
    summary::write(&lines, &mut streams.talk(Level::Info))?;
    all_or(&failed, machines, "trained")
}

fn train_one(
    loaded: &Loaded<'_>,
    learning: &Learning,
    shelf: &Shelf<'_>,
    bar: &Bar,
) -> Result<(Machine, Line), Diagnostic> {
    let rows = loaded.dataset.times.len();
    let fits = |machine: &Machine| machine.checksum.as_deref() == Some(loaded.key.as_str());
    if let Some(machine) = shelf.find(&loaded.machine.name.value).filter(fits) {
        let line = Line::new(&machine, rows, None);
        return Ok((machine, line));
    }
    let start = Instant::now();
    let options = train::Options {
        seed: learning.seed,
        creation_date: learning.creation_date.as_deref(),
        progress: bar,
        clock: None,
    };
    let name = &loaded.machine.name;
    let mut machine = train::train(loaded.machine, &loaded.dataset, &options).map_err(|error| {
        let message = format!("`{name}` cannot be trained: {error}");
        Diagnostic::error(error.code(), message).help(error.help())
    })?;
    machine.checksum = Some(loaded.key.clone());
    shelf.put(&machine).map_err(|error| {
        let message = format!("`{name}` cannot be kept: {error}");
        Diagnostic::error("train::not_kept", message)
            .help("make room, or allow writing to the output folder")
            .class("OSError")
    })?;
    let line = Line::new(&machine, rows, Some(start.elapsed()));
    Ok((machine, line))
}

fn all_or<T>(failed: &[String], all: T, verb: &str) -> Result<T, Failure> {
    if failed.is_empty() {
        return Ok(all);
    }
    let names: Vec<String> = failed.iter().map(|name| format!("`{name}`")).collect();
    let verb = if failed.len() == 1 {
        format!("1 machine could not be {verb}")
    } else {
        format!("{} machines could not be {verb}", failed.len())
    };
    Err(Failure::new(format!("{verb}: {}", names.join(", ")))
        .help("the other machines are kept and will not be trained again"))
}
