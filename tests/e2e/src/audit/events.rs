//! Is everything that a partner was to be told in its feed, once, and numbered without a gap?

use anyhow::{Result, ensure};

use crate::scene::Scene;

/// Notices whose end, or where their delivery stands, is not in the feed, or is there in another
/// number than it came about.
const UNTOLD: &str = "
select count(*)
  from notices
 where (select count(*) from events
         where notice_id = notices.id and kind in ('withdrawal.finished', 'application.finished')) <> 1
    or state <> 'pending'
       and coalesce((select kind from events where notice_id = notices.id order by id desc limit 1), '')
           <> 'notice.' || state";

/// Partners whose positions do not go from 1 to as many as there are.
const GAPS: &str = "
select count(*)
  from (select from events
         where position is not null
         group by partner_id
        having max(position) <> count(*) or min(position) <> 1) as partners";

/// Compares the feed with the notices.
pub(super) async fn are_whole(scene: &Scene) -> Result<()> {
    let sql = scene.sql().await?;
    let untold: i64 = sql.query_one(UNTOLD, &[]).await?.get(0);
    ensure!(untold == 0, "{untold} notices are not told by their events");
    let gaps: i64 = sql.query_one(GAPS, &[]).await?.get(0);
    ensure!(gaps == 0, "a feed has gaps");
    Ok(())
}
