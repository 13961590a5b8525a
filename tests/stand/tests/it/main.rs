//! The stand itself, on the engines it starts.

mod clusters;
mod databases;
mod private_engines;
mod processes;
mod vhosts;
mod whole_stand;
mod whole_system;

use std::time::Duration;

use anyhow::Result;
use tokio_postgres::{Client, NoTls};

/// Far longer than anything here takes, even beside a compiler.
const SOON: Duration = Duration::from_secs(60);

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    drop(tokio::spawn(connection));
    Ok(client)
}
