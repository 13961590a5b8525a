//! One statement that is a transaction of its own: the server begins and commits it, and nothing
//! travels beside it.
//!
//! Only for what is whole by itself. Whoever needs a second statement to be true begins a
//! transaction; so a [`Single`] is used up by its statement.

use std::future::Future;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::Transaction;
use crate::StoreError;

/// Where one statement runs, and under which name: alone, or in a transaction beside others. Not to
/// be named outside of this crate: statements are written here.
pub trait Place: Sized + Send {
    /// What goes into `updated_by`.
    fn name(&self) -> &'static str;

    /// Runs the statement and answers its rows.
    fn rows(
        self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;
}

/// One statement to be run alone; durable as soon as it is answered.
pub struct Single<'a> {
    client: &'a deadpool_postgres::Client,
    name: &'static str,
}

impl<'a> Single<'a> {
    pub(super) fn new(client: &'a deadpool_postgres::Client, name: &'static str) -> Self {
        Self { client, name }
    }
}

impl Place for Single<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn rows(
        self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.client.prepare_cached(sql).await?;
        Ok(self.client.query(&statement, parameters).await?)
    }
}

impl Place for &Transaction<'_> {
    fn name(&self) -> &'static str {
        Transaction::name(self)
    }

    async fn rows(
        self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.query(sql, parameters).await
    }
}
