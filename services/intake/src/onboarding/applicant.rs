//! Which account an application is about: the user's, a new one, or the one that an earlier opening
//! of the same applicant left at Huifu.
//!
//! What a newcomer gets wrong: a refused opening is not nothing. Huifu issued an account at its
//! first step, and a second one for the same person is one that nobody asked for.

use contract::application::ApplicationKind;
use contract::ids::{ApplicationId, HtouhuiUserId, HuifuId, PartnerId};
use jiff::Timestamp;
use runtime::data_keys::{DataKeys, context};
use serde_json::json;
use store::applications::{self, timeline};
use store::{StoreError, Transaction};

use super::receive::{Asked, For};

/// The account of an application.
pub(super) struct Account {
    pub(super) htouhui_user_id: HtouhuiUserId,
    pub(super) huifu_id: Option<HuifuId>,
    /// Of an opening: whose it will be.
    subject_digest: Option<String>,
    /// The opening that left it behind.
    left_by: Option<ApplicationId>,
}

/// Finds or makes the account.
pub(super) async fn account(
    tx: &Transaction<'_>,
    keys: &DataKeys,
    partner: &PartnerId,
    asked: &Asked<'_>,
) -> Result<Account, StoreError> {
    if let For::User(user) = asked.account {
        return Ok(Account {
            htouhui_user_id: user.htouhui_user_id.clone(),
            huifu_id: Some(user.huifu_id.clone()),
            subject_digest: None,
            left_by: None,
        });
    }
    debug_assert_eq!(asked.form.kind(), ApplicationKind::Opening);
    let applicant = asked.third_party_user_id;
    let context = context::subject_digest(partner, applicant);
    let subject = asked.form.to_form()["subject"].to_string();
    let subject_digest = Some(keys.digest(&context, subject.as_bytes()));
    let kind = asked.form.subject();
    let left = applications::applicant::left_at_business(tx, partner, applicant, kind).await?;
    // One under a key that was taken away is nobody's we know: it cannot be compared.
    let same = left.into_iter().find(|left| {
        keys.has_digest(&context, subject.as_bytes(), &left.subject_digest)
            .unwrap_or(false)
    });
    Ok(match same {
        Some(left) => Account {
            htouhui_user_id: left.htouhui_user_id,
            huifu_id: Some(left.huifu_id),
            subject_digest,
            left_by: Some(left.id),
        },
        None => Account {
            htouhui_user_id: applications::next_htouhui_user_id(tx).await?,
            huifu_id: None,
            subject_digest,
            left_by: None,
        },
    })
}

/// Writes beside a new application what a later one of the same applicant will look for.
pub(super) async fn remember(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &ApplicationId,
    account: &Account,
) -> Result<(), StoreError> {
    if let Some(digest) = &account.subject_digest {
        applications::applicant::set_subject_digest(tx, id, digest).await?;
    }
    if let Some(left_by) = &account.left_by {
        let detail = json!({ "application_id": left_by });
        timeline::note(tx, now, id, "take_over_account", &detail).await?;
    }
    Ok(())
}
