//! `gordoc dataset`: the rows a machine would learn from, as files. Trains nothing.

use std::path::PathBuf;

use super::{Failure, Status, Streams, read_config, report};
use crate::dataset::{self, write};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::{Machine, Options, Project};

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
    /// Whether warnings are errors.
    pub deny_warnings: bool,
    /// What the command line says about the project.
    pub options: Options,
}

/// Loads a machine's rows and writes them.
pub fn run(arguments: &Arguments, mut streams: Streams<'_>) -> Result<Status, Failure> {
    let read = match read_config(&arguments.config, &arguments.options, &mut streams)? {
        Ok(read) => read,
        Err(status) => return Ok(status),
    };
    let mut found = read.diagnostics;
    if arguments.deny_warnings {
        found.deny_warnings();
    }
    report(&read.source, &found, &mut streams)?;
    let Some(project) = read.project.filter(|_| !found.has_errors()) else {
        return Ok(Status::ConfigErrors);
    };
    let Some(machine) = find(&project, &arguments.machine) else {
        report(&project.source, &project.blockers, &mut streams)?;
        return Err(absent(&project, &arguments.machine));
    };
    let seed = machine.evaluation.seed;
    let dataset = match dataset::load(&machine.dataset, &project.source.base, seed) {
        Ok(dataset) => dataset,
        Err(error) => {
            let mut found = Diagnostics::default();
            found.push(Diagnostic::from(&error));
            report(&project.source, &found, &mut streams)?;
            return Ok(Status::CouldNotRun);
        }
    };
    if !dataset.gaps.is_empty() {
        let tags: Vec<String> = dataset.gaps.iter().map(|tag| format!("`{tag}`")).collect();
        let tags = tags.join(", ");
        writeln!(streams.err, "warning: not enough data in {tags}: there are gaps")?;
    }
    write::write(&dataset, &arguments.output, arguments.format)?;
    Ok(Status::Done)
}

fn find<'a>(project: &'a Project, name: &str) -> Option<&'a Machine> {
    let mut machines = project.machines.iter();
    machines.find(|machine| machine.name.value == name)
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
