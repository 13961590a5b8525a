//! Reads the command line, runs one command, prints its answer or the chain of causes, once.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::command::{
    after_restore, application, audit, calendar, case, console, dead_letter, keygen, keys, migrate,
    outbox, overview, partner, reconcile, replay, retention, serve, signature, user, withdrawal,
};
use crate::database::Database;
use crate::exit::{Exit, WrongUsage};
use crate::output::Report;

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return parsed_otherwise(&error),
    };
    if let Command::Serve(serve) = &cli.command {
        return serve::run(serve, cli.database_url.is_some());
    }
    let json = cli.json;
    match execute(cli).and_then(|report| {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        report.print(&mut stdout.lock(), json, terminal)?;
        Ok(report.exit_status())
    }) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("opsctl: {error:#}");
            if error.is::<WrongUsage>() {
                Exit::Usage.into()
            } else {
                Exit::Failed.into()
            }
        }
    }
}

/// Help and version were asked for and go to standard output; anything else is wrong usage.
fn parsed_otherwise(error: &clap::Error) -> ExitCode {
    let exit = if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    };
    // A closed pipe is all that can go wrong here, and nobody is left to tell.
    let _ = error.print();
    exit.into()
}

fn execute(cli: Cli) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(dispatch(cli.command, Database::new(cli.database_url)))
}

async fn dispatch(command: Command, database: Database) -> anyhow::Result<Report> {
    match command {
        Command::Migrate => migrate::run(&database).await,
        Command::Partner(command) => partner::run(command, &database).await,
        Command::User(command) => user::run(command, &database).await,
        Command::Calendar(command) => calendar::run(command, &database).await,
        Command::Application(command) => application::run(command, &database).await,
        Command::Withdrawal(command) => withdrawal::run(command, &database).await,
        Command::Overview => overview::run(&database).await,
        Command::Outbox(command) => outbox::run(command, &database).await,
        Command::DeadLetter(command) => dead_letter::run(*command, &database).await,
        Command::Replay(command) => replay::run(command, &database).await,
        // It runs as a service does and was turned to before.
        Command::Serve(_) => Err(WrongUsage("serve answers no report".to_owned()).into()),
        Command::Console(command) => console::run(&command, &database).await,
        Command::Audit(command) => audit::run(command, &database).await,
        Command::Case(command) => case::run(command, &database).await,
        Command::Reconcile(command) => reconcile::run(command, &database).await,
        Command::Retention(command) => retention::run(command, &database).await,
        Command::AfterRestore(asked) => after_restore::run(&asked, &database).await,
        Command::Keys(command) => keys::run(command, &database).await,
        Command::Keygen(arguments) => keygen::run(&arguments),
        Command::Signature(command) => signature::run(command, &database).await,
    }
}
