//! `opsctl after-restore`: the database came back older than it was, and nothing that it has not
//! sent is sent before a person has looked.

use anyhow::Context as _;
use clap::Args;
use contract::withdrawal::State;
use runtime::clock;
use serde_json::json;
use store::audit;
use store::cases::{Unsent, hold_restored};

use crate::database::Database;
use crate::output::Report;
use crate::permit::PermitArgs;

#[derive(Debug, Args)]
pub(crate) struct AfterRestore {
    #[command(flatten)]
    permit: PermitArgs,
}

/// A dry run does the same in a transaction that is rolled back.
pub(crate) async fn run(asked: &AfterRestore, database: &Database) -> anyhow::Result<Report> {
    let permit = asked.permit.permit()?;
    let mut connection = database.connection().await?;
    let now = clock::now();
    let tx = connection.begin("opsctl: after restore").await?;
    let unsent = hold_restored(&tx, now)
        .await
        .context("what was not sent could not be held")?;
    let of = |state| of(&unsent, state);
    let (accepted, drafts) = (of(State::Accepted), of(State::Draft));
    let json = json!({ "dry_run": permit.is_none(), "accepted": accepted, "drafts": drafts });
    let verb = if permit.is_some() {
        "Held"
    } else {
        "Would be held"
    };
    let sentence = format!(
        "{verb}, with a case `restored` for each: {} accepted, {} drafts.",
        accepted.len(),
        drafts.len()
    );
    let report = Report::new(json).line(sentence);
    let Some(permit) = permit else {
        return Ok(report.hint("Nothing was changed. Add --yes and --reason TEXT to do it."));
    };
    let detail = json!({ "accepted": accepted.len(), "drafts": drafts.len() });
    let act = permit.act("withdrawal.hold_restored", "withdrawals", &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    Ok(report.line("Compare each with Huifu's list before you close it: opsctl case list."))
}

fn of(unsent: &[Unsent], state: State) -> Vec<&str> {
    let those = unsent.iter().filter(|one| one.state == state);
    those.map(|one| one.withdrawal.as_str()).collect()
}
