//! Asking out of turn, and what must be known to plan the turn after an end.

use contract::ids::{ReqSeqId, WithdrawalId};
use contract::withdrawal::State;
use jiff::Timestamp;

use crate::dead_letters::Decision;
use crate::pool::Place;
use crate::row::{named, parsed_optional};
use crate::{StoreError, Transaction};

/// The withdrawal is locked first, as everyone does who changes its attempts.
const ASK_NOW: &str = "\
-- attempts.ask_now
with here as (
    select id from withdrawals where id = $1 for update),
asked as (
    update attempts
       set next_query_at = $2, updated_at = $2, updated_by = $5
      from here
     where attempts.withdrawal_id = here.id
       and (outcome in ('submitted', 'unknown') or outcome is null and query_count > 0)
    returning req_seq_id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select $1, $2, $5, 'ask',
           jsonb_build_object('req_seq_id', req_seq_id, 'by', $3::text, 'reason', $4::text)
      from asked)
select here.id,
       (select req_seq_id from asked) as req_seq_id,
       (select next_query_at from attempts where withdrawal_id = $1 and outcome is null) as under_way
  from here";

/// One that was asked about already is being asked, or has its next turn.
const ASK_SOON: &str = "\
-- attempts.ask_soon
update attempts
   set next_query_at = $2, updated_at = $3, updated_by = $4
 where withdrawal_id = $1
   and outcome is null
   and query_count = 0
   and next_query_at > $2
returning req_seq_id";

const END_OF: &str = "\
-- attempts.end_of
select state, terminal_at from withdrawals where id = $1 and terminal_at is not null";

/// What came of an operator's wish to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// This attempt is asked about next.
    Due(ReqSeqId),
    /// Its sending may not be over: it is asked about by itself at this time. Asked earlier, Huifu
    /// would say that it does not know what is still on its way.
    UnderWay(Timestamp),
    /// Nothing of this withdrawal was ever at Huifu.
    NeverThere,
    /// There is no such withdrawal.
    Unknown,
}

/// Brings the first question forward to `at`, if nobody has heard anything of the attempt yet: its
/// sender seems to be gone. Answers whether there is such an attempt.
pub async fn ask_soon(
    place: impl Place,
    now: Timestamp,
    withdrawal: &WithdrawalId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let name = place.name();
    let rows = place
        .rows(ASK_SOON, &[&withdrawal.as_str(), &at, &now, &name])
        .await?;
    Ok(!rows.is_empty())
}

/// Makes the next question due now, also about a withdrawal that has its end, and tells the
/// timeline who wished it and why.
pub async fn ask_now(
    tx: &Transaction<'_>,
    now: Timestamp,
    withdrawal: &WithdrawalId,
    decision: &Decision<'_>,
) -> Result<Asked, StoreError> {
    let row = tx
        .query_opt(
            ASK_NOW,
            &[
                &withdrawal.as_str(),
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

/// Which end the withdrawal has and since when; `None` while it is open.
pub async fn end_of(
    tx: &Transaction<'_>,
    withdrawal: &WithdrawalId,
) -> Result<Option<(State, Timestamp)>, StoreError> {
    let row = tx.query_opt(END_OF, &[&withdrawal.as_str()]).await?;
    row.map(|row| {
        let state = named(&row, "state", State::from_name)?;
        Ok((state, row.try_get("terminal_at")?))
    })
    .transpose()
}
