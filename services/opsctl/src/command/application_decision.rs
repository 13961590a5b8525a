//! `opsctl application decide`: a person has looked in Huifu's console at what we cannot ask about.
//!
//! A dry run does exactly the same in a transaction that is rolled back, so it cannot foretell
//! anything else than what will happen. The edge is the one that the answer would have taken: a
//! user's first step that was done goes on with the second, an end is told to the partner.

use anyhow::{anyhow, bail};
use clap::Args;
use contract::application::{State, Step};
use contract::ids::{ApplicationId, HuifuId, TokenNo};
use contract::partner::ApplicationReason;
use jiff::Timestamp;
use runtime::{clock, ids};
use serde_json::json;
use store::Transaction;
use store::applications::attempts;
use store::applications::progress::{
    Advanced, Edge, Event, Granted, Learned, NewIds, Reason, advance,
};
use store::applications::{Application, Grant};
use store::attempts::AttemptOutcome;
use store::audit;
use store::cases::{self, Closed, Closing};
use store::dead_letters::Decision;

use super::application_undecided::{self, Undecided};
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::output::Report;
use crate::permit::{Permit, PermitArgs};

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The number that `list` shows
    pub(super) application_id: ApplicationId,
    #[command(flatten)]
    end: End,
    /// With --passed: the merchant's or user's number at Huifu
    #[arg(long, conflicts_with = "refused")]
    pub(super) huifu_id: Option<HuifuId>,
    /// With --passed: Huifu's number of the card
    #[arg(long, conflicts_with = "refused")]
    pub(super) token_no: Option<TokenNo>,
    /// With --refused: what the partner is told [default: refused_in_review of what is in review,
    /// else refused_by_provider]
    #[arg(long, conflicts_with = "passed", value_name = "CODE", value_parser = reason_code)]
    reason_code: Option<ApplicationReason>,
    #[command(flatten)]
    permit: PermitArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct End {
    /// The step is done: Huifu's console shows it
    #[arg(long)]
    passed: bool,
    /// Huifu has nothing of it and will not, or its people said no
    #[arg(long)]
    refused: bool,
}

impl Decide {
    pub(super) fn passed(&self) -> bool {
        self.end.passed
    }
}

/// What stands in the rows of a dry run until they are rolled back.
const NOBODY: Decision<'static> = Decision {
    by: "dry run",
    reason: "dry run",
};

pub(crate) async fn run(decide: &Decide, database: &Database) -> anyhow::Result<Report> {
    let permit = decide.permit.permit()?;
    let decision = permit.as_ref().map_or(NOBODY, Permit::decision);
    let mut connection = database.connection().await?;
    let found = application_undecided::find(&connection, decide).await?;
    let now = clock::now();
    let tx = connection.begin("opsctl: decide application").await?;
    let state = write(&tx, now, decide, &found, &decision).await?;
    let closing = Closing {
        ids: &found.cases,
        release: false,
        decision,
    };
    let Closed::Done { cases, .. } = cases::close(&tx, now, &closing).await? else {
        bail!("its cases were decided meanwhile; nothing was changed");
    };
    if let Some(permit) = &permit {
        let id = &found.application.id;
        let detail = json!({
            "step": found.application.step, "state": state, "huifu_id": decide.huifu_id,
            "reason_code": decide.reason_code.map(ApplicationReason::as_str), "cases": cases,
        });
        let subject = format!("application {id}");
        let act = permit.act("application.decide", &subject, &detail);
        audit::append(&tx, now, &act).await?;
        tx.commit().await?;
    }
    Ok(report(&found.application, state, &cases, permit.is_some()))
}

/// The state that the application has come to.
async fn write(
    tx: &Transaction<'_>,
    now: Timestamp,
    decide: &Decide,
    found: &Undecided,
    decision: &Decision<'_>,
) -> anyhow::Result<State> {
    let (application, serial) = (&found.application, &found.attempt.req_seq_id);
    let detail = json!({
        "req_seq_id": serial, "step": application.step, "by": decision.by,
        "reason": decision.reason, "huifu_id": decide.huifu_id,
    });
    let granted = found.grant.as_ref().map(Grant::granted);
    let was = application.state;
    let code = decide.reason_code.unwrap_or(if was == State::InReview {
        ApplicationReason::RefusedInReview
    } else {
        ApplicationReason::RefusedByProvider
    });
    let edge = Edge {
        application: &application.id,
        step: application.step,
        event: event(decide, granted.as_ref(), code),
        learned: Learned {
            huifu_id: decide.huifu_id.as_ref(),
            apply_no: None,
            token_no: decide.token_no.as_ref(),
        },
        detail: &detail,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    };
    let advanced = advance(tx, now, &edge).await;
    let advanced = advanced.map_err(|error| match error.constraint() {
        Some("users_pkey" | "user_unique_at_partner") => anyhow!(
            "{} has a user {} already",
            application.partner_id,
            application.third_party_user_id
        ),
        _ => error.into(),
    })?;
    let Some(to) = moved(advanced, was) else {
        bail!("the application has moved on meanwhile; nothing was changed");
    };
    // What Huifu looked at, it had: a callback that comes after all is then about a known attempt.
    let outcome = if decide.passed() || was != State::Unknown {
        AttemptOutcome::Submitted
    } else {
        AttemptOutcome::Refused
    };
    attempts::close(tx, now, serial, outcome, None).await?;
    Ok(to)
}

/// Where the decision led, if the application stood where the operator saw it.
fn moved(advanced: Advanced, was: State) -> Option<State> {
    match advanced {
        Advanced::Moved { from, to } => (from == was).then_some(to),
        Advanced::Agreed(_)
        | Advanced::Refused(_)
        | Advanced::Held(_)
        | Advanced::Contradicted(_)
        | Advanced::Unknown => None,
    }
}

fn event<'a>(
    decide: &Decide,
    granted: Option<&'a Granted<'a>>,
    code: ApplicationReason,
) -> Event<'a> {
    match (decide.passed(), granted) {
        (true, Some(granted)) => Event::Pass(granted),
        (true, None) => Event::StepDone,
        (false, _) => Event::Refuse(Reason {
            code: code.as_str(),
            detail: None,
        }),
    }
}

fn report(application: &Application, state: State, cases: &[i64], done: bool) -> Report {
    let (id, user) = (&application.id, &application.htouhui_user_id);
    let verb = if done { "is" } else { "would be" };
    let next = match state {
        State::Received if application.held => {
            "its next step waits until its cases are closed with --release".to_owned()
        }
        State::Received => format!(
            "its next step, {}, is sent to Huifu",
            Step::Business.as_str()
        ),
        State::Passed => format!("{user} may withdraw by it, and the partner is told"),
        State::Sending
        | State::Submitted
        | State::InReview
        | State::Unknown
        | State::Refused
        | State::Failed => "the partner is told".to_owned(),
    };
    let end = match (state, done) {
        (State::Received, true) => "goes on".to_owned(),
        (State::Received, false) => "would go on".to_owned(),
        (ended, _) => format!("{verb} {}", ended.as_str()),
    };
    let mut lines = vec![format!("Application {id} {end}: {next}.")];
    lines.extend(
        cases
            .iter()
            .map(|case| format!("Case {case} {verb} closed.")),
    );
    if !done {
        lines.push("Nothing was changed. Add --yes and --reason TEXT to do it.".to_owned());
    }
    let json = json!({
        "dry_run": !done, "application_id": id, "state": state, "closed": cases,
    });
    Report::new(json).line(lines.join("\n"))
}

fn reason_code(text: &str) -> Result<ApplicationReason, WrongUsage> {
    ApplicationReason::from_name(text).ok_or_else(|| {
        let codes = ApplicationReason::ALL.map(ApplicationReason::as_str);
        WrongUsage(format!("a code is one of {}", codes.join(", ")))
    })
}
