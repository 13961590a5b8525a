//! A dead letter is put back, by an operator, or by a partner that asks for its own notice again.

use jiff::Timestamp;

use super::route::{letter_is_routed, routes};
use crate::{StoreError, Transaction};

/// Only what was written as a message of ours can become one again. A `correlation_id` is a
/// withdrawal's or an application's only if there is such a one: the broker's letters may say
/// anything.
const REPLAY: &str = concat!(
    "\
-- dead_letters.replay
with asked as (
    select letter_id, item_id from unnest($1::bigint[], $6::bigint[]) as asked (letter_id, item_id)),
chosen as (
    update dead_letters as letter
       set state = 'replayed', decided_by = $3, decided_at = $2, decision = $4,
           updated_at = $2, updated_by = $5
      from asked
     where letter.id = asked.letter_id
       and letter.state = 'open'
       and letter.is_message
       and ",
    letter_is_routed!("$7", "$8"),
    "
       and not exists (select from outbox where outbox.message_id = letter.message_id)
    returning id, item_id, message_id, exchange, routing_key, message_type, correlation_id,
              causation_id, headers ->> 'traceparent' as traceparent,
              convert_from(body, 'UTF8') as body),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawals.id, $2, $5, 'dead_letter_replayed',
           jsonb_build_object('dead_letter', chosen.id, 'by', $3::text, 'reason', $4::text)
      from chosen
      join withdrawals on withdrawals.id = chosen.correlation_id),
told_of_application as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select applications.id, $2, $5, 'dead_letter_replayed',
           jsonb_build_object('dead_letter', chosen.id, 'by', $3::text, 'reason', $4::text)
      from chosen
      join applications on applications.id = chosen.correlation_id),
revived as (
    update notices
       set state = 'pending', schedule_step = 0, replay_item = chosen.item_id, updated_at = $2,
           updated_by = $5
      from chosen
     where chosen.message_type like any (array['notice.due.%', 'application-notice.due.%'])
       and notices.id = chosen.body::jsonb ->> 'notice_id'
       and (notices.state = 'dead_lettered'
            or notices.state = 'pending' and chosen.item_id is not null)
    returning chosen.item_id, notices.id as notice_id),
written as (
    insert into outbox (message_id, exchange, routing_key, message_type, correlation_id,
                        causation_id, traceparent, body, available_at, created_at, updated_at,
                        updated_by, replay_item)
    select message_id, exchange, routing_key, message_type, correlation_id, causation_id,
           traceparent, body, $2, $2, $2, $5, item_id
      from chosen)
select true as is_letter, item_id, null::text as notice_id from chosen
 union all
select false, item_id, notice_id from revived"
);

/// The message as it was published: nothing of a letter is read that may not be readable.
const LOCK_OPEN: &str = "\
-- dead_letters.lock_open
select id
  from dead_letters
 where correlation_id = $1 and state = 'open' and message_type = $2 and body = $3
 order by id
 limit 1
   for update nowait";

/// An operator's decision, or a partner's about its own notice: who and why are mandatory.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A letter to be replayed, and the item of a replay job that waits for what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) letter: i64,
    pub(crate) item: Option<i64>,
}

/// What was replayed.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// How many letters.
    pub(crate) count: usize,
    /// Their items, of those that have one.
    pub(crate) items: Vec<i64>,
    /// Of these, the notices that they ask for, of those that are not delivered.
    pub(crate) notices: Vec<(i64, String)>,
}

/// Puts a dead letter back into the outbox, and its notice back to the beginning of its schedule.
/// The timeline of what it is about tells who did it and why.
///
/// `false`: it is not open, it has an [obstacle](super::DeadLetter::obstacle), or it is in the
/// outbox already; then the transaction must be rolled back. Commit wakes a relay only through
/// [`crate::outbox::notify`].
pub async fn replay(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: i64,
    decision: Decision<'_>,
) -> Result<bool, StoreError> {
    let asked = Asked {
        letter: id,
        item: None,
    };
    let replayed = replay_many(tx, now, &[asked], decision).await?;
    Ok(replayed.count == 1)
}

/// As [`replay`], of each of these that can be; the others stay as they are.
pub(crate) async fn replay_many(
    tx: &Transaction<'_>,
    now: Timestamp,
    letters: &[Asked],
    decision: Decision<'_>,
) -> Result<Replayed, StoreError> {
    let ids: Vec<i64> = letters.iter().map(|asked| asked.letter).collect();
    let items: Vec<Option<i64>> = letters.iter().map(|asked| asked.item).collect();
    let (exchanges, keys) = routes();
    let rows = tx
        .query(
            REPLAY,
            &[
                &ids,
                &now,
                &decision.by,
                &decision.reason,
                &tx.name(),
                &items,
                &exchanges,
                &keys,
            ],
        )
        .await?;
    let mut replayed = Replayed::default();
    for row in &rows {
        let item: Option<i64> = row.try_get("item_id")?;
        if row.try_get("is_letter")? {
            replayed.count += 1;
            replayed.items.extend(item);
        } else if let Some(item) = item {
            replayed.notices.push((item, row.try_get("notice_id")?));
        }
    }
    Ok(replayed)
}

/// Locks the open letter about this message, if there is one. [`StoreError::Retryable`] while
/// somebody else is deciding about it.
pub(crate) async fn lock_open(
    tx: &Transaction<'_>,
    correlation_id: &str,
    message_type: &str,
    body: &[u8],
) -> Result<Option<i64>, StoreError> {
    let row = tx
        .query_opt(LOCK_OPEN, &[&correlation_id, &message_type, &body])
        .await?;
    row.map_or(Ok(None), |row| Ok(Some(row.try_get("id")?)))
}
