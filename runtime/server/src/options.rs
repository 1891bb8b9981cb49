//! The command line and environment of a server.
//!
//! Takes every option of Gordo's server. Those that tune Python's worker processes are hints at
//! most: `--workers` is the number of threads, the rest changes nothing.

use std::net::IpAddr;

use clap::{Parser, error::ErrorKind};

use crate::limits::Limits;

/// One GiB: the client's default batches are about 40 MB of JSON.
const DEFAULT_BODY_LIMIT: &str = "1073741824";

/// Serve the compiled machines of one project over HTTP
#[derive(Parser, Debug)]
#[command(version, about)]
pub(crate) struct Options {
    /// IP address to listen on
    #[arg(
        long,
        env = "GORDO_SERVER_HOST",
        default_value = "0.0.0.0",
        value_name = "IP"
    )]
    pub(crate) host: IpAddr,

    /// Port to listen on; 0 picks a free one
    #[arg(long, env = "GORDO_SERVER_PORT", default_value_t = 5555)]
    pub(crate) port: u16,

    /// Number of worker threads
    #[arg(
        long,
        env = "GORDO_SERVER_WORKERS",
        default_value_t = 2,
        value_name = "N"
    )]
    pub(crate) workers: u16,

    /// Accepted for compatibility with Gordo, and ignored
    #[arg(
        long,
        env = "GORDO_SERVER_THREADS",
        default_value = "8",
        value_name = "N"
    )]
    threads: String,

    /// Accepted for compatibility with Gordo, and ignored
    #[arg(
        long,
        env = "GORDO_SERVER_WORKER_CONNECTIONS",
        default_value = "50",
        value_name = "N"
    )]
    worker_connections: String,

    /// Accepted for compatibility with Gordo, and ignored
    #[arg(
        long,
        env = "GORDO_SERVER_WORKER_CLASS",
        default_value = "gthread",
        value_name = "CLASS"
    )]
    worker_class: String,

    /// Accepted for compatibility with Gordo, and ignored: critical, error, warning, info or debug
    #[arg(
        long,
        env = "GORDO_SERVER_LOG_LEVEL",
        default_value = "debug",
        value_name = "LEVEL"
    )]
    log_level: String,

    /// Accepted for compatibility with Gordo, and ignored
    #[arg(
        long,
        env = "GORDO_SERVER_APP",
        default_value = "gordo.server.server:build_app()",
        value_name = "APP"
    )]
    server_app: String,

    /// Accepted for compatibility with Gordo, and ignored
    #[arg(long)]
    with_prometheus_config: bool,

    /// Maximum size of a request body, in bytes
    #[arg(
        long,
        env = "GORDO_SERVER_MAX_BODY",
        default_value = DEFAULT_BODY_LIMIT,
        value_name = "BYTES"
    )]
    pub(crate) max_body: usize,

    #[command(flatten)]
    pub(crate) limits: Limits,

    /// Print the metadata of a machine, or of all machines, as JSON, and exit
    #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "MACHINE")]
    pub(crate) print_metadata: Option<String>,

    /// Gordo's subcommand, so that its command lines work unchanged
    #[arg(hide = true, value_parser = ["run-server"])]
    command: Option<String>,
}

/// Reads the command line; an error may also be a page of help to print.
pub(crate) fn parse() -> Result<Options, clap::Error> {
    Options::try_parse().map_err(explain)
}

/// Adds what the address must look like, which clap does not say.
fn explain(error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::ValueValidation && error.to_string().contains("--host") {
        return clap::Error::raw(
            ErrorKind::ValueValidation,
            "`--host` is not an IP address such as 0.0.0.0 or ::\n",
        );
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_gordo_is_accepted() {
        let options = Options::try_parse_from([
            "server",
            "run-server",
            "--host",
            "127.0.0.1",
            "--port",
            "5000",
            "--workers",
            "1",
            "--threads",
            "4",
            "--worker-connections",
            "9999",
            "--worker-class",
            "gevent",
            "--log-level",
            "info",
            "--server-app",
            "gordo.server.prometheus.server:build_app()",
            "--with-prometheus-config",
        ])
        .unwrap();
        assert_eq!((options.port, options.workers), (5000, 1));
        assert!(options.max_body >= 512 << 20);
    }

    #[test]
    fn a_host_name_is_refused_with_a_hint() {
        let error = Options::try_parse_from(["server", "--host", "localhost"]).unwrap_err();
        assert!(explain(error).to_string().contains("not an IP address"));
    }
}
