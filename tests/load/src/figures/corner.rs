//! A corner of the engines with partner-notifier in it, as a process of its own.

use std::time::Duration;

use anyhow::{Context as _, Result};
use stand::keys::rsa_2048;
use stand::process::Process;
use stand::system::{Plan, Service};
use stand::{TestDatabase, TestVhost};
use tempfile::TempDir;
use tokio_postgres::Client;

/// Longer than a debug binary needs on a busy machine of two cores.
const START: Duration = Duration::from_secs(60);

const NOTIFIER: Service = Service::PartnerNotifier;

const UNDELIVERED: &str = "\
-- load.undelivered
select count(*) from notices where state <> 'delivered' and partner_id = any($1)";

/// A database and a virtual host, and what runs in them. Dropping it ends all of it.
pub(crate) struct Corner {
    pub(crate) sql: Client,
    plan: Plan,
    database: TestDatabase,
    _vhost: TestVhost,
    folder: TempDir,
}

impl Corner {
    /// An empty one.
    pub(crate) async fn open() -> Result<Self> {
        let (database, vhost) = tokio::try_join!(TestDatabase::create(), TestVhost::create())?;
        // Nobody plays Huifu here, so whose key it is does not matter.
        let plan = Plan::new(database.url(), vhost.amqp_url(), &rsa_2048(0));
        Ok(Self {
            sql: crate::system::connect(database.url()).await?,
            plan,
            database,
            _vhost: vhost,
            folder: tempfile::tempdir()?,
        })
    }

    /// The database's address.
    pub(crate) fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Another connection.
    pub(crate) async fn connect(&self) -> Result<Client> {
        crate::system::connect(self.database.url()).await
    }

    /// Starts partner-notifier, told what everybody is told and `more`.
    pub(crate) async fn start_notifier(&self, more: &[(&str, &str)]) -> Result<Process> {
        let mut environment = self.plan.environment(NOTIFIER);
        let more = more.iter();
        environment.extend(more.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let log = self.folder.path().join("partner-notifier.log");
        let mut process = Process::spawn(NOTIFIER.name(), &[], &environment, &log)?;
        let ready = format!("{}/readyz", self.plan.admin_url(NOTIFIER));
        process.wait_ready(&ready, START).await?;
        Ok(process)
    }

    /// Waits until these shops have taken every notice.
    pub(crate) async fn delivered(
        &self,
        shops: impl Iterator<Item = usize>,
        patience: Duration,
    ) -> Result<()> {
        let partners: Vec<String> = shops.map(|shop| format!("shop-{shop}")).collect();
        stand::try_eventually(patience, "every notice to be taken", async || {
            let row = self.sql.query_one(UNDELIVERED, &[&partners]).await;
            match row.map(|row| row.get::<_, i64>(0)) {
                Ok(0) => Ok(()),
                Ok(count) => Err(format!("{count} are not")),
                Err(error) => Err(error.to_string()),
            }
        })
        .await
    }
}

/// Ends a process in good order.
pub(crate) async fn stop(mut process: Process) -> Result<()> {
    process.sigterm()?;
    process.wait(START).await.context("partner-notifier")?;
    Ok(())
}
