//! Ids of callbacks already seen, written with their effect, so that a repeat has none.

use jiff::Timestamp;

use crate::{StoreError, Transaction};

const REMEMBER: &str = "\
-- inbox.remember
insert into inbox (source, key, created_at)
values ($1, $2, $3)
on conflict on constraint inbox_seen_once do nothing";

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
