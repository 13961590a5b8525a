//! `opsctl audit`: what operators did, and whether anybody changed what is written of it.

use anyhow::anyhow;
use clap::{Args, Subcommand, value_parser};
use serde_json::{Value, json};
use store::Connection;
use store::audit::{self, Anchor, Entry, Question, Verdict};

use crate::beijing::shown;
use crate::database::Database;
use crate::exit::{Exit, WrongUsage};
use crate::output::{Report, Rows, or_dash};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The newest acts
    List(List),
    /// One act with all that is written of it
    Show {
        /// The number that `list` shows
        number: i64,
    },
    /// Whether each row follows the one before; 1 when one does not, and which
    Verify(Verify),
}

/// A page of acts.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only what this person did
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Only this act, or all of a noun: dead_letter.discard, or dead_letter
    #[arg(long, value_name = "WORD")]
    act: Option<String>,
    /// Only what was done to this, as the list shows it
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Only what this ticket was given for
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
    /// Only those before this number, for the next page
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// Against what the chain is held.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The head that an earlier run printed and somebody noted elsewhere
    #[arg(long, value_name = "NUMBER:HASH")]
    anchor: Option<String>,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::List(asked) => list(&database.connection().await?, asked).await,
        Command::Show { number } => show(&database.connection().await?, number)
            .await?
            .ok_or_else(|| anyhow!("there is no row {number} in the audit")),
        Command::Verify(asked) => verify(&database.connection().await?, &asked).await,
    }
}

/// The newest acts.
pub(crate) async fn list(connection: &Connection, asked: List) -> anyhow::Result<Report> {
    let question = Question {
        before: asked.before,
        actor: asked.actor,
        act: asked.act,
        subject: asked.subject,
        ticket: asked.ticket,
    };
    Ok(listed(
        &audit::list(connection, &question, asked.limit).await?,
    ))
}

/// One act; `None` where there is none.
pub(crate) async fn show(connection: &Connection, number: i64) -> anyhow::Result<Option<Report>> {
    let found = audit::find(connection, number).await?;
    Ok(found.map(|entry| shown_whole(&entry)))
}

/// Whether the chain holds.
pub(crate) async fn verify(connection: &Connection, asked: &Verify) -> anyhow::Result<Report> {
    let anchor = asked.anchor.as_deref().map(noted).transpose()?;
    Ok(verified(&audit::verify(connection, anchor.as_ref()).await?))
}

fn noted(text: &str) -> Result<Anchor, WrongUsage> {
    let parts = text.split_once(':');
    let anchor = parts.and_then(|(number, hash)| {
        let number = number.parse().ok().filter(|number| *number > 0)?;
        let hexadecimal = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| Anchor {
            number,
            hash: hash.to_ascii_lowercase(),
        })
    });
    anchor.ok_or_else(|| WrongUsage("an anchor is NUMBER:HASH, as verify prints it".to_owned()))
}

fn listed(entries: &[Entry]) -> Report {
    let rows = entries.iter().map(|entry| {
        vec![
            entry.number.to_string(),
            shown(entry.at),
            entry.actor.clone(),
            entry.act.clone(),
            entry.subject.clone(),
            or_dash(&entry.ticket),
            entry.reason.clone(),
        ]
    });
    let rows = rows.collect();
    Report::new(entries.iter().map(as_json).collect::<Vec<_>>()).rows(Rows {
        title: String::new(),
        head: vec!["NUMBER", "AT", "BY", "ACT", "OF", "TICKET", "WHY"],
        rows,
        when_empty: "No such acts.",
    })
}

fn shown_whole(entry: &Entry) -> Report {
    Report::new(as_json(entry)).facts(vec![
        ("number", entry.number.to_string()),
        ("at", shown(entry.at)),
        ("by", entry.actor.clone()),
        ("role", or_dash(&entry.role)),
        ("act", entry.act.clone()),
        ("of", entry.subject.clone()),
        ("why", entry.reason.clone()),
        ("ticket", or_dash(&entry.ticket)),
        ("detail", entry.detail.to_string()),
        ("hash before", entry.previous_hash.clone()),
        ("hash", entry.hash.clone()),
    ])
}

fn verified(verdict: &Verdict) -> Report {
    match verdict {
        Verdict::Whole(head) => Report::new(json!({
            "whole": true, "head": { "number": head.number, "hash": head.hash },
        }))
        .line(format!("The audit is whole: {} rows.", head.number))
        .line(format!(
            "Note its head elsewhere: {}:{}",
            head.number, head.hash
        )),
        Verdict::Broken { number, fault } => Report::new(json!({
            "whole": false, "number": number, "fault": fault.explained(),
        }))
        .exit(Exit::Failed)
        .line(format!("Row {number} {}.", fault.explained())),
    }
}

fn as_json(entry: &Entry) -> Value {
    json!({
        "number": entry.number, "at": entry.at, "actor": entry.actor, "role": entry.role,
        "act": entry.act, "subject": entry.subject, "reason": entry.reason,
        "ticket": entry.ticket, "detail": entry.detail, "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    })
}
