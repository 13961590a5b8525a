//! `opsctl dead-letter`: looks at messages that need a person; deciding is next door.

use anyhow::anyhow;
use clap::{Subcommand, ValueEnum, value_parser};
use serde_json::{Value, json};
use store::Connection;
use store::dead_letters::{self, DeadLetter, DeadLetterState};

use super::dead_letter_decision::{Act, Decide, decide_all};

use crate::beijing::{shown, shown_optional};
use crate::database::Database;
use crate::output::{Report, Rows};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The oldest dead letters
    List {
        /// Which ones
        #[arg(long, value_enum, default_value = "open")]
        state: Which,
        /// Only those of this partner
        #[arg(long, value_name = "ID")]
        partner: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// One dead letter with its body
    Show {
        /// The number that `list` shows
        id: i64,
    },
    /// Put messages back into the outbox, with the ids they had
    Replay(Decide),
    /// Give messages up for good
    Discard(Decide),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    Open,
    Replayed,
    Discarded,
    All,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::List {
            state,
            partner,
            limit,
        } => {
            list(
                &database.connection().await?,
                state,
                partner.as_deref(),
                limit,
            )
            .await
        }
        Command::Show { id } => {
            let found = dead_letters::find(&database.connection().await?, id).await?;
            found
                .map(|letter| show(&letter))
                .ok_or_else(|| anyhow!("there is no dead letter {id}"))
        }
        Command::Replay(decide) => decide_all(database, &decide, Act::Replay).await,
        Command::Discard(decide) => decide_all(database, &decide, Act::Discard).await,
    }
}

async fn list(
    connection: &Connection,
    which: Which,
    partner: Option<&str>,
    limit: i64,
) -> anyhow::Result<Report> {
    let state = match which {
        Which::Open => Some(DeadLetterState::Open),
        Which::Replayed => Some(DeadLetterState::Replayed),
        Which::Discarded => Some(DeadLetterState::Discarded),
        Which::All => None,
    };
    let letters = dead_letters::list(connection, state, partner, limit).await?;
    let rows = letters.iter().map(|letter| {
        vec![
            letter.id.to_string(),
            letter.state.as_str().to_owned(),
            letter
                .message_type
                .clone()
                .unwrap_or_else(|| "-".to_owned()),
            letter
                .correlation_id
                .clone()
                .unwrap_or_else(|| "-".to_owned()),
            letter.partner_id.clone().unwrap_or_else(|| "-".to_owned()),
            letter.error_class.clone(),
            letter.attempt_count.to_string(),
            shown(letter.last_failed_at),
        ]
    });
    let rows = rows.collect();
    Ok(
        Report::new(letters.iter().map(as_json).collect::<Vec<_>>()).rows(Rows {
            title: String::new(),
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
            rows,
            when_empty: "No such dead letters.",
        }),
    )
}

fn show(letter: &DeadLetter) -> Report {
    let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let facts = vec![
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
        ("type", optional(&letter.message_type)),
        (
            "message id",
            letter
                .message_id
                .map_or_else(|| "-".to_owned(), |id| id.to_string()),
        ),
        ("about", optional(&letter.correlation_id)),
        ("partner", optional(&letter.partner_id)),
        ("decided", shown_optional(letter.decided_at)),
        ("by", optional(&letter.decided_by)),
        ("why", optional(&letter.decision)),
        ("headers", letter.headers.to_string()),
        ("body", String::from_utf8_lossy(&letter.body).into_owned()),
    ];
    Report::new(as_json(letter)).facts(facts)
}

fn as_json(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id, "message_id": letter.message_id, "service": letter.service,
        "queue": letter.queue, "exchange": letter.exchange, "routing_key": letter.routing_key,
        "message_type": letter.message_type, "about": letter.correlation_id,
        "partner_id": letter.partner_id, "reason": letter.reason,
        "error_class": letter.error_class, "attempt_count": letter.attempt_count,
        "headers": letter.headers, "body": String::from_utf8_lossy(&letter.body),
        "state": letter.state.as_str(), "decided_by": letter.decided_by,
        "decided_at": letter.decided_at, "decision": letter.decision,
        "first_failed_at": letter.first_failed_at, "last_failed_at": letter.last_failed_at,
    })
}
