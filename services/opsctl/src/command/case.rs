//! `opsctl case`: contradictions that hold a withdrawal until a person has looked.

use clap::{Subcommand, value_parser};
use serde_json::json;
use store::cases;

use crate::beijing::shown;
use crate::database::Database;
use crate::output::{Report, Rows};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The oldest open cases
    List {
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let Command::List { limit } = command;
    let cases = cases::list_open(&database.connection().await?, limit).await?;
    let json: Vec<_> = cases
        .iter()
        .map(|case| {
            json!({
                "id": case.id, "order_id": case.withdrawal_id, "kind": case.kind,
                "detail": case.detail, "created_at": case.created_at,
            })
        })
        .collect();
    let rows = cases
        .iter()
        .map(|case| {
            vec![
                case.id.to_string(),
                shown(case.created_at),
                case.kind.clone(),
                case.withdrawal_id.clone().unwrap_or_else(|| "-".to_owned()),
                case.detail.to_string(),
            ]
        })
        .collect();
    Ok(Report::new(json).rows(Rows {
        title: String::new(),
        head: vec!["ID", "FOUND", "KIND", "WITHDRAWAL", "DETAIL"],
        rows,
        when_empty: "No case is open.",
    }))
}
