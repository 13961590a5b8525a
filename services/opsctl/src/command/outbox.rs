//! `opsctl outbox`: what waits to be published or carried out, and one message of it.

use anyhow::bail;
use clap::{Args, Subcommand};
use runtime::clock;
use serde_json::{Value, json};
use store::Connection;
use store::outbox::{self, Depth, Waiting};
use uuid::Uuid;

use crate::beijing::{age, shown, shown_optional};
use crate::database::Database;
use crate::detail;
use crate::output::{Report, Rows};
use crate::overview::counted;

#[derive(Debug, Args)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One message that nobody has carried out yet
    Show {
        /// Its message_id
        message_id: Uuid,
    },
}

pub(crate) async fn run(outbox: Outbox, database: &Database) -> anyhow::Result<Report> {
    let connection = database.connection().await?;
    match outbox.command {
        None => depths(&connection).await,
        Some(Command::Show { message_id }) => show(&connection, message_id).await,
    }
}

async fn depths(connection: &Connection) -> anyhow::Result<Report> {
    let now = clock::now();
    let depths = outbox::depths(connection, now).await?;
    let rows = depths.iter().map(|depth| {
        let since = |at: Option<_>| at.map_or_else(|| "-".to_owned(), |at| age(now, at));
        vec![
            depth.routing_key.clone(),
            counted(depth.due),
            since(depth.due_since),
            counted(depth.later),
            counted(depth.parked),
            counted(depth.published),
            since(depth.published_since),
        ]
    });
    let rows = rows.collect();
    let json = Value::from_iter(depths.iter().map(depth_json));
    Ok(Report::new(json).rows(Rows {
        title: String::new(),
        head: vec![
            "ROUTING_KEY",
            "DUE",
            "FOR",
            "LATER",
            "PARKED",
            "PUBLISHED",
            "FOR",
        ],
        rows,
        when_empty: "Nothing waits: every message has been carried out.",
    }))
}

fn depth_json(depth: &Depth) -> Value {
    json!({
        "routing_key": depth.routing_key, "due": depth.due, "due_since": depth.due_since,
        "later": depth.later, "parked": depth.parked, "published": depth.published,
        "published_since": depth.published_since,
    })
}

async fn show(connection: &Connection, message_id: Uuid) -> anyhow::Result<Report> {
    let Some(message) = outbox::find(connection, message_id).await? else {
        bail!("there is no message {message_id} in the outbox: it was carried out, or never there");
    };
    // Bodies are ids and numbers; what else stood there would be nobody's message of ours.
    let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
    let rows = detail::members(&body).into_iter();
    let rows = rows.map(|(name, value)| vec![name, value]).collect();
    Ok(Report::new(as_json(&message, &body))
        .facts(facts(&message))
        .rows(Rows {
            title: "Body".to_owned(),
            head: vec!["NAME", "VALUE"],
            rows,
            when_empty: "  none",
        }))
}

fn facts(message: &Waiting) -> Vec<(&'static str, String)> {
    let caused = message.causation_id;
    vec![
        ("message_id", message.message_id.to_string()),
        ("type", message.message_type.clone()),
        ("about", message.correlation_id.clone()),
        (
            "caused by",
            caused.map_or_else(|| "-".to_owned(), |id| id.to_string()),
        ),
        ("exchange", message.exchange.clone()),
        ("routing key", message.routing_key.clone()),
        ("written", shown(message.created_at)),
        ("due", shown(message.available_at)),
        ("published", shown_optional(message.published_at)),
        (
            "parked in lane",
            message
                .lane_id
                .map_or_else(|| "-".to_owned(), |id| id.to_string()),
        ),
        ("times published", message.publish_count.to_string()),
        ("changed", shown(message.updated_at)),
        ("by", message.updated_by.clone()),
    ]
}

fn as_json(message: &Waiting, body: &Value) -> Value {
    json!({
        "message_id": message.message_id, "type": message.message_type,
        "correlation_id": message.correlation_id, "causation_id": message.causation_id,
        "exchange": message.exchange, "routing_key": message.routing_key,
        "created_at": message.created_at, "available_at": message.available_at,
        "published_at": message.published_at, "publish_count": message.publish_count,
        "lane_id": message.lane_id,
        "updated_at": message.updated_at, "updated_by": message.updated_by, "body": body,
    })
}
