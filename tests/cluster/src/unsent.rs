//! Withdrawals whose attempt a dispatcher committed and did not live to send.
//!
//! What a newcomer would get wrong: they are picked up in seconds like everything else, but by a
//! question, and Huifu knows none of them. "Not known" is no proof, so nothing is sent in their
//! place, and after some questions they are a case for a person.

use std::time::Duration;

use anyhow::Result;
use contract::ids::WithdrawalId;
use e2e::Scene;

/// Longer than an answer of Huifu takes to be written down.
const PATIENCE: Duration = Duration::from_secs(30);

const ASKED: &str = "\
-- cluster.asked
select count(*) from withdrawals
 where state = 'dispatching'
   and exists (select from attempts
                where withdrawal_id = withdrawals.id and outcome is null and query_count > 0)";

const HOLD: &str = "\
-- cluster.hold_unsent
update withdrawals set held = true
 where state = 'unconfirmed'
   and not held
   and exists (select from attempts
                where withdrawal_id = withdrawals.id and req_seq_id <> all($1))";

const HELD: &str = "\
-- cluster.held
select id from withdrawals where held order by id";

/// Holds them, as an operator would, who then looks; answers how many. Call it once whatever was
/// under way has got on.
///
/// # Errors
/// When the database does not answer.
pub async fn hold_unsent(scene: &Scene) -> Result<u64> {
    let sql = scene.sql().await?;
    stand::try_eventually(PATIENCE, "every question to have its answer", async || {
        let open = sql.query_one(ASKED, &[]).await;
        let open: i64 = open.map_err(|error| error.to_string())?.get(0);
        match open {
            0 => Ok(()),
            open => Err(format!("{open} were asked about and not answered")),
        }
    })
    .await?;
    let book = scene.huifu.book();
    let at_huifu = book.payments.iter();
    let at_huifu: Vec<&str> = at_huifu
        .map(|payment| payment.key.req_seq_id.as_str())
        .collect();
    Ok(sql.execute(HOLD, &[&at_huifu]).await?)
}

/// Those of `ids` that nobody holds.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn not_held(scene: &Scene, ids: &[WithdrawalId]) -> Result<Vec<WithdrawalId>> {
    let rows = scene.sql().await?.query(HELD, &[]).await?;
    let held: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    let free = ids.iter().filter(|id| !held.contains(&id.as_str()));
    Ok(free.cloned().collect())
}
