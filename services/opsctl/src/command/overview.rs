//! `opsctl overview`: what is open, what is owed, and the last day, at one glance.

use runtime::clock;

use crate::database::Database;
use crate::output::Report;
use crate::overview::{self, Past};

pub(crate) async fn run(database: &Database) -> anyhow::Result<Report> {
    let connection = database.connection().await?;
    let overview = overview::read(&connection, clock::now(), &Past::default()).await?;
    Ok(overview.report())
}
