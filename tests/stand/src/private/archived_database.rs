//! A PostgreSQL whose log is archived, that can be lost with its disk and restored without.

use anyhow::{Context as _, Result};

use super::Owned;
use crate::elsewhere;
use crate::engine::Engine as _;
use crate::postgres;
use crate::switch::Switch;

/// Longer than any test: what is archived, and what a lost disk takes with it, is for the test to
/// say.
const PATIENCE_SECONDS: u16 = 3_600;

/// A server nobody else uses, and beside it a base backup and the archive of its log. The address
/// is the same before and after.
#[derive(Debug)]
pub struct ArchivedDatabase {
    server: Option<Owned<postgres::Server>>,
    copy: Option<Owned<postgres::Server>>,
    door: Switch,
    handle: postgres::Postgres,
}

impl ArchivedDatabase {
    /// Makes and starts a new one; about a second. Nothing is backed up yet.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub async fn create() -> Result<Self> {
        let mut server = postgres::Server::create("archived").await?;
        let copy = Owned::note(server.to_be_restored("restored")?)?;
        server.archive_to(&copy.server, PATIENCE_SECONDS);
        let server = Owned::start(server).await?;
        let door = Switch::to(&[server.server.port()]).await?;
        Ok(Self {
            handle: server.server.handle_at(door.port())?,
            server: Some(server),
            copy: Some(copy),
            door,
        })
    }

    /// What [`TestDatabase::create_on`](crate::TestDatabase::create_on) takes.
    #[must_use]
    pub fn handle(&self) -> &postgres::Postgres {
        &self.handle
    }

    /// Takes the base backup, which the archive completes.
    ///
    /// # Errors
    /// When it cannot be taken, or was taken before.
    pub async fn back_up(&self) -> Result<()> {
        self.copy()?.server.back_up(&self.server()?.server).await
    }

    /// Returns once everything that was committed until now can be restored.
    ///
    /// # Errors
    /// When the server does not run, or does not archive.
    pub async fn archive_now(&self) -> Result<()> {
        self.server()?.server.archive_now().await
    }

    /// Kills the server and takes its disk away.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn lose(&mut self) -> Result<()> {
        let server = self.server.take().context("it is lost already")?;
        server.remove().await
    }

    /// Restores all that is in the archive, and lets the address lead there.
    ///
    /// # Errors
    /// When there is no backup, or it cannot be restored.
    pub async fn restore(&mut self) -> Result<()> {
        let mut copy = self.copy.take().context("it is restored already")?;
        copy.server.restore_all()?;
        let started = copy.start_again().await;
        let copy = self.server.insert(copy);
        started?;
        copy.server.has_recovered().await?;
        self.door.point_to(&[copy.server.port()]);
        Ok(())
    }

    fn server(&self) -> Result<&Owned<postgres::Server>> {
        self.server.as_ref().context("the server is lost")
    }

    fn copy(&self) -> Result<&Owned<postgres::Server>> {
        self.copy.as_ref().context("it is restored already")
    }
}

impl Drop for ArchivedDatabase {
    fn drop(&mut self) {
        for owned in [self.server.take(), self.copy.take()].into_iter().flatten() {
            elsewhere::finish(owned.remove());
        }
    }
}
