//! What is heard about an attempt from outside its sending: callbacks and queries.
//!
//! Both run beside the sender, so each statement looks at the attempt as it is *now*, under
//! the lock on the withdrawal that [`crate::progress::advance`] took before. `false` means that the
//! sender closed the attempt in the meantime: the withdrawal may already stand for another one.

use contract::ids::ReqSeqId;
use contract::money::Fen;
use jiff::Timestamp;

use super::{Attempt, AttemptOutcome, from_row};
use crate::row::fen_optional;
use crate::{Connection, StoreError, Transaction};

const FIND_WITH_FEE: &str = "\
-- attempts.find_with_fee
select req_seq_id, withdrawal_id, req_date, huifu_id, token_no, attempts.amount_fen, outcome,
       hf_seq_id, resp_code, query_count, next_query_at, attempts.traceparent,
       attempts.created_at, withdrawals.traceparent as origin, withdrawals.fee_fen
  from attempts
  join withdrawals on withdrawals.id = attempts.withdrawal_id
 where req_seq_id = $1";

const LEARN: &str = "\
-- attempts.learn
update attempts
   set outcome = case when outcome = 'submitted' then outcome else $2 end,
       hf_seq_id = coalesce($3, hf_seq_id),
       resp_code = coalesce($4, resp_code),
       updated_at = $5,
       updated_by = $6
 where req_seq_id = $1
   and (outcome is null or outcome in ('submitted', 'unknown'))";

const PROVE_UNSENT: &str = "\
-- attempts.prove_unsent
update attempts
   set outcome = 'not_sent', next_query_at = null, updated_at = $2, updated_by = $3
 where req_seq_id = $1 and outcome is null";

/// Somebody's word that Huifu has an attempt: its answer, or a callback.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Which attempt.
    pub req_seq_id: &'a ReqSeqId,
    /// Huifu's serial, if it was told.
    pub hf_seq_id: Option<&'a str>,
    /// Huifu's code, if it was told.
    pub resp_code: Option<&'a str>,
}

/// The attempt with this serial, and the fee that its withdrawal's user agreed to.
pub async fn find_with_fee(
    connection: &Connection,
    req_seq_id: &ReqSeqId,
) -> Result<Option<(Attempt, Option<Fen>)>, StoreError> {
    let row = connection
        .query_opt(FIND_WITH_FEE, &[&req_seq_id.as_str()])
        .await?;
    row.map(|row| Ok((from_row(&row)?, fen_optional(&row, "fee_fen")?)))
        .transpose()
}

/// Writes down what was heard: `Submitted` if Huifu evidently has it, else `Unknown`, which never
/// replaces `Submitted`. When to ask next stays as it was. `false`, and nothing written, if the
/// attempt is closed as not sent or refused.
pub async fn learn(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
    outcome: AttemptOutcome,
    hf_seq_id: Option<&str>,
    resp_code: Option<&str>,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(
            LEARN,
            &[
                &req_seq_id.as_str(),
                &outcome.as_str(),
                &hf_seq_id,
                &resp_code,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    Ok(count == 1)
}

/// Closes an attempt that provably never left. `false`, and nothing written, if anybody has said
/// anything about it before: then nothing may be sent in its place.
pub async fn prove_unsent(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(PROVE_UNSENT, &[&req_seq_id.as_str(), &now, &tx.name()])
        .await?;
    Ok(count == 1)
}
