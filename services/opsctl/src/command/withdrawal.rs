//! `opsctl withdrawal`: one with its whole story, those that are looked for, those that do not
//! move.

use anyhow::anyhow;
use clap::Subcommand;
use contract::ids::WithdrawalId;

use super::withdrawal_list::{self, Find, StuckArguments};
use super::withdrawal_question::{self, Ask};
use super::withdrawal_story;
use crate::database::Database;
use crate::output::Report;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything known of one withdrawal: facts, attempts, notices, timeline (Beijing time)
    Show {
        /// The partner's order_id
        order_id: WithdrawalId,
    },
    /// Withdrawals by a number that names them, or by partner, user, time, amount and state
    Find(Box<Find>),
    /// Ask Huifu about one now, also one that has its end: the bank may have returned the money
    Ask(Ask),
    /// Open withdrawals that have not moved for a while, the oldest first, and what helps
    Stuck(StuckArguments),
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let mut connection = database.connection().await?;
    match command {
        Command::Show { order_id } => withdrawal_story::read(&connection, &order_id)
            .await?
            .map(|story| story.report())
            .ok_or_else(|| anyhow!("there is no withdrawal {order_id}")),
        Command::Find(find) => withdrawal_list::find(&connection, &find).await,
        Command::Ask(ask) => withdrawal_question::run(&ask, &mut connection).await,
        Command::Stuck(arguments) => withdrawal_list::stuck(&connection, &arguments).await,
    }
}
