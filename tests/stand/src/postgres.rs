//! The PostgreSQL all tests share, and a database of its own for each.

mod server;
mod template;
mod test_database;

use std::env;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};
use url::Url;

use crate::engine::{Engine as _, Stop, shared_record};
use crate::folder::Lock;
use crate::secret;

pub(crate) use server::Server;
pub use test_database::TestDatabase;
pub(crate) use test_database::{in_use, sweep};

/// A PostgreSQL to work on, as a user who may create databases.
#[derive(Debug)]
pub struct Postgres {
    admin_url: Url,
}

impl Postgres {
    pub(crate) fn at(admin_url: &str) -> Result<Self> {
        // The parser's error does not repeat the text, which holds a password.
        let admin_url = Url::parse(admin_url).context("the database's address is not a URL")?;
        Ok(Self { admin_url })
    }

    /// The URL of the database to connect to for creating others, with its password.
    #[must_use]
    pub fn admin_url(&self) -> &str {
        self.admin_url.as_str()
    }

    /// The URL of another database of this server, whether it exists or not.
    #[must_use]
    pub fn database_url(&self, database: &str) -> String {
        let mut url = self.admin_url.clone();
        url.set_path(database);
        url.into()
    }
}

/// Makes a database of this name where there is none; answers its URL.
pub(crate) async fn keep_database(postgres: &Postgres, name: &str) -> Result<String> {
    let admin = connect(postgres.admin_url()).await?;
    let there = admin
        .query_one(
            "select exists (select from pg_database where datname = $1)",
            &[&name],
        )
        .await?;
    if !there.get::<_, bool>(0) {
        admin
            .batch_execute(&format!("create database {name}"))
            .await
            .with_context(|| format!("cannot create the database {name}"))?;
    }
    Ok(postgres.database_url(name))
}

/// The shared server: found running, or started, or the one `DATABASE_URL` names.
///
/// # Errors
/// When it cannot be started or does not answer.
pub async fn postgres() -> Result<&'static Postgres> {
    static SHARED: OnceCell<Postgres> = OnceCell::const_new();
    SHARED.get_or_try_init(ensure).await
}

async fn ensure() -> Result<Postgres> {
    if let Ok(url) = env::var("DATABASE_URL") {
        let postgres = Postgres::at(&url)?;
        connect(postgres.admin_url())
            .await
            .context("DATABASE_URL is set")?;
        return Ok(postgres);
    }
    let _lock = Lock::take(Server::NAME).await?;
    let record = shared_record::<Server>()?;
    let mut server = match secret::read_json::<Server>(&record)? {
        Some(server) if server.has_its_data() => server,
        _ => Server::create("shared").await?,
    };
    if !server.answers().await {
        // Written down first: a start that is interrupted leaves no folder nobody knows of.
        secret::write_json(&record, &server)?;
        server.stop(Stop::Clean).await?;
        server.avoid_taken_port();
        server.start().await?;
        secret::write_json(&record, &server)?;
    }
    server.handle()
}

/// Milliseconds, when all is well; a machine busy compiling takes longer.
const ANSWER: Duration = Duration::from_secs(10);

/// Connects, and drives the connection on the current runtime until the client is dropped.
pub(crate) async fn connect(url: &str) -> Result<Client> {
    let connecting = timeout(ANSWER, tokio_postgres::connect(url, NoTls));
    let (client, connection) = connecting.await?.context("cannot connect to PostgreSQL")?;
    // An error of the connection is also the error of the statement that waits on it.
    drop(tokio::spawn(connection));
    Ok(client)
}
