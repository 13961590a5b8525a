//! Applications: what partners asked us to set up at Huifu, one row each.
//!
//! The form is a sealed text here, opaque like a stone: this crate has no key, and whoever reads
//! its rows learns no name and no number. Its digest is keyed, too, or a card number could be found
//! by trying them all.
//!
//! **Invariant:** a state changes in [`progress`] alone, under the lock on the row.

pub mod applicant;
pub mod attempts;
mod grant;
mod listing;
pub mod payers;
pub mod progress;
pub mod rotation;
mod sending;
pub mod timeline;

use contract::application::{ApplicationKind, State, Step, SubjectKind, steps};
use contract::ids::{
    ApplicationId, ApplicationNo, HtouhuiUserId, HuifuId, MaterialId, PartnerId, ThirdPartyUserId,
    TokenNo,
};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{named, parsed, parsed_optional};
use crate::{Connection, StoreError, Transaction, trace};

pub use grant::Grant;
pub use listing::{Filter, list};
pub use sending::{ForSending, for_sending};

const NEXT_HTOUHUI_USER_ID: &str = "\
-- applications.next_htouhui_user_id
select nextval('htouhui_user_ids')::text as htouhui_user_id";

const INSERT: &str = "\
-- applications.insert
with written as (
    insert into applications (id, partner_id, application_no, kind, subject, third_party_user_id,
                              htouhui_user_id, huifu_id, notify_url, form_sealed, form_digest,
                              card_tail, bank_name, state, step, traceparent, created_at,
                              updated_at, updated_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $19, $16, $16, $17)
    on conflict on constraint application_no_unique_per_partner do nothing
    returning id, state),
linked as (
    insert into application_materials (application_id, material_id)
    select written.id, material from written, unnest($18::text[]) as material
    on conflict do nothing)
insert into application_timeline (application_id, at, recorded_by, event, to_state)
select id, $16, $17, 'receive', state from written";

const FIND: &str = "\
-- applications.find
select id, partner_id, application_no, kind, subject, third_party_user_id, htouhui_user_id,
       huifu_id, notify_url, form_digest, card_tail, bank_name, state, held, step, apply_no,
       token_no, reason_code, reason_detail, terminal_at, traceparent, created_at,
       updated_at
  from applications
 where id = $1";

const FIND_BY_NO: &str = "\
-- applications.find_by_no
select id, partner_id, application_no, kind, subject, third_party_user_id, htouhui_user_id,
       huifu_id, notify_url, form_digest, card_tail, bank_name, state, held, step, apply_no,
       token_no, reason_code, reason_detail, terminal_at, traceparent, created_at,
       updated_at
  from applications
 where partner_id = $1 and application_no = $2";

/// An application as it arrives. Its first step follows from its kind and subject.
#[derive(Debug, Clone)]
pub struct NewApplication<'a> {
    /// Ours.
    pub id: &'a ApplicationId,
    /// Whose.
    pub partner: &'a PartnerId,
    /// The partner's number of it.
    pub application_no: &'a ApplicationNo,
    /// What is asked for.
    pub kind: ApplicationKind,
    /// For whom.
    pub subject: SubjectKind,
    /// The user, in the partner's words.
    pub third_party_user_id: &'a ThirdPartyUserId,
    /// The user, in ours: a new one for an opening.
    pub htouhui_user_id: &'a HtouhuiUserId,
    /// The account at Huifu that something is added to. For an opening `None`, or the one that an
    /// earlier opening left behind: then the first step was done by that one.
    pub huifu_id: Option<&'a HuifuId>,
    /// Where the end is told.
    pub notify_url: &'a str,
    /// The form, sealed.
    pub form_sealed: &'a str,
    /// Its keyed digest.
    pub form_digest: &'a str,
    /// The last four digits of the card in the form.
    pub card_tail: Option<&'a str>,
    /// The name of that card's bank, for people.
    pub bank_name: Option<&'a str>,
    /// The pictures that the form names; all of this partner.
    pub materials: &'a [MaterialId],
}

/// Whether an application was written.
#[derive(Debug, Clone)]
pub enum Inserted {
    /// It was.
    New,
    /// The partner has used the number before, and nothing was written. Whether it is a repeat or
    /// other content, the digests say.
    Exists(Box<Application>),
}

/// An application as it is stored, without its form.
#[derive(Debug, Clone)]
pub struct Application {
    /// Ours.
    pub id: ApplicationId,
    /// Whose.
    pub partner_id: PartnerId,
    /// The partner's number of it.
    pub application_no: ApplicationNo,
    /// What is asked for.
    pub kind: ApplicationKind,
    /// For whom.
    pub subject: SubjectKind,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// The account at Huifu; for an opening `None` until Huifu has issued it.
    pub huifu_id: Option<HuifuId>,
    /// Where the end is told.
    pub notify_url: String,
    /// The form's keyed digest.
    pub form_digest: String,
    /// The last four digits of the card in the form.
    pub card_tail: Option<String>,
    /// The name of that card's bank, for people.
    pub bank_name: Option<String>,
    /// Where it stands.
    pub state: State,
    /// A case waits for a person: nothing may be sent.
    pub held: bool,
    /// The step that is due or under way.
    pub step: Step,
    /// Huifu's number of the review of that step.
    pub apply_no: Option<String>,
    /// Huifu's number of the card.
    pub token_no: Option<TokenNo>,
    /// Why it was refused or failed, for the partner.
    pub reason_code: Option<String>,
    /// Why, in Huifu's words, for operators.
    pub reason_detail: Option<String>,
    /// When it came to its end.
    pub terminal_at: Option<Timestamp>,
    /// The step of a trace that received it, as W3C's `traceparent`.
    pub traceparent: Option<String>,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The number by which a user who is about to be opened will be known; never given twice.
pub async fn next_htouhui_user_id(tx: &Transaction<'_>) -> Result<HtouhuiUserId, StoreError> {
    let row = tx.query_one(NEXT_HTOUHUI_USER_ID, &[]).await?;
    parsed(&row, "htouhui_user_id")
}

/// Writes an application that has arrived, with its pictures and the first line of its timeline;
/// the caller enqueues `ApplicationReceived` beside it. Refused by `one_opening_per_user`,
/// `application_card_tail_is_four_digits`, `application_materials_material_id_fkey`.
pub async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    new: &NewApplication<'_>,
) -> Result<Inserted, StoreError> {
    let materials: Vec<&str> = new.materials.iter().map(MaterialId::as_str).collect();
    let steps = steps(new.kind, new.subject);
    let step = steps[usize::from(new.huifu_id.is_some() && steps.len() > 1)];
    let written = tx
        .execute(
            INSERT,
            &[
                &new.id.as_str(),
                &new.partner.as_str(),
                &new.application_no.as_str(),
                &new.kind.as_str(),
                &new.subject.as_str(),
                &new.third_party_user_id.as_str(),
                &new.htouhui_user_id.as_str(),
                &new.huifu_id.map(HuifuId::as_str),
                &new.notify_url,
                &new.form_sealed,
                &new.form_digest,
                &new.card_tail,
                &new.bank_name,
                &State::Received.as_str(),
                &step.as_str(),
                &now,
                &tx.name(),
                &materials,
                &trace::traceparent(),
            ],
        )
        .await?;
    if written == 1 {
        return Ok(Inserted::New);
    }
    let (partner, number) = (new.partner.as_str(), new.application_no.as_str());
    let row = tx.query_one(FIND_BY_NO, &[&partner, &number]).await?;
    Ok(Inserted::Exists(Box::new(from_row(&row)?)))
}

/// The application with this id.
pub async fn find(
    connection: &Connection,
    id: &ApplicationId,
) -> Result<Option<Application>, StoreError> {
    let row = connection.query_opt(FIND, &[&id.as_str()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The application that this partner knows by this number.
pub async fn find_by_no(
    connection: &Connection,
    partner: &PartnerId,
    application_no: &ApplicationNo,
) -> Result<Option<Application>, StoreError> {
    let row = connection
        .query_opt(FIND_BY_NO, &[&partner.as_str(), &application_no.as_str()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Application, StoreError> {
    Ok(Application {
        id: parsed(row, "id")?,
        partner_id: parsed(row, "partner_id")?,
        application_no: parsed(row, "application_no")?,
        kind: named(row, "kind", ApplicationKind::from_name)?,
        subject: named(row, "subject", SubjectKind::from_name)?,
        third_party_user_id: parsed(row, "third_party_user_id")?,
        htouhui_user_id: parsed(row, "htouhui_user_id")?,
        huifu_id: parsed_optional(row, "huifu_id")?,
        notify_url: row.try_get("notify_url")?,
        form_digest: row.try_get("form_digest")?,
        card_tail: row.try_get("card_tail")?,
        bank_name: row.try_get("bank_name")?,
        state: named(row, "state", State::from_name)?,
        held: row.try_get("held")?,
        step: named(row, "step", Step::from_name)?,
        apply_no: row.try_get("apply_no")?,
        token_no: parsed_optional(row, "token_no")?,
        reason_code: row.try_get("reason_code")?,
        reason_detail: row.try_get("reason_detail")?,
        terminal_at: row.try_get("terminal_at")?,
        traceparent: row.try_get("traceparent")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
