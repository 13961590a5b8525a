//! `opsctl migrate`: brings the schema forward. Services check the version and refuse; only this
//! changes it.

use anyhow::Context as _;
use serde_json::json;

use crate::database::Database;
use crate::output::Report;

pub(crate) async fn run(database: &Database) -> anyhow::Result<Report> {
    let applied = store::migrate(&database.address()?)
        .await
        .context("the schema was not brought forward")?;
    let sentence = match applied {
        0 => "The schema is up to date; nothing was applied.".to_owned(),
        1 => "1 migration was applied.".to_owned(),
        many => format!("{many} migrations were applied."),
    };
    Ok(Report::new(json!({ "applied": applied })).line(sentence))
}
