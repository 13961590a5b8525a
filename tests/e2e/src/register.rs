//! One partner with its key and host, one user with a card and what each cash type costs.

use anyhow::Result;
use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, PartnerId};
use contract::money::Fen;
use contract::signing::keys::PublicKey;
use contract::withdrawal::CashType;
use runtime::settings::Secret;
use store::partners::PartnerKey;
use store::users::{NewCard, NewUser};
use store::{Store, Transaction};

use crate::scene::HUIFU_ID;

/// The partner's id.
pub const PARTNER_ID: &str = "demo-shop";
/// The name of the partner's key.
pub const PARTNER_KEY_ID: &str = "shop-1";
/// The user, in our words.
pub(crate) const HTOUHUI_USER_ID: &str = "10000000001";
/// The user, in the partner's words.
pub(crate) const THIRD_PARTY_USER_ID: &str = "shop-user-1";
/// The user's card at Huifu.
pub(crate) const TOKEN_NO: &str = "10004053462";
/// The user's transaction password. Long enough that finding it in a log is no accident.
pub const PASSWORD: &str = "246810-never-logged";

/// Registers everybody that a withdrawal needs.
pub(crate) async fn register(store: &Store, host: &str, public_pem: &str) -> Result<()> {
    let now = runtime::clock::now();
    let partner: PartnerId = PARTNER_ID.parse()?;
    let key: PublicKey = public_pem.parse()?;
    let mut connection = store.connection().await?;
    let tx = connection.begin("e2e: register").await?;
    store::partners::add(&tx, now, &partner, "Demo shop").await?;
    store::partners::add_host(&tx, now, &partner, host).await?;
    let key = PartnerKey {
        key_id: PARTNER_KEY_ID.parse()?,
        spki: key.to_spki_der().to_vec(),
        fingerprint: key.fingerprint().to_owned(),
        not_before: now,
        retired_at: None,
    };
    store::partners::add_key(&tx, now, &partner, &key).await?;
    add_user(&tx, &partner).await?;
    tx.commit().await?;
    Ok(())
}

async fn add_user(tx: &Transaction<'_>, partner: &PartnerId) -> Result<()> {
    let now = runtime::clock::now();
    let pepper = Secret::new(stand::system::PASSWORD_PEPPER);
    let hash = runtime::password::hash(PASSWORD, &pepper)?;
    let user: HtouhuiUserId = HTOUHUI_USER_ID.parse()?;
    let new = NewUser {
        htouhui_user_id: &user,
        partner_id: partner,
        third_party_user_id: &THIRD_PARTY_USER_ID.parse()?,
        huifu_id: &HUIFU_ID.parse()?,
        kind: SubjectKind::IndividualUser,
        password_hash: Some(&hash),
    };
    store::users::add(tx, now, &new).await?;
    let card = NewCard {
        token_no: &TOKEN_NO.parse()?,
        tail: "6789",
        bank_name: "招商银行",
        is_default: true,
    };
    store::users::cards::add(tx, now, &user, &card).await?;
    let rule = FeeRule {
        fix: Fen::new(100)?,
        rate: BasisPoints::new(5).expect("5 lies between 0 and 10000"),
        bearer: FeeBearer::Inner,
    };
    for cash_type in [CashType::T1, CashType::D0] {
        store::users::cash_rules::set(tx, now, &user, cash_type, &rule.into()).await?;
    }
    Ok(())
}
