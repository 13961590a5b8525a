//! Dead letters by the thousand, of several partners, and what the partners hear of them when they
//! are replayed.
//!
//! The withdrawals are written and not made: Huifu knows nothing of them, so a scene with them ends
//! with [`Scene::close_written`]. That notices are signed and say what is so is looked at by the
//! shops themselves.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use contract::application::SubjectKind;
use contract::ids::{HtouhuiUserId, PartnerId};
use sandbox::SigningKey;
use sandbox::partner::{Mode, PartnerConfig, PartnerHandle, PartnerSandbox};
use serde_json::json;
use stand::keys::rsa_2048;
use store::users::{NewCard, NewUser};

use crate::scene::{HUIFU_ID, Scene};

/// Of five letters four are about withdrawals of their own: each fourth withdrawal has two.
const LETTERS: usize = 5;
const WITHDRAWALS: usize = 4;

/// Several partners, each with a host, and so with a lane, of its own.
pub struct Shops {
    all: Vec<PartnerHandle>,
    ids: Vec<PartnerId>,
    withdrawals: usize,
}

impl Shops {
    /// Registers `count` of them in this scene. They answer.
    ///
    /// # Errors
    /// When one does not start or cannot be registered.
    pub async fn open(scene: &Scene, count: usize) -> Result<Self> {
        let mut shops = Self {
            all: Vec::new(),
            ids: Vec::new(),
            withdrawals: 0,
        };
        for number in 1..=count {
            let id: PartnerId = format!("letters-{number}").parse()?;
            let key = SigningKey::read(&rsa_2048(3).private_pkcs8_pem)?;
            let mut config = PartnerConfig::for_tests(id.as_str(), "shop-1", key);
            let jwks = format!("{}/.well-known/jwks.json", scene.fleet.plan.intake_url());
            config.jwks_url = jwks.parse()?;
            shops.all.push(PartnerSandbox::start(config).await?);
            register(scene, &id, number).await?;
            shops.ids.push(id);
        }
        Ok(shops)
    }

    /// Gives up so many letters of all of them in turn: five at least, and in fives.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn give_up(&mut self, scene: &Scene, letters: usize) -> Result<()> {
        let count = letters / LETTERS * WITHDRAWALS;
        let shops = self.ids.iter().zip(&self.all);
        let shops: Vec<_> = shops
            .map(|(id, shop)| json!([id, format!("{}/notify", shop.base_url)]))
            .collect();
        let told = [
            ("e2e.first", self.withdrawals.to_string()),
            ("e2e.count", count.to_string()),
            ("e2e.shops", json!(shops).to_string()),
        ];
        let sql = scene.sql().await?;
        for (name, value) in told {
            let set = "select set_config($1, $2, false)";
            sql.execute(set, &[&name, &value]).await?;
        }
        sql.batch_execute(include_str!("letters/given_up.sql"))
            .await?;
        self.withdrawals += count;
        Ok(())
    }

    /// How the first of them answers from now on.
    pub fn set_mode_of_first(&self, mode: Mode) {
        self.all[0].set_mode(mode);
    }

    /// How many notices were taken, repeats among them.
    #[must_use]
    pub fn taken(&self) -> usize {
        let each = self.all.iter().map(|shop| shop.notices());
        each.flatten().filter(|notice| notice.accepted).count()
    }

    /// The notices that were taken, each once.
    ///
    /// # Errors
    /// When one was not signed as it must be, came to another shop than its own, or when of one
    /// withdrawal a later one was taken before an earlier one.
    pub fn ledger(&self) -> Result<BTreeSet<String>> {
        let mut taken = BTreeSet::new();
        for (id, shop) in self.ids.iter().zip(&self.all) {
            let mut last: BTreeMap<String, u64> = BTreeMap::new();
            for notice in shop.notices() {
                let (of, verdict) = (&notice.notice_id, &notice.verdict);
                ensure!(verdict.is_good(), "{id} was sent {of}: {verdict:?}");
                if !notice.accepted || !taken.insert(of.clone()) {
                    continue;
                }
                let sequence = notice.sequence.unwrap_or_default();
                let before = last.insert(notice.order_id.clone(), sequence);
                ensure!(
                    sequence == before.unwrap_or_default() + 1,
                    "{id} took notice {sequence} of {} after {before:?}",
                    notice.order_id
                );
            }
        }
        Ok(taken)
    }
}

async fn register(scene: &Scene, partner: &PartnerId, number: usize) -> Result<()> {
    let now = runtime::clock::now();
    let user: HtouhuiUserId = format!("2{number:010}").parse()?;
    let mut connection = scene.store.connection().await?;
    let tx = connection.begin("e2e: register shop").await?;
    store::partners::add(&tx, now, partner, "A shop with letters").await?;
    store::partners::add_host(&tx, now, partner, "127.0.0.1").await?;
    let new = NewUser {
        htouhui_user_id: &user,
        partner_id: partner,
        third_party_user_id: &"shop-user-1".parse()?,
        huifu_id: &HUIFU_ID.parse()?,
        kind: SubjectKind::IndividualUser,
        password_hash: None,
    };
    store::users::add(&tx, now, &new).await?;
    let card = NewCard {
        token_no: &"10004053462".parse()?,
        tail: "6789",
        bank_name: "招商银行",
        is_default: true,
    };
    store::users::cards::add(&tx, now, &user, &card).await?;
    tx.commit().await?;
    Ok(())
}
