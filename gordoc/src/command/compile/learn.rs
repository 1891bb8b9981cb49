//! From a config to trained machines on disk: load, train what is not trained yet, keep all.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::super::{Failure, report};
use super::key;
use super::progress::Bars;
use super::summary::{self, Line};
use super::{Options, Revisions};
use crate::dataset::{self, Dataset};
use crate::project::{self, Project};
use crate::source::Source;
use crate::trained::{Machine, store};
use crate::{config, train};

/// A config to learn from.
#[derive(Clone, Debug)]
pub struct Learning {
    /// The config.
    pub source: Source,
    /// How it is read.
    pub normalize: project::Options,
    /// How its mistakes are shown.
    pub report: report::Options,
    /// Digits; made of the content if absent.
    pub revision: Option<String>,
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

/// Learns; `None` if the config has errors, which were reported.
pub(super) fn learn(
    learning: &Learning,
    options: &Options,
    stderr: &mut dyn Write,
) -> Result<Option<(String, Revisions)>, Failure> {
    let Some(project) = read(learning, stderr)? else {
        return Ok(None);
    };
    let loaded = load(&project, learning, stderr)?;
    let revision = match &learning.revision {
        Some(revision) => revision.clone(),
        None => key::revision(
            loaded.iter().map(|loaded| loaded.key.as_str()),
            project.machines.iter().map(|machine| machine.dataset.period.end).max(),
        ),
    };
    let folder = options.output.join("trained");
    let trained = train_all(&loaded, learning, &|machine| {
        store::write(&folder, &revision, machine)
    }, &|name| store::read(&folder.join(&revision).join(name)).ok(), stderr)?;
    store::remove_others(&folder.join(&revision), &trained)?;
    let mut revisions = store::read_all(&folder)?;
    revisions.retain(|(name, _)| *name != revision);
    revisions.push((revision, trained));
    Ok(Some((project.name.clone(), revisions)))
}

fn read(learning: &Learning, stderr: &mut dyn Write) -> Result<Option<Project>, Failure> {
    let (project, diagnostics) = project::read(&learning.source, &learning.normalize);
    report::write(&diagnostics, &learning.source, &learning.report, stderr)?;
    Ok(project.filter(|_| !report::is_refused(&diagnostics, &learning.report)))
}

/// Loads every machine; a failing one does not stop the others.
fn load<'a>(
    project: &'a Project,
    learning: &Learning,
    stderr: &mut dyn Write,
) -> Result<Vec<Loaded<'a>>, Failure> {
    let results: Vec<_> = project
        .machines
        .par_iter()
        .map(|machine| {
            let seed = learning.seed.unwrap_or(machine.evaluation.seed);
            let dataset = dataset::load(&machine.dataset, &project.source.base, seed)?;
            let key = key::key(machine, &dataset, seed, learning.creation_date.as_deref());
            Ok(Loaded { machine, dataset, key })
        })
        .collect();
    let mut loaded = Vec::new();
    let mut failed = Vec::new();
    for (machine, result) in project.machines.iter().zip(results) {
        match result {
            Ok(one) => {
                warn_of_gaps(&one, stderr)?;
                loaded.push(one);
            }
            Err(error) => {
                let diagnostic = dataset::diagnostic(&error, &machine.name.value);
                report::write_one(&diagnostic, &learning.source, &learning.report, stderr)?;
                failed.push(machine.name.value.clone());
            }
        }
    }
    all_or(failed, loaded, "loaded")
}

fn warn_of_gaps(loaded: &Loaded<'_>, stderr: &mut dyn Write) -> Result<(), Failure> {
    if loaded.dataset.gaps.is_empty() {
        return Ok(());
    }
    let tags: Vec<String> = loaded.dataset.gaps.iter().map(|tag| format!("`{tag}`")).collect();
    let name = &loaded.machine.name.value;
    writeln!(stderr, "warning: `{name}` has gaps in {}", tags.join(", "))?;
    Ok(())
}

type Save<'a> = &'a (dyn Fn(&Machine) -> Result<(), store::Error> + Sync);
type Kept<'a> = &'a (dyn Fn(&str) -> Option<Machine> + Sync);

/// Trains what is not there yet, each machine saved as soon as it is done.
fn train_all(
    loaded: &[Loaded<'_>],
    learning: &Learning,
    save: Save<'_>,
    kept: Kept<'_>,
    stderr: &mut dyn Write,
) -> Result<BTreeMap<String, Machine>, Failure> {
    let bars = Bars::new(loaded.len());
    let failures = Mutex::new(Vec::new());
    let results: Vec<Option<(Machine, Line)>> = loaded
        .par_iter()
        .map(|one| {
            let bar = bars.machine(&one.machine.name.value);
            let result = train_one(one, learning, kept, &bar);
            bars.done(&bar);
            let result = result.and_then(|(machine, took)| {
                save(&machine)?;
                let line = Line::new(&machine, one.dataset.times.len(), took);
                Ok((machine, line))
            });
            result
                .map_err(|error| {
                    let mut failures = failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    failures.push((one.machine.name.value.clone(), error.to_string()));
                })
                .ok()
        })
        .collect();
    bars.finish();
    let mut failures = failures.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    failures.sort();
    for (name, error) in &failures {
        writeln!(stderr, "error: machine `{name}`: {error}")?;
    }
    let (machines, lines): (Vec<Machine>, Vec<Line>) = results.into_iter().flatten().unzip();
    summary::write(&lines, stderr)?;
    let machines = machines.into_iter().map(|machine| (machine.name.clone(), machine));
    let failed = failures.into_iter().map(|(name, _)| name).collect();
    all_or(failed, machines.collect(), "trained")
}

fn train_one(
    loaded: &Loaded<'_>,
    learning: &Learning,
    kept: Kept<'_>,
    bar: &indicatif::ProgressBar,
) -> Result<(Machine, Option<Duration>), Failure> {
    let name = &loaded.machine.name.value;
    let fits = |machine: &Machine| machine.checksum.as_deref() == Some(loaded.key.as_str());
    if let Some(machine) = kept(name).filter(fits) {
        return Ok((machine, None));
    }
    let start = Instant::now();
    let options = train::Options {
        seed: learning.seed.unwrap_or(loaded.machine.evaluation.seed),
        creation_date: learning.creation_date.clone(),
        progress: bar,
    };
    let mut machine = train::train(loaded.machine, &loaded.dataset, &options)?;
    machine.checksum = Some(loaded.key.clone());
    Ok((machine, Some(start.elapsed())))
}

fn all_or<T>(failed: Vec<String>, all: T, verb: &str) -> Result<T, Failure> {
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
