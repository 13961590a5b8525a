//! How long logs are kept, and their months: made ahead, dropped when the policy no longer keeps
//! them.
//!
//! What is dropped is decided by functions of the database (V0019), which refuse a month that the
//! policy keeps, whoever asks, and let rows stay that are about what is not over.

use contract::enumeration;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::Row;

use crate::row::named;
use crate::{Connection, StoreError, Transaction};

const POLICY: &str = "\
-- retention.policy
select log, keeps_months, kept_from(log) as kept_from from retention order by log";

const SET: &str = "\
-- retention.set
update retention
   set keeps_months = $2, updated_at = $3, updated_by = $4
 where log = $1";

/// The month stands in the name of the partition; the rest has none, and comes last.
const PARTS: &str = "\
-- retention.parts
select to_date(substring(part.relname from '_y([0-9]{4}m[0-9]{2})$'), 'YYYY\"m\"MM') as month,
       greatest(part.reltuples, 0)::bigint as rows, pg_total_relation_size(part.oid) as bytes
  from pg_inherits
  join pg_class as part on part.oid = inhrelid
 where inhparent = to_regclass($1::text)
 order by month";

const MONTH_STAYS: &str = "\
-- retention.month_stays
select month_stays($1, $2)";

const REST_GOES: &str = "\
-- retention.rest_goes
select rest_goes($1)";

/// It takes the rest from its readers for a moment, and gives up as early as the others.
const ADD_MONTH: &str = "\
-- retention.add_month
select add_month($1, $2) from set_config('lock_timeout', '500ms', true)";

const DROP_MONTH: &str = "\
-- retention.drop_month
select drop_month($1, $2)";

const RENEW_REST: &str = "\
-- retention.renew_rest
select renew_rest($1)";

const COUNT_INBOX: &str = "\
-- retention.count_inbox
select count(*) from inbox_over where created_at < $1";

const FORGET_INBOX: &str = "\
-- retention.forget_inbox
delete from inbox
 where ctid = any(array(
    select place from inbox_over where created_at < $1 limit $2))";

enumeration! {
    /// What is kept for some time only, by the name of its table.
    pub enum Log {
        /// What happened to withdrawals.
        Timeline => "timeline",
        /// What happened to applications.
        ApplicationTimeline => "application_timeline",
        /// Each sending of a notice.
        NoticeAttempts => "notice_attempts",
        /// The callbacks that were seen; not cut into months, and emptied row by row.
        Inbox => "inbox",
    }
}

impl Log {
    /// Those that are cut into months.
    pub const IN_MONTHS: [Self; 3] = [
        Self::Timeline,
        Self::ApplicationTimeline,
        Self::NoticeAttempts,
    ];
}

/// How long a log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which one.
    pub log: Log,
    /// Whole months before this one.
    pub keeps_months: i32,
    /// The first day that is kept now.
    pub kept_from: Date,
}

/// A part of a log that is cut into months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its month; `None` is the rest: what has no month, or stayed when its month went.
    pub month: Option<Date>,
    /// About how many rows it has, as of its last analysis.
    pub rows: i64,
    /// Its size with its indexes.
    pub bytes: i64,
}

/// How long each log is kept.
pub async fn policy(connection: &Connection) -> Result<Vec<Policy>, StoreError> {
    let rows = connection.query(POLICY, &[]).await?;
    let policies = rows.iter().map(|row| {
        Ok(Policy {
            log: named(row, "log", Log::from_name)?,
            keeps_months: row.try_get("keeps_months")?,
            kept_from: row.try_get("kept_from")?,
        })
    });
    policies.collect()
}

/// Keeps a log for so many whole months from now on.
pub async fn set(
    tx: &Transaction<'_>,
    now: Timestamp,
    log: Log,
    keeps_months: i32,
) -> Result<(), StoreError> {
    tx.execute(SET, &[&log.as_str(), &keeps_months, &now, &tx.name()])
        .await
        .map(drop)
}

/// The parts of a log, oldest first, the rest last; none for one that is not cut into months.
pub async fn parts(connection: &Connection, log: Log) -> Result<Vec<Part>, StoreError> {
    let rows = connection.query(PARTS, &[&log.as_str()]).await?;
    let parts = rows.iter().map(|row| {
        Ok(Part {
            month: row.try_get("month")?,
            rows: row.try_get("rows")?,
            bytes: row.try_get("bytes")?,
        })
    });
    parts.collect()
}

/// How many rows of a month would stay because what they are about is not over.
pub async fn month_stays(
    connection: &Connection,
    log: Log,
    month: Date,
) -> Result<i64, StoreError> {
    let row = connection
        .query_opt(MONTH_STAYS, &[&log.as_str(), &month])
        .await?;
    number(row)
}

/// How many rows of the rest are neither young enough nor about what is not over.
pub async fn rest_goes(connection: &Connection, log: Log) -> Result<i64, StoreError> {
    let row = connection.query_opt(REST_GOES, &[&log.as_str()]).await?;
    number(row)
}

/// How many callbacks were seen before this time and are about nothing that is not over.
pub async fn count_inbox(connection: &Connection, before: Timestamp) -> Result<i64, StoreError> {
    number(connection.query_opt(COUNT_INBOX, &[&before]).await?)
}

/// Makes the part of a month; `false` if it is there.
pub async fn add_month(tx: &Transaction<'_>, log: Log, month: Date) -> Result<bool, StoreError> {
    let row = tx.query_one(ADD_MONTH, &[&log.as_str(), &month]).await?;
    Ok(row.try_get(0)?)
}

/// Drops a month that the policy does not keep; how many of its rows stay, in the rest. Retryable
/// when somebody is in the way: nobody is made to wait for this.
pub async fn drop_month(tx: &Transaction<'_>, log: Log, month: Date) -> Result<i64, StoreError> {
    let row = tx.query_one(DROP_MONTH, &[&log.as_str(), &month]).await?;
    Ok(row.try_get(0)?)
}

/// Makes the rest anew without what neither is young enough nor about what is not over; how many
/// rows went. Retryable as [`drop_month`].
pub async fn renew_rest(tx: &Transaction<'_>, log: Log) -> Result<i64, StoreError> {
    let row = tx.query_one(RENEW_REST, &[&log.as_str()]).await?;
    Ok(row.try_get(0)?)
}

/// Forgets at most `limit` callbacks that were seen before this time and are about nothing that is
/// not over; how many.
pub async fn forget_inbox(
    tx: &Transaction<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    tx.execute(FORGET_INBOX, &[&before, &limit]).await
}

fn number(row: Option<Row>) -> Result<i64, StoreError> {
    row.map_or(Ok(0), |row| Ok(row.try_get(0)?))
}
