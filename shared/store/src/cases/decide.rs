//! What an operator decides about cases: they are closed, and the hold on what they are about, a
//! withdrawal or an application, is lifted.
//!
//! **Invariant:** a hold is lifted only where no case about the same is left open. Whoever opens a
//! case writes its row first, which waits for the lock taken here, and holds what it is about
//! afterwards; so a case that arrives meanwhile is seen, or holds it anew.

use contract::ids::{ApplicationId, WithdrawalId};
use contract::{application, withdrawal};
use jiff::Timestamp;

use crate::dead_letters::Decision;
use crate::row::{named, parsed};
use crate::{StoreError, Transaction};

const LOCK_WITHDRAWALS: &str = "\
-- cases.lock_withdrawals
select id, state, held
  from withdrawals
 where id in (select withdrawal_id from cases where id = any($1))
 order by id
   for update";

const LOCK_APPLICATIONS: &str = "\
-- cases.lock_applications
select id, state, held
  from applications
 where id in (select application_id from cases where id = any($1))
 order by id
   for update";

/// Our ids begin with a letter of their kind, so the two never meet.
const STANDING: &str = "\
-- cases.standing
select id, state, coalesce(withdrawal_id, application_id) as about
  from cases
 where id = any($1)
 order by id";

const CLOSE: &str = "\
-- cases.close
with chosen as (
    update cases
       set state = 'closed', decided_by = $3, decided_at = $2, decision = $4,
           updated_at = $2, updated_by = $5
     where id = any($1) and state = 'open'
    returning id, withdrawal_id, application_id, kind),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawal_id, $2, $5, 'case_closed',
           jsonb_build_object('case', id, 'kind', kind, 'by', $3::text, 'reason', $4::text)
      from chosen
     where withdrawal_id is not null
     order by id),
told_of_applications as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select application_id, $2, $5, 'case_closed',
           jsonb_build_object('case', id, 'kind', kind, 'by', $3::text, 'reason', $4::text)
      from chosen
     where application_id is not null
     order by id)
select id from chosen order by id";

const STILL_OPEN: &str = "\
-- cases.still_open
select id
  from cases
 where (withdrawal_id = any($1) or application_id = any($1)) and state = 'open'
 order by id
 limit 100";

const RELEASE: &str = "\
-- cases.release
with freed as (
    update withdrawals
       set held = false, updated_at = $2, updated_by = $5
     where id = any($1) and held
    returning id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select id, $2, $5, 'released', jsonb_build_object('by', $3::text, 'reason', $4::text)
      from freed)
select id from freed";

const RELEASE_APPLICATIONS: &str = "\
-- cases.release_applications
with freed as (
    update applications
       set held = false, updated_at = $2, updated_by = $5
     where id = any($1) and held
    returning id),
told as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select id, $2, $5, 'released', jsonb_build_object('by', $3::text, 'reason', $4::text)
      from freed)
select id from freed";

/// Which cases are closed, and whether what they are about may move again.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// The cases: all of them, or none.
    pub ids: &'a [i64],
    /// Lift the hold on what they are about as well. A case that is closed already is then no
    /// obstacle: the hold may be lifted later than the case was closed.
    pub release: bool,
    /// Who and why.
    pub decision: Decision<'a>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// All is as it was asked for.
    Done {
        /// The cases that were closed now.
        cases: Vec<i64>,
        /// Whose hold was lifted: withdrawals first.
        released: Vec<Released>,
    },
    /// There is no such case.
    Unknown(i64),
    /// It was closed before, and there is no hold to lift.
    Before(i64),
    /// It is about nothing of ours, so there is no hold to lift.
    Nothing(i64),
    /// Other cases about the same are open.
    StillOpen(Vec<i64>),
}

/// What nothing holds any more, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Released {
    /// A withdrawal.
    Withdrawal(WithdrawalId, withdrawal::State),
    /// An application.
    Application(ApplicationId, application::State),
}

impl Released {
    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Withdrawal(id, _) => id.as_str(),
            Self::Application(id, _) => id.as_str(),
        }
    }
}

/// Closes cases and tells the timelines of what they are about. Anything but [`Closed::Done`] must
/// be rolled back.
pub async fn close(
    tx: &Transaction<'_>,
    now: Timestamp,
    closing: &Closing<'_>,
) -> Result<Closed, StoreError> {
    let (ids, by, why) = (closing.ids, closing.decision.by, closing.decision.reason);
    let held = lock_held(tx, ids).await?;
    if let Some(obstacle) = obstacle(tx, closing, &held).await? {
        return Ok(obstacle);
    }
    let rows = tx
        .query(CLOSE, &[&ids, &now, &by, &why, &tx.name()])
        .await?;
    let cases = rows.iter().map(|row| row.try_get("id"));
    let cases = cases.collect::<Result<Vec<i64>, _>>()?;
    if !closing.release {
        let released = Vec::new();
        return Ok(Closed::Done { cases, released });
    }
    let names: Vec<&str> = held.iter().map(Released::id).collect();
    let rows = tx.query(STILL_OPEN, &[&names]).await?;
    if !rows.is_empty() {
        let open = rows.iter().map(|row| row.try_get("id"));
        return Ok(Closed::StillOpen(open.collect::<Result<_, _>>()?));
    }
    for release in [RELEASE, RELEASE_APPLICATIONS] {
        tx.query(release, &[&names, &now, &by, &why, &tx.name()])
            .await?;
    }
    let released = held;
    Ok(Closed::Done { cases, released })
}

/// Locks what the cases are about, and says which of it is held.
async fn lock_held(tx: &Transaction<'_>, ids: &[i64]) -> Result<Vec<Released>, StoreError> {
    let mut held = Vec::new();
    for row in tx.query(LOCK_WITHDRAWALS, &[&ids]).await? {
        if row.try_get("held")? {
            let state = named(&row, "state", withdrawal::State::from_name)?;
            held.push(Released::Withdrawal(parsed(&row, "id")?, state));
        }
    }
    for row in tx.query(LOCK_APPLICATIONS, &[&ids]).await? {
        if row.try_get("held")? {
            let state = named(&row, "state", application::State::from_name)?;
            held.push(Released::Application(parsed(&row, "id")?, state));
        }
    }
    Ok(held)
}

/// Why one of the cases cannot be decided like this.
async fn obstacle(
    tx: &Transaction<'_>,
    closing: &Closing<'_>,
    held: &[Released],
) -> Result<Option<Closed>, StoreError> {
    let rows = tx.query(STANDING, &[&closing.ids]).await?;
    for id in closing.ids {
        let mut found = None;
        for row in &rows {
            if row.try_get::<_, i64>("id")? == *id {
                found = Some(row);
            }
        }
        let Some(row) = found else {
            return Ok(Some(Closed::Unknown(*id)));
        };
        let about: Option<&str> = row.try_get("about")?;
        if closing.release && about.is_none() {
            return Ok(Some(Closed::Nothing(*id)));
        }
        let is_held = held.iter().any(|held| Some(held.id()) == about);
        let is_open = row.try_get::<_, &str>("state")? == "open";
        if !(is_open || closing.release && is_held) {
            return Ok(Some(Closed::Before(*id)));
        }
    }
    Ok(None)
}
