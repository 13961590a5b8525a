//! `opsctl serve`: the console, until it is told to stop.
//!
//! Unlike every other command it runs as a service does: all its settings come from the
//! environment, and it answers no report.

use std::process::ExitCode;

use clap::Args;

use crate::console;
use crate::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Print the settings, secrets as ***, or everything wrong with them; serve nothing
    #[arg(long)]
    check: bool,
}

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(serve: &Serve, has_database_url: bool) -> ExitCode {
    if has_database_url {
        eprintln!("opsctl: serve takes the database from $DATABASE_URL, as services do");
        return Exit::Usage.into();
    }
    runtime::service::run_as_command("console", serve.check, console::start)
}
