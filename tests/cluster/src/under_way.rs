//! What is under way at a moment, and how long it takes until all of it has got on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use e2e::Scene;
use tokio_postgres::Client;

/// How far each withdrawal has come that is not at its end, or whose partner is not told. Whatever
/// is done about one, a transition, a question, a sending, makes one of these numbers larger.
const FAR: &str = "\
-- cluster.under_way
select withdrawals.id,
       (select count(*) from timeline where withdrawal_id = withdrawals.id)
         + (select coalesce(sum(query_count), 0)::bigint from attempts
             where withdrawal_id = withdrawals.id)
         + (select count(*) from notices
             where withdrawal_id = withdrawals.id and state <> 'pending')
  from withdrawals
 where state in ('accepted', 'dispatching', 'submitted', 'unconfirmed') and not held
    or exists (select from notices
                where withdrawal_id = withdrawals.id and state = 'pending')";

/// How long somebody's work may lie; the test fails much earlier.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was under way at one moment.
pub struct UnderWay {
    since: Instant,
    far: BTreeMap<String, i64>,
    sql: Client,
}

impl UnderWay {
    /// Now.
    pub async fn now(scene: &Scene) -> Result<Self> {
        let sql = scene.sql().await?;
        let far = far(&sql).await?;
        Ok(Self {
            since: Instant::now(),
            far,
            sql,
        })
    }

    /// How much it is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.far.len()
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.far.is_empty()
    }

    /// Waits until all of it has got on by a step at least; answers how long that took since then.
    pub async fn got_on(&self) -> Duration {
        stand::eventually(PATIENCE, "everything to have got on", async || {
            let now = far(&self.sql).await.map_err(|error| format!("{error:#}"))?;
            let lies = self
                .far
                .iter()
                .filter(|(id, far)| now.get(*id) == Some(far));
            match lies.count() {
                0 => Ok(self.since.elapsed()),
                count => Err(format!("{count} of {} lie where they lay", self.far.len())),
            }
        })
        .await
    }
}

async fn far(sql: &Client) -> Result<BTreeMap<String, i64>> {
    let rows = sql.query(FAR, &[]).await?;
    let far = rows.iter().map(|row| {
        let (id, far): (&str, i64) = (row.get(0), row.get(1));
        (id.to_owned(), far)
    });
    Ok(far.collect())
}
