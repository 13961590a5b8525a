//! `opsctl partner lanes|hold|release`: what waits for a partner, and whether it is sent.

use clap::Args;
use contract::ids::PartnerId;
use runtime::clock;
use serde_json::json;
use store::Connection;
use store::lanes::Held;

use crate::beijing::shown_optional;
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::lanes::{self, LaneStanding, Verb};
use crate::output::{Report, Rows, or_dash};
use crate::permit::{Permit, PermitArgs};

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// Its partner_id
    partner: PartnerId,
    /// Only this host, as `lanes` shows it, with the port if its URL has one [default: all of them]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    #[command(flatten)]
    permit: PermitArgs,
}

pub(crate) async fn list(
    partner: Option<&PartnerId>,
    database: &Database,
) -> anyhow::Result<Report> {
    of(&database.connection().await?, partner).await
}

/// Where notices wait, or what is wrong.
pub(crate) async fn of(
    connection: &Connection,
    partner: Option<&PartnerId>,
) -> anyhow::Result<Report> {
    let lanes = lanes::list(connection, partner).await?;
    let rows = lanes.iter().map(row).collect();
    Ok(Report::new(&lanes).rows(Rows {
        title: String::new(),
        head: vec![
            "PARTNER",
            "HOST",
            "STATE",
            "FAILURES",
            "WAITING",
            "OLDEST",
            "NEXT PROBE",
            "HELD BY",
            "WHY",
        ],
        rows,
        when_empty: "Every lane is free, and nothing waits.",
    }))
}

fn row(lane: &LaneStanding) -> Vec<String> {
    let more = if lane.waiting_is_more { "+" } else { "" };
    vec![
        lane.partner_id.to_string(),
        lane.host.clone().unwrap_or_else(|| "(all)".to_owned()),
        if lane.held_at.is_some() {
            format!("held, {}", lane.state)
        } else {
            lane.state.to_owned()
        },
        lane.failures.to_string(),
        format!("{}{more}", lane.waiting),
        shown_optional(lane.oldest_at),
        shown_optional(lane.next_probe_at),
        or_dash(&lane.held_by),
        or_dash(&lane.held_reason),
    ]
}

pub(crate) async fn decide(
    verb: Verb,
    arguments: &Decide,
    database: &Database,
) -> anyhow::Result<Report> {
    let permit = arguments.permit.permit()?;
    let lane = (&arguments.partner, arguments.host.as_deref());
    let mut connection = database.connection().await?;
    about(&mut connection, verb, lane, permit.as_ref()).await
}

/// Holds or releases it, or says what would become of it.
pub(crate) async fn about(
    connection: &mut Connection,
    verb: Verb,
    (partner, host): (&PartnerId, Option<&str>),
    permit: Option<&Permit>,
) -> anyhow::Result<Report> {
    let host = host.map(named_host).transpose()?;
    let host = host.as_deref();
    let held = lanes::decide(connection, clock::now(), verb, (partner, host), permit).await?;
    let what = match host {
        Some(host) => format!("The lane of partner {partner} to {host}"),
        None => format!("Partner {partner}"),
    };
    let done = if permit.is_some() { "is" } else { "would be" };
    let line = match (verb, held) {
        (Verb::Hold, Held::Changed) => format!("{what} {done} held: what is due for it waits."),
        (Verb::Hold, Held::Before) => format!("{what} was held before; nothing was changed."),
        (Verb::Release, Held::Changed) => {
            format!("{what} {done} released: what waits goes out by itself.")
        }
        (Verb::Release, Held::Before) => format!("{what} is not held; nothing was changed."),
    };
    let json = json!({
        "partner_id": partner, "host": host, "changed": held == Held::Changed,
        "dry_run": permit.is_none(),
    });
    let report = Report::new(json).line(line);
    if permit.is_some() || held == Held::Before {
        return Ok(report);
    }
    Ok(report.hint("Nothing was changed. Add --yes and --reason TEXT to do it."))
}

/// As the database reads it from an address: a word that could be none would hold nothing.
fn named_host(host: &str) -> Result<String, WrongUsage> {
    let host = host.trim().to_lowercase();
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || "/?#@".contains(c)) {
        return Err(WrongUsage(
            "say the host as `partner lanes` shows it, such as shop.example or shop.example:8443"
                .to_owned(),
        ));
    }
    Ok(host)
}
