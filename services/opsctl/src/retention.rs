//! Keeping house: months of the logs made ahead, and dropped when the policy no longer keeps them.
//!
//! Each act is a transaction of its own with its row in the audit: what is done stays done, and
//! what somebody was in the way of is left for the next run.

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};
use runtime::clock;
use serde::Serialize;
use serde_json::{Value, json};
use store::retention::{self, Log, Policy};
use store::{Connection, StoreError, audit};

use crate::permit::Permit;

/// So many months there are ahead after a run.
const AHEAD: i32 = 12;
/// Callbacks that one transaction forgets: a second or so.
const BATCH: i64 = 10_000;
/// How often something is tried that somebody is in the way of: each time waits for half a second
/// (V0019), and whoever came meanwhile goes first.
const TRIES: u32 = 4;

/// A log, how long it is kept, and what there is of it.
#[derive(Debug, Serialize)]
pub(crate) struct LogRow {
    pub(crate) log: &'static str,
    pub(crate) keeps_months: i32,
    /// The first day that is kept.
    pub(crate) kept_from: Date,
    /// How many months there are; none of what is not cut into months.
    pub(crate) months: usize,
    pub(crate) first_month: Option<Date>,
    pub(crate) last_month: Option<Date>,
    /// About how many rows there are in all.
    pub(crate) rows: i64,
    /// About how many of them have no month.
    pub(crate) rest: i64,
    pub(crate) bytes: i64,
}

/// Something that keeps house.
#[derive(Debug, Clone, Copy)]
enum Deed {
    AddMonth(Log, Date),
    DropMonth(Log, Date),
    RenewRest(Log),
    ForgetInbox(Timestamp),
}

/// A deed that is due, and what is known of it before.
#[derive(Debug)]
struct Due {
    deed: Deed,
    /// Rows that go, about.
    go: i64,
    /// Rows that stay because what they are about is not over.
    stay: i64,
}

/// What was done, or would be.
#[derive(Debug, Serialize)]
pub(crate) struct DeedRow {
    pub(crate) act: &'static str,
    pub(crate) log: &'static str,
    pub(crate) month: Option<Date>,
    pub(crate) go: i64,
    pub(crate) stay: i64,
    /// Why it was not done.
    pub(crate) failure: Option<String>,
}

/// Every log with its policy and its size.
pub(crate) async fn show(connection: &Connection) -> Result<Vec<LogRow>, StoreError> {
    let mut logs = Vec::new();
    for policy in retention::policy(connection).await? {
        let parts = retention::parts(connection, policy.log).await?;
        let months: Vec<Date> = parts.iter().filter_map(|part| part.month).collect();
        let rest = parts.iter().filter(|part| part.month.is_none());
        logs.push(LogRow {
            log: policy.log.as_str(),
            keeps_months: policy.keeps_months,
            kept_from: policy.kept_from,
            months: months.len(),
            first_month: months.first().copied(),
            last_month: months.last().copied(),
            rows: parts.iter().map(|part| part.rows).sum(),
            rest: rest.map(|part| part.rows).sum(),
            bytes: parts.iter().map(|part| part.bytes).sum(),
        });
    }
    Ok(logs)
}

/// Does what is due, or without a permit tells what that is.
pub(crate) async fn run(
    connection: &mut Connection,
    permit: Option<&Permit>,
) -> anyhow::Result<Vec<DeedRow>> {
    let due = due(connection, clock::now()).await?;
    let mut rows = Vec::new();
    for Due { deed, go, stay } in due {
        let mut row = DeedRow {
            act: deed.act(),
            log: deed.log().as_str(),
            month: deed.month(),
            go,
            stay,
            failure: None,
        };
        if let Some(permit) = permit
            && let Err(error) = persistently(connection, deed, permit).await
        {
            row.failure = Some(format!("{:#}", anyhow::Error::new(error)));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// What is due now: first the months to come, so that nothing falls into the rest meanwhile.
async fn due(connection: &Connection, now: Timestamp) -> anyhow::Result<Vec<Due>> {
    let policies = retention::policy(connection).await?;
    let mut add = Vec::new();
    let mut go = Vec::new();
    for Policy { log, kept_from, .. } in policies {
        if log == Log::Inbox {
            let before = midnight(kept_from)?;
            let count = retention::count_inbox(connection, before).await?;
            if count > 0 {
                go.push(Due::of(Deed::ForgetInbox(before), count, 0));
            }
            continue;
        }
        let parts = retention::parts(connection, log).await?;
        let there: Vec<Date> = parts.iter().filter_map(|part| part.month).collect();
        for month in ahead(now)? {
            if !there.contains(&month) {
                add.push(Due::of(Deed::AddMonth(log, month), 0, 0));
            }
        }
        for part in &parts {
            let Some(month) = part.month.filter(|month| *month < kept_from) else {
                continue;
            };
            let stay = retention::month_stays(connection, log, month).await?;
            let gone = part.rows.saturating_sub(stay).max(0);
            go.push(Due::of(Deed::DropMonth(log, month), gone, stay));
        }
        let gone = retention::rest_goes(connection, log).await?;
        if gone > 0 {
            go.push(Due::of(Deed::RenewRest(log), gone, 0));
        }
    }
    add.append(&mut go);
    Ok(add)
}

/// This month and those that are made ahead. Months are those of UTC (V0016).
fn ahead(now: Timestamp) -> anyhow::Result<Vec<Date>> {
    let this = Offset::UTC.to_datetime(now).date().first_of_month();
    let months = (0..=AHEAD).map(|number| this.checked_add(number.months()));
    months
        .collect::<Result<_, _>>()
        .context("the clock stands at the end of time")
}

fn midnight(day: Date) -> anyhow::Result<Timestamp> {
    let zoned = day.to_zoned(TimeZone::UTC);
    Ok(zoned.context("a day without a midnight")?.timestamp())
}

/// Does it; tried again while somebody is in the way, for nobody is made to wait for this.
async fn persistently(
    connection: &mut Connection,
    deed: Deed,
    permit: &Permit,
) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        match once(connection, deed, permit).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(StoreError::Retryable(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

/// One transaction with its row in the audit; whether there may be more to do.
async fn once(
    connection: &mut Connection,
    deed: Deed,
    permit: &Permit,
) -> Result<bool, StoreError> {
    let tx = connection.begin("opsctl: keep house").await?;
    let (detail, more) = match deed {
        Deed::AddMonth(log, month) => {
            retention::add_month(&tx, log, month).await?;
            (json!({}), false)
        }
        Deed::DropMonth(log, month) => {
            let stay = retention::drop_month(&tx, log, month).await?;
            (json!({ "stay": stay }), false)
        }
        Deed::RenewRest(log) => {
            let gone = retention::renew_rest(&tx, log).await?;
            (json!({ "gone": gone }), false)
        }
        Deed::ForgetInbox(before) => {
            let gone = retention::forget_inbox(&tx, before, BATCH).await?;
            if gone == 0 {
                return Ok(false);
            }
            (json!({ "gone": gone, "before": before }), true)
        }
    };
    record(&tx, deed, &detail, permit).await?;
    tx.commit().await?;
    Ok(more)
}

async fn record(
    tx: &store::Transaction<'_>,
    deed: Deed,
    detail: &Value,
    permit: &Permit,
) -> Result<(), StoreError> {
    let log = deed.log().as_str();
    let subject = match (deed, deed.month()) {
        (_, Some(month)) => format!("{log} {}", month.strftime("%Y-%m")),
        (Deed::RenewRest(_), None) => format!("{log} rest"),
        (_, None) => log.to_owned(),
    };
    audit::append(tx, clock::now(), &permit.act(deed.act(), &subject, detail)).await
}

impl Due {
    const fn of(deed: Deed, go: i64, stay: i64) -> Self {
        Self { deed, go, stay }
    }
}

impl Deed {
    /// The word in the audit.
    const fn act(self) -> &'static str {
        match self {
            Self::AddMonth(..) => "retention.add_month",
            Self::DropMonth(..) => "retention.drop_month",
            Self::RenewRest(_) => "retention.renew_rest",
            Self::ForgetInbox(_) => "retention.forget",
        }
    }

    const fn log(self) -> Log {
        match self {
            Self::AddMonth(log, _) | Self::DropMonth(log, _) | Self::RenewRest(log) => log,
            Self::ForgetInbox(_) => Log::Inbox,
        }
    }

    const fn month(self) -> Option<Date> {
        match self {
            Self::AddMonth(_, month) | Self::DropMonth(_, month) => Some(month),
            Self::RenewRest(_) | Self::ForgetInbox(_) => None,
        }
    }
}
