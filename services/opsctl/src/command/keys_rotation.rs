//! `opsctl keys rotate-data`: everything under another key is sealed anew under the first.
//!
//! It goes through the rows in batches, each in a transaction of its own, and takes only what does
//! not lie under the first key yet: it may be stopped and run again, and beside the services. What
//! does not open stays as it is and is named; the rest goes on.

use std::io::IsTerminal as _;

use clap::Args;
use runtime::clock;
use runtime::data_keys::{DataKeys, ResealError, Resealed, Stored, context};
use serde_json::{Value, json};
use store::applications::applicant;
use store::applications::rotation::{self as form_rotation, SealedForm};
use store::dead_letters::Decision;
use store::materials::rotation::{self as picture_rotation, SealedContent};
use store::notice_secrets::{self, SealedSecret};
use store::{Connection, audit};

use super::keys::counts;
use super::keys_rotation_mobile::mobiles;
use crate::exit::Exit;
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};

/// A form is some kilobytes, and its row is locked while the batch is sealed.
const FORMS_AT_ONCE: i64 = 100;
/// A picture may be megabytes, and a batch is held in memory.
const PICTURES_AT_ONCE: i64 = 4;
/// A secret is some dozens of bytes.
const SECRETS_AT_ONCE: i64 = 100;

#[derive(Debug, Args)]
pub(crate) struct RotateData {
    #[command(flatten)]
    permit: PermitArgs,
}

/// What came of one kind of value.
#[derive(Debug, Default)]
pub(super) struct Rotated {
    pub(super) done: u64,
    /// Which stayed as they were, and why.
    pub(super) left: Vec<(String, ResealError)>,
}

pub(crate) async fn run(
    rotate: &RotateData,
    keys: &DataKeys,
    connection: &mut Connection,
) -> anyhow::Result<Report> {
    let Some(permit) = rotate.permit.permit()? else {
        return foretell(keys, connection).await;
    };
    let forms = forms(keys, connection, &permit.decision()).await?;
    let pictures = pictures(keys, connection).await?;
    let mobiles = mobiles(keys, connection).await?;
    let secrets = secrets(keys, connection).await?;
    let left = forms.left.iter().chain(&pictures.left);
    let left: Vec<_> = left.chain(&mobiles.left).chain(&secrets.left).collect();
    let key = keys.sealing_key().to_string();
    let counted = json!({
        "key_id": key, "forms": forms.done, "pictures": pictures.done, "mobiles": mobiles.done,
        "secrets": secrets.done,
        "left": left.len(),
    });
    record(connection, &counted, &permit).await?;
    let json = json!({
        "dry_run": false, "key_id": key, "forms": forms.done, "pictures": pictures.done,
        "mobiles": mobiles.done, "secrets": secrets.done,
        "left": left.iter().map(|(id, why)| json!({ "id": id, "why": why.to_string() }))
            .collect::<Vec<_>>(),
    });
    let done = forms.done + pictures.done + mobiles.done + secrets.done;
    let exit = match (left.len(), done) {
        (0, _) => Exit::Done,
        (_, 0) => Exit::Failed,
        (_, _) => Exit::Partly,
    };
    let report = Report::new(json).exit(exit).facts(vec![
        ("sealed anew under", key),
        ("forms", forms.done.to_string()),
        ("pictures", pictures.done.to_string()),
        ("mobiles", mobiles.done.to_string()),
        ("notice secrets", secrets.done.to_string()),
        ("left as they were", left.len().to_string()),
    ]);
    if left.is_empty() {
        return Ok(report);
    }
    let rows = left.iter();
    Ok(report.rows(Rows {
        title: "Left as they were".to_owned(),
        head: vec!["ID", "WHY"],
        rows: rows
            .map(|(id, why)| vec![id.clone(), why.to_string()])
            .collect(),
        when_empty: "",
    }))
}

/// Pictures and secrets have no timeline: who rotated them, and why, stands in the audit alone.
async fn record(
    connection: &mut Connection,
    counted: &Value,
    permit: &Permit,
) -> anyhow::Result<()> {
    let key = counted["key_id"].as_str().unwrap_or_default();
    let subject = format!("data_key {key}");
    let tx = connection.begin("opsctl: record rotation").await?;
    let act = permit.act("data_keys.rotate", &subject, counted);
    audit::append(&tx, clock::now(), &act).await?;
    Ok(tx.commit().await?)
}

/// The dry run: counting opens nothing, so it cannot tell what would be left.
async fn foretell(keys: &DataKeys, connection: &Connection) -> anyhow::Result<Report> {
    let key = keys.sealing_key().as_str();
    let counts = counts(connection).await?;
    let others = counts.iter().filter(|(id, _)| *id != key);
    let (mut forms, mut pictures, mut mobiles, mut secrets) = (0, 0, 0, 0);
    for (_, count) in others {
        forms += count.forms;
        pictures += count.pictures;
        mobiles += count.mobiles;
        secrets += count.secrets;
    }
    let json = json!({
        "dry_run": true, "key_id": key, "forms": forms, "pictures": pictures, "mobiles": mobiles,
        "secrets": secrets,
    });
    Ok(Report::new(json).line(format!(
        "Forms that would be sealed anew under {key}: {forms}. Pictures: {pictures}. \
         Mobiles: {mobiles}. Notice secrets: {secrets}.\n\
         Nothing was changed. Add --yes and --reason TEXT to do it."
    )))
}

async fn forms(
    keys: &DataKeys,
    connection: &mut Connection,
    decision: &Decision<'_>,
) -> anyhow::Result<Rotated> {
    let prefix = keys.current_prefix();
    let mut rotated = Rotated::default();
    let mut after = None;
    loop {
        let tx = connection.begin("opsctl: reseal forms").await?;
        let batch =
            form_rotation::forms_to_reseal(&tx, &prefix, after.as_ref(), FORMS_AT_ONCE).await?;
        for form in &batch {
            let id = &form.id;
            match resealed(keys, form) {
                Ok((new, subject_digest)) => {
                    let (sealed, digest) = (&new.sealed, &new.digest);
                    form_rotation::reseal(&tx, clock::now(), id, sealed, digest, decision).await?;
                    if let Some(digest) = subject_digest {
                        applicant::set_subject_digest(&tx, id, &digest).await?;
                    }
                    rotated.done += 1;
                }
                Err(why) => rotated.left.push((id.to_string(), why)),
            }
        }
        tx.commit().await?;
        let Some(last) = batch.last() else {
            return Ok(rotated);
        };
        after = Some(last.id.clone());
        show_progress("forms", &rotated);
    }
}

/// A form and both its digests under the sealing key. One digest that is not that of what is sealed
/// leaves the whole as it is.
fn resealed(keys: &DataKeys, form: &SealedForm) -> Result<(Resealed, Option<String>), ResealError> {
    let sealed_context = context::form(&form.id);
    let new = keys.reseal(&Stored {
        context: &sealed_context,
        sealed: &form.form_sealed,
        digest_context: &context::form_digest(&form.partner_id, &form.application_no),
        digest: &form.form_digest,
    })?;
    let Some(digest) = &form.subject_digest else {
        return Ok((new, None));
    };
    let plain = keys.open(&sealed_context, &form.form_sealed)?;
    let plain: serde_json::Value =
        serde_json::from_slice(&plain).map_err(|_| ResealError::OtherDigest)?;
    let subject = plain["subject"].to_string();
    let context = context::subject_digest(&form.partner_id, &form.third_party_user_id);
    if !keys.has_digest(&context, subject.as_bytes(), digest)? {
        return Err(ResealError::OtherDigest);
    }
    Ok((new, Some(keys.digest(&context, subject.as_bytes()))))
}

async fn pictures(keys: &DataKeys, connection: &mut Connection) -> anyhow::Result<Rotated> {
    let prefix = keys.current_prefix();
    let mut rotated = Rotated::default();
    let mut after = None;
    loop {
        let tx = connection.begin("opsctl: reseal pictures").await?;
        let batch =
            picture_rotation::contents_to_reseal(&tx, &prefix, after.as_ref(), PICTURES_AT_ONCE)
                .await?;
        for SealedContent {
            id,
            partner_id,
            material_no,
            content_sealed,
            content_digest,
        } in &batch
        {
            let stored = Stored {
                context: &context::content(id),
                sealed: content_sealed,
                digest_context: &context::content_digest(partner_id, material_no),
                digest: content_digest,
            };
            match keys.reseal(&stored) {
                Ok(new) => {
                    let (sealed, digest) = (&new.sealed, &new.digest);
                    picture_rotation::reseal(&tx, clock::now(), id, sealed, digest).await?;
                    rotated.done += 1;
                }
                Err(why) => rotated.left.push((id.to_string(), why)),
            }
        }
        tx.commit().await?;
        let Some(last) = batch.last() else {
            return Ok(rotated);
        };
        after = Some(last.id.clone());
        show_progress("pictures", &rotated);
    }
}

async fn secrets(keys: &DataKeys, connection: &mut Connection) -> anyhow::Result<Rotated> {
    let prefix = keys.current_prefix();
    let mut rotated = Rotated::default();
    let mut after = None;
    loop {
        let tx = connection.begin("opsctl: reseal notice secrets").await?;
        let batch = notice_secrets::to_reseal(&tx, &prefix, after.as_ref(), SECRETS_AT_ONCE);
        let batch = batch.await?;
        for (partner, SealedSecret { secret_id, sealed }) in &batch {
            let context = context::notice_secret(partner, secret_id);
            match keys.move_to_first(&context, sealed) {
                Ok(sealed) => {
                    let secret_id = secret_id.clone();
                    let secret = SealedSecret { secret_id, sealed };
                    notice_secrets::reseal(&tx, clock::now(), partner, &secret).await?;
                    rotated.done += 1;
                }
                Err(why) => rotated
                    .left
                    .push((format!("{partner} {secret_id}"), why.into())),
            }
        }
        tx.commit().await?;
        let Some((partner, last)) = batch.last() else {
            return Ok(rotated);
        };
        after = Some((partner.clone(), last.secret_id.clone()));
        show_progress("notice secrets", &rotated);
    }
}

/// For whoever watches: the answer itself comes at the end, and may take an hour.
pub(super) fn show_progress(what: &str, rotated: &Rotated) {
    if std::io::stderr().is_terminal() {
        eprintln!("{what}: {} sealed anew", rotated.done);
    }
}
