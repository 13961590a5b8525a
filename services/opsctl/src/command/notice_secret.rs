//! `opsctl partner notice-secret`: secrets for partners that verify notices by the Standard
//! Webhooks headers.
//!
//! We make the secret, show it once and keep it sealed: nobody reads it a second time, not even
//! here. Secrets overlap, as keys do: add the new one, hand it over, retire the old one.

use std::str::FromStr;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use contract::ids::PartnerId;
use contract::signing::standard_webhooks::NoticeSecret;
use jiff::Timestamp;
use runtime::data_keys::notice_secrets as sealing;
use runtime::{clock, ids};
use serde_json::{Value, json};
use store::notice_secrets::{self, MOST_SIGNING, StoredSecret};
use store::{Connection, audit, partners};

use crate::beijing;
use crate::database::{Database, data_keys};
use crate::output::{Report, Rows};
use crate::permit::PermitArgs;

/// As long as what the hash function gives out; more would add nothing.
const SECRET_BYTES: usize = 32;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a secret and show it, once; the ones before it go on signing. Needs DATA_KEYS or
    /// DATA_KEYS_FILE, the same as partner-notifier's
    Add(Add),
    /// Show the names of a partner's secrets, and which of them sign
    List {
        /// Its partner_id
        partner: PartnerId,
    },
    /// Retire a secret; notices sent afterwards are not signed with it
    Retire(Retire),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its partner_id
    partner: PartnerId,
    /// The secret's name, for people: letters, digits, - and _
    #[arg(long)]
    secret_id: SecretId,
    #[command(flatten)]
    permit: PermitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Retire {
    /// Its partner_id
    partner: PartnerId,
    /// The secret's name
    secret_id: SecretId,
    /// When: yyyyMMddHHmmss in Beijing, or RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = beijing::read)]
    at: Option<Timestamp>,
    #[command(flatten)]
    permit: PermitArgs,
}

/// The name of a secret.
#[derive(Debug, Clone)]
pub(crate) struct SecretId(String);

impl FromStr for SecretId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=32).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a name of 1 to 32 letters, digits, - and _")
        }
    }
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Add(arguments) => add(&arguments, database).await,
        Command::List { partner } => list(&partner, &database.connection().await?).await,
        Command::Retire(arguments) => retire(&arguments, database).await,
    }
}

async fn add(arguments: &Add, database: &Database) -> anyhow::Result<Report> {
    let permit = arguments.permit.permit()?;
    let keys = data_keys()?;
    let (partner, SecretId(secret_id)) = (&arguments.partner, &arguments.secret_id);
    let mut connection = database.connection().await?;
    let now = clock::now();
    let secrets = known(&connection, partner).await?;
    if secrets.iter().filter(|stored| stored.signs(now)).count() >= MOST_SIGNING {
        bail!("{partner} has {MOST_SIGNING} secrets that sign already, and that is the most");
    }
    if secrets
        .iter()
        .any(|stored| stored.secret.secret_id == *secret_id)
    {
        bail!("{partner} has a secret {secret_id} already");
    }
    let Some(permit) = permit else {
        let json = json!({ "dry_run": true, "partner_id": partner, "secret_id": secret_id });
        return Ok(Report::new(json).line(format!(
            "A secret {secret_id} would be made for {partner}.\n\
             Nothing was changed. Add --yes and --reason TEXT to do it."
        )));
    };
    let bytes: [u8; SECRET_BYTES] = ids::random_bytes();
    let secret = NoticeSecret::new(&bytes)?;
    let sealed = sealing::seal(&keys, partner, secret_id, &secret);
    let tx = connection.begin("opsctl: add notice secret").await?;
    notice_secrets::add(&tx, now, partner, &sealed)
        .await
        .map_err(|error| match error.constraint() {
            Some("notice_secrets_pkey") => anyhow!("{partner} has a secret {secret_id} already"),
            _ => error.into(),
        })?;
    let detail = json!({ "partner_id": partner, "secret_id": secret_id });
    let subject = format!("partner {partner}");
    let act = permit.act("notice_secret.add", &subject, &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    let shown = secret.expose();
    let json = json!({
        "dry_run": false, "partner_id": partner, "secret_id": secret_id, "secret": shown,
    });
    Ok(Report::new(json)
        .facts(vec![
            ("partner", partner.to_string()),
            ("secret_id", secret_id.clone()),
            ("secret", shown),
        ])
        .line("It signs from now on and is not shown again: hand it over now, by a safe way."))
}

async fn list(partner: &PartnerId, connection: &Connection) -> anyhow::Result<Report> {
    let secrets = known(connection, partner).await?;
    let json: Vec<Value> = secrets.iter().map(as_json).collect();
    Ok(Report::new(json).rows(rows(&secrets, String::new())))
}

async fn retire(arguments: &Retire, database: &Database) -> anyhow::Result<Report> {
    let permit = arguments.permit.permit()?;
    let (partner, SecretId(secret_id)) = (&arguments.partner, &arguments.secret_id);
    let mut connection = database.connection().await?;
    let now = clock::now();
    let at = arguments.at.unwrap_or(now);
    let tx = connection.begin("opsctl: retire notice secret").await?;
    let retired = notice_secrets::retire(&tx, now, partner, secret_id, at)
        .await
        .map_err(|error| match error.constraint() {
            Some("notice_secret_retires_after_it_starts") => {
                anyhow!(
                    "{secret_id} only begins to sign after {}",
                    beijing::shown(at)
                )
            }
            _ => error.into(),
        })?;
    if !retired {
        bail!("{partner} has no secret {secret_id}, or it signs no longer");
    }
    let json = json!({
        "dry_run": permit.is_none(), "partner_id": partner, "secret_id": secret_id,
        "retired_at": at,
    });
    let until = beijing::shown(at);
    let Some(permit) = permit else {
        return Ok(Report::new(json).line(format!(
            "The secret {secret_id} of {partner} would sign until {until}.\n\
             Nothing was changed. Add --yes and --reason TEXT to do it."
        )));
    };
    let detail = json!({ "partner_id": partner, "secret_id": secret_id, "retired_at": at });
    let subject = format!("partner {partner}");
    let act = permit.act("notice_secret.retire", &subject, &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    let done = format!("The secret {secret_id} of {partner} signs until {until}.");
    Ok(Report::new(json).line(done))
}

/// The partner's secrets; an error if there is no such partner.
async fn known(connection: &Connection, partner: &PartnerId) -> anyhow::Result<Vec<StoredSecret>> {
    if partners::find(connection, partner).await?.is_none() {
        bail!("there is no partner {partner}");
    }
    Ok(notice_secrets::of(connection, partner).await?)
}

/// The table of secrets, here and where a partner is shown.
pub(super) fn rows(secrets: &[StoredSecret], title: String) -> Rows {
    let rows = secrets.iter().map(|stored| {
        vec![
            stored.secret.secret_id.clone(),
            beijing::shown(stored.created_at),
            beijing::shown_optional(stored.retired_at),
        ]
    });
    Rows {
        title,
        head: vec!["SECRET", "SIGNS FROM", "UNTIL"],
        rows: rows.collect(),
        when_empty: "It has none: its notices carry the signature in the form alone.",
    }
}

/// Without what is secret.
pub(super) fn as_json(stored: &StoredSecret) -> Value {
    json!({
        "secret_id": stored.secret.secret_id, "created_at": stored.created_at,
        "retired_at": stored.retired_at,
    })
}
