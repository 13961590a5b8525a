//! What a person asks about many letters: a page of them, their groups, how many they are, and what
//! became of one message before.

use contract::money::Fen;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::filter::letter_is_chosen;
use super::{DeadLetter, DeadLetterState, Filter, from_row};
use crate::row::{fen_optional, named};
use crate::{Connection, StoreError};

/// As many groups as a person can look at.
const GROUPS_MOST: i64 = 1000;

const PAGE: &str = concat!(
    "\
-- dead_letters.page
select id, message_id, service, queue, exchange, routing_key, message_type, correlation_id,
       partner_id, reason, error_class, attempt_count, headers, body, state, decided_by, decided_at,
       decision, first_failed_at, last_failed_at
  from dead_letters as letter
 where ",
    letter_is_chosen!(),
    "
   and letter.id > $14
 order by letter.id
 limit $15"
);

const GROUPS: &str = concat!(
    "\
-- dead_letters.groups
select letter.error_class, letter.partner_id, letter.host, count(*) as count,
       sum(letter.amount_fen)::bigint as amount_fen,
       min(letter.first_failed_at) as first_failed_at, max(letter.last_failed_at) as last_failed_at
  from dead_letters as letter
 where ",
    letter_is_chosen!(),
    "
 group by letter.error_class, letter.partner_id, letter.host
 order by count(*) desc, letter.error_class, letter.partner_id, letter.host
 limit $14"
);

const COUNT: &str = concat!(
    "\
-- dead_letters.count
select count(*) as count, sum(letter.amount_fen)::bigint as amount_fen,
       coalesce(max(letter.id), 0) as newest
  from dead_letters as letter
 where ",
    letter_is_chosen!()
);

const PLACE: &str = "\
-- dead_letters.place
select letter.host, letter.amount_fen, withdrawals.state as withdrawal_state,
       letter.replays
  from dead_letters as letter
  left join withdrawals on withdrawals.id = letter.correlation_id
 where letter.id = $1";

const OF_MESSAGE: &str = "\
-- dead_letters.of_message
select id, state, error_class, last_failed_at, decided_by, decided_at, decision
  from dead_letters
 where message_id = $1
 order by id
 limit 1000";

/// Letters of one class, partner and host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Why, in a word.
    pub class: String,
    /// Whom they concern.
    pub partner: Option<String>,
    /// The host of the partner's address, if they are notices.
    pub host: Option<String>,
    /// How many.
    pub count: i64,
    /// The amounts of their withdrawals, added up; a withdrawal counts once for each letter.
    pub amount: Option<Fen>,
    /// When the oldest failed first.
    pub first_failed_at: Timestamp,
    /// When the newest failed last.
    pub last_failed_at: Timestamp,
}

/// How many letters a filter means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: i64,
    /// The amounts of their withdrawals, added up; a withdrawal counts once for each letter.
    pub amount: Option<Fen>,
    /// The highest number among them; what comes later is not counted.
    pub newest: i64,
}

/// What is known of a letter besides what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host of the partner's address, if it is a notice.
    pub host: Option<String>,
    /// The amount of the withdrawal it is about.
    pub amount: Option<Fen>,
    /// Where that withdrawal stands now.
    pub withdrawal_state: Option<String>,
    /// How often what it asks for was replayed before.
    pub replays: i32,
}

/// One of the letters that a message became: a replay may die again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// The letter's number.
    pub id: i64,
    /// Where it stands.
    pub state: DeadLetterState,
    /// Why, in a word.
    pub class: String,
    /// When it failed last.
    pub last_failed_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub decision: Option<String>,
}

/// The letters after number `after`, oldest first, `limit` at most.
pub async fn page(
    connection: &Connection,
    filter: &Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<DeadLetter>, StoreError> {
    let chosen = filter.chosen();
    let rows = connection
        .query(PAGE, &chosen.and(&[&after, &limit]))
        .await?;
    rows.iter().map(from_row).collect()
}

/// The letters by class, partner and host, largest group first; a thousand groups at most.
pub async fn groups(connection: &Connection, filter: &Filter) -> Result<Vec<Group>, StoreError> {
    let chosen = filter.chosen();
    let rows = connection
        .query(GROUPS, &chosen.and(&[&GROUPS_MOST]))
        .await?;
    rows.iter().map(group).collect()
}

/// How many letters the filter means now.
pub async fn count(connection: &Connection, filter: &Filter) -> Result<Counted, StoreError> {
    let chosen = filter.chosen();
    let row = connection.query_opt(COUNT, &chosen.and(&[])).await?;
    counted(&row.ok_or(StoreError::Corrupt { column: "count" })?)
}

pub(super) fn counted(row: &Row) -> Result<Counted, StoreError> {
    Ok(Counted {
        count: row.try_get("count")?,
        amount: fen_optional(row, "amount_fen")?,
        newest: row.try_get("newest")?,
    })
}

/// What is known of this letter besides what stands in it.
pub async fn place(connection: &Connection, id: i64) -> Result<Option<Place>, StoreError> {
    let row = connection.query_opt(PLACE, &[&id]).await?;
    let place = row.map(|row| {
        Ok(Place {
            host: row.try_get("host")?,
            amount: fen_optional(&row, "amount_fen")?,
            withdrawal_state: row.try_get("withdrawal_state")?,
            replays: row.try_get("replays")?,
        })
    });
    place.transpose()
}

/// All letters that this message became, oldest first.
pub async fn of_message(connection: &Connection, message: Uuid) -> Result<Vec<Death>, StoreError> {
    let rows = connection.query(OF_MESSAGE, &[&message]).await?;
    let deaths = rows.iter().map(|row| {
        Ok(Death {
            id: row.try_get("id")?,
            state: named(row, "state", DeadLetterState::from_name)?,
            class: row.try_get("error_class")?,
            last_failed_at: row.try_get("last_failed_at")?,
            decided_by: row.try_get("decided_by")?,
            decided_at: row.try_get("decided_at")?,
            decision: row.try_get("decision")?,
        })
    });
    deaths.collect()
}

pub(crate) fn group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        class: row.try_get("error_class")?,
        partner: row.try_get("partner_id")?,
        host: row.try_get("host")?,
        count: row.try_get("count")?,
        amount: fen_optional(row, "amount_fen")?,
        first_failed_at: row.try_get("first_failed_at")?,
        last_failed_at: row.try_get("last_failed_at")?,
    })
}
