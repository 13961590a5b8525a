//! `opsctl dead-letter replay`: sends messages again.
//!
//! A few that are named are sent at once, each in a transaction of its own: when the third of five
//! fails, the first two are done, and the exit code says so. Whatever is more than a few, or meant
//! by a filter, is a replay job.

use clap::Args;
use runtime::clock;
use serde_json::json;
use store::dead_letters::{self, DeadLetterState};
use store::{Connection, StoreError, audit, outbox};

use super::dead_letter_many::WhichOnes;
use super::replay_wish::{self, How};
use crate::database::Database;
use crate::exit::Exit;
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};

/// As many as a person looks at one by one; more are a job, which can stop by itself and has its
/// bounds.
const A_FEW: usize = 10;

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The numbers that `list` shows; up to ten are sent at once
    ids: Vec<i64>,
    #[command(flatten)]
    which: WhichOnes,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    permit: PermitArgs,
}

/// Decides about each of them, or says what would be decided.
pub(crate) async fn replay_all(database: &Database, decide: &Decide) -> anyhow::Result<Report> {
    let permit = decide.permit.permit_with_ticket()?;
    let filter = decide.which.filter(&decide.ids)?;
    if decide.ids.len() > A_FEW || decide.which.says_something() {
        return replay_wish::run(database, filter, &decide.how, permit.as_ref()).await;
    }
    let mut connection = database.connection().await?;
    let mut results = Vec::new();
    for id in &decide.ids {
        let (done, said) = match &permit {
            None => foretell(&connection, *id).await?,
            Some(permit) => match one(&mut connection, *id, permit).await {
                Ok(true) => (true, "replayed".to_owned()),
                Ok(false) => (false, refusal(&connection, *id).await?),
                // What is done stays done, so the rest is reported rather than lost.
                Err(error) => (false, format!("failed: {:#}", anyhow::Error::new(error))),
            },
        };
        results.push((*id, done, said));
    }
    let done = results.iter().filter(|(_, done, _)| *done).count();
    let exit = match done {
        all if all == results.len() => Exit::Done,
        0 => Exit::Failed,
        _ => Exit::Partly,
    };
    let each = results
        .iter()
        .map(|(id, done, said)| json!({ "id": id, "ok": done, "result": said }));
    let json = json!({ "dry_run": permit.is_none(), "results": each.collect::<Vec<_>>() });
    let report = Report::new(json).exit(exit).rows(Rows {
        title: String::new(),
        head: vec!["ID", "RESULT"],
        rows: results
            .into_iter()
            .map(|(id, _, said)| vec![id.to_string(), said])
            .collect(),
        when_empty: "",
    });
    Ok(match permit {
        Some(_) => report,
        None => {
            report.line("Nothing was changed. Add --yes, --reason TEXT and --ticket TEXT to do it.")
        }
    })
}

async fn foretell(connection: &Connection, id: i64) -> Result<(bool, String), StoreError> {
    let letter = dead_letters::find(connection, id).await?;
    let possible = letter
        .as_ref()
        .is_some_and(|letter| letter.state == DeadLetterState::Open && letter.obstacle().is_none());
    if possible {
        Ok((true, "would be replayed".to_owned()))
    } else {
        Ok((false, refusal(connection, id).await?))
    }
}

async fn one(connection: &mut Connection, id: i64, permit: &Permit) -> Result<bool, StoreError> {
    let now = clock::now();
    let tx = connection.begin("opsctl: replay dead letter").await?;
    let replayed = dead_letters::replay(&tx, now, id, permit.decision()).await?;
    if replayed {
        outbox::notify(&tx).await?;
        let (subject, detail) = (format!("dead_letter {id}"), json!({ "id": id }));
        let act = permit.act("dead_letter.replay", &subject, &detail);
        audit::append(&tx, now, &act).await?;
        tx.commit().await?;
    }
    Ok(replayed)
}

/// Why nothing can be done with it.
async fn refusal(connection: &Connection, id: i64) -> Result<String, StoreError> {
    let letter = dead_letters::find(connection, id).await?;
    let Some(letter) = letter else {
        return Ok("there is no such dead letter".to_owned());
    };
    Ok(match letter.state {
        DeadLetterState::Open => letter
            .obstacle()
            .unwrap_or("it is in the outbox already")
            .to_owned(),
        state => format!("was {} before", state.as_str()),
    })
}
