//! The `gordoc` command: parses arguments, runs one verb, chooses the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use gordoc::command::{self, EscapingWriter, cli::Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::BufWriter::new(io::stdout());
    let mut err = io::stderr();
    let status = command::dispatch(cli, &mut out, &mut err);
    let flushed = out.flush();
    match status {
        Ok(status) if flushed.is_ok() => ExitCode::from(status.code()),
        // The reader has gone; there is nobody left to tell.
        Ok(_) => ExitCode::from(2),
        Err(failure) => {
            let _ = writeln!(EscapingWriter(err), "{failure}");
            ExitCode::from(2)
        }
    }
}
