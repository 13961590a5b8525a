//! What exists at Huifu once an application has passed, written down in the same transaction: a
//! user who may withdraw, a card, what each cash type costs.

use contract::application::ApplicationKind;
use contract::fee::CashRule;
use contract::ids::{HtouhuiUserId, HuifuId};
use contract::withdrawal::CashType;
use jiff::Timestamp;

use super::Locked;
use crate::users::cards::{self, NewCard};
use crate::users::{self, NewUser, SealedMobile, cash_rules, mobile};
use crate::{StoreError, Transaction};

const LOCK_USER: &str = "\
-- applications.lock_user
select htouhui_user_id from users where htouhui_user_id = $1 for update";

/// What was granted. The form is sealed, so only whoever has the key can say.
#[derive(Debug, Clone)]
pub struct Granted<'a> {
    /// The account: a new one, or the one that something was added to.
    pub huifu_id: &'a HuifuId,
    /// The card that was bound, if the application had one. A first card becomes the default
    /// whatever this says.
    pub card: Option<NewCard<'a>>,
    /// What cash types cost from now on; `None` closes one.
    pub rules: &'a [(CashType, Option<CashRule>)],
    /// Where a new user can be reached, if the opening says it; of what is added to a user it says
    /// nothing.
    pub mobile: Option<&'a SealedMobile>,
}

/// Refused by `users_pkey`, `user_unique_at_partner`, and for a user who is not here
/// `cards_htouhui_user_id_fkey`, `cash_rules_htouhui_user_id_fkey`.
pub(super) async fn write(
    tx: &Transaction<'_>,
    now: Timestamp,
    locked: &Locked,
    granted: &Granted<'_>,
) -> Result<(), StoreError> {
    let user = &locked.htouhui_user_id;
    match locked.kind {
        ApplicationKind::Opening => {
            let new = NewUser {
                htouhui_user_id: user,
                partner_id: &locked.partner,
                third_party_user_id: &locked.third_party_user_id,
                huifu_id: granted.huifu_id,
                kind: locked.subject,
                password_hash: None,
            };
            users::add(tx, now, &new).await?;
            if let Some(number) = granted.mobile {
                mobile::set(tx, now, user, number).await?;
            }
        }
        // Two cards of one user that pass at the same time must not both become the default.
        ApplicationKind::Card | ApplicationKind::CashRules => {
            tx.query(LOCK_USER, &[&user.as_str()]).await?;
        }
    }
    if let Some(card) = &granted.card {
        bind(tx, now, user, card).await?;
    }
    for (cash_type, rule) in granted.rules {
        match rule {
            Some(rule) => cash_rules::set(tx, now, user, *cash_type, rule).await?,
            None => {
                cash_rules::close(tx, user, *cash_type).await?;
            }
        }
    }
    Ok(())
}

async fn bind(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    card: &NewCard<'_>,
) -> Result<(), StoreError> {
    let is_default = card.is_default || !cards::has_default(tx, user, card.token_no).await?;
    if is_default {
        cards::set_none_as_default(tx, now, user).await?;
    }
    let card = NewCard {
        is_default,
        ..card.clone()
    };
    cards::bind(tx, now, user, &card).await
}
