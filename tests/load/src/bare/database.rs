//! Four transactions of two statements each.

use anyhow::Result;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::NoTls;
use tokio_postgres::types::ToSql;

const CONNECTIONS: usize = 32;

const TABLES: &str = "
create table orders (
    id text primary key, state text not null, amount bigint not null, body text not null,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table attempts (
    id text primary key references orders (id), state text not null,
    created_at timestamptz not null default now());
create table events (
    id bigint generated always as identity primary key, order_id text not null, what text not null,
    at timestamptz not null default now())";

const INSERT_ORDER: &str =
    "insert into orders (id, state, amount, body) values ($1, $2, 10000, $2)";
const INSERT_EVENT: &str = "insert into events (order_id, what) values ($1, $2)";
const MOVE_ORDER: &str = "update orders set state = $2, updated_at = now() where id = $1";
const INSERT_ATTEMPT: &str = "insert into attempts (id, state) values ($1, $2)";
/// Not by the order's state: the last callback overtakes the recording of the answer now and then,
/// and nothing here compares before it writes.
const PAID: &str = "select count(*) from events where what = 'paid'";
const CLOSE_ATTEMPT: &str = "update attempts set state = $2 where id = $1";

/// Tables of its own.
pub(super) struct Database {
    pool: Pool,
}

impl Database {
    pub(super) async fn open(url: &str) -> Result<Self> {
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(url.parse()?, NoTls, recycling);
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
        pool.get().await?.batch_execute(TABLES).await?;
        Ok(Self { pool })
    }

    pub(super) async fn accept(&self, id: &str) -> Result<()> {
        self.both(id, "accepted", INSERT_ORDER, INSERT_EVENT).await
    }

    pub(super) async fn open_attempt(&self, id: &str) -> Result<()> {
        self.both(id, "dispatching", MOVE_ORDER, INSERT_ATTEMPT)
            .await
    }

    pub(super) async fn record_submitted(&self, id: &str) -> Result<()> {
        self.both(id, "submitted", MOVE_ORDER, CLOSE_ATTEMPT).await
    }

    pub(super) async fn finish(&self, id: &str) -> Result<()> {
        self.both(id, "paid", MOVE_ORDER, INSERT_EVENT).await
    }

    /// Four round trips: begin, two statements, commit.
    async fn both(&self, id: &str, state: &str, first: &str, second: &str) -> Result<()> {
        let mut connection = self.pool.get().await?;
        let tx = connection.transaction().await?;
        let parameters: [&(dyn ToSql + Sync); 2] = [&id, &state];
        for sql in [first, second] {
            let statement = tx.prepare_cached(sql).await?;
            tx.execute(&statement, &parameters).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// How many came to their end.
    pub(super) async fn paid(&self) -> Result<usize> {
        let connection = self.pool.get().await?;
        let row = connection.query_one(PAID, &[]).await?;
        Ok(usize::try_from(row.get::<_, i64>(0))?)
    }
}
