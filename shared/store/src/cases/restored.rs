//! A database that came back older than it was: whatever it has not sent may have been sent by the
//! one that was lost.

use contract::ids::{ReqSeqId, WithdrawalId};
use contract::withdrawal::State;
use jiff::Timestamp;
use serde_json::json;

use super::NewCase;
use crate::progress::set_aside;
use crate::row::{counted, named, parsed};
use crate::{StoreError, Transaction};

/// What has its case open is passed over.
const UNSENT: &str = "\
-- cases.unsent
select id, state, (select count(*)::integer
                     from attempts where withdrawal_id = withdrawals.id) as attempts
  from withdrawals
 where state in ('draft', 'accepted')
   and not exists (select from cases
                    where withdrawal_id = withdrawals.id and kind = 'restored' and state = 'open')
 order by id";

/// A withdrawal that this database has not sent.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// Which one.
    pub withdrawal: WithdrawalId,
    /// Draft or accepted.
    pub state: State,
    /// What its next attempt will be called, and what the lost one was called if it was the only
    /// one that was lost. At Huifu it proves a payment; not there it proves nothing.
    pub next_req_seq_id: ReqSeqId,
}

/// Holds each of them, so that nothing is sent for it, and opens a case, so that a person decides.
/// A draft is held too: its user may have confirmed it, and may confirm it again.
pub async fn hold_restored(
    tx: &Transaction<'_>,
    now: Timestamp,
) -> Result<Vec<Unsent>, StoreError> {
    let rows = tx.query(UNSENT, &[]).await?;
    let unsent: Vec<Unsent> = rows
        .iter()
        .map(|row| {
            let withdrawal = parsed(row, "id")?;
            Ok(Unsent {
                next_req_seq_id: ReqSeqId::of_attempt(&withdrawal, counted(row, "attempts")?),
                state: named(row, "state", State::from_name)?,
                withdrawal,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    for one in &unsent {
        let detail = json!({
            "state": one.state.as_str(), "next_req_seq_id": one.next_req_seq_id,
        });
        let case = NewCase {
            withdrawal: Some(&one.withdrawal),
            application: None,
            kind: "restored",
            detail: &detail,
            fingerprint: &format!("restored:{}:{now}", one.withdrawal),
        };
        set_aside(tx, now, &one.withdrawal, &case).await?;
    }
    Ok(unsent)
}
