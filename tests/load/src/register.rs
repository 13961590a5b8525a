//! A few partners and many users, so that no single row is everybody's bottleneck.

use anyhow::Result;
use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, KeyId, PartnerId};
use contract::money::Fen;
use contract::signing::keys::PublicKey;
use contract::withdrawal::CashType;
use runtime::clock;
use runtime::settings::Secret;
use stand::keys::{KeyPairPem, rsa_2048};
use store::partners::PartnerKey;
use store::users::{NewCard, NewUser};
use store::{Store, Transaction};

/// Everybody's transaction password (交易密码).
pub(crate) const PASSWORD: &str = "246810";
/// The name of every partner's only key.
pub(crate) const KEY_ID: &str = "load-1";
/// What a withdrawal costs, as the Huifu sandbox takes it; the same as [`fee_rule`].
pub(crate) const HUIFU_FEE: &str = "1.00+0.05%:inner";
/// What Huifu holds for each user, in yuan: enough for every withdrawal of a run.
pub(crate) const BALANCE: &str = "100000000.00";

/// Keys 0 and 1 are ours, 2 is Huifu's.
const FIRST_PARTNER_KEY: usize = 3;

/// A partner.
#[derive(Clone)]
pub(crate) struct Partner {
    pub(crate) id: PartnerId,
    pub(crate) key: KeyPairPem,
}

/// A user of one of the partners.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: HtouhuiUserId,
    /// Which partner, by its number.
    pub(crate) partner: usize,
    pub(crate) third_party_user_id: String,
    pub(crate) huifu_id: String,
    pub(crate) token_no: String,
    /// How much this one withdraws each time, in fen.
    pub(crate) amount: i64,
}

/// The first `count` partners.
pub(crate) fn partners(count: usize) -> Result<Vec<Partner>> {
    (0..count)
        .map(|number| {
            Ok(Partner {
                id: format!("load-shop-{number}").parse()?,
                key: rsa_2048(FIRST_PARTNER_KEY + number),
            })
        })
        .collect()
}

/// The first `count` users, spread over the partners.
pub(crate) fn users(count: usize, partners: usize) -> Result<Vec<User>> {
    (0..count)
        .map(|number| {
            Ok(User {
                id: format!("1{number:010}").parse()?,
                partner: number % partners,
                third_party_user_id: format!("shop-user-{number}"),
                huifu_id: format!("66660000{number:08}"),
                token_no: format!("10004{number:06}"),
                amount: 10_000 + i64::try_from(number)?,
            })
        })
        .collect()
}

/// What a withdrawal costs.
pub(crate) fn fee_rule() -> FeeRule {
    FeeRule {
        fix: Fen::new(100).expect("a hundred fen are a sum of money"),
        rate: BasisPoints::new(5).expect("5 lies between 0 and 10000"),
        bearer: FeeBearer::Inner,
    }
}

/// Registers all of them in one transaction.
pub(crate) async fn register(store: &Store, partners: &[Partner], users: &[User]) -> Result<()> {
    // One hash for everybody: checking it costs the same, and making it is not what is measured.
    let pepper = Secret::new(stand::system::PASSWORD_PEPPER);
    let hash = runtime::password::hash(PASSWORD, &pepper)?;
    let mut connection = store.connection().await?;
    let tx = connection.begin("load: register").await?;
    for partner in partners {
        add_partner(&tx, partner).await?;
    }
    for user in users {
        add_user(&tx, user, &partners[user.partner].id, &hash).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn add_partner(tx: &Transaction<'_>, partner: &Partner) -> Result<()> {
    let now = clock::now();
    let key: PublicKey = partner.key.public_spki_pem.parse()?;
    store::partners::add(tx, now, &partner.id, "Load").await?;
    store::partners::add_host(tx, now, &partner.id, "127.0.0.1").await?;
    let key = PartnerKey {
        key_id: KEY_ID.parse::<KeyId>()?,
        spki: key.to_spki_der().to_vec(),
        fingerprint: key.fingerprint().to_owned(),
        not_before: now,
        retired_at: None,
    };
    store::partners::add_key(tx, now, &partner.id, &key).await?;
    Ok(())
}

async fn add_user(
    tx: &Transaction<'_>,
    user: &User,
    partner: &PartnerId,
    password_hash: &str,
) -> Result<()> {
    let now = clock::now();
    let new = NewUser {
        htouhui_user_id: &user.id,
        partner_id: partner,
        third_party_user_id: &user.third_party_user_id.parse()?,
        huifu_id: &user.huifu_id.parse()?,
        kind: SubjectKind::IndividualUser,
        password_hash: Some(password_hash),
    };
    store::users::add(tx, now, &new).await?;
    let card = NewCard {
        token_no: &user.token_no.parse()?,
        tail: "6789",
        bank_name: "招商银行",
        is_default: true,
    };
    store::users::cards::add(tx, now, &user.id, &card).await?;
    for cash_type in [CashType::T1, CashType::D0] {
        store::users::cash_rules::set(tx, now, &user.id, cash_type, &fee_rule().into()).await?;
    }
    Ok(())
}
