//! The connection that most commands need, made only when they need it.

use anyhow::Context as _;
use runtime::data_keys::DataKeys;
use runtime::settings::{Env, Secret, database_address};
use store::{Address, Connection, Store, schema};

use crate::exit::WrongUsage;

/// Where the database is, if anybody said so.
pub(crate) struct Database {
    url: Option<Secret>,
}

impl Database {
    /// What the command line said; the environment is asked when a command needs a database.
    pub(crate) fn new(url: Option<Secret>) -> Self {
        Self { url }
    }

    /// The address: `--database-url`, else `DATABASE_URL` or the file `DATABASE_URL_FILE` names;
    /// believed what `DATABASE_CA_FILE` says.
    pub(crate) fn address(&self) -> Result<Address, WrongUsage> {
        let mut env = Env::of_process();
        let url = match &self.url {
            Some(url) => Some(url.clone()),
            None => env.required("DATABASE_URL"),
        };
        let address = database_address(&mut env, url);
        address.ok_or_else(|| WrongUsage(env.errors().join("; ")))
    }

    /// A pool of few connections, for what goes on while it is watched.
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        let store = Store::at(self.address()?, 2, "opsctl")?;
        let connection = store
            .connection()
            .await
            .context("no connection to the database")?;
        schema::require_current(&connection).await?;
        Ok(store)
    }

    /// One connection to a database whose schema this program knows.
    pub(crate) async fn connection(&self) -> anyhow::Result<Connection> {
        let store = Store::at(self.address()?, 1, "opsctl")?;
        let connection = store
            .connection()
            .await
            .context("no connection to the database")?;
        schema::require_current(&connection).await?;
        Ok(connection)
    }
}

/// A secret that the environment must bring, itself or as a file.
pub(crate) fn from_environment(name: &'static str) -> Result<Secret, WrongUsage> {
    let mut env = Env::of_process();
    let secret = env.required(name);
    secret.ok_or_else(|| WrongUsage(env.errors().join("; ")))
}

/// The keys under which personal data lies, as the environment brings them.
pub(crate) fn data_keys() -> Result<DataKeys, WrongUsage> {
    let mut env = Env::of_process();
    let keys = DataKeys::read(&mut env);
    keys.ok_or_else(|| WrongUsage(env.errors().join("; ")))
}
