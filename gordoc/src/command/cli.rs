//! The command line: names, defaults and help of every option, and nothing else.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::Level;
use crate::name::Revision;
use crate::project::Options;

/// Compiles a Gordo config into trained models, static model servers and manifests.
///
/// Start with `gordoc check CONFIG`, which reports every error at its line and column, then run
/// `gordoc compile CONFIG -o OUT --run`, which trains all machines, links a static server and
/// starts it.
#[derive(Debug, Parser)]
#[command(name = "gordoc", version, propagate_version = true)]
pub struct Cli {
    /// Subcommand
    #[command(subcommand)]
    pub command: Command,
    /// Lowest level printed to stderr
    #[arg(long, global = true, value_name = "LEVEL", env = "GORDO_LOG_LEVEL")]
    #[arg(value_enum, ignore_case = true, default_value_t = Level::Info)]
    pub log_level: Level,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a config and report every error and warning, without reading data
    Check(Check),
    /// Print the normalized project: globals merged in, defaults filled
    Expand(Expand),
    /// Write a machine's training data: X.csv, y.csv and metadata.json
    Dataset(Dataset),
    /// Train all machines and link static servers
    Compile(Compile),
    /// Train one machine, as builder pods do: its files, Gordo's exit codes and registry
    Build(Build),
    /// Fit a model definition on a CSV file, without a config
    Fit(Fit),
    /// Explain a diagnostic code, with an example and how to fix it
    Explain(Explain),
    /// Create a starter config
    Init(Init),
    /// Print the JSON Schema of configs, for editors
    Schema,
    /// Print a Python script that writes models trained by Gordo as machines for
    /// `compile --trained`; it runs where Gordo is installed
    ExportScript,
    /// Print a shell completion script
    Completions(Completions),
}

/// Which config is read, and how.
#[derive(Debug, Args)]
pub struct Config {
    /// Config file: Gordo YAML or JSON, or `-` for stdin
    pub config: PathBuf,
    /// Project name [default: metadata.name of the config, or its file name]
    #[arg(long, value_name = "P")]
    pub project_name: Option<String>,
    /// Data provider type of machines without one, such as `RandomDataProvider`
    #[arg(long, value_name = "T")]
    pub default_data_provider: Option<String>,
    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
}

impl Config {
    /// How the project is read.
    pub(super) fn options(&self) -> Options {
        Options {
            project_name: self.project_name.clone(),
            default_data_provider: self.default_data_provider.clone(),
            ..Options::default()
        }
    }
}

/// `gordoc check`
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub config: Config,
    /// Output format of the findings
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,
}

/// `gordoc expand`
#[derive(Debug, Args)]
pub struct Expand {
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub config: Config,
    /// Output format
    #[arg(long, value_enum, default_value_t = DocumentFormat::Json)]
    pub format: DocumentFormat,
    /// Environment variables of builder pods, as a JSON list
    #[arg(long, value_name = "JSON")]
    pub custom_model_builder_envs: Option<String>,
}

/// How readings are fetched.
#[derive(Debug, Args)]
pub struct Fetching {
    /// Number of files or queries read in parallel [default: one file per core, 4 queries]. A
    /// database server never gets more than 4 at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub fetch_jobs: Option<u16>,
    /// Cache directory for fetched readings: what has not changed at its source is not fetched
    /// again. It can be deleted at any time
    #[arg(long, value_name = "DIR")]
    pub data_cache: Option<PathBuf>,
}

/// `gordoc dataset`
#[derive(Debug, Args)]
pub struct Dataset {
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub config: Config,
    /// Name of the machine
    #[arg(long, value_name = "M")]
    pub machine: String,
    /// Output directory. Files in it that gordoc did not write are not replaced
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// File format of X and y
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub format: TableFormat,
    /// Also write plot.html, which shows per tag its readings, rows, gaps and interpolated
    /// values, and which filter removes which rows. Written even if no rows are left
    #[arg(long)]
    pub plot: bool,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub fetching: Fetching,
}

/// `gordoc compile`
#[derive(Debug, Args)]
pub struct Compile {
    /// Config file: Gordo YAML or JSON, or `-` for stdin; not used with --trained
    #[arg(required_unless_present = "trained")]
    pub config: Option<PathBuf>,
    /// Output directory for the workspace, binaries, manifests and trained machines: a new or empty
    /// one, or one that gordoc wrote. Only files that gordoc wrote are replaced or removed
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// Link already trained machines from `DIR/REVISION/MACHINE/` instead of training
    #[arg(long, value_name = "DIR")]
    pub trained: Option<PathBuf>,
    /// Project name [default: metadata.name of the config, or its file name]
    #[arg(long, value_name = "P")]
    pub project_name: Option<String>,
    /// Revision, a number [default: derived from the content, so that equal inputs give the
    /// same revision; with --trained: the highest one in DIR]
    #[arg(long, value_name = "R", value_parser = revision)]
    pub project_revision: Option<Revision>,
    /// Which servers to link
    #[arg(long, value_enum, default_value_t = Bin::Project)]
    pub bin: Bin,
    /// Random seed; overrides `evaluation.seed` of every machine
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Start the project server on 127.0.0.1 when done, and print an example request
    #[arg(long)]
    pub run: bool,
    /// Port of the server started by --run
    #[arg(
        long,
        value_name = "PORT",
        env = "GORDO_SERVER_PORT",
        default_value_t = 5555
    )]
    pub port: u16,
    /// Number of machines trained in parallel [default: number of cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Data provider type of machines without one, such as `RandomDataProvider`
    #[arg(long, value_name = "T")]
    pub default_data_provider: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub fetching: Fetching,
    /// Cargo target directory [default: gordoc/target in the user's cache directory]. Variables and
    /// settings of cargo that change binaries have no effect; compilers, wrappers of them and
    /// linkers of targets have
    #[arg(long, value_name = "DIR", env = "GORDOC_TARGET_DIR")]
    pub target_dir: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
}

/// `gordoc build`
#[derive(Debug, Args)]
pub struct Build {
    /// The machine: YAML or JSON text, not a file
    #[arg(env = "MACHINE", hide_env_values = true)]
    pub machine_config: String,
    /// Output directory for metadata.json, info.json, machine.json and weights
    #[arg(env = "OUTPUT_DIR", default_value = "/data")]
    pub output_dir: PathBuf,
    /// Directory with a file per trained machine: one that was trained from the same config is
    /// taken from where it is
    #[arg(long, value_name = "DIR", env = "MODEL_REGISTER_DIR")]
    pub model_register_dir: Option<OsString>,
    /// Builder class; there is only Gordo's own
    #[arg(long, value_name = "PATH", env = "MODEL_BUILDER_CLASS")]
    pub model_builder_class: Option<OsString>,
    /// Print the scores of the folds to stdout: `METRIC_FOLD=VALUE`
    #[arg(long)]
    pub print_cv_scores: bool,
    /// Fill `{{ KEY }}` in a model that is given as text; can be repeated
    #[arg(long, value_name = "KEY,VALUE", value_parser = key_and_value)]
    pub model_parameter: Vec<(String, String)>,
    /// JSON file for what went wrong
    #[arg(long, value_name = "FILE", env = "EXCEPTIONS_REPORTER_FILE")]
    pub exceptions_reporter_file: Option<OsString>,
    /// How much of it is written
    #[arg(long, value_name = "LEVEL", env = "EXCEPTIONS_REPORT_LEVEL")]
    #[arg(value_enum, ignore_case = true, default_value_t = ReportLevel::Message)]
    pub exceptions_report_level: ReportLevel,
    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub fetching: Fetching,
}

/// `gordoc fit`
#[derive(Debug, Args)]
pub struct Fit {
    /// Model definition: YAML or JSON file, or `-` for stdin
    pub definition: PathBuf,
    /// CSV file of inputs: a header, and `time` as its first column if there are times
    #[arg(long, value_name = "X.csv")]
    pub data: PathBuf,
    /// CSV file of targets [default: the inputs]
    #[arg(long, value_name = "Y.csv")]
    pub target: Option<PathBuf>,
    /// CSV file that the fitted model is applied to [default: the inputs]
    #[arg(long, value_name = "X2.csv")]
    pub apply: Option<PathBuf>,
    /// What is done with it [default: predict, or transform if the model only does that]
    #[arg(long, value_enum)]
    pub method: Option<FitMethod>,
    /// CSV file for the result [default: stdout]
    #[arg(short, long, value_name = "OUT.csv")]
    pub output: Option<PathBuf>,
    /// JSON file for what was fitted: arrays, thresholds, history
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// File with the splitter that a detector's thresholds come from, or `none` [default: the
    /// detector's own]
    #[arg(long, value_name = "SPLITTER")]
    pub cv: Option<PathBuf>,
    /// JSON file with the weights that a network starts from, in the order of Keras
    #[arg(long, value_name = "FILE")]
    pub initial_weights: Option<PathBuf>,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// HTML file with a drawing: targets and answers, and anomalies over time
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
}

/// `gordoc explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Diagnostic code, such as `config::missing_zone`; without one, all codes are listed
    pub code: Option<String>,
}

/// `gordoc init`
#[derive(Debug, Args)]
pub struct Init {
    /// Directory for `config.yaml` and its schema
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Create a demo project: three machines and two weeks of a pump's readings
    #[arg(long)]
    pub demo: bool,
}

/// `gordoc completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// Shell
    pub shell: Shell,
}

/// `--bin`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bin {
    /// One server with all machines
    Project,
    /// One server per machine
    Machine,
    /// One with all machines, and one per machine
    Both,
    /// Only write the workspace
    None,
}

/// `build --exceptions-report-level`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum ReportLevel {
    /// Nothing: an empty object
    ExitCode,
    /// The type of the exception
    Type,
    /// And its message
    Message,
    /// The type, and all that was found
    Traceback,
}

/// `fit --method`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum FitMethod {
    /// Predict targets
    Predict,
    /// Transform inputs
    Transform,
    /// Undo a transformation
    InverseTransform,
    /// Find thresholds on folds, and judge rows by them
    Anomaly,
}

/// `check --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Text that shows the lines concerned
    Human,
    /// JSON list, for editors and CI
    Json,
}

/// `expand --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// `dataset --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Comma-separated text
    Csv,
    /// Parquet
    Parquet,
}

fn key_and_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once(',').ok_or("write it as `KEY,VALUE`")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn revision(text: &str) -> Result<Revision, &'static str> {
    Revision::new(text).ok_or("a revision is written in digits, at most 50 of them")
}
