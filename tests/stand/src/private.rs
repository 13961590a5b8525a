//! Engines for one test alone, which it may stop, kill, restart and empty.
//!
//! They are ended and removed when dropped. One whose test was killed is written down in
//! `.local/private/` with its owner, and ended by the next `stand setup` or `stand down`.

mod archived_database;
mod broker_cluster;
mod database_cluster;

use std::fs;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Stop, private_record, private_records};
use crate::running::Running;
use crate::{elsewhere, postgres, rabbitmq, secret};
pub use archived_database::ArchivedDatabase;
pub use broker_cluster::BrokerCluster;
pub use database_cluster::DatabaseCluster;

/// What is written down about a server of one test.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "E: Engine"))]
struct Owned<E: Engine> {
    owner: Running,
    server: E,
}

impl<E: Engine> Owned<E> {
    /// Written down before anything runs, so that nothing is left that nobody knows of.
    fn note(server: E) -> Result<Self> {
        let owned = Self {
            owner: Running::current(),
            server,
        };
        owned.write()?;
        Ok(owned)
    }

    async fn start(server: E) -> Result<Self> {
        let mut owned = Self::note(server)?;
        owned.server.start().await?;
        owned.write()?;
        Ok(owned)
    }

    fn write(&self) -> Result<()> {
        secret::write_json(&private_record::<E>(self.server.instance())?, self)
    }

    async fn start_again(&mut self) -> Result<()> {
        self.server.start().await?;
        self.write()
    }

    async fn remove(mut self) -> Result<()> {
        self.server.stop(Stop::Kill).await?;
        self.server.remove()?;
        fs::remove_file(private_record::<E>(self.server.instance())?)?;
        Ok(())
    }
}

/// Ends and removes servers of single tests: those whose owner is gone, or all. Answers how many.
pub(crate) async fn remove<E: Engine>(of_the_living_too: bool) -> Result<usize> {
    let mut removed = 0;
    for record in private_records::<E>()? {
        // Its owner may remove it between the listing and the look.
        if let Some(owned) = secret::read_json::<Owned<E>>(&record)?
            && (of_the_living_too || !owned.owner.is_alive())
        {
            owned.remove().await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// A PostgreSQL nobody else uses. Its port stays the same however often it is restarted.
#[derive(Debug)]
pub struct Postgres {
    owned: Option<Owned<postgres::Server>>,
    handle: postgres::Postgres,
}

impl Postgres {
    /// Makes and starts a new one; about a second.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub async fn create() -> Result<Self> {
        let server = postgres::Server::create("private").await?;
        let handle = server.handle()?;
        Ok(Self {
            owned: Some(Owned::start(server).await?),
            handle,
        })
    }

    /// What [`TestDatabase::create_on`](crate::TestDatabase::create_on) takes.
    #[must_use]
    pub fn handle(&self) -> &postgres::Postgres {
        &self.handle
    }

    /// Starts it again after a stop or a kill.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<()> {
        server(&mut self.owned).start_again().await
    }

    /// Stops it cleanly: clients are disconnected, data is kept.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn stop(&mut self) -> Result<()> {
        server(&mut self.owned).server.stop(Stop::Clean).await
    }

    /// Stops it as a power cut would.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn kill_9(&mut self) -> Result<()> {
        server(&mut self.owned).server.stop(Stop::Kill).await
    }

    /// Stops it cleanly and starts it again.
    ///
    /// # Errors
    /// When it cannot be stopped or does not start.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.start().await
    }

    /// The id of its main process, while that lives.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.owned.as_ref()?.server.process().map(Running::pid)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(owned) = self.owned.take() {
            elsewhere::finish(owned.remove());
        }
    }
}

/// A RabbitMQ nobody else uses. Its port stays the same however often it is restarted.
#[derive(Debug)]
pub struct RabbitMq {
    owned: Option<Owned<rabbitmq::Server>>,
    handle: rabbitmq::RabbitMq,
}

impl RabbitMq {
    /// Makes and starts a new one; four seconds and 137 MB.
    ///
    /// # Errors
    /// When RabbitMQ is not installed or does not start.
    pub async fn create() -> Result<Self> {
        let server = rabbitmq::Server::create("private")?;
        let handle = server.handle()?;
        Ok(Self {
            owned: Some(Owned::start(server).await?),
            handle,
        })
    }

    /// One that clients reach under TLS alone, as `localhost`, with this certificate.
    ///
    /// # Errors
    /// As [`RabbitMq::create`].
    pub async fn create_under_tls(certificate: &str, key: &str) -> Result<Self> {
        let mut server = rabbitmq::Server::create("private")?;
        server.demand_tls(certificate, key)?;
        let handle = server.handle()?;
        Ok(Self {
            owned: Some(Owned::start(server).await?),
            handle,
        })
    }

    /// What [`TestVhost::create_on`](crate::TestVhost::create_on) takes.
    #[must_use]
    pub fn handle(&self) -> &rabbitmq::RabbitMq {
        &self.handle
    }

    /// Starts it again after a stop or a kill.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<()> {
        server(&mut self.owned).start_again().await
    }

    /// Stops it cleanly; six seconds.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn stop(&mut self) -> Result<()> {
        server(&mut self.owned).server.stop(Stop::Clean).await
    }

    /// Stops it as a power cut would.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn kill_9(&mut self) -> Result<()> {
        server(&mut self.owned).server.stop(Stop::Kill).await
    }

    /// Stops it cleanly and starts it again.
    ///
    /// # Errors
    /// When it cannot be stopped or does not start.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.start().await
    }

    /// Deletes every queue with its messages while clients stay connected; answers how many.
    ///
    /// # Errors
    /// When the management API does not answer.
    pub async fn wipe(&self) -> Result<usize> {
        self.handle.management().delete_queues(None).await
    }

    /// Kills it and starts it again with nothing it knew: no message, queue, exchange or virtual
    /// host, as when the broker's disk is lost. The URL of the default virtual host stays good.
    ///
    /// # Errors
    /// When it cannot be stopped or does not start.
    pub async fn lose_everything(&mut self) -> Result<()> {
        self.kill_9().await?;
        server(&mut self.owned).server.forget_everything()?;
        self.start().await
    }

    /// The id of the Erlang process, while that lives.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.owned.as_ref()?.server.process().map(Running::pid)
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        if let Some(owned) = self.owned.take() {
            elsewhere::finish(owned.remove());
        }
    }
}

fn server<E: Engine>(owned: &mut Option<Owned<E>>) -> &mut Owned<E> {
    owned
        .as_mut()
        .expect("the server is taken out only when its owner is dropped")
}
