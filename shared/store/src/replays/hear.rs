//! What became of the letters that are out: reads what the transactions that tried a notice or
//! settled a message have marked.

use jiff::Timestamp;

use super::{Job, judge};
use crate::row::named;
use crate::{StoreError, Transaction};

use super::ItemState;

/// Items that one step reads at most.
const HEARD_MOST: i64 = 5000;

/// A mark on an item that still waits means that something happened to its message. Whatever it
/// did, a newer open letter tells that it failed: a consumer settles a message also when the effect
/// is another letter. A notice has a new message for each try, so its letter is known by what it
/// asks for. Without a letter a message of which nothing is left in
/// the outbox did its work; a notice has an attempt for it, which marks the item as well.
const HEAR: &str = "\
-- replays.hear
with marked as (
    select item.id, letter.message_id, letter.message_type, letter.body
      from replay_items as item
      join dead_letters as letter on letter.id = item.letter_id
     where item.job_id = $1 and not item.counted
     order by item.id
     limit $2
       for update of item skip locked),
heard as (
    update replay_items as item
       set counted = true, updated_at = $3, updated_by = $4,
           state = case
               when item.state <> 'waiting' then item.state
               when exists (select from dead_letters as again
                             where again.correlation_id = item.correlation_id
                               and again.state = 'open'
                               and again.id > item.letter_id
                               and (again.message_id = marked.message_id
                                    or item.notice_id is not null
                                       and again.message_type = marked.message_type
                                       and again.body = marked.body))
               then 'failed'
               when item.notice_id is not null
                 or exists (select from outbox where outbox.message_id = marked.message_id)
               then 'waiting'
               else 'delivered' end
      from marked
     where item.id = marked.id
    returning item.state, item.round, item.canary)
select state, round = $5 as in_round, canary and round = $5 as in_canary, count(*) as count
  from heard
 group by state, in_round, in_canary";

/// Counts outcomes into the job; answers how many there were. Those of letters that were out before
/// the present round count for the job, and not for its canary or rate.
pub(super) async fn hear(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &mut Job,
) -> Result<i64, StoreError> {
    let rows = tx
        .query(
            HEAR,
            &[&job.id, &HEARD_MOST, &now, &tx.name(), &job.round.number],
        )
        .await?;
    let mut all = 0;
    for row in &rows {
        let count: i64 = row.try_get("count")?;
        let failed = match named(row, "state", ItemState::from_name)? {
            // Its message was touched, and there is no outcome yet.
            ItemState::Waiting | ItemState::Queued => continue,
            ItemState::Delivered => false,
            ItemState::Failed => true,
            ItemState::Skipped => return Err(StoreError::Corrupt { column: "state" }),
        };
        all += count;
        job.counts.waiting -= count;
        if failed {
            job.counts.failed += count;
        } else {
            job.counts.delivered += count;
        }
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let bad = if failed { count } else { 0 };
        if row.try_get("in_canary")? {
            job.round.canary_done += count;
            job.round.canary_failed += bad;
        }
        if row.try_get("in_round")? {
            judge::count(&mut job.round, count, bad);
        }
    }
    Ok(all)
}
