//! Lanes and who holds them, as the command line and the console show and decide them.
//!
//! What is typed here and serialised is what `--json` prints and what the console's API answers.

use anyhow::anyhow;
use contract::ids::PartnerId;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::lanes::{self, Held, Holder, Lane, Shown, WHOLE_PARTNER};
use store::{Connection, StoreError, audit};

use crate::permit::Permit;

/// More than there will be partners in trouble at once.
const LIMIT: i64 = 1000;

/// Counted no further of each: a backlog may be a million notices.
const ROWS: i64 = 100_000;

/// A lane on which something is wrong, held or waiting.
#[derive(Debug, Serialize)]
pub(crate) struct LaneStanding {
    pub(crate) partner_id: PartnerId,
    /// Host and port; null for all hosts of the partner.
    pub(crate) host: Option<String>,
    /// `closed`: notices go out; `open`: they wait; `half_open`: one of them tries it.
    pub(crate) state: &'static str,
    /// In a row.
    pub(crate) failures: i32,
    pub(crate) opened_at: Option<Timestamp>,
    pub(crate) next_probe_at: Option<Timestamp>,
    pub(crate) held_by: Option<String>,
    pub(crate) held_reason: Option<String>,
    pub(crate) held_ticket: Option<String>,
    pub(crate) held_at: Option<Timestamp>,
    pub(crate) waiting: i64,
    /// Whether there are more than were counted.
    pub(crate) waiting_is_more: bool,
    pub(crate) oldest_at: Option<Timestamp>,
}

impl From<Shown> for LaneStanding {
    fn from(shown: Shown) -> Self {
        let trouble = shown.breaker.trouble;
        Self {
            partner_id: shown.partner,
            host: Some(shown.host).filter(|host| host != WHOLE_PARTNER),
            state: shown.breaker.state().as_str(),
            failures: shown.breaker.failures,
            opened_at: trouble.map(|trouble| trouble.opened_at),
            next_probe_at: trouble.map(|trouble| trouble.probe_at),
            held_by: shown.held_by,
            held_reason: shown.held_reason,
            held_ticket: shown.held_ticket,
            held_at: shown.held_at,
            waiting: shown.waiting,
            waiting_is_more: shown.waiting >= ROWS,
            oldest_at: shown.oldest_at,
        }
    }
}

/// What is to become of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Nothing more is sent on it; what is due waits.
    Hold,
    /// What waits goes out.
    Release,
}

impl Verb {
    /// In the audit.
    fn act(self) -> &'static str {
        match self {
            Self::Hold => "partner.hold",
            Self::Release => "partner.release",
        }
    }
}

/// Every lane on which something is wrong, held or waiting, of one partner if asked.
pub(crate) async fn list(
    connection: &Connection,
    partner: Option<&PartnerId>,
) -> Result<Vec<LaneStanding>, StoreError> {
    let lanes = lanes::list(connection, partner, LIMIT, ROWS).await?;
    Ok(lanes.into_iter().map(LaneStanding::from).collect())
}

/// Holds or releases all hosts of a partner, or one. `None` for a permit is a dry run: the same in
/// a transaction that is rolled back.
pub(crate) async fn decide(
    connection: &mut Connection,
    now: Timestamp,
    verb: Verb,
    (partner, host): (&PartnerId, Option<&str>),
    permit: Option<&Permit>,
) -> anyhow::Result<Held> {
    let lane = Lane {
        partner: partner.as_str(),
        host: host.unwrap_or(WHOLE_PARTNER),
    };
    let tx = connection.begin("opsctl: decide about lane").await?;
    let held = match verb {
        Verb::Hold => lanes::hold(&tx, now, lane, holder(permit)).await,
        Verb::Release => lanes::release(&tx, now, lane).await,
    };
    let held = held.map_err(|error| match error.constraint() {
        Some("lanes_partner_id_fkey") => anyhow!("there is no partner {partner}"),
        _ => error.into(),
    })?;
    if let (Some(permit), Held::Changed) = (permit, held) {
        let subject = format!("partner {partner}");
        let detail = json!({ "host": host });
        audit::append(&tx, now, &permit.act(verb.act(), &subject, &detail)).await?;
        tx.commit().await?;
    }
    Ok(held)
}

fn holder(permit: Option<&Permit>) -> Holder<'_> {
    permit.map_or(
        Holder {
            by: "dry run",
            reason: "dry run",
            ticket: None,
        },
        |permit| Holder {
            by: permit.decision().by,
            reason: permit.decision().reason,
            ticket: permit.ticket(),
        },
    )
}
