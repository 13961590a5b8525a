//! Dead letters as the command line and the console show and decide about them.
//!
//! What is typed here and serialised is what `--json` prints and what the console's API answers.

use contract::ids::NoticeId;
use jiff::Timestamp;
use runtime::clock;
use serde::Serialize;
use serde_json::{Value, json};
use store::dead_letters::{self, Counted, DeadLetter, Decision, Filter, Group, Verb};
use store::{Connection, StoreError, audit};

use crate::permit::Permit;

/// Letters of one class, partner and host.
#[derive(Debug, Serialize)]
pub(crate) struct GroupRow {
    pub(crate) class: String,
    pub(crate) partner_id: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) count: i64,
    /// In yuan; a withdrawal counts once for each letter.
    pub(crate) amount: Option<String>,
    pub(crate) first_failed_at: Timestamp,
    pub(crate) last_failed_at: Timestamp,
}

impl From<Group> for GroupRow {
    fn from(group: Group) -> Self {
        Self {
            class: group.class,
            partner_id: group.partner,
            host: group.host,
            count: group.count,
            amount: group.amount.map(|amount| amount.to_string()),
            first_failed_at: group.first_failed_at,
            last_failed_at: group.last_failed_at,
        }
    }
}

/// What came of a decision about many letters, or would come of it.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) dry_run: bool,
    /// How many could be decided about when it began.
    pub(crate) counted: i64,
    /// Their amounts added up, in yuan.
    pub(crate) amount: Option<String>,
    /// How many were; none in a dry run.
    pub(crate) decided: usize,
    /// Of the letters that were named: those that could not be.
    pub(crate) refused: Vec<i64>,
    /// Why the rest was left as it is; what is decided stays decided.
    pub(crate) failure: Option<String>,
}

/// The notice that the message was about, if it can be read.
pub(crate) fn notice_of(letter: &DeadLetter) -> Option<NoticeId> {
    let body: Value = serde_json::from_slice(&letter.body).ok()?;
    body.get("notice_id")?.as_str()?.parse().ok()
}

/// Decides about all that the filter means, in batches with a row in the audit each; without a
/// permit only counts them.
pub(crate) async fn decide(
    connection: &mut Connection,
    filter: &Filter,
    verb: Verb,
    permit: Option<&Permit>,
) -> Result<Outcome, StoreError> {
    let counted = dead_letters::foretell(connection, filter, verb).await?;
    let mut outcome = Outcome {
        dry_run: permit.is_none(),
        counted: counted.count,
        amount: counted.amount.map(|amount| amount.to_string()),
        decided: 0,
        refused: Vec::new(),
        failure: None,
    };
    let mut decided = Vec::new();
    if let Some(permit) = permit {
        loop {
            match batch(connection, filter, counted, verb, permit).await {
                Ok(ids) if ids.is_empty() => break,
                Ok(ids) => decided.extend(ids),
                Err(error) => {
                    outcome.failure = Some(format!("{:#}", anyhow::Error::new(error)));
                    break;
                }
            }
        }
    } else if filter.ids.is_some() {
        decided = rehearse(connection, filter, counted, verb).await?;
    }
    outcome.decided = if permit.is_some() { decided.len() } else { 0 };
    let named = filter.ids.iter().flatten();
    outcome.refused = named.copied().filter(|id| !decided.contains(id)).collect();
    Ok(outcome)
}

/// Which letters would be decided about: exactly what will be done, rolled back.
async fn rehearse(
    connection: &mut Connection,
    filter: &Filter,
    counted: Counted,
    verb: Verb,
) -> Result<Vec<i64>, StoreError> {
    let tx = connection.begin("opsctl: rehearse decision").await?;
    let nobody = Decision {
        by: "dry run",
        reason: "dry run",
    };
    let mut all = Vec::new();
    loop {
        let now = clock::now();
        let ids = dead_letters::decide_many(&tx, now, filter, counted.newest, verb, nobody).await?;
        if ids.is_empty() {
            return Ok(all);
        }
        all.extend(ids);
    }
}

async fn batch(
    connection: &mut Connection,
    filter: &Filter,
    counted: Counted,
    verb: Verb,
    permit: &Permit,
) -> Result<Vec<i64>, StoreError> {
    let tx = connection.begin("opsctl: decide dead letters").await?;
    let now = clock::now();
    let decision = permit.decision();
    let ids = dead_letters::decide_many(&tx, now, filter, counted.newest, verb, decision).await?;
    if !ids.is_empty() {
        let subject = match ids[..] {
            [id] => format!("dead_letter {id}"),
            _ => "dead_letters".to_owned(),
        };
        let detail = json!({ "ids": ids, "count": ids.len() });
        audit::append(&tx, now, &permit.act(verb.act(), &subject, &detail)).await?;
    }
    tx.commit().await?;
    Ok(ids)
}
