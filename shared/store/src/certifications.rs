//! Runs that certified the endpoint of a partner, or did not.

use contract::enumeration;
use contract::ids::{CertificationId, PartnerId};
use jiff::Timestamp;
use serde_json::Value;

use crate::dead_letters::Decision;
use crate::row::{named_optional, parsed};
use crate::{Connection, StoreError, Transaction};

const BEGIN: &str = "\
-- certifications.begin
insert into certifications (id, partner_id, host, started_at, certified_by, reason, created_at,
                            updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $4, $4, $7)";

const FINISH: &str = "\
-- certifications.finish
update certifications
   set finished_at = $2, result = $3, sheet = $4, updated_at = $2, updated_by = $5
 where id = $1 and finished_at is null";

const OF: &str = "\
-- certifications.of
select id, host, started_at, finished_at, result, sheet, certified_by, reason
  from certifications
 where partner_id = $1
 order by started_at desc, id desc
 limit $2";

enumeration! {
    /// What a run came to.
    pub enum CertificationResult {
        /// Every check passed.
        Passed => "passed",
        /// At least one did not.
        Failed => "failed",
        /// None failed, and of some it could not be seen whether they pass.
        Partly => "partly",
    }
}

/// A run.
#[derive(Debug, Clone)]
pub struct Certification {
    /// What its notices say in `certification`.
    pub id: CertificationId,
    /// Of the URL that was driven.
    pub host: String,
    /// Before its first notice.
    pub started_at: Timestamp,
    /// After its last; absent while it runs, and for ever if it was broken off.
    pub finished_at: Option<Timestamp>,
    /// What it came to.
    pub result: Option<CertificationResult>,
    /// What was found of each check.
    pub sheet: Option<Value>,
    /// Who had it run.
    pub certified_by: String,
    /// Why, in their words.
    pub reason: String,
}

/// Writes down that a run begins.
pub async fn begin(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &CertificationId,
    (partner, host): (&PartnerId, &str),
    decision: &Decision<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        BEGIN,
        &[
            &id.as_str(),
            &partner.as_str(),
            &host,
            &now,
            &decision.by,
            &decision.reason,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Writes down what it came to; `false` if that was done before.
pub async fn finish(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &CertificationId,
    result: CertificationResult,
    sheet: &Value,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(
            FINISH,
            &[&id.as_str(), &now, &result.as_str(), sheet, &tx.name()],
        )
        .await?;
    Ok(count == 1)
}

/// The newest `limit` runs of a partner, the newest first.
pub async fn of(
    connection: &Connection,
    partner: &PartnerId,
    limit: i64,
) -> Result<Vec<Certification>, StoreError> {
    let rows = connection.query(OF, &[&partner.as_str(), &limit]).await?;
    let runs = rows.iter().map(|row| {
        Ok(Certification {
            id: parsed(row, "id")?,
            host: row.try_get("host")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            result: named_optional(row, "result", CertificationResult::from_name)?,
            sheet: row.try_get("sheet")?,
            certified_by: row.try_get("certified_by")?,
            reason: row.try_get("reason")?,
        })
    });
    runs.collect()
}
