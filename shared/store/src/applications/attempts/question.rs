//! When Huifu is asked about an attempt, and by whom.

use contract::ids::{ApplicationId, ReqSeqId};
use jiff::Timestamp;

use super::{Attempt, from_row};
use crate::attempts::Asked;
use crate::dead_letters::Decision;
use crate::row::parsed_optional;
use crate::{StoreError, Transaction};

const CLAIM_DUE: &str = "\
-- applications.claim_due
with due as (
    select req_seq_id
      from application_attempts
     where next_query_at <= $1
     order by next_query_at
     limit $3
       for update skip locked)
update application_attempts
   set next_query_at = $2, query_count = query_count + 1, updated_at = $1, updated_by = $4
  from due
 where application_attempts.req_seq_id = due.req_seq_id
returning application_attempts.req_seq_id, application_id, step, req_date, outcome, resp_code,
          query_count, next_query_at, traceparent, created_at,
          (select applications.traceparent from applications where id = application_id) as origin";

const ASK_AGAIN_AT: &str = "\
-- applications.ask_again_at
update application_attempts
   set next_query_at = $2, updated_at = $3, updated_by = $4
 where req_seq_id = $1 and next_query_at is not null";

/// Whoever heard something meanwhile has set another time.
const ASKED: &str = "\
-- applications.asked
update application_attempts
   set next_query_at = $2, updated_at = $3, updated_by = $4
 where req_seq_id = $1 and next_query_at = $5";

const STOP_ASKING: &str = "\
-- applications.stop_asking
update application_attempts
   set next_query_at = null, updated_at = $2, updated_by = $3
 where application_id = $1 and next_query_at is not null";

/// The application is locked first, as everyone does who changes its attempts. What has its end is
/// not asked about: nothing could come of it.
const ASK_NOW: &str = "\
-- applications.ask_now
with here as (
    select id, step, terminal_at from applications where id = $1 for update),
asked as (
    update application_attempts
       set next_query_at = $2, updated_at = $2, updated_by = $5
      from here
     where application_attempts.application_id = here.id
       and application_attempts.step = here.step
       and here.terminal_at is null
       and (outcome in ('submitted', 'unknown') or outcome is null and query_count > 0)
    returning req_seq_id),
told as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select $1, $2, $5, 'ask',
           jsonb_build_object('req_seq_id', req_seq_id, 'by', $3::text, 'reason', $4::text)
      from asked)
select here.id,
       (select req_seq_id from asked) as req_seq_id,
       (select next_query_at
          from application_attempts
         where application_id = here.id and step = here.step and outcome is null) as under_way
  from here";

/// Claims up to `limit` attempts that it is time to ask about, until `until`: whoever claimed them
/// and dies leaves them to be claimed again then.
pub async fn claim_due(
    tx: &Transaction<'_>,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Attempt>, StoreError> {
    let rows = tx
        .query(CLAIM_DUE, &[&now, &until, &limit, &tx.name()])
        .await?;
    rows.iter().map(from_row).collect()
}

/// Asks again at `next`, or no more; an attempt that is no longer asked about stays at rest.
pub async fn ask_again_at(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        ASK_AGAIN_AT,
        &[&req_seq_id.as_str(), &next, &now, &tx.name()],
    )
    .await
    .map(drop)
}

/// Asks again at `next` about an attempt that was asked about as it was `claimed`. A callback that
/// made the next question due in the meantime is not put off by an answer older than it.
pub async fn asked(
    tx: &Transaction<'_>,
    now: Timestamp,
    claimed: &Attempt,
    next: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        ASKED,
        &[
            &claimed.req_seq_id.as_str(),
            &next,
            &now,
            &tx.name(),
            &claimed.next_query_at,
        ],
    )
    .await
    .map(drop)
}

/// Asks about none of the application's attempts any more: the step is done, or all of it.
pub async fn stop_asking(
    tx: &Transaction<'_>,
    now: Timestamp,
    application: &ApplicationId,
) -> Result<(), StoreError> {
    tx.execute(STOP_ASKING, &[&application.as_str(), &now, &tx.name()])
        .await
        .map(drop)
}

/// Makes the next question due now, and tells the timeline who wished it and why.
pub async fn ask_now(
    tx: &Transaction<'_>,
    now: Timestamp,
    application: &ApplicationId,
    decision: &Decision<'_>,
) -> Result<Asked, StoreError> {
    let row = tx
        .query_opt(
            ASK_NOW,
            &[
                &application.as_str(),
                &now,
                &decision.by,
                &decision.reason,
                &tx.name(),
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Asked::Unknown);
    };
    if let Some(req_seq_id) = parsed_optional(&row, "req_seq_id")? {
        return Ok(Asked::Due(req_seq_id));
    }
    let under_way: Option<Timestamp> = row.try_get("under_way")?;
    Ok(under_way.map_or(Asked::NeverThere, Asked::UnderWay))
}
