//! From a config to trained machines on disk: load, train what is not trained yet, keep all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use super::super::dataset::{gap_warning, of_machine};
use super::super::{Failure, Level, Status, Streams, check, fetching, read_config, report};
use super::progress::{Bar, Bars};
use super::revision_store::RevisionStore;
use super::summary::{self, Line};
use super::{key, of_store};
use crate::dataset::{self, Dataset};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::name::{Name, Revision};
use crate::project::{self, Project};
use crate::provider::Sources;
use crate::train;
use crate::trained::{Machine, store};

/// Where machines are kept below the output folder.
pub(super) const FOLDER: &str = "trained";

/// Revisions by name, the current one last, and their machines.
pub(super) type Revisions = Vec<(Revision, BTreeMap<Name, Machine>)>;

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
    /// How readings are fetched.
    pub fetching: dataset::Options,
}

/// Learns; gives the `runtime` of the globals too. Otherwise says how the command ends, errors being reported already.
pub(super) fn learn(
    learning: &Learning,
    output: &Path,
    streams: &mut Streams<'_>,
) -> Result<Result<(Name, Revisions, Value), Status>, Failure> {
    let project = match read(learning, streams)? {
        Ok(project) => project,
        Err(status) => return Ok(Err(status)),
    };
    let folder = output.join(FOLDER);
    let revision_store = RevisionStore::new(folder.clone(), learning.revision.as_ref())?;
    let (outcomes, summary) = load_and_train(&project, learning, &revision_store);
    fetching::tell(&summary, &learning.fetching, streams)?;
    let trained = report_outcomes(outcomes, &project, learning.deny_warnings, streams)?;
    let revision = learning.revision.clone().unwrap_or_else(|| {
        let ends = project.machines.iter().map(|one| one.dataset.period.end);
        let keys = project.machines.iter().map(|machine| {
            let trained = &trained[&machine.name.value];
            trained.checksum.as_deref().unwrap_or_default()
        });
        key::revision(keys, ends.max())
    });
    let finished = revision_store.finish(&revision, &trained);
    finished.map_err(|error| of_store(&error))?;
    let mut revisions = read_others(&folder, &revision, streams)?;
    revisions.push((revision, trained));
    let runtime = project.globals.get("runtime").cloned();
    Ok(Ok((project.name, revisions, runtime.unwrap_or_default())))
}

/// The revisions trained before this one; one that cannot be read is left out.
fn read_others(
    folder: &Path,
    current: &Revision,
    streams: &mut Streams<'_>,
) -> Result<Revisions, Failure> {
    let mut revisions = Revisions::new();
    for name in store::revisions(folder)? {
        if name == *current {
            continue;
        }
        match store::read_revision(&folder.join(&name)) {
            Ok(machines) => revisions.push((name, machines)),
            Err(error) => writeln!(
                streams.log(Level::Warning),
                "warning: revision {name} is not linked: {error}\n  help: remove {}, or put back \
                 what it was",
                folder.join(&name).display()
            )?,
        }
    }
    Ok(revisions)
}

fn read(
    learning: &Learning,
    streams: &mut Streams<'_>,
) -> Result<Result<Project, Status>, Failure> {
    let read = match read_config(&learning.config, &learning.options, streams)? {
        Ok(read) => read,
        Err(status) => return Ok(Err(status)),
    };
    let sources = match &learning.fetching.cache {
        Some(_) => Sources::MayBeCached,
        None => Sources::Required,
    };
    let mut found = check::findings(&read, sources);
    if learning.deny_warnings {
        found.deny_warnings();
    }
    report(&read.source, &found, streams)?;
    match read.project {
        Some(project) if !found.has_errors() => Ok(Ok(project)),
        _ => Ok(Err(Status::ConfigErrors)),
    }
}

/// How it went with one machine.
type Outcome = Result<Learnt, Failed>;

/// A machine that was trained, now or before.
struct Learnt {
    machine: Machine,
    line: Line,
    /// Tags with gaps.
    gaps: Vec<String>,
    /// What may surprise of the readings.
    warnings: Vec<Diagnostic>,
    /// What was wrong with the machine trained before.
    damage: Option<store::Error>,
}

/// Why there is no machine.
enum Failed {
    /// There are no rows to learn from.
    Load(Vec<Diagnostic>),
    /// It does not learn from them.
    Train(Diagnostic),
}

/// Loads and trains what is not there yet, each machine saved as soon as it is done; a failing
/// one does not stop the others.
///
/// Rows are let go once they are learnt from: at a time, there are those of as many machines
/// as are fetched and trained at once.
fn load_and_train(
    project: &Project,
    learning: &Learning,
    store: &RevisionStore,
) -> (Vec<Outcome>, dataset::Summary) {
    let jobs: Vec<dataset::Job<'_>> = project
        .machines
        .iter()
        .map(|machine| dataset::Job {
            config: &machine.dataset,
            base: &project.source.base,
            seed: learning.seed.unwrap_or(machine.evaluation.seed),
            trace: dataset::TraceSink::default(),
        })
        .collect();
    let bars = Bars::new(jobs.len());
    let learnt = dataset::load_each(&jobs, &learning.fetching, |number, loaded| {
        let machine = &project.machines[number];
        let bar = bars.machine(&machine.name.value);
        let outcome = match loaded {
            Ok(rows) if learning.deny_warnings && !rows.warnings.is_empty() => {
                let mut denied = Diagnostics::default();
                denied.extend(rows.warnings);
                denied.deny_warnings();
                Err(Failed::Load(denied.into_vec()))
            }
            Ok(rows) => train_one((machine, jobs[number].seed), &rows, learning, store, &bar)
                .map_err(Failed::Train),
            Err(errors) => Err(Failed::Load(errors.iter().map(Diagnostic::from).collect())),
        };
        bar.done();
        outcome
    });
    bars.finish();
    learnt
}

/// Tells how it went, in the order of the config; the machines, if all are there.
fn report_outcomes(
    outcomes: Vec<Outcome>,
    project: &Project,
    deny_warnings: bool,
    streams: &mut Streams<'_>,
) -> Result<BTreeMap<Name, Machine>, Failure> {
    let mut machines = BTreeMap::new();
    let mut lines = Vec::new();
    let (mut not_loaded, mut not_trained) = (Vec::new(), Vec::new());
    let mut found = Diagnostics::default();
    for (outcome, configured) in outcomes.into_iter().zip(&project.machines) {
        let name = &configured.name;
        match outcome {
            Ok(learnt) => {
                if let Some(warning) = gap_warning(&learnt.gaps, configured.dataset.period) {
                    let mut stderr = streams.log(Level::Warning);
                    writeln!(stderr, "warning: `{name}`: {warning}")?;
                }
                let of_rows = learnt.warnings.into_iter();
                found.extend(of_rows.map(|warning| of_machine(&name.value, warning)));
                let warnings = train::warnings(&learnt.machine);
                found.extend(warnings.iter().map(|warning| {
                    let diagnostic = warning.diagnostic(&name.value);
                    diagnostic.label(name.span, "this machine")
                }));
                if let Some(damage) = learnt.damage {
                    let mut stderr = streams.log(Level::Warning);
                    writeln!(stderr, "warning: `{name}` was trained again: {damage}")?;
                }
                machines.insert(learnt.machine.name.clone(), learnt.machine);
                lines.push(learnt.line);
            }
            Err(Failed::Load(errors)) => {
                not_loaded.push(name.value.to_string());
                found.extend(
                    errors
                        .into_iter()
                        .map(|error| of_machine(&name.value, error)),
                );
            }
            Err(Failed::Train(diagnostic)) => {
                not_trained.push(name.value.to_string());
                found.push(diagnostic.label(name.span, "this machine"));
            }
        }
    }
    if deny_warnings {
        found.deny_warnings();
    }
    report(&project.source, &found, streams)?;
    summary::write(&lines, &mut streams.log(Level::Info))?;
    let failed = [(not_loaded, "loaded"), (not_trained, "trained")];
    let failed = failed
        .iter()
        .filter_map(|(names, verb)| failure(names, verb));
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() && !found.has_errors() {
        return Ok(machines);
    }
    if failed.is_empty() {
        return Err(Failure::new("training gave warnings, and they are denied")
            .help("the machines are kept; leave `--deny-warnings` out to link them as they are"));
    }
    Err(Failure::new(failed.join("; "))
        .help("the other machines are kept and will not be trained again"))
}

/// `2 machines could not be loaded: ...`
fn failure(names: &[String], verb: &str) -> Option<String> {
    let count = match names.len() {
        0 => return None,
        1 => "1 machine".to_owned(),
        n => format!("{n} machines"),
    };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Some(format!("{count} could not be {verb}: {}", names.join(", ")))
}

fn train_one(
    (machine, seed): (&project::Machine, u64),
    rows: &Dataset,
    learning: &Learning,
    store: &RevisionStore,
    bar: &Bar,
) -> Result<Learnt, Diagnostic> {
    let creation_date = learning.creation_date.as_deref();
    let key = key::key(machine, rows, seed, creation_date);
    let name = &machine.name;
    let (n_rows, gaps) = (rows.times.len(), rows.gaps.clone());
    let warnings = rows.warnings.clone();
    let damage = match store.find(&name.value, &key) {
        Ok(machine) => {
            let line = Line::new(&machine, n_rows, None);
            return Ok(Learnt {
                machine,
                line,
                gaps,
                warnings,
                damage: None,
            });
        }
        Err(damage) => damage,
    };
    let start = Instant::now();
    let options = train::Options {
        seed: learning.seed,
        creation_date,
        progress: bar,
        clock: None,
    };
    let mut machine = train::train(machine, rows, &options).map_err(|error| {
        let message = format!("`{name}` cannot be trained: {error}");
        Diagnostic::error(error.code(), message).help(error.help())
    })?;
    machine.checksum = Some(key);
    store.put(&machine).map_err(|error| {
        let message = format!("`{name}` cannot be kept: {error}");
        Diagnostic::error("train::not_kept", message)
            .help("make room, or allow writing to the output folder")
            .class("OSError")
    })?;
    let line = Line::new(&machine, n_rows, Some(start.elapsed()));
    Ok(Learnt {
        machine,
        line,
        gaps,
        warnings,
        damage,
    })
}
