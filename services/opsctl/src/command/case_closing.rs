//! `opsctl case close`: a person has looked; the case is closed, and the withdrawal or application
//! may move again.
//!
//! A dry run does exactly the same in a transaction that is rolled back, so it cannot foretell
//! anything else than what will happen.

use anyhow::bail;
use clap::Args;
use contract::{application, withdrawal};
use runtime::clock;
use serde_json::json;
use store::Connection;
use store::audit;
use store::cases::{self, Closed, Closing, Released};
use store::dead_letters::Decision;

use crate::database::Database;
use crate::output::Report;
use crate::permit::{Permit, PermitArgs};

#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The numbers that `list` shows
    #[arg(required = true)]
    ids: Vec<i64>,
    /// Lift the hold on what they are about: what is due is then sent to Huifu
    #[arg(long)]
    release: bool,
    #[command(flatten)]
    permit: PermitArgs,
}

/// What stands in the rows of a dry run until they are rolled back.
const NOBODY: Decision<'static> = Decision {
    by: "dry run",
    reason: "dry run",
};

pub(crate) async fn run(close: &Close, database: &Database) -> anyhow::Result<Report> {
    let permit = close.permit.permit()?;
    let mut connection = database.connection().await?;
    self::close(&mut connection, &close.ids, close.release, permit.as_ref()).await
}

/// Closes them, or says what closing them would do.
pub(crate) async fn close(
    connection: &mut Connection,
    ids: &[i64],
    release: bool,
    permit: Option<&Permit>,
) -> anyhow::Result<Report> {
    let now = clock::now();
    let tx = connection.begin("opsctl: close case").await?;
    let closing = Closing {
        ids,
        release,
        decision: permit.map_or(NOBODY, Permit::decision),
    };
    let (closed, released) = match cases::close(&tx, now, &closing).await? {
        Closed::Done { cases, released } => (cases, released),
        Closed::Unknown(id) => bail!("there is no case {id}; nothing was changed"),
        Closed::Before(id) => {
            bail!("case {id} was closed before and holds nothing; nothing was changed")
        }
        Closed::Nothing(id) => {
            bail!("case {id} is about nothing of ours: close it without --release")
        }
        Closed::StillOpen(others) => {
            let others: Vec<_> = others.iter().map(ToString::to_string).collect();
            bail!(
                "other cases hold the same, close them as well: {}",
                others.join(" ")
            )
        }
    };
    let verb = if permit.is_some() { "was" } else { "would be" };
    let json = json!({
        "dry_run": permit.is_none(), "closed": closed,
        "released": released.iter().map(Released::id).collect::<Vec<_>>(),
    });
    let mut lines: Vec<String> = closed
        .iter()
        .map(|id| format!("Case {id} {verb} closed."))
        .collect();
    lines.extend(released.iter().map(|freed| {
        let (noun, state, next) = match freed {
            Released::Withdrawal(_, state) => ("Withdrawal", state.as_str(), what_follows(*state)),
            Released::Application(_, state) => ("Application", state.as_str(), what_comes(*state)),
        };
        format!("{noun} {} ({state}) {verb} released: {next}.", freed.id())
    }));
    if release && released.is_empty() {
        lines.push("Nothing is held for it.".to_owned());
    }
    if let Some(permit) = permit {
        let subject = match closed[..] {
            [id] => format!("case {id}"),
            _ => "cases".to_owned(),
        };
        let detail = json!({ "closed": json["closed"], "released": json["released"] });
        audit::append(&tx, now, &permit.act("case.close", &subject, &detail)).await?;
        tx.commit().await?;
    } else {
        let hint = "Nothing was changed. Add --yes and --reason TEXT to do it.";
        return Ok(Report::new(json).line(lines.join("\n")).hint(hint));
    }
    Ok(Report::new(json).line(lines.join("\n")))
}

/// What a withdrawal does that nothing holds any more.
fn what_follows(state: withdrawal::State) -> &'static str {
    use withdrawal::State;

    match state {
        State::Accepted => "it is sent to Huifu within a minute or two",
        State::Draft => "its user may confirm it",
        State::Dispatching | State::Submitted | State::Unconfirmed => {
            "it goes on waiting for its end"
        }
        State::Paid | State::Failed | State::Returned | State::Cancelled | State::Expired => {
            "it has its end, and nothing is sent"
        }
    }
}

/// What an application does that nothing holds any more.
fn what_comes(state: application::State) -> &'static str {
    use application::State;

    match state {
        State::Received => "its step is sent to Huifu within a minute or two",
        State::Sending | State::Submitted | State::InReview | State::Unknown => {
            "it goes on waiting for its end"
        }
        State::Passed | State::Refused | State::Failed => "it has its end, and nothing is sent",
    }
}
