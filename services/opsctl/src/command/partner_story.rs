//! `opsctl partner show`: what we know of one partner, and when its endpoint was last certified.

use contract::ids::PartnerId;
use serde_json::{Value, json};
use store::certifications::{self, Certification, CertificationResult};
use store::partners::PartnerKey;
use store::{Connection, notice_secrets, partners};

use super::{notice_secret, partner_key};
use crate::beijing;
use crate::output::{Report, Rows};

/// Enough to see whether it gets better.
const RUNS_SHOWN: i64 = 10;

/// What we know of it; `None` where there is none.
pub(crate) async fn show(
    connection: &Connection,
    id: &PartnerId,
) -> anyhow::Result<Option<Report>> {
    let Some(partner) = partners::find(connection, id).await? else {
        return Ok(None);
    };
    let keys = partners::keys(connection, id).await?;
    let secrets = notice_secrets::of(connection, id).await?;
    let runs = certifications::of(connection, id, RUNS_SHOWN).await?;
    let json = json!({
        "partner_id": partner.id, "name": partner.name, "state": partner.state.as_str(),
        "hosts": partner.hosts,
        "keys": keys.iter().map(partner_key::as_json).collect::<Vec<_>>(),
        "notice_secrets": secrets.iter().map(notice_secret::as_json).collect::<Vec<_>>(),
        "certifications": runs.iter().map(run_as_json).collect::<Vec<_>>(),
    });
    let report = Report::new(json)
        .facts(vec![
            ("partner", partner.id.to_string()),
            ("name", partner.name),
            ("state", partner.state.as_str().to_owned()),
            ("hosts", partner.hosts.join(" ")),
            ("certified", last_passed(&runs)),
        ])
        .rows(key_rows(&keys))
        .rows(notice_secret::rows(&secrets, "Notice secrets".to_owned()))
        .rows(run_rows(&runs));
    Ok(Some(report))
}

/// When it last passed; what came after may have changed that, and stands below.
fn last_passed(runs: &[Certification]) -> String {
    let passed = runs
        .iter()
        .find(|run| run.result == Some(CertificationResult::Passed));
    passed.map_or_else(
        || "never passed".to_owned(),
        |run| format!("{} at {}", beijing::shown(run.started_at), run.host),
    )
}

fn key_rows(keys: &[PartnerKey]) -> Rows {
    let rows = keys.iter().map(|key| {
        vec![
            key.key_id.to_string(),
            beijing::shown(key.not_before),
            beijing::shown_optional(key.retired_at),
            key.fingerprint.clone(),
        ]
    });
    Rows {
        title: "Keys".to_owned(),
        head: vec!["KEY", "VERIFIES FROM", "UNTIL", "SHA-256"],
        rows: rows.collect(),
        when_empty: "It has none: nothing that it signs is believed.",
    }
}

fn run_rows(runs: &[Certification]) -> Rows {
    let rows = runs.iter().map(|run| {
        vec![
            beijing::shown(run.started_at),
            result(run).to_owned(),
            not_passed(run),
            run.certified_by.clone(),
            run.reason.clone(),
        ]
    });
    Rows {
        title: "Certifications".to_owned(),
        head: vec!["AT", "RESULT", "NOT PASSED", "BY", "REASON"],
        rows: rows.collect(),
        when_empty: "Its endpoint was never tried: opsctl partner certify",
    }
}

fn result(run: &Certification) -> &'static str {
    run.result
        .map_or("not finished", CertificationResult::as_str)
}

/// The checks that failed or could not be seen, by their names.
fn not_passed(run: &Certification) -> String {
    let checks = run.sheet.as_ref().and_then(Value::as_object);
    let open = checks.into_iter().flatten();
    let names: Vec<&str> = open
        .filter(|(_, seen)| seen["verdict"] != "pass")
        .map(|(name, _)| name.as_str())
        .collect();
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(" ")
    }
}

fn run_as_json(run: &Certification) -> Value {
    json!({
        "certification": run.id, "host": run.host, "started_at": run.started_at,
        "finished_at": run.finished_at, "result": run.result.map(CertificationResult::as_str),
        "checks": run.sheet, "certified_by": run.certified_by, "reason": run.reason,
    })
}
