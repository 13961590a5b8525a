//! Brings the schema forward. Only `opsctl migrate` and tests do; services check and refuse.

use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::{Address, NoConnection};

/// Any number will do, as long as nobody else in this database uses it: "tixian" on a phone.
const TAKE_TURNS: &str = "\
-- migrate.take_turns
select pg_advisory_lock(849426)";

pub(crate) mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Why the schema could not be brought forward.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database could not be reached.
    #[error("the database could not be reached")]
    Connect(#[source] NoConnection),
    /// A migration failed, or an applied one was edited.
    #[error("a migration failed")]
    Migration(#[source] Box<refinery::Error>),
}

/// The version that this program was built for.
pub(crate) fn newest_version() -> u32 {
    let migrations = embedded::migrations::runner();
    let versions = migrations
        .get_migrations()
        .iter()
        .map(refinery::Migration::version);
    versions
        .max()
        .map_or(0, |version| u32::try_from(version).unwrap_or(u32::MAX))
}

/// Applies every migration that the database lacks and answers how many there were.
///
/// Each runs in its own transaction. Safe to run again, and by two at once: the second waits for
/// the first through an advisory lock.
pub async fn migrate(address: &Address) -> Result<usize, MigrateError> {
    let connected = address.connect().await;
    let (mut client, connection) = connected.map_err(MigrateError::Connect)?;
    let driver = tokio::spawn(connection);
    client
        .batch_execute(TAKE_TURNS)
        .await
        .map_err(|error| MigrateError::Connect(error.into()))?;
    let report = embedded::migrations::runner().run_async(&mut client).await;
    drop(client);
    driver.abort();
    let report = report.map_err(|error| MigrateError::Migration(Box::new(error)))?;
    Ok(report.applied_migrations().len())
}

/// A digest of all migrations: two programs with the same digest make the same schema.
pub fn migrations_digest() -> String {
    let mut digest = Sha256::new();
    for migration in embedded::migrations::runner().get_migrations() {
        digest.update(migration.version().to_be_bytes());
        digest.update(migration.sql().unwrap_or_default());
    }
    hex(&digest.finalize())
}
