//! What is done about differences: Huifu is asked, and a person is told.

use jiff::Timestamp;
use jiff::civil::Date;

use super::compare::pairs;
use super::difference::{DifferenceKind, FollowUp};
use crate::{StoreError, Transaction};

const ASK: &str = "\
-- statements.ask
with behind as (
    select distinct withdrawal_id
      from statement_differences
     where day = $1 and kind = any($2)),
here as (
    select id from withdrawals where id in (select withdrawal_id from behind) order by id for update),
asked as (
    update attempts
       set next_query_at = $3, updated_at = $3, updated_by = $4
      from here
     where attempts.withdrawal_id = here.id
       and outcome in ('submitted', 'unknown')
    returning withdrawal_id, req_seq_id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawal_id, $3, $4, 'ask', jsonb_build_object('req_seq_id', req_seq_id, 'statement', $1)
      from asked)
select count(*) from asked";

const OPEN_CASES: &str = "\
-- statements.open_cases
with chosen as (
    select day, member, kind, req_seq_id, req_date, huifu_id, withdrawal_id, detail
      from statement_differences
     where day = $1 and kind = any($2)
     order by id
     limit $3)
insert into cases (withdrawal_id, kind, detail, fingerprint, state, created_at, updated_at, updated_by)
select withdrawal_id, 'statement_' || kind,
       detail || jsonb_strip_nulls(jsonb_build_object(
           'day', day, 'member', member, 'req_seq_id', req_seq_id, 'req_date', req_date,
           'huifu_id', huifu_id)),
       'statement_' || kind || ':' || huifu_id || ':' || req_date || ':' || req_seq_id,
       'open', $4, $4, $5
  from chosen
on conflict on constraint case_told_once do nothing";

/// What was asked about on an earlier day, and is still so.
const OPEN_LATE_CASES: &str = "\
-- statements.open_late_cases
insert into cases (withdrawal_id, kind, detail, fingerprint, state, created_at, updated_at, updated_by)
select found.withdrawal_id, 'statement_' || kind,
       detail || jsonb_build_object(
           'day', day, 'member', member, 'req_seq_id', req_seq_id, 'req_date', req_date,
           'huifu_id', huifu_id),
       'statement_' || kind || ':' || huifu_id || ':' || req_date || ':' || req_seq_id,
       'open', $6, $6, $7
  from statement_differences as found
  join withdrawals on withdrawals.id = found.withdrawal_id
  join unnest($3::text[], $4::text[], $5::text[]) as says (told, ours, verdict)
    on says.told = detail ->> 'told' and says.ours = withdrawals.state
 where day between $1::date - 30 and $1::date - 1
   and kind = any($2)
   and says.verdict = 'behind'
on conflict on constraint case_told_once do nothing";

const COUNT: &str = "\
-- statements.count
select count(*) from statement_differences where day = $1 and kind = any($2)";

/// Makes the next question due about every withdrawal of the day that Huifu knows more about, and
/// answers how many there are.
pub async fn ask(tx: &Transaction<'_>, now: Timestamp, day: Date) -> Result<i64, StoreError> {
    let kinds = DifferenceKind::followed_by(FollowUp::Question);
    let row = tx.query_one(ASK, &[&day, &kinds, &now, &tx.name()]).await?;
    Ok(row.try_get(0)?)
}

/// Opens a case for each difference of the day that a person must look at, for the first `limit`
/// of them; answers how many there are in all. What was told before is not told again.
pub async fn open_cases(
    tx: &Transaction<'_>,
    now: Timestamp,
    day: Date,
    limit: i64,
) -> Result<i64, StoreError> {
    let kinds = DifferenceKind::followed_by(FollowUp::Case);
    tx.execute(OPEN_CASES, &[&day, &kinds, &limit, &now, &tx.name()])
        .await?;
    let row = tx.query_one(COUNT, &[&day, &kinds]).await?;
    Ok(row.try_get(0)?)
}

/// Opens a case for everything that was asked about because of an earlier day's statement and is
/// still behind it.
pub async fn open_late_cases(
    tx: &Transaction<'_>,
    now: Timestamp,
    day: Date,
) -> Result<u64, StoreError> {
    let kinds = DifferenceKind::followed_by(FollowUp::Question);
    let [told, ours, verdict] = pairs();
    tx.execute(
        OPEN_LATE_CASES,
        &[&day, &kinds, &told, &ours, &verdict, &now, &tx.name()],
    )
    .await
}
