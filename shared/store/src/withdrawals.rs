//! The table of withdrawals: drafts, reading, and the compare-and-set behind every change of state.
//!
//! Only the statements in `edges` change a state, and only [`crate::progress`] runs them: the
//! sources of an edge come from [`contract::withdrawal::Transition::edges`], and the row on the
//! timeline is written by the same statement.

mod drafts;
mod edges;
mod listing;
mod search;

use contract::ids::{HuifuId, OutOrderNo, PartnerId, TokenNo, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, State, Withdrawal};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{counted, fen, fen_optional, named, named_optional, parsed, parsed_optional};
use crate::{Connection, StoreError, Transaction};

pub use drafts::{expire_due, insert_draft};
pub(crate) use edges::{Changed, change_state, end, open_attempt};
pub use listing::{Stuck, Waiting, stuck};
pub use search::{Found, Search, search};

const FIND: &str = "\
-- withdrawals.find
select id, partner_id, third_party_user_id, htouhui_user_id, amount_fen, out_order_no, return_url,
       notify_url, from_url, requested_cash_type, language, state, held, cash_type, fee_fen,
       arrival_fen, card_id, accepted_at, reason_code, reason_detail, expires_at, terminal_at,
       traceparent, created_at, updated_at
  from withdrawals
 where id = $1";

const FIND_BY_OUT_ORDER_NO: &str = "\
-- withdrawals.find_by_out_order_no
select id, partner_id, third_party_user_id, htouhui_user_id, amount_fen, out_order_no, return_url,
       notify_url, from_url, requested_cash_type, language, state, held, cash_type, fee_fen,
       arrival_fen, card_id, accepted_at, reason_code, reason_detail, expires_at, terminal_at,
       traceparent, created_at, updated_at
  from withdrawals
 where partner_id = $1 and out_order_no = $2";

const FOR_DISPATCH: &str = "\
-- withdrawals.for_dispatch
select withdrawals.amount_fen, withdrawals.cash_type, withdrawals.state, withdrawals.held,
       withdrawals.accepted_at, users.huifu_id, cards.token_no,
       (select count(*)::integer from attempts where withdrawal_id = withdrawals.id) as attempts
  from withdrawals
  join users using (htouhui_user_id)
  join cards on cards.id = withdrawals.card_id
 where withdrawals.id = $1";

const HOLD: &str = "\
-- withdrawals.hold
update withdrawals set held = true, updated_at = $2, updated_by = $3 where id = $1 and not held";

/// What huifu-dispatcher needs to send a withdrawal.
#[derive(Debug, Clone)]
pub struct ForDispatch {
    /// How much.
    pub amount: Fen,
    /// How fast; `None` only for a draft.
    pub cash_type: Option<CashType>,
    /// Where it stands.
    pub state: State,
    /// A contradiction waits for a person: nothing may be sent.
    pub held: bool,
    /// When its user confirmed; `None` only for a draft.
    pub accepted_at: Option<Timestamp>,
    /// Whose account.
    pub huifu_id: HuifuId,
    /// Which card.
    pub token_no: TokenNo,
    /// How often it was tried before; all of those provably never left, or nothing is sent.
    pub attempts: u32,
}

/// What goes into the row together with a change of state.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// What the user agreed to; only with `Confirm`.
    pub confirmation: Option<&'a Confirmation>,
    /// Why it failed, for the partner; only with `Refuse`, `Fail` and `Return`.
    pub reason_code: Option<&'a str>,
    /// Why it failed, in Huifu's words, for operators.
    pub reason_detail: Option<&'a str>,
}

/// The withdrawal with this id.
pub async fn find(
    connection: &Connection,
    id: &WithdrawalId,
) -> Result<Option<Withdrawal>, StoreError> {
    let row = connection.query_opt(FIND, &[&id.as_str()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The withdrawal that this partner knows by this number.
pub async fn find_by_out_order_no(
    connection: &Connection,
    partner: &PartnerId,
    out_order_no: &OutOrderNo,
) -> Result<Option<Withdrawal>, StoreError> {
    let row = connection
        .query_opt(
            FIND_BY_OUT_ORDER_NO,
            &[&partner.as_str(), &out_order_no.as_str()],
        )
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// What must be known to send it; `None` if there is no such withdrawal or nothing was confirmed.
pub async fn for_dispatch(
    connection: &Connection,
    id: &WithdrawalId,
) -> Result<Option<ForDispatch>, StoreError> {
    let row = connection.query_opt(FOR_DISPATCH, &[&id.as_str()]).await?;
    row.map(|row| {
        Ok(ForDispatch {
            amount: fen(&row, "amount_fen")?,
            cash_type: named_optional(&row, "cash_type", CashType::from_name)?,
            state: named(&row, "state", State::from_name)?,
            held: row.try_get("held")?,
            accepted_at: row.try_get("accepted_at")?,
            huifu_id: parsed(&row, "huifu_id")?,
            token_no: parsed(&row, "token_no")?,
            attempts: counted(&row, "attempts")?,
        })
    })
    .transpose()
}

/// Stops anything from being sent until a person has looked.
pub(crate) async fn hold(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &WithdrawalId,
) -> Result<(), StoreError> {
    tx.execute(HOLD, &[&id.as_str(), &now, &tx.name()])
        .await
        .map(drop)
}

fn from_row(row: &Row) -> Result<Withdrawal, StoreError> {
    Ok(Withdrawal {
        request: NewWithdrawal {
            id: parsed(row, "id")?,
            partner_id: parsed(row, "partner_id")?,
            third_party_user_id: parsed(row, "third_party_user_id")?,
            htouhui_user_id: parsed(row, "htouhui_user_id")?,
            amount: fen(row, "amount_fen")?,
            out_order_no: parsed_optional(row, "out_order_no")?,
            return_url: row.try_get("return_url")?,
            notify_url: row.try_get("notify_url")?,
            from_url: row.try_get("from_url")?,
            cash_type: named_optional(row, "requested_cash_type", CashType::from_name)?,
            language: named(row, "language", Language::from_name)?,
            expires_at: row.try_get("expires_at")?,
        },
        state: named(row, "state", State::from_name)?,
        held: row.try_get("held")?,
        confirmed: confirmation(row)?,
        reason_code: row.try_get("reason_code")?,
        reason_detail: row.try_get("reason_detail")?,
        traceparent: row.try_get("traceparent")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        terminal_at: row.try_get("terminal_at")?,
    })
}

fn confirmation(row: &Row) -> Result<Option<Confirmation>, StoreError> {
    let Some(accepted_at) = row.try_get("accepted_at")? else {
        return Ok(None);
    };
    Ok(Some(Confirmation {
        cash_type: named(row, "cash_type", CashType::from_name)?,
        fee: fen(row, "fee_fen")?,
        arrival: fen_optional(row, "arrival_fen")?.ok_or(StoreError::Corrupt {
            column: "arrival_fen",
        })?,
        card_id: row.try_get("card_id")?,
        accepted_at,
    }))
}
