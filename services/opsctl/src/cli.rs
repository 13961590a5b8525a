//! The command line.

use clap::{Parser, Subcommand};
use runtime::settings::Secret;

use crate::command::{
    after_restore, application, audit, calendar, case, console, dead_letter, keygen, keys, outbox,
    partner, reconcile, replay, retention, serve, signature, user, withdrawal,
};

/// Runs Tixian: migrations, partners and keys, users, withdrawals, dead letters, signatures
#[derive(Debug, Parser)]
#[command(name = "opsctl", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print JSON, for machines
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// PostgreSQL [default: $DATABASE_URL, or what the file $DATABASE_URL_FILE says]
    #[arg(long, global = true, value_name = "URL", value_parser = secret)]
    pub(crate) database_url: Option<Secret>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the schema forward; safe to run again, and by two at once
    Migrate,
    /// Partners, their hosts and their public keys
    #[command(subcommand)]
    Partner(partner::Command),
    /// Users, their cards and what a withdrawal costs them
    #[command(subcommand)]
    User(user::Command),
    /// Holidays and working weekends, by which D1 has one price or the other
    #[command(subcommand)]
    Calendar(calendar::Command),
    /// Applications: accounts, cards and cash types that partners asked for at Huifu
    #[command(subcommand)]
    Application(application::Command),
    /// Withdrawals: one with its whole story, those looked for, those that do not move
    #[command(subcommand)]
    Withdrawal(withdrawal::Command),
    /// What is open, what partners are owed and how old it is, and the last day by the hour
    Overview,
    /// Messages that wait to be published or carried out, by routing key
    Outbox(outbox::Outbox),
    /// Messages that need a person: look, send again, give up
    #[command(subcommand)]
    DeadLetter(Box<dead_letter::Command>),
    /// Replay jobs: many dead letters sent again, a few first, then the rest at a pace
    #[command(subcommand)]
    Replay(replay::Command),
    /// Serve the console: pages and API for operators; all its settings are in the environment
    Serve(serve::Serve),
    /// Who may sign in to the console, and is signed in
    #[command(subcommand)]
    Console(console::Command),
    /// What operators did, and whether what is written of it was changed
    #[command(subcommand)]
    Audit(audit::Command),
    /// Contradictions that a person must look at
    #[command(subcommand)]
    Case(case::Command),
    /// Days: what was accepted and became of it, Huifu's statements, what differs
    #[command(subcommand)]
    Reconcile(reconcile::Command),
    /// How long logs are kept; months made ahead and dropped
    #[command(subcommand)]
    Retention(retention::Command),
    /// After a restore, before anything starts: hold what this database has not sent, because the
    /// one that was lost may have, and open a case for each
    AfterRestore(after_restore::AfterRestore),
    /// The keys under which personal data lies
    #[command(subcommand)]
    Keys(keys::Command),
    /// Make an RSA-2048 key pair
    Keygen(keygen::Arguments),
    /// What exactly is signed, and whether a signature holds; reads standard input
    #[command(subcommand)]
    Signature(signature::Command),
}

fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
