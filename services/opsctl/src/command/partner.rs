//! `opsctl partner`: registers partners, lists and shows them.

use std::str::FromStr;

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use contract::ids::{InvalidId, PartnerId};
use contract::partner::url::normalised_host;
use runtime::clock;
use serde_json::json;
use store::{Connection, audit, partners};

use super::{notice_secret, partner_certification, partner_key, partner_lanes, partner_story};
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::lanes::Verb;
use crate::output::{Report, Rows};
use crate::permit::OperatorArgs;

/// More than there will be for a long time; a list that is cut off says so.
const LIST_LIMIT: i64 = 1000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Register a partner and the hosts its URLs may point to
    Add {
        /// Its partner_id: at most 32 printable characters, none of them a space, &, =, " or \
        #[arg(value_parser = signable::<PartnerId>)]
        id: PartnerId,
        /// For people
        #[arg(long)]
        name: String,
        /// A host of its return_url, notify_url and from_url, without port; give it once for each
        #[arg(long = "host", required = true, value_name = "HOST")]
        hosts: Vec<String>,
        #[command(flatten)]
        who: OperatorArgs,
    },
    /// Show every partner
    List,
    /// Show one partner: hosts, keys, notice secrets, certifications
    Show {
        /// Its partner_id
        id: PartnerId,
    },
    /// Public keys that verify what a partner signs
    #[command(subcommand)]
    Key(partner_key::Command),
    /// Secrets for the Standard Webhooks headers of a partner's notices
    #[command(subcommand)]
    NoticeSecret(notice_secret::Command),
    /// Try its endpoint with signed notices about no money, good and forged, and keep the sheet.
    /// Needs SIGNING_KEY and SIGNING_KEY_ID, the same as partner-notifier's
    Certify(partner_certification::Certify),
    /// Show where notices wait: hosts that are held, dead or slow, and how much is due for them
    Lanes {
        /// Only of this partner
        id: Option<PartnerId>,
    },
    /// Send a partner no notices for now; what is due waits, and nothing is lost
    Hold(partner_lanes::Decide),
    /// Send a partner notices again; what waits goes out by itself
    Release(partner_lanes::Decide),
}

/// Reads an id that partners send in signed forms. The page call refuses what could end a value
/// there or in what is made of it, so an id with such a character could never be used.
pub(crate) fn signable<T>(text: &str) -> Result<T, String>
where
    T: FromStr<Err = InvalidId>,
{
    let id = text.parse().map_err(|error: InvalidId| error.to_string())?;
    match text
        .chars()
        .find(|character| r#"&="\"#.contains(*character))
    {
        Some(found) => Err(format!(
            "it has {found} in it; &, =, \" and \\ would make what is signed ambiguous"
        )),
        None => Ok(id),
    }
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Add {
            id,
            name,
            hosts,
            who,
        } => add(database, &id, &name, &hosts, &who).await,
        Command::List => list(&database.connection().await?).await,
        Command::Show { id } => partner_story::show(&database.connection().await?, &id)
            .await?
            .ok_or_else(|| anyhow!("there is no partner {id}")),
        Command::Key(command) => partner_key::run(command, database).await,
        Command::NoticeSecret(command) => notice_secret::run(command, database).await,
        Command::Certify(certify) => partner_certification::run(&certify, database).await,
        Command::Lanes { id } => partner_lanes::list(id.as_ref(), database).await,
        Command::Hold(arguments) => partner_lanes::decide(Verb::Hold, &arguments, database).await,
        Command::Release(arguments) => {
            partner_lanes::decide(Verb::Release, &arguments, database).await
        }
    }
}

async fn add(
    database: &Database,
    id: &PartnerId,
    name: &str,
    hosts: &[String],
    who: &OperatorArgs,
) -> anyhow::Result<Report> {
    let normalised: Result<Vec<String>, WrongUsage> = hosts
        .iter()
        .map(|host| {
            normalised_host(host).ok_or_else(|| {
                WrongUsage(format!(
                    "{host:?} is not a host name or address without port"
                ))
            })
        })
        .collect();
    let mut hosts = normalised?;
    hosts.sort();
    hosts.dedup();
    let operator = who.operator("a partner is registered")?;
    let mut connection = database.connection().await?;
    let now = clock::now();
    let tx = connection.begin("opsctl: add partner").await?;
    partners::add(&tx, now, id, name)
        .await
        .map_err(|error| match error.constraint() {
            Some("partners_pkey") => anyhow!("there is a partner {id} already"),
            _ => error.into(),
        })?;
    for host in &hosts {
        partners::add_host(&tx, now, id, host).await?;
    }
    let (subject, detail) = (format!("partner {id}"), json!({ "hosts": hosts }));
    audit::append(&tx, now, &operator.act("partner.add", &subject, &detail)).await?;
    tx.commit().await.context("the partner was not added")?;
    let json = json!({ "partner_id": id, "name": name, "hosts": hosts });
    Ok(Report::new(json).line(format!(
        "Partner {id} was added. Next: opsctl partner key add {id} --key-id … --public-key …"
    )))
}

/// Every partner with its hosts and keys.
pub(crate) async fn list(connection: &Connection) -> anyhow::Result<Report> {
    let now = clock::now();
    let mut rows = Vec::new();
    let mut json = Vec::new();
    for partner in partners::list(connection, LIST_LIMIT).await? {
        let keys = partners::keys(connection, &partner.id).await?;
        let shown: Vec<String> = keys
            .iter()
            .map(|key| match key.retired_at {
                Some(retired_at) if retired_at <= now => format!("{} (retired)", key.key_id),
                Some(_) => format!("{} (retires)", key.key_id),
                None => key.key_id.to_string(),
            })
            .collect();
        rows.push(vec![
            partner.id.to_string(),
            partner.name.clone(),
            partner.state.as_str().to_owned(),
            partner.hosts.join(" "),
            shown.join(" "),
        ]);
        let keys: Vec<_> = keys.iter().map(partner_key::as_json).collect();
        json.push(json!({
            "partner_id": partner.id, "name": partner.name, "state": partner.state.as_str(),
            "hosts": partner.hosts, "keys": keys,
        }));
    }
    Ok(Report::new(json).rows(Rows {
        title: String::new(),
        head: vec!["PARTNER", "NAME", "STATE", "HOSTS", "KEYS"],
        rows,
        when_empty: "No partner is registered.",
    }))
}
