//! Contradictions and other things that a person must look at.

use contract::ids::WithdrawalId;
use jiff::Timestamp;
use serde_json::Value;

use crate::{Connection, StoreError, Transaction};

const OPEN: &str = "\
-- cases.open
insert into cases (withdrawal_id, kind, detail, fingerprint, state, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, 'open', $5, $5, $6)
on conflict on constraint case_told_once do nothing";

const LIST_OPEN: &str = "\
-- cases.list_open
select id, withdrawal_id, kind, detail, created_at
  from cases
 where state = 'open'
 order by id
 limit $1";

/// A thing for a person to look at.
#[derive(Debug, Clone)]
pub struct NewCase<'a> {
    /// The withdrawal it is about, if it is about one of ours.
    pub withdrawal: Option<&'a WithdrawalId>,
    /// What kind, in `snake_case`.
    pub kind: &'a str,
    /// Ids, codes and amounts; never names, cards or secrets.
    pub detail: &'a Value,
    /// The same for the same contradiction told again.
    pub fingerprint: &'a str,
}

/// A case that nobody has closed.
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// The case.
    pub id: i64,
    /// The withdrawal it is about.
    pub withdrawal_id: Option<String>,
    /// What kind.
    pub kind: String,
    /// Ids, codes and amounts.
    pub detail: Value,
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
    let count = tx
        .execute(
            OPEN,
            &[
                &withdrawal,
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

/// The oldest open cases.
pub async fn list_open(connection: &Connection, limit: i64) -> Result<Vec<OpenCase>, StoreError> {
    let rows = connection.query(LIST_OPEN, &[&limit]).await?;
    let cases = rows.iter().map(|row| {
        Ok(OpenCase {
            id: row.try_get("id")?,
            withdrawal_id: row.try_get("withdrawal_id")?,
            kind: row.try_get("kind")?,
            detail: row.try_get("detail")?,
            created_at: row.try_get("created_at")?,
        })
    });
    cases.collect()
}
