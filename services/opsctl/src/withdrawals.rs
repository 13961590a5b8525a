//! Withdrawals as they are found and listed, on the command line and in the console.
//!
//! What is typed here and serialised is what `--json` prints and what the console's API answers.

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use jiff::Timestamp;
use serde::Serialize;
use store::withdrawals::{self, Found, Search, Stuck, Waiting};
use store::{Connection, StoreError};

/// A withdrawal that was looked for.
#[derive(Debug, Serialize)]
pub(crate) struct FoundRow {
    pub(crate) order_id: WithdrawalId,
    pub(crate) partner_id: String,
    pub(crate) out_order_no: Option<String>,
    pub(crate) htouhui_user_id: String,
    /// In yuan.
    pub(crate) money: String,
    pub(crate) state: &'static str,
    pub(crate) held: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) terminal_at: Option<Timestamp>,
}

/// Withdrawals that were looked for, newest first.
#[derive(Debug, Serialize)]
pub(crate) struct FoundPage {
    pub(crate) withdrawals: Vec<FoundRow>,
    /// Where the next page begins: `before` this one. `None` if this is the last page.
    pub(crate) next: Option<WithdrawalId>,
}

/// A withdrawal that does not move.
#[derive(Debug, Serialize)]
pub(crate) struct StuckRow {
    pub(crate) order_id: WithdrawalId,
    pub(crate) partner_id: String,
    pub(crate) state: &'static str,
    pub(crate) held: bool,
    pub(crate) since: Timestamp,
    /// The command that helps.
    pub(crate) helps: String,
}

impl From<Found> for FoundRow {
    fn from(found: Found) -> Self {
        Self {
            order_id: found.id,
            partner_id: found.partner_id,
            out_order_no: found.out_order_no.map(|number| number.to_string()),
            htouhui_user_id: found.htouhui_user_id,
            money: found.amount.to_string(),
            state: found.state.as_str(),
            held: found.held,
            created_at: found.created_at,
            terminal_at: found.terminal_at,
        }
    }
}

impl From<Stuck> for StuckRow {
    fn from(stuck: Stuck) -> Self {
        Self {
            helps: helps(&stuck),
            order_id: stuck.id,
            partner_id: stuck.partner_id,
            state: stuck.state.as_str(),
            held: stuck.held,
            since: stuck.since,
        }
    }
}

/// One page of what the search means.
pub(crate) async fn find(
    connection: &Connection,
    search: &Search,
    limit: i64,
) -> Result<FoundPage, StoreError> {
    // One more than is shown tells whether there is another page.
    let mut found = withdrawals::search(connection, search, limit + 1).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    Ok(FoundPage {
        withdrawals: found.into_iter().map(FoundRow::from).collect(),
        next,
    })
}

/// Open withdrawals that have not moved for a while, the oldest first.
pub(crate) async fn stuck(
    connection: &Connection,
    waiting: &Waiting,
    limit: i64,
) -> Result<Vec<StuckRow>, StoreError> {
    let stuck = withdrawals::stuck(connection, waiting, limit).await?;
    Ok(stuck.into_iter().map(StuckRow::from).collect())
}

/// The command that helps one that does not move, or shows why it does not.
fn helps(stuck: &Stuck) -> String {
    if stuck.held {
        return "opsctl case list".to_owned();
    }
    match stuck.state {
        // Its message is due, at the broker, or a dead letter.
        State::Accepted => "opsctl outbox".to_owned(),
        State::Dispatching | State::Submitted | State::Unconfirmed => {
            format!("opsctl withdrawal ask {}", stuck.id)
        }
        State::Draft
        | State::Paid
        | State::Failed
        | State::Returned
        | State::Cancelled
        | State::Expired => format!("opsctl withdrawal show {}", stuck.id),
    }
}
