//! A primary and two standbys of PostgreSQL behind one address, as
//! `deploy/k8s/components/database` has them: what is committed is on two disks.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::future::{join_all, try_join_all};

use super::Owned;
use crate::elsewhere;
use crate::engine::{Engine as _, Stop};
use crate::eventually::Waiting;
use crate::postgres;
use crate::switch::Switch;

const STANDBYS: usize = 2;

/// A second on idle cores.
const STREAMING: Duration = Duration::from_secs(30);

/// Three instances nobody else uses. Clients and standbys find the primary by one address.
#[derive(Debug)]
pub struct DatabaseCluster {
    instances: Vec<Owned<postgres::Server>>,
    primary: usize,
    door: Switch,
    handle: postgres::Postgres,
}

impl DatabaseCluster {
    /// Makes and starts a new one; some seconds.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub async fn create() -> Result<Self> {
        let primary = Owned::start(postgres::Server::create("primary").await?).await?;
        let door = Switch::to(&[primary.server.port()]).await?;
        let handle = primary.server.handle_at(door.port())?;
        let mut cluster = Self {
            instances: vec![primary],
            primary: 0,
            door,
            handle,
        };
        // Before the standbys are copied, which will be primaries too.
        cluster.primary()?.wait_for_any_standby().await?;
        let standbys = try_join_all((1..=STANDBYS).map(|number| cluster.standby(number))).await?;
        cluster.instances.extend(standbys);
        cluster.has_standbys(STANDBYS).await?;
        Ok(cluster)
    }

    /// What [`TestDatabase::create_on`](crate::TestDatabase::create_on) takes.
    #[must_use]
    pub fn handle(&self) -> &postgres::Postgres {
        &self.handle
    }

    /// Stops the primary as a power cut would. The address leads to it still.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn kill_primary(&mut self) -> Result<()> {
        let primary = self.instances.get_mut(self.primary);
        let primary = primary.context("there is a primary")?;
        primary.server.stop(Stop::Kill).await
    }

    /// What an operator of clusters does once the primary is gone: the standby that has most
    /// becomes the primary, and the address leads there. The other follows it.
    ///
    /// # Errors
    /// When no standby answers, or the other one does not follow.
    pub async fn fail_over(&mut self) -> Result<()> {
        let mut best = None;
        for (place, instance) in self.instances.iter().enumerate() {
            if place != self.primary && instance.server.process().is_some() {
                best = best.max(Some((instance.server.received().await?, place)));
            }
        }
        let (_, chosen) = best.context("no standby is left")?;
        self.primary = chosen;
        self.primary()?.promote().await?;
        self.door.point_to(&[self.primary()?.port()]);
        self.has_standbys(STANDBYS - 1).await
    }

    async fn standby(&self, number: usize) -> Result<Owned<postgres::Server>> {
        let name = format!("standby{number}");
        let server = self.primary()?.standby(&name, self.door.port()).await?;
        Owned::start(server).await
    }

    async fn has_standbys(&self, count: usize) -> Result<()> {
        let count = i64::try_from(count)?;
        let mut waiting = Waiting::new(STREAMING, "the standbys to follow");
        loop {
            match self.primary()?.standbys().await {
                Ok(found) if found >= count => return Ok(()),
                Ok(found) => waiting.saw(format!("{found} of {count}")).await?,
                Err(error) => waiting.saw(error).await?,
            }
        }
    }

    fn primary(&self) -> Result<&postgres::Server> {
        let primary = self.instances.get(self.primary);
        Ok(&primary.context("there is a primary")?.server)
    }
}

impl Drop for DatabaseCluster {
    fn drop(&mut self) {
        let instances = std::mem::take(&mut self.instances);
        elsewhere::finish(async {
            let removed = join_all(instances.into_iter().map(Owned::remove)).await;
            removed.into_iter().collect()
        });
    }
}
