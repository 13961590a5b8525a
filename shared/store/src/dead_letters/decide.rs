//! A dead letter is put back, by an operator, or by a partner that asks for its own notice again.

use jiff::Timestamp;

use crate::{StoreError, Transaction};

/// Only what was written as a message of ours can become one again. A `correlation_id` is a
/// withdrawal's or an application's only if there is such a one: the broker's letters may say
/// anything.
const REPLAY: &str = "\
-- dead_letters.replay
with chosen as (
    update dead_letters
       set state = 'replayed', decided_by = $3, decided_at = $2, decision = $4,
           updated_at = $2, updated_by = $5
     where id = $1
       and state = 'open'
       and message_id is not null
       and message_type is not null
       and correlation_id is not null
       and not exists (select from outbox where outbox.message_id = dead_letters.message_id)
    returning id, message_id, exchange, routing_key, message_type, correlation_id, causation_id,
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
       set state = 'pending', schedule_step = 0, updated_at = $2, updated_by = $5
      from chosen
     where chosen.message_type like any (array['notice.due.%', 'application-notice.due.%'])
       and notices.id = chosen.body::jsonb ->> 'notice_id'
       and notices.state = 'dead_lettered')
insert into outbox (message_id, exchange, routing_key, message_type, correlation_id, causation_id,
                    body, available_at, created_at, updated_at, updated_by)
select message_id, exchange, routing_key, message_type, correlation_id, causation_id,
       body, $2, $2, $2, $5
  from chosen";

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

/// Puts a dead letter back into the outbox, and its notice back to the beginning of its schedule.
/// The timeline of what it is about tells who did it and why.
///
/// `false`: it is not open, it is not a message that could be published, or it is in the outbox
/// already; then the transaction must be rolled back. Commit wakes a relay only through
/// [`crate::outbox::notify`].
pub async fn replay(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: i64,
    decision: Decision<'_>,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(
            REPLAY,
            &[&id, &now, &decision.by, &decision.reason, &tx.name()],
        )
        .await?;
    Ok(count == 1)
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
