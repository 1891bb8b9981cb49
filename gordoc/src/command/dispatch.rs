//! From the command line to the arguments of one verb.

use std::io::Write;
use std::path::PathBuf;

use super::cli::{self, Bin, Cli, Command};
use super::compile::{Learning, Origin};
use super::{
    Failure, Status, Streams, build, check, compile, completions, dataset, expand, explain,
    export_script, fetching, fit, init, schema,
};
use crate::dataset::write::Format;
use crate::diagnostic::Style;
use crate::emit::Servers;
use crate::name::Name;
use crate::project::Options;

/// Runs the verb that was asked for.
pub fn dispatch(cli: Cli, out: &mut dyn Write, err: &mut dyn Write) -> Result<Status, Failure> {
    let streams = Streams {
        out,
        err,
        style: Style::of_stderr(),
        level: cli.log_level,
    };
    match cli.command {
        Command::Check(arguments) => Ok(check::run(&arguments, streams)?),
        Command::Expand(arguments) => expand::run(&arguments, streams),
        Command::Dataset(arguments) => dataset::run(&dataset_arguments(arguments)?, streams),
        Command::Compile(arguments) => {
            if let Some(jobs) = arguments.jobs {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs);
                pool.build_global()?;
            }
            compile::run(&compile_options(arguments)?, streams)
        }
        Command::Build(arguments) => build::run(&arguments, creation_date()?, streams),
        Command::Fit(arguments) => fit::run(&arguments, streams),
        Command::Explain(arguments) => explain::run(arguments.code.as_deref(), streams.out),
        Command::Init(arguments) => init::run(&arguments, streams),
        Command::Completions(arguments) => Ok(completions::run(arguments.shell, streams.out)),
        Command::ExportScript => Ok(export_script::run(streams.out)?),
        Command::Schema => Ok(schema::run(streams.out)?),
    }
}

fn dataset_arguments(arguments: cli::Dataset) -> Result<dataset::Arguments, Failure> {
    Ok(dataset::Arguments {
        fetching: fetching::options(&arguments.fetching, &arguments.output)?,
        options: arguments.config.options(),
        config: arguments.config.config,
        machine: arguments.machine,
        output: arguments.output,
        format: match arguments.format {
            cli::TableFormat::Csv => Format::Csv,
            cli::TableFormat::Parquet => Format::Parquet,
        },
        plot: arguments.plot,
        deny_warnings: arguments.config.deny_warnings,
    })
}

fn compile_options(arguments: cli::Compile) -> Result<compile::Options, Failure> {
    let origin = match (arguments.trained, arguments.config) {
        (Some(folder), _) => Origin::Trained {
            folder,
            revision: arguments.project_revision,
            project_name: arguments
                .project_name
                .as_deref()
                .map(project_name)
                .transpose()?,
        },
        (None, config) => Origin::Config(Box::new(Learning {
            config: config.unwrap_or_else(|| "-".into()),
            options: Options {
                project_name: arguments.project_name,
                default_data_provider: arguments.default_data_provider,
                ..Options::default()
            },
            deny_warnings: arguments.deny_warnings,
            revision: arguments.project_revision,
            seed: arguments.seed,
            creation_date: creation_date()?,
            fetching: fetching::options(&arguments.fetching, &arguments.output)?,
        })),
    };
    Ok(compile::Options {
        origin,
        output: arguments.output,
        servers: Servers {
            project: arguments.bin != Bin::Machine,
            machine: matches!(arguments.bin, Bin::Machine | Bin::Both),
        },
        link: arguments.bin != Bin::None,
        target: arguments.target_dir.map_or_else(default_target, Ok)?,
        run: arguments
            .run
            .then(|| ("127.0.0.1".to_owned(), arguments.port)),
    })
}

/// A project name that no config is read with.
fn project_name(text: &str) -> Result<Name, Failure> {
    Name::new(text).ok_or_else(|| {
        Failure::new(format!("`{text}` is not a project name"))
            .help("use lower-case letters, digits, and single dots or dashes between them")
    })
}

/// Cargo builds where gordoc's other output folders were built, so the runtime is there.
fn default_target() -> Result<PathBuf, Failure> {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    let cache = cache.map(PathBuf::from).or_else(|| {
        let home = std::env::home_dir()?;
        Some(home.join(".cache"))
    });
    let cache = cache.ok_or_else(|| {
        Failure::new("there is no cache folder: neither XDG_CACHE_HOME nor HOME is set")
            .help("pass `--target-dir`")
    })?;
    Ok(cache.join("gordoc").join("target"))
}

/// `SOURCE_DATE_EPOCH` as Gordo writes dates; without it, machines carry none.
fn creation_date() -> Result<Option<String>, Failure> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let second = text.to_str().and_then(|text| text.parse().ok());
    let time = second.and_then(|second| jiff::Timestamp::from_second(second).ok());
    let time = time.ok_or_else(|| {
        Failure::new(format!("SOURCE_DATE_EPOCH is `{}`", text.display()))
            .help("give it seconds since 1970, or unset it")
    })?;
    Ok(Some(
        time.strftime("%Y-%m-%d %H:%M:%S.000000+00:00").to_string(),
    ))
}
