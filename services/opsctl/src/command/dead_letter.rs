//! `opsctl dead-letter`: looks at messages that need a person; deciding is next door.

use anyhow::anyhow;
use clap::{Args, Subcommand, value_parser};
use runtime::clock;
use serde_json::{Value, json};
use store::Connection;
use store::dead_letters::{self, DeadLetter, Filter, Verb};

use super::dead_letter_decision::{Decide, replay_all};
use super::dead_letter_filter::{FilterArgs, Which};
use super::dead_letter_many::{self, DecideMany};
use crate::beijing::{shown, shown_optional};
use crate::database::Database;
use crate::dead_letters::{GroupRow, notice_of};
use crate::exit::WrongUsage;
use crate::notices;
use crate::output::{Report, Rows, or_dash};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The oldest dead letters
    List(List),
    /// How many there are of each class, partner and host, and how old they are
    Groups(Chosen),
    /// One dead letter with its body and what became of its message before
    Show {
        /// The number that `list` shows
        id: i64,
    },
    /// Put messages back into the outbox, with the ids they had: these, or all that a filter means,
    /// a few first and the rest at a pace
    Replay(Decide),
    /// Give messages up
    Discard(DecideMany),
    /// Put messages away whose work is over or was done in another way
    Archive(DecideMany),
    /// Open again what was discarded or archived
    Restore(DecideMany),
}

/// A page of letters.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    chosen: Chosen,
    /// Only those after this number, for the next page
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: i64,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// Which letters.
#[derive(Debug, Args)]
pub(crate) struct Chosen {
    /// Which ones
    #[arg(long, value_enum, default_value = "open")]
    state: Which,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::List(asked) => list(&database.connection().await?, &asked).await,
        Command::Groups(chosen) => groups(&database.connection().await?, &chosen).await,
        Command::Show { id } => show(&database.connection().await?, id)
            .await?
            .ok_or_else(|| anyhow!("there is no dead letter {id}")),
        Command::Replay(decide) => replay_all(database, &decide).await,
        Command::Discard(many) => dead_letter_many::run(&many, Verb::Discard, database).await,
        Command::Archive(many) => dead_letter_many::run(&many, Verb::Archive, database).await,
        Command::Restore(many) => dead_letter_many::run(&many, Verb::Restore, database).await,
    }
}

impl Chosen {
    fn filter(&self) -> Result<Filter, WrongUsage> {
        let mut filter = self.filter.filter(clock::now())?;
        filter.state = self.state.state();
        Ok(filter)
    }
}

/// The letters of a page.
pub(crate) async fn list(connection: &Connection, asked: &List) -> anyhow::Result<Report> {
    let filter = asked.chosen.filter()?;
    let letters = dead_letters::page(connection, &filter, asked.after, asked.limit).await?;
    Ok(Report::new(letters.iter().map(as_json).collect::<Vec<_>>()).rows(table("", &letters)))
}

/// One letter with all that is known of it; `None` where there is none.
pub(crate) async fn show(connection: &Connection, id: i64) -> anyhow::Result<Option<Report>> {
    let Some(letter) = dead_letters::find(connection, id).await? else {
        return Ok(None);
    };
    story(connection, &letter).await.map(Some)
}

/// How many there are of each kind.
pub(crate) async fn groups(connection: &Connection, chosen: &Chosen) -> anyhow::Result<Report> {
    let groups = dead_letters::groups(connection, &chosen.filter()?).await?;
    let groups: Vec<_> = groups.into_iter().map(GroupRow::from).collect();
    let rows = groups.iter().map(|group| {
        vec![
            group.count.to_string(),
            group.class.clone(),
            or_dash(&group.partner_id),
            or_dash(&group.host),
            or_dash(&group.amount),
            shown(group.first_failed_at),
            shown(group.last_failed_at),
        ]
    });
    let rows = rows.collect();
    Ok(Report::new(&groups).rows(Rows {
        title: String::new(),
        head: vec![
            "COUNT",
            "CLASS",
            "PARTNER",
            "HOST",
            "YUAN",
            "FIRST FAILED",
            "LAST FAILED",
        ],
        rows,
        when_empty: "No such dead letters.",
    }))
}

/// The letter, its place among ours, and the other letters of its message.
async fn story(connection: &Connection, letter: &DeadLetter) -> anyhow::Result<Report> {
    let place = dead_letters::place(connection, letter.id).await?;
    let mut all = match letter.message_id {
        Some(message) => dead_letters::of_message(connection, message).await?,
        None => Vec::new(),
    };
    all.retain(|other| other.id != letter.id);
    let mut json = as_json(letter);
    let mut facts = facts(letter);
    if let Some(place) = place {
        let amount = place.amount.map(|amount| amount.to_string());
        json["host"] = place.host.clone().into();
        json["amount"] = amount.clone().into();
        json["withdrawal_state"] = place.withdrawal_state.clone().into();
        json["replays"] = place.replays.into();
        facts.extend([
            ("host", or_dash(&place.host)),
            ("amount", or_dash(&amount)),
            ("withdrawal is", or_dash(&place.withdrawal_state)),
            ("replays", place.replays.to_string()),
        ]);
    }
    let others = all.iter().map(|other| {
        json!({
            "id": other.id, "state": other.state.as_str(), "error_class": other.class,
            "last_failed_at": other.last_failed_at, "decided_by": other.decided_by,
            "decided_at": other.decided_at, "decision": other.decision,
        })
    });
    json["other_letters"] = others.collect();
    let (mut sendings, mut signed) = (Vec::new(), None);
    if let Some(notice) = notice_of(letter) {
        sendings = notices::sendings_of(connection, &notice).await?;
        signed = notices::signed_text_of(connection, &notice).await?;
    }
    json["attempts"] = json!(sendings);
    json["signed_text"] = json!(signed);
    if let Some(signed) = signed {
        facts.push(("signed text", signed));
    }
    let mut report = Report::new(json).facts(facts);
    if !sendings.is_empty() {
        report = report.rows(notices::sendings_table(&sendings));
    }
    if all.is_empty() {
        return Ok(report);
    }
    let rows = all.into_iter().map(|other| {
        vec![
            other.id.to_string(),
            other.state.as_str().to_owned(),
            other.class,
            shown(other.last_failed_at),
            or_dash(&other.decided_by),
            or_dash(&other.decision),
        ]
    });
    Ok(report.rows(Rows {
        title: "Other letters of the same message (Beijing time)".to_owned(),
        head: vec!["ID", "STATE", "CLASS", "LAST FAILED", "BY", "WHY"],
        rows: rows.collect(),
        when_empty: "",
    }))
}

/// Letters as people look through them.
pub(crate) fn table(title: &str, letters: &[DeadLetter]) -> Rows {
    let rows = letters.iter().map(|letter| {
        vec![
            letter.id.to_string(),
            letter.state.as_str().to_owned(),
            or_dash(&letter.message_type),
            or_dash(&letter.correlation_id),
            or_dash(&letter.partner_id),
            letter.error_class.clone(),
            letter.attempt_count.to_string(),
            shown(letter.last_failed_at),
        ]
    });
    Rows {
        title: title.to_owned(),
        head: vec![
            "ID",
            "STATE",
            "TYPE",
            "ABOUT",
            "PARTNER",
            "CLASS",
            "TRIES",
            "LAST FAILED",
        ],
        rows: rows.collect(),
        when_empty: "No such dead letters.",
    }
}

fn facts(letter: &DeadLetter) -> Vec<(&'static str, String)> {
    vec![
        ("id", letter.id.to_string()),
        ("state", letter.state.as_str().to_owned()),
        ("reason", letter.reason.clone()),
        ("class", letter.error_class.clone()),
        ("tries", letter.attempt_count.to_string()),
        ("first failed", shown(letter.first_failed_at)),
        ("last failed", shown(letter.last_failed_at)),
        ("service", letter.service.clone()),
        ("queue", letter.queue.clone()),
        (
            "published to",
            if letter.exchange.is_empty() {
                "-".to_owned()
            } else {
                format!("{} with {}", letter.exchange, letter.routing_key)
            },
        ),
        ("type", or_dash(&letter.message_type)),
        (
            "message id",
            letter
                .message_id
                .map_or_else(|| "-".to_owned(), |id| id.to_string()),
        ),
        ("about", or_dash(&letter.correlation_id)),
        ("partner", or_dash(&letter.partner_id)),
        (
            "can be replayed",
            letter
                .obstacle()
                .map_or_else(|| "yes".to_owned(), |why| format!("no: {why}")),
        ),
        ("decided", shown_optional(letter.decided_at)),
        ("by", or_dash(&letter.decided_by)),
        ("why", or_dash(&letter.decision)),
        ("headers", letter.headers.to_string()),
        ("body", String::from_utf8_lossy(&letter.body).into_owned()),
    ]
}

fn as_json(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id, "message_id": letter.message_id, "service": letter.service,
        "queue": letter.queue, "exchange": letter.exchange, "routing_key": letter.routing_key,
        "message_type": letter.message_type, "about": letter.correlation_id,
        "partner_id": letter.partner_id, "reason": letter.reason,
        "error_class": letter.error_class, "attempt_count": letter.attempt_count,
        "headers": letter.headers, "body": String::from_utf8_lossy(&letter.body),
        "obstacle": letter.obstacle(), "state": letter.state.as_str(),
        "decided_by": letter.decided_by, "decided_at": letter.decided_at,
        "decision": letter.decision, "first_failed_at": letter.first_failed_at,
        "last_failed_at": letter.last_failed_at,
    })
}
