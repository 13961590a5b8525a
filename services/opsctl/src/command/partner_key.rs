//! `opsctl partner key`: adds and retires the public keys of partners, so that they overlap.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;
use contract::ids::{KeyId, PartnerId};
use contract::partner::MAX_KEY_BITS;
use contract::signing::keys::{MAX_KEYS, PublicKey};
use jiff::Timestamp;
use runtime::clock;
use serde_json::{Value, json};
use store::audit;
use store::partners::{self, PartnerKey};

use super::partner::signable;
use crate::beijing;
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::input;
use crate::output::Report;
use crate::permit::{Operator, OperatorArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a key; the ones before it go on verifying
    Add {
        /// Its partner_id
        partner: PartnerId,
        /// The name that the partner sends as key_id; as partner_id, without &, =, " and \
        #[arg(long, value_parser = signable::<KeyId>)]
        key_id: KeyId,
        /// PEM, or the Base64 inside it: RSA of 2048 to 3072 bits
        #[arg(long, value_name = "FILE")]
        public_key: PathBuf,
        /// From when it verifies: yyyyMMddHHmmss in Beijing, or RFC 3339 [default: now]
        #[arg(long, value_name = "TIME", value_parser = beijing::read)]
        not_before: Option<Timestamp>,
        #[command(flatten)]
        who: OperatorArgs,
    },
    /// Retire a key; what it signed before no longer verifies afterwards
    Retire {
        /// Its partner_id
        partner: PartnerId,
        /// The key's name
        key_id: KeyId,
        /// When: yyyyMMddHHmmss in Beijing, or RFC 3339 [default: now]
        #[arg(long, value_name = "TIME", value_parser = beijing::read)]
        at: Option<Timestamp>,
        #[command(flatten)]
        who: OperatorArgs,
    },
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Add {
            partner,
            key_id,
            public_key,
            not_before,
            who,
        } => {
            let operator = who.operator("a key is added")?;
            let public = read(&public_key)?;
            add(database, &partner, (key_id, &public), not_before, &operator).await
        }
        Command::Retire {
            partner,
            key_id,
            at,
            who,
        } => {
            let operator = who.operator("a key is retired")?;
            retire(database, &partner, &key_id, at, &operator).await
        }
    }
}

/// A key without its bytes.
pub(crate) fn as_json(key: &PartnerKey) -> Value {
    json!({
        "key_id": key.key_id, "fingerprint": key.fingerprint, "not_before": key.not_before,
        "retired_at": key.retired_at,
    })
}

fn read(file: &Path) -> Result<PublicKey, WrongUsage> {
    let public: PublicKey = input::file(file)?
        .parse()
        .map_err(|error| input::unusable(file, error))?;
    if public.bits() > MAX_KEY_BITS {
        let bits = public.bits();
        let file = file.display();
        return Err(WrongUsage(format!(
            "{file}: a key of {bits} bits; signatures of more than {MAX_KEY_BITS} bits do not fit \
             into the field sign"
        )));
    }
    Ok(public)
}

async fn add(
    database: &Database,
    partner: &PartnerId,
    (key_id, public): (KeyId, &PublicKey),
    not_before: Option<Timestamp>,
    operator: &Operator,
) -> anyhow::Result<Report> {
    let mut connection = database.connection().await?;
    let now = clock::now();
    // One more than a key set holds would make all of the partner's signatures fail.
    if partners::keys(&connection, partner).await?.len() >= MAX_KEYS {
        bail!("{partner} has {MAX_KEYS} keys already, retired ones included, and that is the most");
    }
    let key = PartnerKey {
        key_id,
        spki: public.to_spki_der().to_vec(),
        fingerprint: public.fingerprint().to_owned(),
        not_before: not_before.unwrap_or(now),
        retired_at: None,
    };
    let tx = connection.begin("opsctl: add key").await?;
    partners::add_key(&tx, now, partner, &key)
        .await
        .map_err(|error| match error.constraint() {
            Some("partner_keys_pkey") => anyhow!("{partner} has a key {} already", key.key_id),
            Some("partner_key_belongs_to_one") => anyhow!("this key is registered already"),
            Some("partner_keys_partner_id_fkey") => anyhow!("there is no partner {partner}"),
            _ => error.into(),
        })?;
    let subject = format!("partner {partner}");
    let detail = as_json(&key);
    audit::append(
        &tx,
        now,
        &operator.act("partner.add_key", &subject, &detail),
    )
    .await?;
    tx.commit().await.context("the key was not added")?;
    let sentence = format!(
        "Key {} of {partner} verifies from {} on. SHA-256 {}",
        key.key_id,
        beijing::shown(key.not_before),
        key.fingerprint
    );
    Ok(Report::new(json!({ "partner_id": partner, "key": as_json(&key) })).line(sentence))
}

async fn retire(
    database: &Database,
    partner: &PartnerId,
    key_id: &KeyId,
    at: Option<Timestamp>,
    operator: &Operator,
) -> anyhow::Result<Report> {
    let mut connection = database.connection().await?;
    let now = clock::now();
    let at = at.unwrap_or(now);
    let tx = connection.begin("opsctl: retire key").await?;
    let retired = partners::retire_key(&tx, now, partner, key_id, at)
        .await
        .map_err(|error| match error.constraint() {
            Some("partner_key_retires_after_it_starts") => {
                anyhow!(
                    "{key_id} only begins to verify after {}",
                    beijing::shown(at)
                )
            }
            _ => error.into(),
        })?;
    if !retired {
        bail!("{partner} has no key {key_id}, or it is retired already");
    }
    let subject = format!("partner {partner}");
    let detail = json!({ "key_id": key_id, "retired_at": at });
    audit::append(
        &tx,
        now,
        &operator.act("partner.retire_key", &subject, &detail),
    )
    .await?;
    tx.commit().await.context("the key was not retired")?;
    let json = json!({ "partner_id": partner, "key_id": key_id, "retired_at": at });
    Ok(Report::new(json).line(format!(
        "Key {key_id} of {partner} verifies until {}.",
        beijing::shown(at)
    )))
}
