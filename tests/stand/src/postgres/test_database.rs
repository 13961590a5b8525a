//! A database for one test: migrated, empty, and gone afterwards.

use std::time::Duration;

use anyhow::Result;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{Postgres, connect, postgres, template};
use crate::elsewhere;
use crate::shared::is_stale;

const PREFIX: &str = "tixian_test_";

/// A database nobody else uses. Dropping the value drops the database; what a killed test leaves
/// behind is removed by [`sweep`](crate::sweep) an hour later.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
    admin_url: String,
}

impl TestDatabase {
    /// Copies the migrated template on the shared server.
    ///
    /// # Errors
    /// When there is no server, or a migration fails.
    pub async fn create() -> Result<Self> {
        Self::create_on(postgres().await?).await
    }

    /// Copies the migrated template on a server of the caller's choice, such as
    /// [`private::Postgres`](crate::private::Postgres).
    ///
    /// # Errors
    /// When the server does not answer, or a migration fails.
    pub async fn create_on(postgres: &Postgres) -> Result<Self> {
        let admin = connect(postgres.admin_url()).await?;
        let template = template::ensure(postgres, &admin).await?;
        Self::copy(postgres, &admin, &template).await
    }

    /// One on the shared server in which nothing is yet, not even tables.
    ///
    /// # Errors
    /// When there is no server.
    pub async fn empty() -> Result<Self> {
        let postgres = postgres().await?;
        Self::copy(postgres, &connect(postgres.admin_url()).await?, "template0").await
    }

    async fn copy(postgres: &Postgres, admin: &Client, template: &str) -> Result<Self> {
        // A version 7 UUID tells its own age.
        let name = format!("{PREFIX}{}", Uuid::now_v7().simple());
        admin
            .batch_execute(&format!("create database {name} template {template}"))
            .await?;
        let url = postgres.database_url(&name);
        Ok(Self {
            name,
            url,
            admin_url: postgres.admin_url().to_owned(),
        })
    }

    /// The database's URL, with its password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Changes rows behind the back of whoever uses the database.
    ///
    /// # Errors
    /// When the database refuses one of the statements.
    pub async fn tamper(&self, statements: &str) -> Result<()> {
        Ok(connect(&self.url).await?.batch_execute(statements).await?)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (name, admin_url) = (self.name.clone(), self.admin_url.clone());
        elsewhere::finish(async move { remove(&connect(&admin_url).await?, &name).await });
    }
}

async fn remove(admin: &Client, name: &str) -> Result<()> {
    admin
        .batch_execute(&format!("drop database if exists {name} with (force)"))
        .await?;
    Ok(())
}

/// Drops the databases of tests that are older than `age`; answers how many.
pub(crate) async fn sweep(postgres: &Postgres, age: Duration) -> Result<usize> {
    let admin = connect(postgres.admin_url()).await?;
    let mut swept = 0;
    for name in names(&admin).await? {
        if is_stale(&name, PREFIX, age) {
            remove(&admin, &name).await?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// How many databases of tests are younger than `age`: somebody works there.
pub(crate) async fn in_use(postgres: &Postgres, age: Duration) -> Result<usize> {
    let names = names(&connect(postgres.admin_url()).await?).await?;
    let young = names.iter().filter(|name| !is_stale(name, PREFIX, age));
    Ok(young.count())
}

async fn names(admin: &Client) -> Result<Vec<String>> {
    let rows = admin
        .query(
            "select datname from pg_database where starts_with(datname, $1)",
            &[&PREFIX],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
