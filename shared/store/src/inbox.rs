//! Ids of callbacks already seen, written with their effect, so that a repeat has none.

use jiff::Timestamp;

use crate::{StoreError, Transaction};

const REMEMBER: &str = "\
-- inbox.remember
insert into inbox (source, key, created_at)
values ($1, $2, $3)
on conflict on constraint inbox_seen_once do nothing";

const SEEN: &str = "\
-- inbox.seen
select exists(select from inbox where source = $1 and key = $2) as seen";

/// Notes that `key` arrived from `source`; `false` means that it was seen before. Of two at once
/// the second waits until the first commits.
pub async fn remember(
    tx: &Transaction<'_>,
    now: Timestamp,
    source: &str,
    key: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REMEMBER, &[&source, &key, &now]).await? == 1)
}

/// Whether `key` arrived from `source` before, in a transaction that is committed or in this one.
pub async fn seen(tx: &Transaction<'_>, source: &str, key: &str) -> Result<bool, StoreError> {
    Ok(tx
        .query_one(SEEN, &[&source, &key])
        .await?
        .try_get("seen")?)
}
