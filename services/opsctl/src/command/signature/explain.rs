//! `opsctl signature explain`: why a signature does not hold.
//!
//! Reads the question that `POST /v1/signature/check` takes and gives the same answer, for the
//! partner that cannot ask itself because its signature of that very call is what does not hold.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Args;
use contract::ids::PartnerId;
use contract::partner::BodyError;
use contract::partner::signature_check::{SignatureCheckAnswer, SignatureCheckRequest};
use contract::signing::keys::{KeySet, MAX_KEYS, PublicKey, RegisteredKey};
use jiff::Timestamp;
use runtime::clock;
use store::partners;

use super::read_key;
use crate::command::partner::signable;
use crate::database::Database;
use crate::exit::{Exit, WrongUsage};
use crate::output::Report;

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// Whose registered keys count, for what a partner signed
    #[arg(long, value_parser = signable::<PartnerId>, value_name = "PARTNER_ID", conflicts_with = "key", required_unless_present = "key")]
    partner: Option<PartnerId>,
    /// The public key that counts: ours for an answer or a notice, or any other
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

pub(super) async fn explain(
    arguments: &ExplainArguments,
    input: &str,
    database: &Database,
) -> anyhow::Result<Report> {
    let question = SignatureCheckRequest::parse(input.as_bytes());
    let question = question.map_err(|error| refused(&error))?;
    let keys = match (&arguments.partner, &arguments.key) {
        (Some(partner), _) => registered(partner, database).await?,
        (None, Some(file)) => alone(read_key(file)?, &question)?,
        (None, None) => return Err(WrongUsage("--partner or --key is missing".to_owned()).into()),
    };
    Ok(report(&question.explain(&keys, clock::now())))
}

fn refused(error: &BodyError) -> WrongUsage {
    match error {
        BodyError::Malformed => WrongUsage(format!("standard input: {error}")),
        BodyError::Fields(problems) => {
            let each = problems.iter();
            let each = each.map(|problem| format!("{} {}", problem.field, problem.rule));
            WrongUsage(each.collect::<Vec<_>>().join("; "))
        }
    }
}

/// As intake takes them: the newest come first, so that a long history pushes no present key out.
async fn registered(partner: &PartnerId, database: &Database) -> anyhow::Result<KeySet> {
    let connection = database.connection().await?;
    let known = partners::find(&connection, partner).await?;
    known.ok_or_else(|| anyhow!("there is no partner {partner}"))?;
    let stored = partners::keys(&connection, partner).await?;
    let keys = stored.into_iter().take(MAX_KEYS).map(|stored| {
        Ok(RegisteredKey {
            key: PublicKey::from_der(&stored.spki)
                .with_context(|| format!("key {}", stored.key_id))?,
            key_id: stored.key_id,
            not_before: stored.not_before,
            retired_at: stored.retired_at,
        })
    });
    let keys: anyhow::Result<Vec<_>> = keys.collect();
    Ok(KeySet::new(keys?)?)
}

/// One key under the name that the question gives it: which file it was is for the operator to
/// know.
fn alone(key: PublicKey, question: &SignatureCheckRequest) -> anyhow::Result<KeySet> {
    let key_id = question.key_id.as_deref().unwrap_or("key").parse()?;
    let key = RegisteredKey {
        key_id,
        key,
        not_before: Timestamp::MIN,
        retired_at: None,
    };
    Ok(KeySet::new(vec![key])?)
}

fn report(answer: &SignatureCheckAnswer) -> Report {
    let mut report = Report::new(answer).line(if answer.holds {
        "The signature holds."
    } else {
        "The signature does not hold."
    });
    for finding in &answer.findings {
        let about = [&finding.field, &finding.key_id];
        let about: Vec<&str> = about.into_iter().flatten().map(String::as_str).collect();
        let about = if about.is_empty() {
            String::new()
        } else {
            format!(" ({})", about.join(", "))
        };
        report = report.line(format!("{}{about}: {}", finding.code, finding.reason_en));
    }
    if let Some(difference) = &answer.difference {
        report = report
            .line(format!("The texts differ from byte {} on:", difference.at))
            .line(format!("  ours    {}", difference.ours))
            .line(format!("  theirs  {}", difference.yours));
    }
    report = report.line(format!("The text that is signed: {:?}", answer.text));
    if answer.findings.is_empty() {
        report
    } else {
        report.exit(Exit::Failed)
    }
}
