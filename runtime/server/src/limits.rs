//! What a client may take of a server: time and connections.

use std::time::Duration;

use clap::Args;

/// Longer time-outs than a month are mistakes.
const LONGEST: f64 = 2_592_000.0;

/// Time-outs and the number of connections, as the command line sets them.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Seconds for the head of a request to arrive, from its first byte on
    #[arg(
        long,
        env = "GORDO_SERVER_HEADER_TIMEOUT",
        default_value = "30",
        value_name = "SECONDS",
        value_parser = some_seconds
    )]
    pub(crate) header_timeout: Duration,

    /// Seconds for the body of a request to arrive
    #[arg(
        long,
        env = "GORDO_SERVER_BODY_TIMEOUT",
        default_value = "300",
        value_name = "SECONDS",
        value_parser = some_seconds
    )]
    pub(crate) body_timeout: Duration,

    /// Seconds that a connection may wait for its next request
    #[arg(
        long,
        env = "GORDO_SERVER_IDLE_TIMEOUT",
        default_value = "75",
        value_name = "SECONDS",
        value_parser = some_seconds
    )]
    pub(crate) idle_timeout: Duration,

    /// Seconds that a client may stop reading its answer
    #[arg(
        long,
        env = "GORDO_SERVER_SEND_TIMEOUT",
        default_value = "300",
        value_name = "SECONDS",
        value_parser = some_seconds
    )]
    pub(crate) send_timeout: Duration,

    /// Connections at a time; beyond them, those that wait longest for a request, or for the rest
    /// of one, are closed
    #[arg(
        long,
        env = "GORDO_SERVER_MAX_CONNECTIONS",
        default_value_t = 1024,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub(crate) max_connections: u32,

    /// Seconds after SIGTERM or SIGINT in which requests are still answered; then the server exits
    #[arg(
        long,
        env = "GORDO_SERVER_SHUTDOWN_TIMEOUT",
        default_value = "30",
        value_name = "SECONDS",
        value_parser = seconds
    )]
    pub(crate) shutdown_timeout: Duration,
}

/// A time that is more than none.
fn some_seconds(text: &str) -> Result<Duration, String> {
    match seconds(text) {
        Ok(Duration::ZERO) => Err("it is a number of seconds above 0".to_owned()),
        told => told,
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse::<f64>().ok();
    let number = number.filter(|number| (0.0..=LONGEST).contains(number));
    let number = number.ok_or_else(|| format!("it is a number of seconds from 0 to {LONGEST}"))?;
    Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_told_as_numbers() {
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        for wrong in ["", "-1", "NaN", "inf", "1e300", "10s", "2592001"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert!(some_seconds("0").is_err());
        assert!(some_seconds("1e-300").is_err());
    }
}
