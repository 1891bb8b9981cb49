//! `gordoc completions`: what a shell needs to complete gordoc's arguments.

use std::io::Write;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Status;
use super::cli::Cli;

/// Writes the script of a shell.
pub fn run(shell: Shell, out: &mut dyn Write) -> Status {
    clap_complete::generate(shell, &mut Cli::command(), "gordoc", &mut *out);
    Status::Done
}
