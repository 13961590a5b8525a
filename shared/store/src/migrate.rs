//! Brings the schema forward. Only `opsctl migrate` and tests do; services check and refuse.

use std::time::Duration;

use refinery::error::Kind;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::hex::hex;
use crate::{Address, NoConnection};

/// Any number will do, as long as nobody else in this database uses it: "tixian" on a phone.
const TAKE_TURNS: &str = "\
-- migrate.take_turns
select pg_advisory_lock(849426)";

/// A migration locks one table after the other, and a service that holds the second may want the
/// first. PostgreSQL finds that after a second (`deadlock_timeout`) and may end the service's
/// statement; so the migration gives way before. That is in time where the locks follow each other
/// at once. One that works for long between two of them says so under `Locks`, and is run while
/// nobody else is there.
const GIVE_WAY: &str = "\
-- migrate.give_way
set lock_timeout = '500ms'";

/// Between a migration that gave way and its next try, so that who waited behind it gets on.
const PAUSE: Duration = Duration::from_millis(250);

/// No try begins later than this after the first: each may have done much before it gave way,
/// while others waited for it.
const PATIENCE: Duration = Duration::from_secs(90);

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
    /// Others held a table whenever it was wanted. What was applied stays, and the rest can be
    /// tried again.
    #[error("a migration gave way for {PATIENCE:?} to others who held its tables")]
    GaveWay(#[source] Box<refinery::Error>),
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
/// Each runs in its own transaction, and gives way to whoever uses its tables until they are free.
/// Safe to run again, and by two at once: the second waits for the first through an advisory lock.
pub async fn migrate(address: &Address) -> Result<usize, MigrateError> {
    let connected = address.connect().await;
    let (mut client, connection) = connected.map_err(MigrateError::Connect)?;
    let driver = tokio::spawn(connection);
    let prepared = client
        .batch_execute(&format!("{TAKE_TURNS};\n{GIVE_WAY}"))
        .await;
    prepared.map_err(|error| MigrateError::Connect(error.into()))?;
    let applied = apply(&mut client).await;
    drop(client);
    driver.abort();
    applied
}

async fn apply(client: &mut Client) -> Result<usize, MigrateError> {
    let mut applied = 0;
    let latest = Instant::now() + PATIENCE;
    let mut turns = interval(PAUSE);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let error = match embedded::migrations::runner().run_async(client).await {
            Ok(report) => return Ok(applied + report.applied_migrations().len()),
            Err(error) => error,
        };
        let before = error
            .report()
            .map(|report| report.applied_migrations().len());
        applied += before.unwrap_or_default();
        if !gave_way(&error) {
            return Err(MigrateError::Migration(Box::new(error)));
        }
        if Instant::now() > latest {
            return Err(MigrateError::GaveWay(Box::new(error)));
        }
        tracing::warn!("a migration gave way to others who hold its tables, and is tried again");
    }
}

fn gave_way(error: &refinery::Error) -> bool {
    let Kind::Connection(_, cause) = error.kind() else {
        return false;
    };
    let cause = cause.downcast_ref::<tokio_postgres::Error>();
    let code = cause.and_then(tokio_postgres::Error::code);
    code.is_some_and(|code| {
        [
            &SqlState::LOCK_NOT_AVAILABLE,
            &SqlState::T_R_DEADLOCK_DETECTED,
        ]
        .contains(&code)
    })
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
