//! `opsctl withdrawal`: one with its whole story, or the list of those that do not move.

use anyhow::anyhow;
use clap::Subcommand;
use contract::ids::WithdrawalId;
use jiff::SignedDuration;
use runtime::clock;
use serde_json::json;
use store::{Connection, withdrawals};

use super::withdrawal_question::{self, Ask};
use super::withdrawal_story;
use crate::beijing;
use crate::database::Database;
use crate::output::{Report, Rows};

const LIST_LIMIT: i64 = 1000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything known of one withdrawal: facts, attempts, notices, timeline (Beijing time)
    Show {
        /// The partner's order_id
        order_id: WithdrawalId,
    },
    /// Ask Huifu about one now, also one that has its end: the bank may have returned the money
    Ask(Ask),
    /// Open withdrawals that have not moved for a while, the oldest first
    Stuck {
        /// For how long, such as 10m or 2h
        #[arg(long, value_name = "TIME", default_value = "10m")]
        older_than: SignedDuration,
    },
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let mut connection = database.connection().await?;
    match command {
        Command::Show { order_id } => withdrawal_story::read(&connection, &order_id)
            .await?
            .map(|story| story.report())
            .ok_or_else(|| anyhow!("there is no withdrawal {order_id}")),
        Command::Ask(ask) => withdrawal_question::run(&ask, &mut connection).await,
        Command::Stuck { older_than } => stuck(&connection, older_than).await,
    }
}

async fn stuck(connection: &Connection, older_than: SignedDuration) -> anyhow::Result<Report> {
    let now = clock::now();
    let stuck = withdrawals::stuck(connection, now.checked_sub(older_than)?, LIST_LIMIT).await?;
    let json: Vec<_> = stuck
        .iter()
        .map(|one| {
            json!({
                "order_id": one.id, "partner_id": one.partner_id, "state": one.state.as_str(),
                "held": one.held, "since": one.since,
            })
        })
        .collect();
    let rows = stuck
        .iter()
        .map(|one| {
            vec![
                one.id.to_string(),
                one.partner_id.clone(),
                one.state.as_str().to_owned(),
                if one.held { "held" } else { "" }.to_owned(),
                beijing::shown(one.since),
                beijing::age(now, one.since),
            ]
        })
        .collect();
    Ok(Report::new(json).rows(Rows {
        title: String::new(),
        head: vec!["ORDER_ID", "PARTNER", "STATE", "HELD", "SINCE", "AGE"],
        rows,
        when_empty: "Every open withdrawal has moved lately.",
    }))
}
