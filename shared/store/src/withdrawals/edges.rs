//! The compare-and-set behind every change of state: a statement for each kind of edge, with
//! everything that is written in the same moment.
//!
//! What a newcomer would get wrong: `old` is not a precaution. It locks the row and answers where
//! the withdrawal stands *now*, whether or not it moves; the rest of a statement still sees what
//! was there when it began, except rows that it changes. So whatever must be known under the lock
//! is a condition of an update, never of a select.

mod edge;

use contract::message::{Message as _, NoticeDue};
use contract::money::Fen;
use contract::withdrawal::{CashType, State, Transition, return_check};
use jiff::Timestamp;
use tokio_postgres::Row;

use self::edge::{Edge, believed};
use crate::attempts::{Heard, NewAttempt};
use crate::notices::Outcome;
use crate::progress::Step;
use crate::row::{fen, named, named_optional};
use crate::{StoreError, Transaction, outbox, trace};

/// An edge that no partner is told of, with what its cause says of an attempt.
const CHANGE_STATE: &str = "\
-- withdrawals.change_state
with old as (
    select id, state, held, amount_fen, cash_type from withdrawals where id = $1 for update),
moved as (
    update withdrawals
       set state = $3,
           updated_at = $4,
           updated_by = $5,
           terminal_at = case when $6 then $4::timestamptz end,
           cash_type = coalesce($9, withdrawals.cash_type),
           fee_fen = coalesce($10, fee_fen),
           arrival_fen = coalesce($11, arrival_fen),
           card_id = coalesce($12, withdrawals.card_id),
           accepted_at = coalesce($13, accepted_at)
      from old
     where withdrawals.id = old.id
       and old.state = any($2)
       and withdrawals.state = any($2)
    returning withdrawals.id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, from_state, to_state, detail)
    select old.id, $4, $5, $7, old.state, $3, $8 from old, moved),
learned as (
    update attempts
       set outcome = 'submitted',
           hf_seq_id = coalesce($16, hf_seq_id),
           resp_code = coalesce($17, resp_code),
           updated_at = $4,
           updated_by = $5
      from old
     where attempts.req_seq_id = $14
       and old.state = any($15)
       and (outcome is null or outcome in ('submitted', 'unknown'))
    returning req_seq_id)
select old.state, old.held, old.amount_fen, old.cash_type, exists(select from moved) as moved,
       exists(select from learned) as learned
  from old";

/// The edge to an open attempt, with the attempt: the only one that a case stops.
const OPEN_ATTEMPT: &str = "\
-- withdrawals.open_attempt
with old as (
    select id, state, held, amount_fen, cash_type from withdrawals where id = $1 for update),
moved as (
    update withdrawals
       set state = $3, updated_at = $4, updated_by = $5
      from old
     where withdrawals.id = old.id
       and old.state = any($2)
       and withdrawals.state = any($2)
       and not old.held
    returning withdrawals.id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, from_state, to_state, detail)
    select old.id, $4, $5, $6, old.state, $3, $7 from old, moved),
opened as (
    insert into attempts (req_seq_id, withdrawal_id, req_date, huifu_id, token_no, amount_fen,
                          next_query_at, traceparent, created_at, updated_at, updated_by)
    select $8, id, $9, $10, $11, $12, $13, $14, $4, $4, $5 from moved where $8::text is not null)
select old.state, old.held, old.amount_fen, old.cash_type, exists(select from moved) as moved,
       false as learned
  from old";

/// The edge to an end that the partner is told of, with the notice and the message that makes it
/// due.
const END: &str = "\
-- withdrawals.end
with old as (
    select id, state, held, partner_id, amount_fen, cash_type
      from withdrawals where id = $1 for update),
moved as (
    update withdrawals
       set state = $3,
           updated_at = $4,
           updated_by = $5,
           terminal_at = $4,
           notice_sequence = notice_sequence + 1,
           reason_code = coalesce($8, reason_code),
           reason_detail = coalesce($9, reason_detail)
      from old
     where withdrawals.id = old.id
       and old.state = any($2)
       and withdrawals.state = any($2)
    returning withdrawals.id, notice_sequence),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, from_state, to_state, detail)
    select old.id, $4, $5, $6, old.state, $3, $7 from old, moved),
noticed as (
    insert into notices (id, withdrawal_id, partner_id, sequence, status, outcome, reason_code,
                         finished_at, state, created_at, updated_at, updated_by)
    select $10, old.id, old.partner_id, moved.notice_sequence, $11, $12, $8, $4, 'pending', $4, $4, $5
      from old, moved),
due as (
    insert into outbox (message_id, exchange, routing_key, message_type, correlation_id,
                        causation_id, traceparent, body, available_at, created_at, updated_at,
                        updated_by)
    select $13, $14, $15, $16, moved.id, $17, $24, $18, $4, $4, $4, $5 from moved),
learned as (
    update attempts
       set outcome = 'submitted',
           hf_seq_id = coalesce($21, hf_seq_id),
           resp_code = coalesce($22, resp_code),
           next_query_at = case when next_query_at is not null and old.state = any($2)
                                then $23
                                else next_query_at
                           end,
           updated_at = $4,
           updated_by = $5
      from old
     where attempts.req_seq_id = $19
       and old.state = any($20)
       and (outcome is null or outcome in ('submitted', 'unknown'))
    returning req_seq_id)
select old.state, old.held, old.amount_fen, old.cash_type, exists(select from moved) as moved,
       exists(select from learned) as learned
  from old";

/// What the compare-and-set found.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) before: State,
    pub(crate) held: bool,
    pub(crate) moved: bool,
    pub(crate) amount: Fen,
    /// As it was before; a draft has none.
    pub(crate) cash_type: Option<CashType>,
    /// Whether what was heard of the attempt was written down.
    pub(crate) learned: bool,
}

/// The compare-and-set; `None` if there is no such withdrawal. `heard` is what the cause of the
/// edge says of an attempt.
pub(crate) async fn change_state(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    heard: Option<&Heard<'_>>,
) -> Result<Option<Changed>, StoreError> {
    let Edge { sources, to } = Edge::of(step.transition);
    let confirmation = step.change.confirmation;
    let row = tx
        .query_opt(
            CHANGE_STATE,
            &[
                &step.withdrawal.as_str(),
                &sources,
                &to.as_str(),
                &now,
                &tx.name(),
                &to.is_terminal(),
                &step.transition.as_str(),
                step.detail,
                &confirmation.map(|agreed| agreed.cash_type.as_str()),
                &confirmation.map(|agreed| agreed.fee.get()),
                &confirmation.map(|agreed| agreed.arrival.get()),
                &confirmation.map(|agreed| agreed.card_id),
                &confirmation.map(|agreed| agreed.accepted_at),
                &heard.map(|heard| heard.req_seq_id.as_str()),
                &believed(step.transition),
                &heard.and_then(|heard| heard.hf_seq_id),
                &heard.and_then(|heard| heard.resp_code),
            ],
        )
        .await?;
    row.as_ref().map(changed).transpose()
}

/// As [`change_state`], for [`Transition::OpenAttempt`], with its attempt.
pub(crate) async fn open_attempt(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    attempt: Option<&NewAttempt<'_>>,
) -> Result<Option<Changed>, StoreError> {
    let Edge { sources, to } = Edge::of(Transition::OpenAttempt);
    let row = tx
        .query_opt(
            OPEN_ATTEMPT,
            &[
                &step.withdrawal.as_str(),
                &sources,
                &to.as_str(),
                &now,
                &tx.name(),
                &Transition::OpenAttempt.as_str(),
                step.detail,
                &attempt.map(|attempt| attempt.req_seq_id.as_str()),
                &attempt.map(|attempt| attempt.req_date),
                &attempt.map(|attempt| attempt.huifu_id.as_str()),
                &attempt.map(|attempt| attempt.token_no.as_str()),
                &attempt.map(|attempt| attempt.amount.get()),
                &attempt.map(|attempt| attempt.next_query_at),
                &trace::traceparent(),
            ],
        )
        .await?;
    row.as_ref().map(changed).transpose()
}

/// As [`change_state`], for an edge to `outcome`. An attempt that was heard of is asked about again
/// later: a bank may return the money.
pub(crate) async fn end(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    outcome: Outcome,
    heard: Option<&Heard<'_>>,
) -> Result<Option<Changed>, StoreError> {
    let Edge { sources, to } = Edge::of(step.transition);
    let due = NoticeDue {
        notice_id: step.ids.notice.clone(),
        withdrawal_id: step.withdrawal.clone(),
    };
    let row = tx
        .query_opt(
            END,
            &[
                &step.withdrawal.as_str(),
                &sources,
                &to.as_str(),
                &now,
                &tx.name(),
                &step.transition.as_str(),
                step.detail,
                &step.change.reason_code,
                &step.change.reason_detail,
                &step.ids.notice.as_str(),
                &outcome.status(),
                &outcome.as_str(),
                &step.ids.message,
                &NoticeDue::QUEUE.exchange.name,
                &NoticeDue::QUEUE.routing_key,
                &NoticeDue::TYPE,
                &step.causation_id,
                &outbox::body(&due),
                &heard.map(|heard| heard.req_seq_id.as_str()),
                &believed(step.transition),
                &heard.and_then(|heard| heard.hf_seq_id),
                &heard.and_then(|heard| heard.resp_code),
                &return_check::first(to, now),
                &trace::traceparent(),
            ],
        )
        .await?;
    let changed = row.as_ref().map(changed).transpose()?;
    if changed.as_ref().is_some_and(|changed| changed.moved) {
        tx.mark_enqueued();
    }
    Ok(changed)
}

fn changed(row: &Row) -> Result<Changed, StoreError> {
    Ok(Changed {
        before: named(row, "state", State::from_name)?,
        held: row.try_get("held")?,
        moved: row.try_get("moved")?,
        amount: fen(row, "amount_fen")?,
        cash_type: named_optional(row, "cash_type", CashType::from_name)?,
        learned: row.try_get("learned")?,
    })
}
