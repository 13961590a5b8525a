//! Puts the next letters of a job back into the outbox.
//!
//! **Invariant:** of what is about one withdrawal one letter at a time is out, the one that died
//! first before the others.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{ItemState, Job};
use crate::dead_letters::{self, Asked, Decision};
use crate::{StoreError, Transaction};

/// With a limit inside, because `not exists` would be hashed over all that is queued each time: 0.1
/// instead of 80 ms at 50,000.
const NEXT: &str = "\
-- replays.next
select item.id, item.letter_id, item.tries
  from replay_items as item
 where item.job_id = $1
   and item.state = 'queued'
   and (item.follows is null
        or (select true
              from replay_items as earlier
             where earlier.letter_id = item.follows
               and earlier.job_id = item.job_id
               and earlier.state in ('queued', 'waiting')
             limit 1) is null)
 order by item.id
 limit $2";

/// The letter that a try which failed has left, if it has.
const LEFT_BEHIND: &str = "\
-- replays.left_behind
select item.id,
       (select max(again.id)
          from dead_letters as again
         where again.correlation_id = item.correlation_id
           and again.state = 'open'
           and again.id > item.letter_id
           and again.message_type = letter.message_type
           and again.body = letter.body) as letter_id
  from replay_items as item
  join dead_letters as letter on letter.id = item.letter_id
 where item.id = any ($1)
 order by item.id";

/// The schedule of the notice begins anew, and its message is due now. One that somebody holds is
/// being published or carried out at this moment.
const HASTEN: &str = "\
-- replays.hasten
with revived as (
    update notices
       set schedule_step = 0, replay_item = item.id, updated_at = $2, updated_by = $3
      from replay_items as item
     where item.id = any ($1)
       and notices.id = item.notice_id
       and notices.state = 'pending'
    returning item.id, item.letter_id, item.correlation_id, notices.id as notice_id),
asking as (
    select message.id
      from revived
      join dead_letters as letter on letter.id = revived.letter_id
      join outbox as message
        on message.correlation_id = revived.correlation_id
       and message.routing_key in ('notice.due', 'application-notice.due')
       and message.body = convert_from(letter.body, 'UTF8')
     where message.available_at > $2
       and message.published_at is null
       and message.lane_id is null
       and message.updated_at = message.created_at
       for update of message skip locked),
hastened as (
    update outbox
       set available_at = $2, updated_at = $2, updated_by = $3
      from asking
     where outbox.id = asking.id)
select id, notice_id from revived";

const MARK_SENT: &str = "\
-- replays.mark_sent
update replay_items as item
   set state = 'waiting', tries = tries + 1, round = $3, canary = $4,
       notice_id = coalesce(sent.notice_id, item.notice_id), counted = true, updated_at = $5,
       updated_by = $6
  from unnest($1::bigint[], $2::text[]) as sent (id, notice_id)
 where item.id = sent.id";

/// Somebody else decided about the letter; or the schedule of the notice was quicker than we.
const SETTLE_REST: &str = "\
-- replays.settle_rest
update replay_items as item
   set state = case when exists (select from notices
                                  where notices.id = item.notice_id
                                    and notices.state = 'delivered')
                    then 'delivered' else 'skipped' end,
       updated_at = $2, updated_by = $3
 where item.id = any ($1)
returning state";

/// Items that are out, with the notices whose next attempts are the outcomes.
type Out = BTreeMap<i64, Option<String>>;

/// Sends `number` letters at most, as part of the canary or not. Answers how many were sent, and
/// how many could not be.
pub(super) async fn send(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &mut Job,
    number: i64,
    canary: bool,
) -> Result<(i64, i64), StoreError> {
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for row in tx.query(NEXT, &[&job.id, &number]).await? {
        let asked = Asked {
            letter: row.try_get("letter_id")?,
            item: Some(row.try_get("id")?),
        };
        if row.try_get::<_, i32>("tries")? == 0 {
            fresh.push(asked);
        } else {
            again.extend(asked.item);
        }
    }
    let mut rest: Vec<i64> = fresh.iter().filter_map(|asked| asked.item).collect();
    rest.extend(&again);
    if rest.is_empty() {
        return Ok((0, 0));
    }
    left_behind(tx, &again, &mut fresh).await?;
    let mut out = replay(tx, now, job, &fresh).await?;
    again.retain(|item| !out.contains_key(item));
    if !again.is_empty() {
        out.extend(hasten(tx, now, &again).await?);
    }
    rest.retain(|item| !out.contains_key(item));
    mark_sent(tx, now, job, &out, canary).await?;
    let settled = settle_rest(tx, now, job, &rest).await?;
    let sent = i64::try_from(out.len()).unwrap_or(i64::MAX);
    job.counts.queued -= sent + settled;
    job.counts.waiting += sent;
    if canary {
        job.round.canary_sent += i32::try_from(sent).unwrap_or(i32::MAX);
    }
    Ok((sent, settled))
}

/// Adds the letters that tries have left behind.
async fn left_behind(
    tx: &Transaction<'_>,
    items: &[i64],
    all: &mut Vec<Asked>,
) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    for row in tx.query(LEFT_BEHIND, &[&items]).await? {
        let letter: Option<i64> = row.try_get("letter_id")?;
        if let Some(letter) = letter {
            all.push(Asked {
                letter,
                item: Some(row.try_get("id")?),
            });
        }
    }
    Ok(())
}

async fn replay(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &Job,
    letters: &[Asked],
) -> Result<Out, StoreError> {
    let reason = format!("replay {}: {}", job.id, job.reason);
    let decision = Decision {
        by: &job.created_by,
        reason: &reason,
    };
    let replayed = dead_letters::replay_many(tx, now, letters, decision).await?;
    let mut out: Out = replayed
        .items
        .into_iter()
        .map(|item| (item, None))
        .collect();
    let notices = replayed.notices.into_iter();
    out.extend(notices.map(|(item, notice)| (item, Some(notice))));
    Ok(out)
}

async fn hasten(tx: &Transaction<'_>, now: Timestamp, items: &[i64]) -> Result<Out, StoreError> {
    let rows = tx.query(HASTEN, &[&items, &now, &tx.name()]).await?;
    let out = rows
        .iter()
        .map(|row| Ok((row.try_get("id")?, Some(row.try_get("notice_id")?))));
    out.collect()
}

async fn mark_sent(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &Job,
    out: &Out,
    canary: bool,
) -> Result<(), StoreError> {
    let ids: Vec<i64> = out.keys().copied().collect();
    let notices: Vec<Option<&str>> = out.values().map(Option::as_deref).collect();
    tx.execute(
        MARK_SENT,
        &[&ids, &notices, &job.round.number, &canary, &now, &tx.name()],
    )
    .await
    .map(drop)
}

/// Answers how many there were, after counting what became of them.
async fn settle_rest(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &mut Job,
    rest: &[i64],
) -> Result<i64, StoreError> {
    if rest.is_empty() {
        return Ok(0);
    }
    let rows = tx.query(SETTLE_REST, &[&rest, &now, &tx.name()]).await?;
    for row in &rows {
        let state: &str = row.try_get("state")?;
        if state == ItemState::Delivered.as_str() {
            job.counts.delivered += 1;
        } else {
            job.counts.skipped += 1;
        }
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}
