//! `opsctl case`: contradictions that hold a withdrawal or an application until a person has
//! looked; closing is next door.

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum, value_parser};
use runtime::clock;
use serde_json::{Value, json};
use store::Connection;
use store::cases::{self, Case, CaseState};

use super::case_closing::{self, Close};
use crate::beijing::{age, shown, shown_optional};
use crate::database::Database;
use crate::detail;
use crate::output::{Report, Rows, or_dash};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The oldest cases
    List(List),
    /// One case with what was said
    Show {
        /// The number that `list` shows
        id: i64,
    },
    /// Close cases, and let what they are about move again if asked: all of it, or nothing
    Close(Close),
}

/// A list of cases.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Which ones
    #[arg(long, value_enum, default_value = "open")]
    state: Which,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    Open,
    Closed,
    All,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::List(asked) => list(&database.connection().await?, &asked).await,
        Command::Show { id } => show(&database.connection().await?, id)
            .await?
            .ok_or_else(|| anyhow!("there is no case {id}")),
        Command::Close(close) => case_closing::run(&close, database).await,
    }
}

/// The oldest of them.
pub(crate) async fn list(connection: &Connection, asked: &List) -> anyhow::Result<Report> {
    let state = match asked.state {
        Which::Open => Some(CaseState::Open),
        Which::Closed => Some(CaseState::Closed),
        Which::All => None,
    };
    let cases = cases::list(connection, state, asked.limit).await?;
    let now = clock::now();
    let rows = cases.iter().map(|case| {
        vec![
            case.id.to_string(),
            case.state.as_str().to_owned(),
            case.kind.clone(),
            about(case).unwrap_or("-").to_owned(),
            shown(case.created_at),
            age(now, case.created_at),
        ]
    });
    let rows = rows.collect();
    Ok(
        Report::new(cases.iter().map(as_json).collect::<Vec<_>>()).rows(Rows {
            title: String::new(),
            head: vec!["ID", "STATE", "KIND", "ABOUT", "FOUND", "AGE"],
            rows,
            when_empty: match asked.state {
                Which::Open => "No case is open.",
                Which::Closed | Which::All => "No such cases.",
            },
        }),
    )
}

/// One case; `None` where there is none.
pub(crate) async fn show(connection: &Connection, id: i64) -> anyhow::Result<Option<Report>> {
    let found = cases::find(connection, id).await?;
    Ok(found.map(|case| shown_whole(&case)))
}

fn shown_whole(case: &Case) -> Report {
    let facts = vec![
        ("id", case.id.to_string()),
        ("state", case.state.as_str().to_owned()),
        ("kind", case.kind.clone()),
        ("about", about(case).unwrap_or("-").to_owned()),
        ("found", shown(case.created_at)),
        ("closed", shown_optional(case.decided_at)),
        ("by", or_dash(&case.decided_by)),
        ("why", or_dash(&case.decision)),
    ];
    let said = detail::members(&case.detail);
    Report::new(as_json(case)).facts(facts).rows(Rows {
        title: "What was said".to_owned(),
        head: vec!["NAME", "VALUE"],
        rows: said
            .into_iter()
            .map(|(name, value)| vec![name, value])
            .collect(),
        when_empty: "  nothing",
    })
}

/// The withdrawal or the application; their ids begin with W and P.
fn about(case: &Case) -> Option<&str> {
    let either = case.withdrawal_id.as_ref().or(case.application_id.as_ref());
    either.map(String::as_str)
}

fn as_json(case: &Case) -> Value {
    json!({
        "id": case.id, "state": case.state.as_str(), "order_id": case.withdrawal_id,
        "application_id": case.application_id, "kind": case.kind, "detail": case.detail,
        "created_at": case.created_at, "decided_by": case.decided_by,
        "decided_at": case.decided_at, "decision": case.decision,
    })
}
