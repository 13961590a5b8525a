//! Which version the schema has. Services refuse to start on an older one; they never migrate.

use crate::migrate::newest_version;
use crate::{Connection, StoreError};

const VERSION: &str = "\
-- schema.version
select coalesce(max(version), 0)::integer from refinery_schema_history";

const HISTORY_EXISTS: &str = "\
-- schema.history_exists
select to_regclass('refinery_schema_history') is not null";

/// Refuses a schema that is older than this program. A newer one is accepted: during a rollout the
/// migration runs before the last old pod is gone, and migrations only ever expand.
pub async fn require_current(connection: &Connection) -> Result<(), StoreError> {
    let needed = newest_version();
    let found = version(connection).await?;
    if found < needed {
        Err(StoreError::SchemaTooOld { found, needed })
    } else {
        Ok(())
    }
}

async fn version(connection: &Connection) -> Result<u32, StoreError> {
    let client = connection.client();
    let exists: bool = client.query_one(HISTORY_EXISTS, &[]).await?.try_get(0)?;
    if !exists {
        return Ok(0);
    }
    let version: i32 = client.query_one(VERSION, &[]).await?.try_get(0)?;
    u32::try_from(version).map_err(|_| StoreError::Corrupt { column: "version" })
}
