//! What Huifu last said about a user's balance: a cache with an age, never a promise.
//!
//! Any row may be missing or old, and nothing that moves money reads one: Huifu has the last word
//! when a withdrawal is sent.

use contract::balance::Balance;
use contract::ids::{HtouhuiUserId, HuifuId};
use contract::withdrawal::{CashType, State};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{fen, fen_optional, parsed};
use crate::{Connection, StoreError, Transaction};

const FIND: &str = "\
-- balances.find
select available_fen, yesterday_fen, dm_quota_fen, asked_at
  from balances
 where htouhui_user_id = $1";

/// Since an attempt may be sent long after its withdrawal was accepted, every later change counts:
/// of one that was asked about before it, nobody knows which balance Huifu spoke of.
const STANDING: &str = "\
-- balances.standing
select available_fen, yesterday_fen, dm_quota_fen, asked_at,
       exists (select
                 from withdrawals
                where withdrawals.htouhui_user_id = balances.htouhui_user_id
                  and accepted_at is not null
                  and (state in ($2, $3) or withdrawals.updated_at >= asked_at)) as overtaken
  from balances
 where htouhui_user_id = $1";

const TO_ASK: &str = "\
-- balances.to_ask
select huifu_id,
       exists (select
                 from cash_rules
                where cash_rules.htouhui_user_id = users.htouhui_user_id
                  and cash_type = $2) as takes_dm,
       (select asked_at
          from balances
         where balances.htouhui_user_id = users.htouhui_user_id) as asked_at
  from users
 where htouhui_user_id = $1";

/// Of two answers the one that was asked for later stays, whichever came first.
const RECORD: &str = "\
-- balances.record
insert into balances (htouhui_user_id, available_fen, yesterday_fen, dm_quota_fen, asked_at,
                      created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $6, $7)
on conflict (htouhui_user_id) do update
   set available_fen = excluded.available_fen,
       yesterday_fen = excluded.yesterday_fen,
       dm_quota_fen = excluded.dm_quota_fen,
       asked_at = excluded.asked_at,
       updated_at = excluded.updated_at,
       updated_by = excluded.updated_by
 where balances.asked_at < excluded.asked_at";

/// A balance, and how old it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What Huifu said.
    pub balance: Balance,
    /// When Huifu was asked.
    pub asked_at: Timestamp,
}

/// A balance, and whether it can still be the one at Huifu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What was heard.
    pub known: Known,
    /// A withdrawal of the user was accepted and not counted, or moved on since it was asked for.
    pub overtaken: bool,
}

/// What must be known to ask about a user's balance.
#[derive(Debug, Clone)]
pub struct ToAsk {
    /// Whose account.
    pub huifu_id: HuifuId,
    /// Whether DM is open to the user, so that its quota matters.
    pub takes_dm: bool,
    /// When it was asked about the last time that an answer came.
    pub asked_at: Option<Timestamp>,
}

/// The balance as it was last heard of.
pub async fn find(
    connection: &Connection,
    user: &HtouhuiUserId,
) -> Result<Option<Known>, StoreError> {
    let row = connection.query_opt(FIND, &[&user.as_str()]).await?;
    row.as_ref().map(known).transpose()
}

/// The balance as it was last heard of, for whoever wants to spend it.
pub async fn standing(
    connection: &Connection,
    user: &HtouhuiUserId,
) -> Result<Option<Standing>, StoreError> {
    let (accepted, dispatching) = (State::Accepted.as_str(), State::Dispatching.as_str());
    let row = connection
        .query_opt(STANDING, &[&user.as_str(), &accepted, &dispatching])
        .await?;
    row.map(|row| {
        Ok(Standing {
            known: known(&row)?,
            overtaken: row.try_get("overtaken")?,
        })
    })
    .transpose()
}

fn known(row: &Row) -> Result<Known, StoreError> {
    Ok(Known {
        balance: Balance {
            available: fen(row, "available_fen")?,
            yesterday: fen(row, "yesterday_fen")?,
            dm_quota: fen_optional(row, "dm_quota_fen")?,
        },
        asked_at: row.try_get("asked_at")?,
    })
}

/// `None`: there is no such user.
pub async fn to_ask(
    connection: &Connection,
    user: &HtouhuiUserId,
) -> Result<Option<ToAsk>, StoreError> {
    let row = connection
        .query_opt(TO_ASK, &[&user.as_str(), &CashType::Dm.as_str()])
        .await?;
    row.map(|row| {
        Ok(ToAsk {
            huifu_id: parsed(&row, "huifu_id")?,
            takes_dm: row.try_get("takes_dm")?,
            asked_at: row.try_get("asked_at")?,
        })
    })
    .transpose()
}

/// Writes down an answer to what was asked at `known.asked_at`; `false` if a later one is here.
pub async fn record(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    known: &Known,
) -> Result<bool, StoreError> {
    let balance = &known.balance;
    let count = tx
        .execute(
            RECORD,
            &[
                &user.as_str(),
                &balance.available.get(),
                &balance.yesterday.get(),
                &balance.dm_quota.map(contract::money::Fen::get),
                &known.asked_at,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    Ok(count == 1)
}
