//! The database every test's database is a copy of: migrated once per set of migrations.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use store::trust::Trust;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{Postgres, connect};
use crate::eventually::Waiting;

/// Any number, as long as nobody else takes it: the lock under which a template is made.
const TEMPLATE_LOCK: i64 = 0x7469_7869_616e;

/// The name of the template for the migrations as they are now; made when it is not there.
///
/// It gets its final name after the last migration only: whoever sees it sees all of it.
pub(super) async fn ensure(postgres: &Postgres, admin: &Client) -> Result<String> {
    let digest = store::migrations_digest();
    let name = format!("tixian_template_{}", digest.get(..16).unwrap_or(&digest));
    if exists(admin, &name).await? {
        return Ok(name);
    }
    admin
        .execute("select pg_advisory_lock($1)", &[&TEMPLATE_LOCK])
        .await?;
    let made = match exists(admin, &name).await {
        Ok(false) => make(postgres, admin, &name).await,
        Ok(true) => Ok(()),
        Err(error) => Err(error),
    };
    admin
        .execute("select pg_advisory_unlock($1)", &[&TEMPLATE_LOCK])
        .await?;
    made.map(|()| name)
}

async fn exists(admin: &Client, name: &str) -> Result<bool> {
    let row = admin
        .query_one(
            "select exists (select from pg_database where datname = $1)",
            &[&name],
        )
        .await?;
    Ok(row.get(0))
}

async fn make(postgres: &Postgres, admin: &Client, name: &str) -> Result<()> {
    let draft = format!("{name}_draft");
    admin
        .batch_execute(&format!("drop database if exists {draft} with (force)"))
        .await?;
    admin
        .batch_execute(&format!("create database {draft}"))
        .await?;
    let url = postgres.database_url(&draft);
    let address = store::Address::new(&url, Arc::new(Trust::of_system()))?;
    store::migrate(&address)
        .await
        .context("cannot migrate the template database")?;
    count_statements(&connect(&url).await?).await?;
    // Renaming needs a database without connections, and ours close in their own time.
    let rename = format!("alter database {draft} rename to {name}");
    let mut waiting = Waiting::new(Duration::from_secs(10), "the template to be free");
    while let Err(error) = admin.batch_execute(&rename).await {
        waiting.saw(error).await?;
    }
    // Copying needs the same; this keeps everybody out for good.
    admin
        .batch_execute(&format!("alter database {name} allow_connections false"))
        .await?;
    Ok(())
}

/// Makes statements countable, where we may: on a server of somebody else's we may be no superuser,
/// and only tests that count need it.
async fn count_statements(client: &Client) -> Result<()> {
    let made = client
        .batch_execute("create extension if not exists pg_stat_statements")
        .await;
    match made {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(()),
        made => made.context("cannot create the extension pg_stat_statements"),
    }
}
