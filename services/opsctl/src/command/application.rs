//! `opsctl application`: what partners asked us to set up at Huifu; deciding is next door.
//!
//! What stands in a form is for Huifu alone and is never shown here.

use anyhow::anyhow;
use clap::{Args, Subcommand, value_parser};
use contract::application::State;
use contract::ids::{ApplicationId, PartnerId};
use runtime::clock;
use serde_json::{Value, json};
use store::Connection;
use store::applications::{self, Application, Filter};

use super::application_decision::{self, Decide};
use super::application_question::{self, Ask};
use super::application_story;
use crate::beijing::{age, shown};
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::output::{Report, Rows};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The oldest applications
    List(List),
    /// Everything known of one application but its form: facts, attempts, cases, notices, timeline
    /// (Beijing time)
    Show {
        /// The number that `list` shows
        application_id: ApplicationId,
    },
    /// Ask Huifu about it now, and not when its next question is due
    Ask(Ask),
    /// Say how an application ended of which Huifu does not tell us; needs DATA_KEYS or
    /// DATA_KEYS_FILE, the same as huifu-dispatcher's, where a card or a fee is written
    Decide(Decide),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this partner
    #[arg(long)]
    partner: Option<PartnerId>,
    /// In this state: received, sending, submitted, in_review, unknown, passed, refused or failed
    #[arg(long, value_parser = state)]
    state: Option<State>,
    /// Only those that have not come to their end
    #[arg(long)]
    open: bool,
    /// Only those that a case holds
    #[arg(long)]
    held: bool,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::List(which) => list(&database.connection().await?, &which).await,
        Command::Show { application_id } => {
            let connection = database.connection().await?;
            application_story::read(&connection, &application_id)
                .await?
                .map(|story| story.report())
                .ok_or_else(|| anyhow!("there is no application {application_id}"))
        }
        Command::Ask(ask) => {
            application_question::run(&ask, &mut database.connection().await?).await
        }
        Command::Decide(decide) => application_decision::run(&decide, database).await,
    }
}

async fn list(connection: &Connection, which: &List) -> anyhow::Result<Report> {
    let filter = Filter {
        partner: which.partner.as_ref(),
        state: which.state,
        open: which.open,
        held: which.held,
    };
    let found = applications::list(connection, &filter, which.limit).await?;
    let now = clock::now();
    let rows = found.iter().map(|one| {
        let held = if one.held { "held" } else { "" };
        vec![
            one.id.to_string(),
            one.partner_id.to_string(),
            one.application_no.to_string(),
            one.kind.as_str().to_owned(),
            one.subject.as_str().to_owned(),
            one.state.as_str().to_owned(),
            held.to_owned(),
            shown(one.updated_at),
            age(now, one.updated_at),
        ]
    });
    let rows = rows.collect();
    Ok(
        Report::new(found.iter().map(facts).collect::<Vec<_>>()).rows(Rows {
            title: String::new(),
            head: vec![
                "APPLICATION",
                "PARTNER",
                "NO",
                "KIND",
                "SUBJECT",
                "STATE",
                "HELD",
                "SINCE",
                "AGE",
            ],
            rows,
            when_empty: "No such applications.",
        }),
    )
}

/// One application for machines, without its form.
pub(super) fn facts(one: &Application) -> Value {
    json!({
        "application_id": one.id, "application_no": one.application_no,
        "partner_id": one.partner_id, "kind": one.kind, "subject": one.subject,
        "third_party_user_id": one.third_party_user_id, "htouhui_user_id": one.htouhui_user_id,
        "huifu_id": one.huifu_id, "card_tail": one.card_tail, "bank_name": one.bank_name,
        "state": one.state, "held": one.held, "step": one.step, "apply_no": one.apply_no,
        "token_no": one.token_no, "reason_code": one.reason_code,
        "reason_detail": one.reason_detail, "created_at": one.created_at,
        "updated_at": one.updated_at, "terminal_at": one.terminal_at,
    })
}

fn state(text: &str) -> Result<State, WrongUsage> {
    State::from_name(text).ok_or_else(|| {
        let states = State::ALL.map(State::as_str).join(", ");
        WrongUsage(format!("a state is one of {states}"))
    })
}
