//! Contradictions and other things that a person must look at, until one has closed them.
//!
//! A case that is told again after it was closed stays closed: a person has decided about exactly
//! that. Deciding is in `decide`.

mod decide;
mod restored;

use contract::enumeration;
use contract::ids::{ApplicationId, WithdrawalId};
use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;

use crate::row::named;
use crate::{Connection, StoreError, Transaction};

pub use decide::{Closed, Closing, Released, close};
pub use restored::{Unsent, hold_restored};

const OPEN: &str = "\
-- cases.open
insert into cases (withdrawal_id, application_id, kind, detail, fingerprint, state,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, 'open', $6, $6, $7)
on conflict on constraint case_told_once do nothing";

const LIST: &str = "\
-- cases.list
select id, withdrawal_id, application_id, kind, detail, state, decided_by, decided_at, decision,
       created_at
  from cases
 where ($1::text is null or state = $1)
 order by id
 limit $2";

const OF_APPLICATION: &str = "\
-- cases.of_application
select id, withdrawal_id, application_id, kind, detail, state, decided_by, decided_at, decision,
       created_at
  from cases
 where application_id = $1
 order by id
 limit 100";

const FIND: &str = "\
-- cases.find
select id, withdrawal_id, application_id, kind, detail, state, decided_by, decided_at, decision,
       created_at
  from cases
 where id = $1";

enumeration! {
    /// Whether a person has looked.
    pub enum CaseState {
        /// Nobody has decided.
        Open => "open",
        /// A person has looked and decided.
        Closed => "closed",
    }
}

/// A thing for a person to look at.
#[derive(Debug, Clone)]
pub struct NewCase<'a> {
    /// The withdrawal it is about, if it is about one of ours.
    pub withdrawal: Option<&'a WithdrawalId>,
    /// The application it is about, if it is about one of ours; never both.
    pub application: Option<&'a ApplicationId>,
    /// What kind, in `snake_case`.
    pub kind: &'a str,
    /// Ids, codes and amounts; never names, cards or secrets.
    pub detail: &'a Value,
    /// The same for the same contradiction told again.
    pub fingerprint: &'a str,
}

/// A case as it is stored.
#[derive(Debug, Clone)]
pub struct Case {
    /// The case.
    pub id: i64,
    /// The withdrawal it is about.
    pub withdrawal_id: Option<String>,
    /// The application it is about.
    pub application_id: Option<String>,
    /// What kind.
    pub kind: String,
    /// Ids, codes and amounts.
    pub detail: Value,
    /// Whether a person has looked.
    pub state: CaseState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub decision: Option<String>,
    /// When it was found.
    pub created_at: Timestamp,
}

/// Opens a case; `false` means that the same one was told before.
pub async fn open(
    tx: &Transaction<'_>,
    now: Timestamp,
    case: &NewCase<'_>,
) -> Result<bool, StoreError> {
    let withdrawal = case.withdrawal.map(WithdrawalId::as_str);
    let application = case.application.map(ApplicationId::as_str);
    let count = tx
        .execute(
            OPEN,
            &[
                &withdrawal,
                &application,
                &case.kind,
                case.detail,
                &case.fingerprint,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    Ok(count == 1)
}

/// The oldest cases, those of one state if asked.
pub async fn list(
    connection: &Connection,
    state: Option<CaseState>,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let state = state.map(CaseState::as_str);
    let rows = connection.query(LIST, &[&state, &limit]).await?;
    rows.iter().map(from_row).collect()
}

/// The oldest open cases.
pub async fn list_open(connection: &Connection, limit: i64) -> Result<Vec<Case>, StoreError> {
    list(connection, Some(CaseState::Open), limit).await
}

/// Everything that a person had to look at about this application, oldest first.
pub async fn of_application(
    connection: &Connection,
    application: &ApplicationId,
) -> Result<Vec<Case>, StoreError> {
    let rows = connection
        .query(OF_APPLICATION, &[&application.as_str()])
        .await?;
    rows.iter().map(from_row).collect()
}

/// The case with this number.
pub async fn find(connection: &Connection, id: i64) -> Result<Option<Case>, StoreError> {
    let row = connection.query_opt(FIND, &[&id]).await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Case, StoreError> {
    Ok(Case {
        id: row.try_get("id")?,
        withdrawal_id: row.try_get("withdrawal_id")?,
        application_id: row.try_get("application_id")?,
        kind: row.try_get("kind")?,
        detail: row.try_get("detail")?,
        state: named(row, "state", CaseState::from_name)?,
        decided_by: row.try_get("decided_by")?,
        decided_at: row.try_get("decided_at")?,
        decision: row.try_get("decision")?,
        created_at: row.try_get("created_at")?,
    })
}
