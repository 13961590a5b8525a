//! Drafts: how they come to be, and how they end when nobody confirms them.

use contract::withdrawal::{CashType, NewWithdrawal, Transition};
use jiff::Timestamp;

use crate::{StoreError, Transaction, trace};

const INSERT_DRAFT: &str = "\
-- withdrawals.insert_draft
with drafted as (
    insert into withdrawals (id, partner_id, third_party_user_id, htouhui_user_id, amount_fen,
                             out_order_no, return_url, notify_url, from_url, requested_cash_type,
                             language, state, expires_at, traceparent, created_at, updated_at,
                             updated_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12, $15, $13, $13, $14)
    on conflict on constraint out_order_no_unique_per_partner do nothing
    returning id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, to_state)
    select id, $13, $14, 'open', 'draft' from drafted)
select count(*) from drafted";

const EXPIRE_DUE: &str = "\
-- withdrawals.expire_due
with due as (
    select id
      from withdrawals
     where state = 'draft' and accepted_at is null and terminal_at is null and expires_at <= $1
     order by expires_at
     limit $2
       for update skip locked),
expired as (
    update withdrawals
       set state = $3, terminal_at = $1, updated_at = $1, updated_by = $4
      from due
     where withdrawals.id = due.id
    returning withdrawals.id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, from_state, to_state)
    select id, $1, $4, $5, 'draft', $3 from expired)
select count(*) from expired";

/// Writes a draft with the first row of its timeline. `false`: the partner used this
/// `out_order_no` before, and nothing was written; compare with what is there.
pub async fn insert_draft(
    tx: &Transaction<'_>,
    now: Timestamp,
    new: &NewWithdrawal,
) -> Result<bool, StoreError> {
    let row = tx
        .query_one(
            INSERT_DRAFT,
            &[
                &new.id.as_str(),
                &new.partner_id.as_str(),
                &new.third_party_user_id.as_str(),
                &new.htouhui_user_id.as_str(),
                &new.amount.get(),
                &new.out_order_no
                    .as_ref()
                    .map(contract::ids::OutOrderNo::as_str),
                &new.return_url,
                &new.notify_url,
                &new.from_url,
                &new.cash_type.map(CashType::as_str),
                &new.language.as_str(),
                &new.expires_at,
                &now,
                &tx.name(),
                &trace::traceparent(),
            ],
        )
        .await?;
    let count: i64 = row.try_get(0)?;
    Ok(count == 1)
}

/// Expires at most `limit` drafts whose time has run out, and answers how many.
pub async fn expire_due(
    tx: &Transaction<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<i64, StoreError> {
    let (_, to) = Transition::Expire.edges()[0];
    let row = tx
        .query_one(
            EXPIRE_DUE,
            &[
                &now,
                &limit,
                &to.as_str(),
                &tx.name(),
                &Transition::Expire.as_str(),
            ],
        )
        .await?;
    Ok(row.try_get(0)?)
}
