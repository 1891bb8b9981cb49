//! `gordoc dataset`: the rows a machine would learn from, as files. Trains nothing.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::{Failure, Level, Status, Streams, fetching, read_config, report};
use crate::dataset::{self, Dataset, Trace, TraceSink, write};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Stage};
use crate::files;
use crate::name::Name;
use crate::project::{NamedDataset, Options, Period, Project};
use crate::provider::{self, Sources};
use crate::report::{Plot, is_plot, plot};
use crate::time;

/// The page that is drawn.
const PAGE: &str = "plot.html";

/// All files that the command may write.
pub(super) const FILES: [&str; 6] = [
    write::CSV[0],
    write::CSV[1],
    write::PARQUET[0],
    write::PARQUET[1],
    write::METADATA,
    PAGE,
];

/// Arguments of `dataset`.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The config; `-` is the standard input.
    pub config: PathBuf,
    /// The machine whose rows are written.
    pub machine: String,
    /// Folder to write to.
    pub output: PathBuf,
    /// Form of X and y.
    pub format: write::Format,
    /// Whether a page is drawn of them.
    pub plot: bool,
    /// Whether warnings are errors.
    pub deny_warnings: bool,
    /// What the command line says about the project.
    pub options: Options,
    /// How readings are fetched.
    pub fetching: dataset::Options,
}

/// Finds a machine in a config, and writes its rows.
pub fn run(arguments: &Arguments, mut streams: Streams<'_>) -> Result<Status, Failure> {
    let options = Options {
        without_models: true,
        ..arguments.options.clone()
    };
    let read = match read_config(&arguments.config, &options, &mut streams)? {
        Ok(read) => read,
        Err(status) => return Ok(status),
    };
    let mut found = read.diagnostics.of_stage(Stage::Config);
    if arguments.deny_warnings {
        found.deny_warnings();
    }
    report(&read.source, &found, &mut streams)?;
    let Some(project) = read.project.filter(|_| !found.has_errors()) else {
        return Ok(Status::ConfigErrors);
    };
    let Some(machine) = find(&project, &arguments.machine) else {
        let found = read.diagnostics.of_stage(Stage::Build);
        report(&project.source, &found, &mut streams)?;
        return Err(absent(&project, &arguments.machine));
    };
    refuse_foreign(arguments)?;
    let mut warnings = source_warnings(&project, machine);
    if arguments.deny_warnings {
        warnings.deny_warnings();
    }
    report(&project.source, &warnings, &mut streams)?;
    if warnings.has_errors() {
        return Ok(Status::ConfigErrors);
    }
    write(arguments, &project, machine, &mut streams)
}

/// Refuses to replace files of the user's, before anything is read.
fn refuse_foreign(arguments: &Arguments) -> Result<(), Failure> {
    let page = arguments.output.join(PAGE);
    let is_foreign = |page: &PathBuf| match std::fs::read(page) {
        Ok(bytes) => !is_plot(&bytes),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    let foreign = write::foreign(&arguments.output, arguments.format);
    match foreign.or(Some(page).filter(|page| arguments.plot && is_foreign(page))) {
        None => Ok(()),
        Some(path) => Err(
            Failure::new(format!("gordoc did not write {}", path.display()))
                .help("move it away, or choose another output folder"),
        ),
    }
}

/// What surprises in the sources of a machine; what is wrong with them is told by reading them.
fn source_warnings(project: &Project, machine: &NamedDataset) -> Diagnostics {
    let mut found = Diagnostics::default();
    let requested = [machine.dataset.requested_series()];
    let base = &project.source.base;
    provider::check(&requested, base, Sources::MayBeCached, &mut found);
    let found = found.into_vec().into_iter();
    let mut warnings = Diagnostics::default();
    warnings.extend(found.filter(|finding| finding.severity == Severity::Warning));
    warnings
}

/// Loads the rows of a machine, and writes and draws them.
fn write(
    arguments: &Arguments,
    project: &Project,
    machine: &NamedDataset,
    streams: &mut Streams<'_>,
) -> Result<Status, Failure> {
    let folder = &arguments.output;
    let unwritable = |error: io::Error| Failure::new(format!("{}: {error}", folder.display()));
    let trace = Mutex::default();
    let job = dataset::Job {
        config: &machine.dataset,
        base: &project.source.base,
        seed: machine.seed,
        trace: if arguments.plot {
            TraceSink::new(&trace)
        } else {
            TraceSink::default()
        },
    };
    let (loaded, summary) = dataset::load_one(job, &arguments.fetching);
    fetching::tell(&summary, &arguments.fetching, streams)?;
    let status = match &loaded {
        Ok(dataset) => {
            let name = &machine.name.value;
            let warnings = dataset.warnings.iter().cloned();
            let mut found = Diagnostics::default();
            found.extend(warnings.map(|warning| of_machine(name, warning)));
            if arguments.deny_warnings {
                found.deny_warnings();
            }
            report(&project.source, &found, streams)?;
            if found.has_errors() {
                return Ok(Status::CouldNotRun);
            }
            if let Some(warning) = gap_warning(&dataset.gaps, machine.dataset.period) {
                writeln!(streams.log(Level::Warning), "warning: {warning}")?;
            }
            write::write(dataset, folder, arguments.format).map_err(unwritable)?;
            Status::Done
        }
        Err(errors) => {
            let errors = errors.iter();
            let mut found = Diagnostics::default();
            found.extend(errors.map(|error| of_machine(&machine.name.value, error.into())));
            report(&project.source, &found, streams)?;
            Status::CouldNotRun
        }
    };
    let trace = trace.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(page) = draw(project, machine, &trace, &loaded) {
        let path = folder.join(PAGE);
        files::write_changed(&path, page.as_bytes()).map_err(unwritable)?;
        if status != Status::Done {
            let path = path.display();
            writeln!(streams.log(Level::Info), "{path} shows what was read")?;
        }
    }
    Ok(status)
}

/// Draws what was read and what became of it, if anything was read and watched.
fn draw(
    project: &Project,
    machine: &NamedDataset,
    trace: &Trace,
    loaded: &Result<Dataset, Vec<dataset::Error>>,
) -> Option<String> {
    if trace.tags.is_empty() {
        return None;
    }
    let problems = loaded.as_ref().err().into_iter().flatten();
    let problems: Vec<String> = problems.map(ToString::to_string).collect();
    Some(plot(&Plot {
        project: &project.name,
        machine: &machine.name.value,
        source: &project.source,
        config: &machine.dataset,
        trace,
        outcome: loaded.as_ref().map_err(|_| problems.as_slice()),
    }))
}

/// What was found when a machine was loaded, with its name.
pub fn of_machine(name: &Name, found: Diagnostic) -> Diagnostic {
    Diagnostic {
        message: format!("`{name}`: {}", found.message),
        ..found
    }
}

/// The not-enough-data warning, which names every tag with a gap; none if there is no gap.
pub fn gap_warning(gaps: &[String], period: Period) -> Option<String> {
    if gaps.is_empty() {
        return None;
    }
    let tags: Vec<String> = gaps.iter().map(|tag| format!("`{tag}`")).collect();
    Some(format!(
        "not enough data between {} and {}: gaps in {}",
        time::spaced(period.start),
        time::spaced(period.end),
        tags.join(", ")
    ))
}

fn find<'a>(project: &'a Project, name: &str) -> Option<&'a NamedDataset> {
    let mut datasets = project.datasets.iter();
    datasets.find(|dataset| *dataset.name.value == *name)
}

fn absent(project: &Project, name: &str) -> Failure {
    let names: Vec<String> = project
        .documents
        .iter()
        .filter_map(|document| document["name"].as_str())
        .map(|name| format!("`{name}`"))
        .collect();
    if names.contains(&format!("`{name}`")) {
        return Failure::new(format!("machine `{name}` cannot be loaded"));
    }
    Failure::new(format!("there is no machine `{name}`"))
        .help(format!("the machines are {}", names.join(", ")))
}
