//! `gordoc build`: one machine, as builder pods build it, with the exit codes of Gordo.

mod cache_key;
mod exception;
mod exit_code;
mod machine_config;
mod outcome;
mod registry;
mod reporter;

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::Instant;

use self::exception::Exception;
use self::machine_config::Reading;
use self::outcome::Outcome;
use self::registry::Registry;
use super::cli;
use super::dataset::gap_warning;
use super::{Failure, Level, Status, Streams, check, fetching, report};
use crate::dataset::{self, Dataset};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::{self, Mode, Project};
use crate::provider::Sources;
use crate::source::Source;
use crate::train;

/// The only builder there is, by Gordo's path.
const BUILDER: &str = "gordo.builder.build_model.ModelBuilder";

/// Builds a machine; what goes wrong is reported to the file that the caller reads.
///
/// `creation_date` replaces the clock, if the environment gives one.
pub fn run(
    arguments: &cli::Build,
    creation_date: Option<String>,
    mut streams: Streams<'_>,
) -> Result<Status, Failure> {
    let normalized = match machine_config::read(arguments) {
        Reading::Yaml(normalized) => normalized,
        Reading::NotYaml(source, found) => {
            report(&source, &found, &mut streams)?;
            return Ok(Status::BuildFailed(1));
        }
    };
    let mut build = Build {
        arguments,
        creation_date,
        fetching: fetching::options(&arguments.fetching, &arguments.output_dir)?,
        streams,
    };
    match build.run(&normalized) {
        Ok(()) => Ok(Status::Done),
        Err(exception) => {
            if let Some(file) = set(arguments.exceptions_reporter_file.as_deref()) {
                exception.report(Path::new(file), arguments.exceptions_report_level);
            }
            Ok(Status::BuildFailed(exception.exit_code()))
        }
    }
}

/// A value of an option or variable; an empty one is none.
fn set(value: Option<&OsStr>) -> Option<&OsStr> {
    value.filter(|value| !value.is_empty())
}

/// One build.
struct Build<'a, 's> {
    arguments: &'a cli::Build,
    creation_date: Option<String>,
    fetching: dataset::Options,
    streams: Streams<'s>,
}

impl Build<'_, '_> {
    fn run(&mut self, normalized: &project::Normalized) -> Result<(), Exception> {
        self.check_builder()?;
        let sources = match &self.fetching.cache {
            Some(_) => Sources::MayBeCached,
            None => Sources::Required,
        };
        let found = check::findings(normalized, sources);
        self.tell(&normalized.source, found)?;
        let project = normalized.project.as_ref();
        let Some((project, machine, document)) = project.and_then(|project| {
            let (machine, document) = (project.machines.first()?, project.documents.first()?);
            Some((project, machine, document))
        }) else {
            // Whatever is missing of a machine has been told.
            return Err(Exception::new("ValueError", "the machine cannot be built"));
        };
        // The machine itself has no secrets any more, its document has.
        let key = cache_key::cache_key(document, &machine.model.expanded);
        let outcome = self.outcome(project, machine, &key)?;
        let (runtime, name) = (&document["runtime"], &machine.name);
        self.say(reporter::report(runtime, &name.value, outcome.document()))?;
        if self.arguments.print_cv_scores {
            for line in outcome.scores() {
                writeln!(self.streams.out, "{line}")?;
            }
        }
        if let Outcome::Trained(_) = outcome {
            writeln!(self.streams.log(Level::Info), "`{name}` is built")?;
        }
        Ok(())
    }

    /// There are no Python classes to choose from.
    fn check_builder(&mut self) -> Result<(), Exception> {
        let builder = set(self.arguments.model_builder_class.as_deref());
        let Some(builder) = builder.filter(|builder| *builder != BUILDER) else {
            return Ok(());
        };
        let message = format!(
            "`{}` is no builder class: there is only `{BUILDER}`",
            builder.display()
        );
        self.say(Err(Exception::new("ImportError", message)))
    }

    /// The machine, from the registry or newly made, in its folder.
    fn outcome(
        &mut self,
        project: &Project,
        machine: &project::Machine,
        key: &str,
    ) -> Result<Outcome, Exception> {
        let folder = &self.arguments.output_dir;
        let registry = set(self.arguments.model_register_dir.as_deref()).map(Registry::new);
        if let Some(found) = registry.as_ref().and_then(|registry| registry.find(key))
            && let Some(mut outcome) = Outcome::read(&found, machine)
        {
            let found = found.display();
            let mut stderr = self.streams.log(Level::Info);
            writeln!(stderr, "`{}` was built before: {found}", machine.name)?;
            drop(stderr);
            outcome.reuse_for(machine);
            self.say(outcome.write(folder, key))?;
            return Ok(outcome);
        }
        let mut outcome = self.make(project, machine)?;
        if matches!(outcome, Outcome::Trained(_)) || registry.is_some() {
            self.say(outcome.write(folder, key))?;
        }
        if let Some(registry) = registry {
            let kept = registry.put(key, folder);
            self.say(kept.map_err(|error| Exception::at(&registry.entry(key), &error)))?;
        }
        Ok(outcome)
    }

    /// Loads the rows, and trains or scores.
    fn make(
        &mut self,
        project: &Project,
        machine: &project::Machine,
    ) -> Result<Outcome, Exception> {
        let started = Instant::now();
        let rows = self.load(project, machine)?;
        let query_seconds = started.elapsed().as_secs_f64();
        let date = self.creation_date.clone().unwrap_or_else(now);
        let clock = || started.elapsed().as_secs_f64();
        let options = train::Options {
            creation_date: Some(&date),
            clock: Some(&clock),
            ..train::Options::default()
        };
        let made = match machine.evaluation.mode {
            Mode::CrossValOnly => {
                train::cross_validate(machine, &rows, &options).map(Outcome::Scored)
            }
            Mode::FullBuild | Mode::BuildOnly => train::train(machine, &rows, &options)
                .map(|trained| Outcome::Trained(Box::new(trained))),
        };
        let mut found = Diagnostics::default();
        let name = &machine.name;
        let mut made = made.map_err(|error| {
            let message = format!("`{name}` cannot be trained: {error}");
            let diagnostic = Diagnostic::error(error.code(), message).help(error.help());
            found.push(diagnostic.label(name.span, "this machine"));
        });
        if let Ok(outcome) = &mut made {
            outcome.set_query_duration(query_seconds);
            if let Outcome::Trained(trained) = outcome {
                let warnings = train::warnings(trained);
                found.extend(warnings.iter().map(|warning| {
                    let diagnostic = warning.diagnostic(&name.value);
                    diagnostic.label(name.span, "this machine")
                }));
            }
        }
        self.tell(&project.source, found)?;
        made.map_err(|()| Exception::new("ValueError", "the machine cannot be trained"))
    }

    fn load(
        &mut self,
        project: &Project,
        machine: &project::Machine,
    ) -> Result<Dataset, Exception> {
        let job = dataset::Job {
            config: &machine.dataset,
            base: &project.source.base,
            seed: machine.evaluation.seed,
            trace: dataset::TraceSink::default(),
        };
        let (loaded, summary) = dataset::load_one(job, &self.fetching);
        fetching::tell(&summary, &self.fetching, &mut self.streams)?;
        let mut found = Diagnostics::default();
        match &loaded {
            Ok(rows) => found.extend(rows.warnings.iter().cloned()),
            Err(errors) => found.extend(errors.iter().map(Diagnostic::from)),
        }
        self.tell(&project.source, found)?;
        let rows = loaded.map_err(|_| Exception::new("ValueError", "the data cannot be read"))?;
        if let Some(warning) = gap_warning(&rows.gaps, machine.dataset.period) {
            writeln!(self.streams.log(Level::Warning), "warning: {warning}")?;
        }
        Ok(rows)
    }

    /// Tells what was found; an error among it ends the build.
    fn tell(&mut self, source: &Source, mut found: Diagnostics) -> Result<(), Exception> {
        if self.arguments.deny_warnings {
            found.deny_warnings();
        }
        report(source, &found, &mut self.streams)?;
        Exception::of(&found, source).map_or(Ok(()), Err)
    }

    /// Tells why something could not be done.
    fn say<T>(&mut self, result: Result<T, Exception>) -> Result<T, Exception> {
        if let Err(exception) = &result {
            let told: io::Result<()> = writeln!(
                self.streams.log(Level::Error),
                "error: {}",
                exception.message
            );
            told?;
        }
        result
    }
}

/// The instant as Python writes it, always with its microseconds.
fn now() -> String {
    let now = jiff::Timestamp::now();
    let micros = now.as_microsecond().rem_euclid(1_000_000);
    format!("{}.{micros:06}+00:00", now.strftime("%Y-%m-%d %H:%M:%S"))
}
