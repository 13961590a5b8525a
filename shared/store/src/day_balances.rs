//! The balance of a day: counted from the timeline on one side and from the withdrawals on the
//! other, signed by the caller, and never changed afterwards.
//!
//! A transaction that counts takes its turn first ([`take_turn`]): two replicas that count the same
//! day at once would both sign the same version.

use contract::day_balance::{Counted, DayBalance, Tally};
use contract::ids::KeyId;
use contract::money::Fen;
use contract::partner::time::beijing_day;
use contract::withdrawal::{State, Transition};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::Row;

use crate::row::{fen, named, parsed};
use crate::{Connection, StoreError, Transaction};

/// The number next to the one of `migrate`.
const TAKE_TURN: &str = "\
-- day_balances.take_turn
select pg_advisory_xact_lock(849427)";

const ACCEPTED: &str = "\
-- day_balances.accepted
select count(*) as count, coalesce(sum(amount_fen), 0)::bigint as amount_fen
  from timeline
  join withdrawals on withdrawals.id = timeline.withdrawal_id
 where timeline.at >= $1 and timeline.at < $2 and timeline.event = $3 and from_state = $4";

const PARTS: &str = "\
-- day_balances.parts
select state, count(*) as count, sum(amount_fen)::bigint as amount_fen
  from withdrawals
 where accepted_at >= $1 and accepted_at < $2
 group by state";

const LATEST: &str = "\
-- day_balances.latest
select day, version, accepted_count, accepted_fen, paid_count, paid_fen, failed_count, failed_fen,
       returned_count, returned_fen, open_count, open_fen, counted_at, signed_text, key_id, signature
  from day_balances
 where day = $1
 order by version desc
 limit 1";

const OF: &str = "\
-- day_balances.of
select day, version, accepted_count, accepted_fen, paid_count, paid_fen, failed_count, failed_fen,
       returned_count, returned_fen, open_count, open_fen, counted_at, signed_text, key_id, signature
  from day_balances
 where day = $1
 order by version
 limit 1000";

const LIST: &str = "\
-- day_balances.list
select distinct on (day)
       day, version, accepted_count, accepted_fen, paid_count, paid_fen, failed_count, failed_fen,
       returned_count, returned_fen, open_count, open_fen, counted_at, signed_text, key_id, signature
  from day_balances
 order by day desc, version desc
 limit $1";

/// Days that were never counted since the first that was, and those that may have changed: parts
/// were open, or a bank may still return what was paid.
const TO_COUNT: &str = "\
-- day_balances.to_count
select asked.day::date as day
  from generate_series(
           greatest(coalesce((select min(day) from day_balances), $1), $1::date - $2::integer)::timestamp,
           $1::date::timestamp,
           interval '1 day') as asked (day)
  left join lateral (
       select version, open_count
         from day_balances
        where day_balances.day = asked.day::date
        order by version desc
        limit 1) as newest on true
 where version is null or open_count > 0 or asked.day::date > $1::date - $3::integer
 order by 1";

const INSERT: &str = "\
-- day_balances.insert
insert into day_balances (day, version, accepted_count, accepted_fen, paid_count, paid_fen,
                          failed_count, failed_fen, returned_count, returned_fen, open_count,
                          open_fen, counted_at, signed_text, key_id, signature, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

/// A balance as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The figures, as they stand in the columns.
    pub balance: DayBalance,
    /// The text that was signed.
    pub text: String,
    /// With which of our keys.
    pub key_id: KeyId,
    /// The signature.
    pub signature: String,
}

/// Waits until nobody else counts; the turn ends with the transaction.
pub async fn take_turn(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.query_one(TAKE_TURN, &[]).await.map(drop)
}

/// Counts a Beijing day, both sides.
pub async fn count(tx: &Transaction<'_>, day: Date) -> Result<Counted, StoreError> {
    let of_day = beijing_day(day);
    let (confirm, draft) = (Transition::Confirm.as_str(), State::Draft.as_str());
    let row = tx
        .query_one(ACCEPTED, &[&of_day.start, &of_day.end, &confirm, &draft])
        .await?;
    let mut counted = Counted {
        accepted: tally(&row)?,
        ..Counted::default()
    };
    for row in tx.query(PARTS, &[&of_day.start, &of_day.end]).await? {
        let state = named(&row, "state", State::from_name)?;
        let added = counted.add(state, tally(&row)?);
        added.map_err(|_| StoreError::Corrupt {
            column: "amount_fen",
        })?;
    }
    Ok(counted)
}

fn tally(row: &Row) -> Result<Tally, StoreError> {
    Ok(Tally {
        count: row.try_get("count")?,
        amount: fen(row, "amount_fen")?,
    })
}

/// The newest count of a day.
pub async fn latest(tx: &Transaction<'_>, day: Date) -> Result<Option<Signed>, StoreError> {
    let row = tx.query_opt(LATEST, &[&day]).await?;
    row.as_ref().map(from_row).transpose()
}

/// Every count of a day, the first one first.
pub async fn of(connection: &Connection, day: Date) -> Result<Vec<Signed>, StoreError> {
    let rows = connection.query(OF, &[&day]).await?;
    rows.iter().map(from_row).collect()
}

/// The newest count of each of the newest days.
pub async fn list(connection: &Connection, limit: i64) -> Result<Vec<Signed>, StoreError> {
    let rows = connection.query(LIST, &[&limit]).await?;
    rows.iter().map(from_row).collect()
}

/// Which days up to `last` are to be counted: those not counted yet, those with open parts, and the
/// `unsettled` newest ones; none older than `window` days.
pub async fn to_count(
    connection: &Connection,
    last: Date,
    window: i32,
    unsettled: i32,
) -> Result<Vec<Date>, StoreError> {
    let rows = connection
        .query(TO_COUNT, &[&last, &window, &unsettled])
        .await?;
    rows.iter().map(|row| Ok(row.try_get("day")?)).collect()
}

/// Keeps a count for ever.
pub async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    signed: &Signed,
) -> Result<(), StoreError> {
    let DayBalance {
        day,
        version,
        counted_at,
        counted,
    } = &signed.balance;
    let [accepted, paid, failed, returned, open] = counted.rows().map(|(_, tally)| tally);
    tx.execute(
        INSERT,
        &[
            day,
            version,
            &accepted.count,
            &accepted.amount.get(),
            &paid.count,
            &paid.amount.get(),
            &failed.count,
            &failed.amount.get(),
            &returned.count,
            &returned.amount.get(),
            &open.count,
            &open.amount.get(),
            counted_at,
            &signed.text,
            &signed.key_id.as_str(),
            &signed.signature,
            &now,
        ],
    )
    .await
    .map(drop)
}

fn from_row(row: &Row) -> Result<Signed, StoreError> {
    let tally = |count, amount: &'static str| {
        Ok::<Tally, StoreError>(Tally {
            count: row.try_get::<&str, i64>(count)?,
            amount: Fen::new(row.try_get(amount)?)
                .map_err(|_| StoreError::Corrupt { column: amount })?,
        })
    };
    Ok(Signed {
        balance: DayBalance {
            day: row.try_get("day")?,
            version: row.try_get("version")?,
            counted_at: row.try_get("counted_at")?,
            counted: Counted {
                accepted: tally("accepted_count", "accepted_fen")?,
                paid: tally("paid_count", "paid_fen")?,
                failed: tally("failed_count", "failed_fen")?,
                returned: tally("returned_count", "returned_fen")?,
                open: tally("open_count", "open_fen")?,
            },
        },
        text: row.try_get("signed_text")?,
        key_id: parsed(row, "key_id")?,
        signature: row.try_get("signature")?,
    })
}
