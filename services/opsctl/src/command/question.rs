//! What comes of making the next question to Huifu due now, whatever it is about.
//!
//! It is only asked: what the answer changes is decided as always, and the answer may be the old
//! one. A dry run does the same in a transaction that is rolled back.

use anyhow::bail;
use jiff::Timestamp;
use serde_json::json;
use store::attempts::Asked;
use store::dead_letters::Decision;
use store::{Transaction, audit};

use crate::beijing;
use crate::output::Report;
use crate::permit::Permit;

/// What stands in the rows of a dry run until they are rolled back.
const NOBODY: Decision<'static> = Decision {
    by: "dry run",
    reason: "dry run",
};

/// What is asked about.
pub(super) struct Subject<'a> {
    /// `withdrawal` or `application`.
    pub(super) noun: &'static str,
    /// What its number is called in JSON.
    pub(super) id_name: &'static str,
    pub(super) id: &'a str,
}

/// Who asks.
pub(super) fn decision(permit: Option<&Permit>) -> Decision<'_> {
    permit.map_or(NOBODY, Permit::decision)
}

/// Writes down who asked, or takes it back where nobody meant it, and says what follows.
pub(super) async fn told(
    tx: Transaction<'_>,
    now: Timestamp,
    asked: Asked,
    about: &Subject<'_>,
    permit: Option<&Permit>,
) -> anyhow::Result<Report> {
    let (noun, id) = (about.noun, about.id);
    let req_seq_id = match asked {
        Asked::Due(req_seq_id) => req_seq_id,
        Asked::UnderWay(at) => bail!(
            "its attempt may still be on its way; it is asked about by itself at {}",
            beijing::shown(at)
        ),
        Asked::NeverThere => {
            bail!("nothing of {id} was ever at Huifu: there is nothing to ask")
        }
        Asked::Unknown => bail!("there is no {noun} {id}"),
    };
    let json = json!({
        "dry_run": permit.is_none(), about.id_name: id, "req_seq_id": req_seq_id,
    });
    let Some(permit) = permit else {
        return Ok(Report::new(json).line(format!(
            "Huifu would be asked about {req_seq_id}.\n\
             Nothing was changed. Add --yes and --reason TEXT to do it."
        )));
    };
    let (act, subject) = (format!("{noun}.ask"), format!("{noun} {id}"));
    let detail = json!({ "req_seq_id": req_seq_id });
    audit::append(&tx, now, &permit.act(&act, &subject, &detail)).await?;
    tx.commit().await?;
    Ok(Report::new(json).line(format!(
        "Huifu is asked about {req_seq_id} within seconds.\n\
         What it says stands on the timeline: opsctl {noun} show {id}"
    )))
}
