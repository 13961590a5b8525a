//! What an operator looks at first, as the command line, the console and its API show it.
//!
//! What is typed here and serialised is what `--json` prints and what the console's API answers.

mod past;
mod tables;

use contract::withdrawal::State;
use jiff::Timestamp;
use serde::Serialize;
use store::dead_letters::{self, DeadLetterState, Filter};
use store::{Connection, StoreError, outbox, overview};

use crate::dead_letters::GroupRow;
use crate::lanes::{self, LaneStanding};
use crate::output::Report;

pub(crate) use past::{Hour, Past};

/// More groups than these say that something is wrong everywhere, not what.
const GROUPS: usize = 12;

/// Everything at one glance.
#[derive(Debug, Serialize)]
pub(crate) struct Overview {
    pub(crate) at: Timestamp,
    /// Accepted, and without an end.
    pub(crate) withdrawals: Vec<Open>,
    pub(crate) undelivered: Vec<Undelivered>,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) cases: Vec<Cases>,
    /// On which something is wrong, held or waiting.
    pub(crate) lanes: Vec<LaneStanding>,
    /// Messages that nobody has carried out yet, by what they are for.
    pub(crate) outbox: Vec<Depth>,
    /// The last 24 hours and the one that has begun, the oldest first.
    pub(crate) hours: Vec<Hour>,
}

/// Withdrawals in one state.
#[derive(Debug, Serialize)]
pub(crate) struct Open {
    pub(crate) state: State,
    pub(crate) held: bool,
    pub(crate) count: i64,
    pub(crate) accepted_since: Timestamp,
    pub(crate) unmoved_since: Timestamp,
}

/// What is owed to a partner.
#[derive(Debug, Serialize)]
pub(crate) struct Undelivered {
    pub(crate) partner_id: String,
    pub(crate) count: i64,
    pub(crate) oldest: Timestamp,
}

/// Letters that nobody has decided about.
#[derive(Debug, Serialize)]
pub(crate) struct DeadLetters {
    pub(crate) count: i64,
    /// The largest of their groups.
    pub(crate) groups: Vec<GroupRow>,
}

/// Cases of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Cases {
    pub(crate) kind: String,
    pub(crate) count: i64,
    pub(crate) oldest: Timestamp,
}

/// Messages of one routing key.
#[derive(Debug, Serialize)]
pub(crate) struct Depth {
    pub(crate) routing_key: String,
    /// To be published now.
    pub(crate) due: i64,
    /// To be published later, on purpose.
    pub(crate) later: i64,
    /// At the broker, or with its consumer.
    pub(crate) published: i64,
    pub(crate) due_since: Option<Timestamp>,
    pub(crate) published_since: Option<Timestamp>,
}

/// Reads it. `past` keeps the hours that are over, for whoever asks again.
pub(crate) async fn read(
    connection: &Connection,
    now: Timestamp,
    past: &Past,
) -> Result<Overview, StoreError> {
    let open = overview::open_withdrawals(connection).await?;
    let undelivered = overview::undelivered(connection).await?;
    let cases = overview::open_cases(connection).await?;
    let depths = outbox::depths(connection, now).await?;
    Ok(Overview {
        at: now,
        withdrawals: open.into_iter().map(Open::from).collect(),
        undelivered: undelivered.into_iter().map(Undelivered::from).collect(),
        dead_letters: open_letters(connection).await?,
        lanes: lanes::list(connection, None).await?,
        outbox: depths.into_iter().map(Depth::from).collect(),
        cases: cases.into_iter().map(Cases::from).collect(),
        hours: past.hours(connection, now).await?,
    })
}

async fn open_letters(connection: &Connection) -> Result<DeadLetters, StoreError> {
    let open = Filter {
        state: Some(DeadLetterState::Open),
        ..Filter::default()
    };
    let groups = dead_letters::groups(connection, &open).await?;
    Ok(DeadLetters {
        count: groups.iter().map(|group| group.count).sum(),
        groups: groups
            .into_iter()
            .take(GROUPS)
            .map(GroupRow::from)
            .collect(),
    })
}

impl From<overview::OpenWithdrawals> for Open {
    fn from(open: overview::OpenWithdrawals) -> Self {
        Self {
            state: open.state,
            held: open.held,
            count: open.count,
            accepted_since: open.accepted_since,
            unmoved_since: open.unmoved_since,
        }
    }
}

impl From<overview::Undelivered> for Undelivered {
    fn from(owed: overview::Undelivered) -> Self {
        Self {
            partner_id: owed.partner_id,
            count: owed.count,
            oldest: owed.oldest,
        }
    }
}

impl From<overview::OpenCases> for Cases {
    fn from(open: overview::OpenCases) -> Self {
        Self {
            kind: open.kind,
            count: open.count,
            oldest: open.oldest,
        }
    }
}

impl From<outbox::Depth> for Depth {
    fn from(depth: outbox::Depth) -> Self {
        Self {
            routing_key: depth.routing_key,
            due: depth.due,
            later: depth.later,
            published: depth.published,
            due_since: depth.due_since,
            published_since: depth.published_since,
        }
    }
}

/// A count that has reached its bound is at least that much.
pub(crate) fn counted(count: i64) -> String {
    let more = if count >= overview::MOST { "+" } else { "" };
    format!("{count}{more}")
}

impl Overview {
    /// What people and machines see of it.
    pub(crate) fn report(&self) -> Report {
        Report::new(self)
            .rows(tables::withdrawals(self))
            .rows(tables::undelivered(self))
            .rows(tables::dead_letters(self))
            .rows(tables::cases(self))
            .rows(tables::lanes(self))
            .rows(tables::outbox(self))
            .rows(past::table(&self.hours))
    }
}
