//! Finding withdrawals by what a person has in the hand: any number that names one, or whose it is,
//! when, how much and where it stands.

use contract::ids::{OutOrderNo, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::State;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{fen, named, parsed, parsed_optional};
use crate::{Connection, StoreError};

/// Each number has an index, and none of them looks like another but an `out_order_no`, which may
/// be anything and is some partner's alone.
const NUMBERED: &str = "\
-- withdrawals.numbered
select id from withdrawals where id = $1
 union
select id from withdrawals where out_order_no = $1
 union
select withdrawal_id from attempts where req_seq_id = $1
 union
select withdrawal_id from notices where id = $1 and withdrawal_id is not null
 limit 1000";

const SEARCH: &str = "\
-- withdrawals.search
select id, partner_id, out_order_no, htouhui_user_id, amount_fen, state, held, created_at,
       terminal_at
  from withdrawals
 where ($1::text[] is null or id = any ($1))
   and ($2::text is null or partner_id = $2)
   and ($3::text is null or htouhui_user_id = $3 or third_party_user_id = $3)
   and ($4::text is null or state = $4)
   and ($5::timestamptz is null or created_at >= $5)
   and ($6::timestamptz is null or created_at < $6)
   and ($7::bigint is null or amount_fen >= $7)
   and ($8::bigint is null or amount_fen <= $8)
   and ($9::timestamptz is null or (created_at, id) < ($9, $10))
 order by created_at desc, id desc
 limit $11";

/// Which withdrawals are looked for; what is `None` excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Its id, its number at the partner, the number of an attempt or of a notice of it.
    pub number: Option<String>,
    /// Whose.
    pub partner: Option<String>,
    /// Its user's id, here or at the partner.
    pub user: Option<String>,
    /// Where it stands.
    pub state: Option<State>,
    /// Opened at this time or later.
    pub since: Option<Timestamp>,
    /// Opened before this time.
    pub until: Option<Timestamp>,
    /// Of this amount or more.
    pub amount_from: Option<Fen>,
    /// Of this amount or less.
    pub amount_to: Option<Fen>,
    /// Older than this one, which the page before ended with: when it was opened, and its id.
    pub before: Option<(Timestamp, WithdrawalId)>,
}

/// A withdrawal as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which one.
    pub id: WithdrawalId,
    /// Whose.
    pub partner_id: String,
    /// The partner's own number.
    pub out_order_no: Option<OutOrderNo>,
    /// Its user's id here.
    pub htouhui_user_id: String,
    /// How much.
    pub amount: Fen,
    /// Where it stands.
    pub state: State,
    /// Whether a contradiction holds it.
    pub held: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub terminal_at: Option<Timestamp>,
}

/// The newest withdrawals that the search means, newest first, `limit` at most.
pub async fn search(
    connection: &Connection,
    search: &Search,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    let (before, before_id) = search.before.as_ref().map_or((None, None), |(at, id)| {
        (Some(*at), Some(id.as_str().to_owned()))
    });
    let ids = match &search.number {
        Some(number) => Some(numbered(connection, number).await?),
        None => None,
    };
    let rows = connection
        .query(
            SEARCH,
            &[
                &ids,
                &search.partner,
                &search.user,
                &search.state.map(State::as_str),
                &search.since,
                &search.until,
                &search.amount_from.map(Fen::get),
                &search.amount_to.map(Fen::get),
                &before,
                &before_id,
                &limit,
            ],
        )
        .await?;
    rows.iter().map(found).collect()
}

/// The ids of those that this number names.
async fn numbered(connection: &Connection, number: &str) -> Result<Vec<String>, StoreError> {
    let rows = connection.query(NUMBERED, &[&number]).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

fn found(row: &Row) -> Result<Found, StoreError> {
    Ok(Found {
        id: parsed(row, "id")?,
        partner_id: row.try_get("partner_id")?,
        out_order_no: parsed_optional(row, "out_order_no")?,
        htouhui_user_id: row.try_get("htouhui_user_id")?,
        amount: fen(row, "amount_fen")?,
        state: named(row, "state", State::from_name)?,
        held: row.try_get("held")?,
        created_at: row.try_get("created_at")?,
        terminal_at: row.try_get("terminal_at")?,
    })
}
