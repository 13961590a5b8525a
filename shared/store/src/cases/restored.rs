//! A database that came back older than it was: whatever it has not sent may have been sent by the
//! one that was lost.

use contract::ids::{ReqSeqId, WithdrawalId};
use contract::withdrawal::State;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::row::{counted, named, parsed};
use crate::{StoreError, Transaction};

/// A draft is held too: its user may have confirmed it, and may confirm it again. Run again it
/// finds nothing of what has its case.
const HOLD_RESTORED: &str = "\
-- cases.hold_restored
update withdrawals
   set held = true, updated_at = $1, updated_by = $2
 where state in ('draft', 'accepted')
   and not exists (select from cases
                    where withdrawal_id = withdrawals.id and kind = 'restored' and state = 'open')
returning id, state, (select count(*)::integer
                        from attempts where withdrawal_id = withdrawals.id) as attempts";

const OPEN_RESTORED: &str = "\
-- cases.open_restored
insert into cases (withdrawal_id, kind, detail, fingerprint, state,
                   created_at, updated_at, updated_by)
select id, 'restored', detail, 'restored:' || id || ':' || $3::timestamptz, 'open', $3, $3, $4
  from unnest($1::text[], $2::jsonb[]) as unsent(id, detail)";

/// A withdrawal that this database has not sent.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// Which one.
    pub withdrawal: WithdrawalId,
    /// Draft or accepted.
    pub state: State,
    /// Under which serial it is at Huifu, if it was sent.
    pub req_seq_id: ReqSeqId,
}

/// Holds each of them, so that nothing is sent for it, and opens a case, so that a person decides.
pub async fn hold_restored(
    tx: &Transaction<'_>,
    now: Timestamp,
) -> Result<Vec<Unsent>, StoreError> {
    let rows = tx.query(HOLD_RESTORED, &[&now, &tx.name()]).await?;
    let unsent = rows.iter().map(|row| {
        let withdrawal = parsed(row, "id")?;
        Ok(Unsent {
            req_seq_id: ReqSeqId::of_attempt(&withdrawal, counted(row, "attempts")?),
            state: named(row, "state", State::from_name)?,
            withdrawal,
        })
    });
    let unsent: Vec<Unsent> = unsent.collect::<Result<_, StoreError>>()?;
    let ids: Vec<&str> = unsent.iter().map(|one| one.withdrawal.as_str()).collect();
    let details: Vec<Value> = unsent
        .iter()
        .map(|one| json!({ "state": one.state.as_str(), "req_seq_id": one.req_seq_id }))
        .collect();
    tx.execute(OPEN_RESTORED, &[&ids, &details, &now, &tx.name()])
        .await?;
    Ok(unsent)
}
