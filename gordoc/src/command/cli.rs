//! The command line: names, defaults and help of every option, and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::command::Level;
use crate::name::Revision;

/// Compiles a Gordo YAML into trained machines, static model servers and manifests.
///
/// Start with `gordoc check CONFIG`, which reports every mistake at its line and column, then
/// `gordoc compile CONFIG -o OUT --run`, which trains all machines, links a static server and
/// starts it.
#[derive(Debug, Parser)]
#[command(name = "gordoc", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The least that is talked of on stderr.
    #[arg(long, global = true, value_name = "LEVEL", env = "GORDO_LOG_LEVEL")]
    #[arg(value_enum, ignore_case = true, default_value_t = Level::Info)]
    pub log_level: Level,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report everything that is wrong with a config, without reading data.
    Check(Check),
    /// Print the project as it is meant: globals folded in, defaults filled.
    Expand(Expand),
    /// Write the rows a machine would learn from: X.csv, y.csv and metadata.json.
    Dataset(Dataset),
    /// Train all machines and link static servers.
    Compile(Compile),
    /// Tell what a diagnostic code means, with an example and how to mend it.
    Explain(Explain),
    /// Write a config to start from.
    Init(Init),
    /// Print the JSON Schema of configs, for editors.
    Schema,
    /// Print a script that completes gordoc's arguments in a shell.
    Completions(Completions),
}

/// What says which config is read, and how.
#[derive(Debug, Args)]
pub struct Config {
    /// The config: a Gordo YAML or JSON file, or `-` for stdin.
    pub config: PathBuf,
    /// Project name; by default the config's metadata.name, or else its file name.
    #[arg(long, value_name = "P")]
    pub project_name: Option<String>,
    /// Provider of machines that name none, such as `RandomDataProvider`.
    #[arg(long, value_name = "T")]
    pub default_data_provider: Option<String>,
    /// Treat warnings as errors.
    #[arg(long)]
    pub deny_warnings: bool,
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
    /// Form of the findings.
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
    /// Form of the document.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Json)]
    pub format: DocumentFormat,
    /// Environment of builder pods, a JSON list of entries.
    #[arg(long, value_name = "JSON")]
    pub custom_model_builder_envs: Option<String>,
}

/// How readings are fetched.
#[derive(Debug, Args)]
pub struct Fetching {
    /// Files and queries read at a time; by default as many files as there are cores, and 4
    /// queries. Servers never get more than 4.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub fetch_jobs: Option<u16>,
    /// Folder that keeps fetched readings: what is there, and has not changed at its source,
    /// is not fetched again. It may be deleted at any time.
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
    /// The machine whose rows are written.
    #[arg(long, value_name = "M")]
    pub machine: String,
    /// Folder to write to.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Form of X and y.
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub format: TableFormat,
    /// Also draw plot.html, a page for a browser: per tag its readings, rows, gaps and what was
    /// filled in, and where which filter removes rows. Drawn, too, if no rows are left.
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
    /// The config: a Gordo YAML or JSON file, or `-` for stdin; needless with --trained.
    #[arg(required_unless_present = "trained")]
    pub config: Option<PathBuf>,
    /// Output folder: a workspace, its binaries, manifests and the trained machines.
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// Link the trained machines of `DIR/REVISION/MACHINE/`; nothing is fetched or trained.
    #[arg(long, value_name = "DIR")]
    pub trained: Option<PathBuf>,
    /// Project name; by default the config's metadata.name, or else its file name.
    #[arg(long, value_name = "P")]
    pub project_name: Option<String>,
    /// Revision, digits; by default made of the content, so that equal inputs give an equal one,
    /// and with --trained the highest there.
    #[arg(long, value_name = "R", value_parser = revision)]
    pub project_revision: Option<Revision>,
    /// Which servers to link: one with all machines, one per machine, both, or none.
    #[arg(long, value_enum, default_value_t = Bin::Project)]
    pub bin: Bin,
    /// Seed of everything random; overrides `evaluation.seed` of every machine.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Start the project server on 127.0.0.1 when done, and say what to ask it.
    #[arg(long)]
    pub run: bool,
    /// Port of --run.
    #[arg(
        long,
        value_name = "PORT",
        env = "GORDO_SERVER_PORT",
        default_value_t = 5555
    )]
    pub port: u16,
    /// Machines trained at a time; by default as many as there are cores.
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Provider of machines that name none, such as `RandomDataProvider`.
    #[arg(long, value_name = "T")]
    pub default_data_provider: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would replace the command's help"
    )]
    pub fetching: Fetching,
    /// Folder that cargo builds in; by default gordoc's in the user's cache folder.
    #[arg(long, value_name = "DIR", env = "GORDOC_TARGET_DIR")]
    pub target_dir: Option<PathBuf>,
    /// Treat warnings as errors.
    #[arg(long)]
    pub deny_warnings: bool,
}

/// `gordoc explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, such as `config::missing_zone`; all codes are listed without one.
    pub code: Option<String>,
}

/// `gordoc init`
#[derive(Debug, Args)]
pub struct Init {
    /// Folder to write `config.yaml` and its schema to.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Start with three machines and two weeks of a pump's readings.
    #[arg(long)]
    pub demo: bool,
}

/// `gordoc completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: Shell,
}

/// `--bin`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bin {
    /// One server with all machines.
    Project,
    /// One server per machine.
    Machine,
    /// Both.
    Both,
    /// Emit the workspace, link nothing.
    None,
}

/// `check --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Text with the lines concerned.
    Human,
    /// A JSON list for editors and CI.
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

fn revision(text: &str) -> Result<Revision, &'static str> {
    Revision::new(text).ok_or("a revision is written in digits")
}
