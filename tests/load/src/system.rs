//! The whole system under load: engines' corners of its own, real services and sandboxes as
//! processes, partners and users registered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use runtime::http_client::{self, Limits};
use runtime::service::Running;
use sandbox::SigningKey;
use sandbox::partner::{PartnerConfig, PartnerHandle, PartnerSandbox};
use stand::keys::rsa_2048;
use stand::process::Process;
use stand::system::{Fleet, PRODUCT_ID, Plan, SYS_ID, Service};
use stand::{TestDatabase, TestVhost, free_port};
use store::Store;
use tempfile::TempDir;

use crate::front;
use crate::register::{self, BALANCE, HUIFU_FEE, KEY_ID, Partner, User};

/// Longer than a debug binary needs on a busy machine of two cores.
const START: Duration = Duration::from_secs(60);

/// The number of the Huifu sandbox's key; 0 and 1 are ours, see [`Plan`].
const HUIFU_KEY: usize = 2;

/// How much of everything there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) partners: usize,
    pub(crate) users: usize,
}

/// Everything, running. Dropping it ends it.
pub(crate) struct System {
    pub(crate) fleet: Fleet,
    /// The sandboxes' programs: Huifu first, then each partner's.
    pub(crate) sandboxes: Vec<(String, Process)>,
    pub(crate) huifu_url: String,
    pub(crate) partner_urls: Vec<String>,
    /// The partners' shops as far as users see them: they sign forms and verify answers. Notices
    /// go to the programs.
    pub(crate) shops: Vec<Arc<PartnerHandle>>,
    pub(crate) users: Vec<User>,
    pub(crate) front: Running,
    pub(crate) sql: tokio_postgres::Client,
    pub(crate) http: reqwest::Client,
    _database: TestDatabase,
    _vhost: TestVhost,
    _folder: TempDir,
}

impl System {
    /// Starts it and waits until all of it is ready.
    pub(crate) async fn start(size: Size) -> Result<Self> {
        let (database, vhost) = tokio::try_join!(TestDatabase::create(), TestVhost::create())?;
        let folder = tempfile::tempdir()?;
        let huifu_port = free_port();
        let mut plan = Plan::new(database.url(), vhost.amqp_url(), &rsa_2048(HUIFU_KEY));
        plan.huifu_base_url = format!("http://127.0.0.1:{huifu_port}");
        let partners = register::partners(size.partners)?;
        let users = register::users(size.users, size.partners)?;
        let store = Store::new(database.url(), 2, "load")?;
        register::register(&store, &partners, &users).await?;
        let front = front::start(&plan, &partners, &users).await?;

        let spawning = Spawning {
            plan: &plan,
            folder: folder.path(),
            jwks_url: format!("http://{}/.well-known/jwks.json", front.address()),
        };
        let mut sandboxes = vec![spawning.huifu(huifu_port, &users).await?];
        let (mut shops, mut partner_urls) = (Vec::new(), Vec::new());
        for (number, partner) in partners.iter().enumerate() {
            let port = free_port();
            sandboxes.push(spawning.partner(number, port, partner).await?);
            partner_urls.push(format!("http://127.0.0.1:{port}"));
            let shop = shop(&plan, partner, &partner_urls[number]).await?;
            shops.push(Arc::new(shop));
        }
        let huifu_url = plan.huifu_base_url.clone();
        let sql = connect(database.url()).await?;
        let fleet = Fleet::start(plan, folder.path()).await?;
        Ok(Self {
            fleet,
            sandboxes,
            huifu_url,
            partner_urls,
            shops,
            users,
            front,
            sql,
            http: http_client()?,
            _database: database,
            _vhost: vhost,
            _folder: folder,
        })
    }

    /// How many withdrawals are under way: not at their end, or at it and the partner not told.
    pub(crate) async fn backlog(&self) -> Result<usize> {
        let row = self
            .sql
            .query_one(
                "-- load.backlog
                 select (select count(*) from withdrawals
                          where state in ('accepted', 'dispatching', 'submitted', 'unconfirmed'))
                      + (select count(*) from notices where state <> 'delivered')",
                &[],
            )
            .await?;
        Ok(usize::try_from(row.get::<_, i64>(0))?)
    }

    /// Waits until nothing is under way.
    pub(crate) async fn settles(&self, patience: Duration) -> Result<()> {
        stand::try_eventually(patience, "everything to come to rest", async || match self
            .backlog()
            .await
        {
            Ok(0) => Ok(()),
            Ok(count) => Err(format!("{count} are under way")),
            Err(error) => Err(format!("{error:#}")),
        })
        .await
    }

    /// Ends everything in good order.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.front.stop().await.context("the front")?;
        for service in Service::ALL {
            self.fleet.stop(service).await?;
        }
        Ok(())
    }
}

/// What the sandboxes' programs are told.
struct Spawning<'a> {
    plan: &'a Plan,
    folder: &'a Path,
    /// The front's: the same key as intake's.
    jwks_url: String,
}

impl Spawning<'_> {
    async fn huifu(&self, port: u16, users: &[User]) -> Result<(String, Process)> {
        let merchant = self.file("merchant-public.pem", &self.plan.merchant.public_spki_pem)?;
        let own = self.file("huifu.pem", &rsa_2048(HUIFU_KEY).private_pkcs8_pem)?;
        let mut told = arguments(&[
            ("--listen", &format!("127.0.0.1:{port}")),
            ("--sys-id", SYS_ID),
            ("--product-id", PRODUCT_ID),
            ("--merchant-public-key", &merchant.display().to_string()),
            ("--huifu-private-key", &own.display().to_string()),
            ("--callback-delay-ms", "0"),
        ]);
        told.extend(["--no-magic-amounts".to_owned(), "--quiet".to_owned()]);
        for user in users {
            let of_user = |what: &str| format!("{}={what}", user.huifu_id);
            told.extend(arguments(&[
                ("--account", &of_user(BALANCE)),
                ("--card", &of_user(&user.token_no)),
                ("--fee", &of_user(HUIFU_FEE)),
            ]));
        }
        let ready = format!("http://127.0.0.1:{port}/admin/book");
        self.spawn("huifu-sandbox", "huifu-sandbox", told, &ready)
            .await
    }

    async fn partner(
        &self,
        number: usize,
        port: u16,
        partner: &Partner,
    ) -> Result<(String, Process)> {
        let key = self.file(
            &format!("partner-{number}.pem"),
            &partner.key.private_pkcs8_pem,
        )?;
        let mut told = arguments(&[
            ("--listen", &format!("127.0.0.1:{port}")),
            ("--partner-id", partner.id.as_str()),
            ("--private-key", &key.display().to_string()),
            ("--key-id", KEY_ID),
            ("--intake-url", &self.plan.intake_url()),
            ("--jwks-url", &self.jwks_url),
            ("--third-party-user-id", "nobody"),
            ("--htouhui-user-id", "nobody"),
        ]);
        told.push("--quiet".to_owned());
        let name = format!("partner-sandbox-{number}");
        let ready = format!("http://127.0.0.1:{port}/notices.json");
        self.spawn("partner-sandbox", &name, told, &ready).await
    }

    async fn spawn(
        &self,
        program: &str,
        name: &str,
        told: Vec<String>,
        ready: &str,
    ) -> Result<(String, Process)> {
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let log = self.folder.join(format!("{name}.log"));
        let mut process = Process::spawn(program, &told, &BTreeMap::new(), &log)?;
        process.wait_ready(ready, START).await?;
        Ok((name.to_owned(), process))
    }

    fn file(&self, name: &str, content: &str) -> Result<PathBuf> {
        // The folder is this user's alone, and so are its files.
        let path = self.folder.join(name);
        std::fs::write(&path, content)?;
        Ok(path)
    }
}

fn arguments(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs
        .iter()
        .flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()])
        .collect()
}

async fn shop(plan: &Plan, partner: &Partner, public_url: &str) -> Result<PartnerHandle> {
    let key = SigningKey::read(&partner.key.private_pkcs8_pem)?;
    let mut config = PartnerConfig::for_tests(partner.id.as_str(), KEY_ID, key);
    config.intake_url = plan.intake_url().parse()?;
    config.jwks_url = plan.jwks_url().parse()?;
    config.public_url = Some(public_url.parse()?);
    Ok(PartnerSandbox::start(config).await?)
}

pub(crate) async fn connect(url: &str) -> Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn http_client() -> Result<reqwest::Client> {
    let limits = Limits {
        connect_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(30),
        idle_per_host: 512,
    };
    Ok(http_client::build(&limits)?)
}
