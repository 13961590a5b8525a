//! What is heard about an attempt from outside its sending: callbacks and queries.
//!
//! Both run beside the sender, so each statement here looks at the attempt as it is *now*, under
//! the lock on the application that [`super::super::progress::advance`] took before. `false` means
//! that the sender closed the attempt in the meantime: the application may already stand for
//! another one.

use contract::ids::ReqSeqId;
use jiff::Timestamp;

use crate::attempts::AttemptOutcome;
use crate::{StoreError, Transaction};

const LEARN: &str = "\
-- applications.learn
update application_attempts
   set outcome = case when outcome = 'submitted' then outcome else $2 end,
       resp_code = coalesce($3, resp_code),
       updated_at = $4,
       updated_by = $5
 where req_seq_id = $1
   and (outcome is null or outcome in ('submitted', 'unknown'))";

const PROVE_UNSENT: &str = "\
-- applications.prove_unsent
update application_attempts
   set outcome = 'not_sent', next_query_at = null, updated_at = $2, updated_by = $3
 where req_seq_id = $1 and outcome is null";

/// Writes down what was heard: `Submitted` if Huifu evidently has it, else `Unknown`, which never
/// replaces `Submitted`. When to ask next stays as it was. `false`, and nothing written, if the
/// attempt is closed as not sent or refused.
pub async fn learn(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
    outcome: AttemptOutcome,
    resp_code: Option<&str>,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(
            LEARN,
            &[
                &req_seq_id.as_str(),
                &outcome.as_str(),
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
