//! `opsctl partner certify`: tries a partner's endpoint before money depends on it, and keeps what
//! was found.
//!
//! A run is written down before its first notice leaves: that signed notices went to somebody is
//! never without who sent them and why.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Args;
use contract::ids::{CertificationId, PartnerId};
use contract::partner::url::LoopbackHttp;
use runtime::courier::Courier;
use runtime::data_keys::notice_secrets::{self as sealing};
use runtime::http_client::Limits;
use runtime::settings::{Env, Settings as _, SigningSettings};
use runtime::{clock, ids, url_guard};
use serde_json::{Value, json};
use store::certifications::{self, CertificationResult};
use store::partners::{self, Partner};
use store::{Connection, audit, notice_secrets};

use crate::certification::{self, Check, Cure, Finding, Sender, Target, Verdict};
use crate::database::{Database, data_keys};
use crate::exit::{Exit, WrongUsage};
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};

/// As much as partner-notifier reads of an answer.
const MAX_ANSWER_BYTES: usize = 4096;

#[derive(Debug, Args)]
pub(crate) struct Certify {
    /// Its partner_id
    partner: PartnerId,
    /// Where its notices go: https, on one of its registered hosts
    #[arg(long, value_name = "URL")]
    notify_url: String,
    /// The slowest answer that passes. Partners that take longer are sent few notices at once
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    prompt_ms: u64,
    /// After this no answer is waited for; as NOTICE_TIMEOUT_MS of partner-notifier
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    timeout_ms: u64,
    #[command(flatten)]
    permit: PermitArgs,
}

/// What only this command reads of the environment, as partner-notifier has it.
struct Told {
    signing: SigningSettings,
    loopback: LoopbackHttp,
}

pub(crate) async fn run(certify: &Certify, database: &Database) -> anyhow::Result<Report> {
    let told = told()?;
    let mut connection = database.connection().await?;
    let id = &certify.partner;
    let partner = partners::find(&connection, id).await?;
    let partner = partner.ok_or_else(|| anyhow!("there is no partner {id}"))?;
    let url = url_guard::check(&certify.notify_url, &partner.hosts, told.loopback)
        .map_err(|refused| WrongUsage(format!("--notify-url: {refused}")))?;
    let Some(permit) = certify.permit.permit()? else {
        return Ok(foretell(&partner, url.host()));
    };
    let secrets = secrets(&connection, &partner).await?;
    let limits = Limits {
        connect_timeout: Duration::from_millis(certify.timeout_ms),
        total_timeout: Duration::from_millis(certify.timeout_ms),
        idle_per_host: 2,
    };
    let courier = Courier::new(&limits, told.loopback, MAX_ANSWER_BYTES)?;
    let run = ids::new_certification_id();
    begin(&mut connection, &run, (&partner, url.host()), &permit).await?;
    let target = Target {
        partner: &partner.id,
        url: &certify.notify_url,
        hosts: &partner.hosts,
        secrets: &secrets,
    };
    let sender = Sender::new(target, run.clone(), &told.signing, courier);
    let sheet = certification::drive(&sender, Duration::from_millis(certify.prompt_ms)).await?;
    let result = result_of(&sheet);
    finish(&mut connection, &run, result, &sheet).await?;
    Ok(report(&run, (&partner, url.host()), result, &sheet))
}

fn told() -> Result<Told, WrongUsage> {
    let mut env = Env::of_process();
    let signing = SigningSettings::read(&mut env);
    let loopback = env.or("ALLOW_LOOPBACK_HTTP", false);
    match (signing, loopback) {
        (Some(signing), Some(allowed)) => Ok(Told {
            signing,
            loopback: if allowed {
                LoopbackHttp::Allowed
            } else {
                LoopbackHttp::Refused
            },
        }),
        (_, _) => Err(WrongUsage(env.errors().join("; "))),
    }
}

/// What signs the headers of this partner's notices; data keys are needed only where there is any.
async fn secrets(
    connection: &Connection,
    partner: &Partner,
) -> anyhow::Result<Vec<contract::signing::standard_webhooks::NoticeSecret>> {
    let now = clock::now();
    let stored = notice_secrets::of(connection, &partner.id).await?;
    let signing: Vec<_> = stored.iter().filter(|stored| stored.signs(now)).collect();
    if signing.is_empty() {
        return Ok(Vec::new());
    }
    let keys = data_keys()?;
    let opened = signing.iter().map(|stored| {
        let secret_id = &stored.secret.secret_id;
        sealing::open(&keys, &partner.id, &stored.secret)
            .with_context(|| format!("the notice secret {secret_id} does not open"))
    });
    opened.collect()
}

async fn begin(
    connection: &mut Connection,
    run: &CertificationId,
    (partner, host): (&Partner, &str),
    permit: &Permit,
) -> anyhow::Result<()> {
    let tx = connection.begin("opsctl: begin certification").await?;
    let whose = (&partner.id, host);
    let now = clock::now();
    certifications::begin(&tx, now, run, whose, &permit.decision()).await?;
    let subject = format!("partner {}", partner.id);
    let detail = json!({ "certification": run, "host": host });
    audit::append(&tx, now, &permit.act("partner.certify", &subject, &detail)).await?;
    tx.commit().await.context("nothing was sent")
}

async fn finish(
    connection: &mut Connection,
    run: &CertificationId,
    result: CertificationResult,
    sheet: &[Finding],
) -> anyhow::Result<()> {
    let tx = connection.begin("opsctl: finish certification").await?;
    let sheet = Value::from_iter(sheet.iter().map(|finding| {
        let (verdict, found) = (finding.verdict.as_str(), &finding.found);
        (
            finding.check.name(),
            json!({ "verdict": verdict, "found": found }),
        )
    }));
    certifications::finish(&tx, clock::now(), run, result, &sheet).await?;
    tx.commit().await.context("what was found was not recorded")
}

fn result_of(sheet: &[Finding]) -> CertificationResult {
    match sheet.iter().map(|finding| finding.verdict).max() {
        Some(Verdict::Fail) | None => CertificationResult::Failed,
        Some(Verdict::Skip) => CertificationResult::Partly,
        Some(Verdict::Pass) => CertificationResult::Passed,
    }
}

fn foretell(partner: &Partner, host: &str) -> Report {
    let checks = Check::ALL.map(|check| (check.name(), check.expected()));
    let json = json!({
        "dry_run": true, "partner_id": partner.id, "host": host,
        "checks": checks.map(|(check, expected)| json!({ "check": check, "expected": expected })),
    });
    let title = format!("What {} would be tried with, at {host}", partner.id);
    Report::new(json)
        .rows(Rows {
            title,
            head: vec!["CHECK", "EXPECTED"],
            rows: checks
                .map(|(check, expected)| vec![check.to_owned(), expected.to_owned()])
                .to_vec(),
            when_empty: "",
        })
        .line("Nothing was sent. Add --yes and --reason TEXT to do it.")
}

fn report(
    run: &CertificationId,
    (partner, host): (&Partner, &str),
    result: CertificationResult,
    sheet: &[Finding],
) -> Report {
    let count = |verdict| {
        sheet
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .count()
    };
    let (pass, fail) = (count(Verdict::Pass), count(Verdict::Fail));
    let skip = count(Verdict::Skip);
    let exit = match result {
        CertificationResult::Passed => Exit::Done,
        CertificationResult::Failed => Exit::Failed,
        CertificationResult::Partly => Exit::Partly,
    };
    let json = json!({
        "dry_run": false, "certification": run, "partner_id": partner.id, "host": host,
        "result": result.as_str(), "checks": sheet.iter().map(as_json).collect::<Vec<_>>(),
    });
    let rows = sheet.iter().map(|finding| {
        let verdict = finding.verdict.as_str().to_owned();
        vec![
            finding.check.name().to_owned(),
            verdict,
            finding.found.clone(),
        ]
    });
    let report = Report::new(json)
        .exit(exit)
        .facts(vec![
            ("certification", run.to_string()),
            ("partner", partner.id.to_string()),
            ("host", host.to_owned()),
            ("result", result.as_str().to_owned()),
            ("checks", format!("{pass} pass, {fail} fail, {skip} skip")),
        ])
        .rows(Rows {
            title: String::new(),
            head: vec!["CHECK", "VERDICT", "FOUND"],
            rows: rows.collect(),
            when_empty: "",
        });
    cures(sheet).into_iter().fold(report, Report::line)
}

fn as_json(finding: &Finding) -> Value {
    let cure = finding.check.cure();
    json!({
        "check": finding.check.name(), "expected": finding.check.expected(),
        "verdict": finding.verdict.as_str(), "found": finding.found,
        "cure": { "zh": cure.zh, "en": cure.en },
    })
}

/// What to do, once for all checks that it helps: what was expected of each, then the cure.
fn cures(sheet: &[Finding]) -> Vec<String> {
    let mut open: Vec<(Cure, Vec<String>)> = Vec::new();
    for finding in sheet {
        if finding.verdict == Verdict::Pass {
            continue;
        }
        let (check, cure) = (finding.check, finding.check.cure());
        let line = format!("{}: {}", check.name(), check.expected());
        match open.iter_mut().find(|(known, _)| *known == cure) {
            Some((_, lines)) => lines.push(line),
            None => open.push((cure, vec![line])),
        }
    }
    let texts = open.into_iter().map(|(cure, lines)| {
        let lines = lines.join("\n");
        format!("{lines}\n  {}\n  {}", cure.zh, cure.en)
    });
    texts.collect()
}
