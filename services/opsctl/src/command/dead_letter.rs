//! `opsctl dead-letter`: looks at messages that need a person, sends them again or gives them up.
//!
//! Each letter is decided in a transaction of its own: when the third of five fails, the first two
//! are done, and the exit code says so.

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use runtime::clock;
use serde_json::{Value, json};
use store::dead_letters::{self, DeadLetter, DeadLetterState};
use store::{Connection, StoreError, outbox};

use crate::beijing::{shown, shown_optional};
use crate::database::Database;
use crate::exit::Exit;
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};

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
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
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

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The numbers that `list` shows
    #[arg(required = true)]
    ids: Vec<i64>,
    #[command(flatten)]
    permit: PermitArgs,
}

/// What is done with each letter.
#[derive(Debug, Clone, Copy)]
enum Act {
    Replay,
    Discard,
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
        Command::Replay(decide) => all(database, &decide, Act::Replay).await,
        Command::Discard(decide) => all(database, &decide, Act::Discard).await,
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
                "WITHDRAWAL",
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
        ("withdrawal", optional(&letter.correlation_id)),
        ("partner", optional(&letter.partner_id)),
        ("decided", shown_optional(letter.decided_at)),
        ("by", optional(&letter.decided_by)),
        ("why", optional(&letter.decision)),
        ("headers", letter.headers.to_string()),
        ("body", String::from_utf8_lossy(&letter.body).into_owned()),
    ];
    Report::new(as_json(letter)).facts(facts)
}

async fn all(database: &Database, decide: &Decide, act: Act) -> anyhow::Result<Report> {
    let permit = decide.permit.permit()?;
    let mut connection = database.connection().await?;
    let mut results = Vec::new();
    for id in &decide.ids {
        let (done, said) = match &permit {
            None => foretell(&connection, *id, act).await?,
            Some(permit) => match one(&mut connection, *id, act, permit).await {
                Ok(true) => (true, act.past().to_owned()),
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
    let json = json!({
        "dry_run": permit.is_none(),
        "results": results.iter().map(|(id, done, said)| json!({ "id": id, "ok": done, "result": said })).collect::<Vec<_>>(),
    });
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
        None => report.line("Nothing was changed. Add --yes and --reason TEXT to do it."),
    })
}

async fn foretell(
    connection: &Connection,
    id: i64,
    act: Act,
) -> Result<(bool, String), StoreError> {
    let letter = dead_letters::find(connection, id).await?;
    let possible = letter.as_ref().is_some_and(|letter| {
        letter.state == DeadLetterState::Open
            && match act {
                Act::Replay => {
                    letter.message_id.is_some()
                        && letter.message_type.is_some()
                        && letter.correlation_id.is_some()
                }
                Act::Discard => true,
            }
    });
    if possible {
        Ok((true, format!("would be {}", act.past())))
    } else {
        Ok((false, refusal(connection, id).await?))
    }
}

async fn one(
    connection: &mut Connection,
    id: i64,
    act: Act,
    permit: &Permit,
) -> Result<bool, StoreError> {
    let now = clock::now();
    let decided = match act {
        Act::Replay => {
            let tx = connection.begin("opsctl: replay dead letter").await?;
            let replayed = dead_letters::replay(&tx, now, id, permit.decision()).await?;
            if replayed {
                outbox::notify(&tx).await?;
            }
            tx.commit().await?;
            replayed
        }
        Act::Discard => {
            let tx = connection.begin("opsctl: discard dead letter").await?;
            let discarded = dead_letters::discard(&tx, now, id, permit.decision()).await?;
            tx.commit().await?;
            discarded
        }
    };
    Ok(decided)
}

/// Why nothing can be done with it.
async fn refusal(connection: &Connection, id: i64) -> Result<String, StoreError> {
    let letter = dead_letters::find(connection, id).await?;
    Ok(match letter.map(|letter| letter.state) {
        None => "there is no such dead letter".to_owned(),
        Some(DeadLetterState::Open) => {
            "not a message of ours that could be published again, or it is in the outbox already"
                .to_owned()
        }
        Some(state) => format!("was {} before", state.as_str()),
    })
}

fn as_json(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id, "message_id": letter.message_id, "service": letter.service,
        "queue": letter.queue, "exchange": letter.exchange, "routing_key": letter.routing_key,
        "message_type": letter.message_type, "order_id": letter.correlation_id,
        "partner_id": letter.partner_id, "reason": letter.reason,
        "error_class": letter.error_class, "attempt_count": letter.attempt_count,
        "headers": letter.headers, "body": String::from_utf8_lossy(&letter.body),
        "state": letter.state.as_str(), "decided_by": letter.decided_by,
        "decided_at": letter.decided_at, "decision": letter.decision,
        "first_failed_at": letter.first_failed_at, "last_failed_at": letter.last_failed_at,
    })
}

impl Act {
    fn past(self) -> &'static str {
        match self {
            Self::Replay => "replayed",
            Self::Discard => "discarded",
        }
    }
}
