//! Connections, transactions, and being woken when the outbox has work.
//!
//! A transaction says its name when it begins; the name is written into every row's `updated_by`.
//! Committing one that enqueued messages wakes the relay of the same process directly. `NOTIFY`
//! inside each of those transactions would do it too, but takes a database-wide lock from before
//! the commit's fsync until after it, and so would bring all commits into single file; it is left
//! to those who enqueue without a relay of their own (see [`crate::outbox::notify`]).

mod meter;
mod single;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Timeouts};
use tokio::sync::{Notify, mpsc};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Row};

use crate::trust::Trust;
use crate::{Address, StoreError};

pub(crate) use single::Place;
pub use single::Single;
pub use transaction::Transaction;

const PING: &str = "\
-- pool.ping
select 1";

const LISTEN: &str = "\
-- pool.listen
listen outbox";

/// Long enough for a burst to pass, shorter than any HTTP time-out above it.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);

/// How long a server may leave what it was sent without an acknowledgement. A machine that loses
/// its power says no good-bye: without this the kernel would go on sending for a quarter of an
/// hour, and every connection of the pool would be held by somebody who waits for a dead server.
/// Statements are short, but it is the kernel there that acknowledges, not the statement's end.
const GONE: Duration = Duration::from_secs(15);

/// The same for a connection on which nothing is sent, as that which listens: after the first of
/// these it is asked for a sign of life, and then each of the second, until it is [`GONE`]. The
/// kernel's own default is two hours.
const QUIET: Duration = Duration::from_secs(10);
const ASKED_AGAIN: Duration = Duration::from_secs(5);

/// Every statement here is short, is prepared once a connection, and is served by an index. So:
///
/// - No plan that reads a whole table. The server keeps the plan of a prepared statement; made
///   while a table is small, as every table is on the first day, it would go on reading all of it
///   until statistics are gathered. A statement without an index still runs: it is a price, not a
///   prohibition.
/// - One plan for all parameters, made once, instead of five made to be compared with it.
/// - No compilation of plans, which costs more than any of them runs.
const SHORT_STATEMENTS: &str =
    "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off";

/// What the server is told at the beginning of each connection, after what the address says.
fn options(of_address: Option<&str>) -> String {
    let words = of_address.into_iter().chain([SHORT_STATEMENTS]);
    words.collect::<Vec<_>>().join(" ")
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    address: Address,
    outbox: Arc<Notify>,
}

impl Store {
    /// Prepares a pool; nothing is connected yet. `application_name` is shown by the server, which
    /// is believed what this system believes.
    pub fn new(
        database_url: &str,
        pool_size: usize,
        application_name: &str,
    ) -> Result<Self, StoreError> {
        let address = Address::new(database_url, Arc::new(Trust::of_system()))?;
        Self::at(address, pool_size, application_name)
    }

    /// As [`Store::new`], at an address that was read before.
    pub fn at(
        mut address: Address,
        pool_size: usize,
        application_name: &str,
    ) -> Result<Self, StoreError> {
        let config = address.config_mut();
        config.application_name(application_name);
        config.connect_timeout(WAIT_FOR_CONNECTION);
        config.tcp_user_timeout(GONE);
        config.keepalives_idle(QUIET);
        config.keepalives_interval(ASKED_AGAIN);
        config.options(options(config.get_options()));
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(address.config().clone(), address.tls(), recycling);
        let timeouts = Timeouts {
            wait: Some(WAIT_FOR_CONNECTION),
            create: Some(WAIT_FOR_CONNECTION),
            recycle: Some(WAIT_FOR_CONNECTION),
        };
        let pool = Pool::builder(manager)
            .max_size(pool_size)
            .timeouts(timeouts)
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .build()
            .map_err(StoreError::Build)?;
        Ok(Self {
            pool,
            address,
            outbox: Arc::new(Notify::new()),
        })
    }

    /// Takes a connection out of the pool; it goes back when dropped.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        let client = meter::waited(self.pool.get()).await;
        let client = client.map_err(|error| StoreError::Pool(error.into()))?;
        Ok(Connection {
            client,
            outbox: Arc::clone(&self.outbox),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let connection = self.connection().await?;
        connection.client().simple_query(PING).await?;
        Ok(())
    }

    /// Sets the gauges of the pool; for whoever is about to show them.
    pub fn tell_pool(&self) {
        meter::tell(self.pool.status());
    }

    /// Listens on a connection of its own for work in the outbox, enqueued here or elsewhere.
    pub async fn listen_outbox(&self) -> Result<Listener, StoreError> {
        let connected = self.address.connect().await;
        let (client, mut connection) = connected.map_err(StoreError::Pool)?;
        let (sender, notifications) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(Ok(message)) =
                std::future::poll_fn(|context| connection.poll_message(context)).await
            {
                if let AsyncMessage::Notification(_) = message {
                    // A full channel already holds a wake-up; one is enough.
                    let _ = sender.try_send(());
                }
            }
        });
        client.batch_execute(LISTEN).await?;
        Ok(Listener {
            _client: client,
            notifications,
            local: Arc::clone(&self.outbox),
        })
    }
}

/// Wakes when the outbox may have work.
pub struct Listener {
    // The connection lives as long as its client.
    _client: tokio_postgres::Client,
    notifications: mpsc::Receiver<()>,
    local: Arc<Notify>,
}

impl Listener {
    /// Waits for the next wake-up; `false` once the connection to the database is gone, and then a
    /// new listener is needed. Cancel safe.
    pub async fn woken(&mut self) -> bool {
        tokio::select! {
            () = self.local.notified() => true,
            notification = self.notifications.recv() => notification.is_some(),
        }
    }
}

/// One connection.
pub struct Connection {
    client: deadpool_postgres::Client,
    outbox: Arc<Notify>,
}

impl Connection {
    /// Begins a transaction called `"service: verb object"`. The server hears of it with the first
    /// statement.
    pub async fn begin(&mut self, name: &'static str) -> Result<Transaction<'_>, StoreError> {
        Ok(Transaction::new(&mut self.client, name, &self.outbox))
    }

    /// One statement that is a transaction of its own, called like one.
    pub fn single(&self, name: &'static str) -> Single<'_> {
        Single::new(&self.client, name)
    }

    pub(crate) fn client(&self) -> &deadpool_postgres::Client {
        &self.client
    }

    /// Runs one reading statement outside any transaction.
    pub(crate) async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.client.prepare_cached(sql).await?;
        Ok(self.client.query(&statement, parameters).await?)
    }

    /// As [`Connection::query`], for at most one row.
    pub(crate) async fn query_opt(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, StoreError> {
        let statement = self.client.prepare_cached(sql).await?;
        Ok(self.client.query_opt(&statement, parameters).await?)
    }
}
