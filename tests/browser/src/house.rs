//! A whole system whose pages and whose partner's shop are on different sites, and its users.
//!
//! The shop is at `http://127.0.0.1` and we are at `https://localhost`: for a browser two sites, as
//! in life, so that cookies, frames and referrers are held to what they are held to there.

use anyhow::{Context as _, Result, ensure};
use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::{CashType, State, Withdrawal};
use e2e::{Engines, Scene};
use runtime::data_keys::DataKeys;
use runtime::settings::Secret;
use stand::system::{DATA_KEYS, PASSWORD_PEPPER, Service};
use store::Transaction;
use store::users::{NewCard, NewUser};
use url::Url;

use crate::tls::Front;

/// Everybody's transaction password. Long enough that finding it somewhere is no accident.
pub const PASSWORD: &str = e2e::PASSWORD;

/// Everybody's mobile.
pub(crate) const MOBILE: &str = "13764190263";

/// The cards that everybody has: their ends, and their banks. The first one is proposed.
pub const CARDS: [(&str, &str); 2] = [("6789", "招商银行"), ("8888", "中国农业银行")];

/// What each cash type costs everybody: a fixed part in fen, and basis points.
const PRICES: [(CashType, i64, i32); 4] = [
    (CashType::D0, 100, 5),
    (CashType::D1, 50, 0),
    (CashType::T1, 0, 0),
    (CashType::Dm, 200, 10),
];

/// A whole system.
pub struct House {
    /// Everything in it.
    pub scene: Scene,
    /// Where users find us.
    pub pages: Url,
    users: u32,
    _front: Front,
}

/// A user, as one is made: what there is of everything that not everybody has the same.
#[derive(Debug, Clone)]
pub struct Person {
    /// What is in the account at Huifu.
    pub balance: i64,
    /// How much of it was there when yesterday ended: what DM can take.
    pub yesterday: i64,
    /// Whether a transaction password is set.
    pub has_password: bool,
    /// Where codes go, if anywhere is known.
    pub mobile: Option<&'static str>,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            balance: 100_000_000,
            yesterday: 100_000_000,
            has_password: true,
            mobile: Some(MOBILE),
        }
    }
}

impl House {
    /// Opens one, with nobody in it.
    pub async fn open() -> Result<Self> {
        let intake_port = stand::free_port();
        let front = Front::before(intake_port).await?;
        let scene = Scene::open_with(Engines::shared().await?, |plan| {
            plan.intake_port = intake_port;
            plan.tell(Service::Intake, "PUBLIC_URL", &front.url());
        })
        .await?;
        let pages: Url = front.url().parse()?;
        scene.partner.use_platform(pages.clone());
        Ok(Self {
            scene,
            pages,
            users: 0,
            _front: front,
        })
    }

    /// The shop's first page.
    #[must_use]
    pub fn shop(&self) -> &str {
        &self.scene.partner.base_url
    }

    /// Lets a new user in, to whom the shop sells from now on.
    pub async fn let_in(&mut self, person: &Person) -> Result<HtouhuiUserId> {
        self.users += 1;
        let number = self.users;
        let user: HtouhuiUserId = format!("2000000{number:04}").parse()?;
        let at_partner = format!("browser-user-{number}");
        let huifu_id = format!("666600002129{number:04}");
        let pepper = Secret::new(PASSWORD_PEPPER);
        let hash = match person.has_password {
            true => Some(runtime::password::hash(PASSWORD, &pepper)?),
            false => None,
        };
        let mut connection = self.scene.store.connection().await?;
        let tx = connection.begin("browser: let a user in").await?;
        let new = NewUser {
            htouhui_user_id: &user,
            partner_id: &"demo-shop".parse()?,
            third_party_user_id: &at_partner.parse()?,
            huifu_id: &huifu_id.parse()?,
            kind: SubjectKind::IndividualUser,
            password_hash: hash.as_deref(),
        };
        store::users::add(&tx, runtime::clock::now(), &new).await?;
        self.equip(&tx, &user, person, &huifu_id).await?;
        tx.commit().await?;
        self.scene.partner.use_user(&at_partner, user.as_str());
        Ok(user)
    }

    /// Mobile, money, cards and prices.
    async fn equip(
        &self,
        tx: &Transaction<'_>,
        user: &HtouhuiUserId,
        person: &Person,
        huifu_id: &str,
    ) -> Result<()> {
        let (now, huifu) = (runtime::clock::now(), &self.scene.huifu);
        if let Some(mobile) = person.mobile {
            let keys = DataKeys::parse(DATA_KEYS)?;
            let sealed = runtime::mobile::seal(&keys, user, &mobile.parse()?);
            store::users::mobile::set(tx, now, user, &sealed).await?;
        }
        let (balance, yesterday) = (person.balance, person.yesterday);
        huifu.set_balances(
            huifu_id,
            "01",
            sandbox::Fen(balance),
            Some(sandbox::Fen(yesterday)),
        );
        for (index, (tail, bank_name)) in CARDS.into_iter().enumerate() {
            let token_no = format!("1{}{tail}", &user.as_str()[5..]);
            huifu.bind_card(huifu_id, &token_no);
            let card = NewCard {
                token_no: &token_no.parse()?,
                tail,
                bank_name,
                is_default: index == 0,
            };
            store::users::cards::add(tx, now, user, &card).await?;
        }
        for (cash_type, fix, rate) in PRICES {
            let rule = FeeRule {
                fix: Fen::new(fix)?,
                rate: BasisPoints::new(rate).context("a rate is between 0 and 10000")?,
                bearer: FeeBearer::Inner,
            };
            store::users::cash_rules::set(tx, now, user, cash_type, &rule.into()).await?;
        }
        Ok(())
    }

    /// The code of the newest SMS.
    ///
    /// # Panics
    /// When none has come.
    #[must_use]
    pub fn code(&self) -> String {
        let newest = self.scene.sms.newest();
        newest.expect("a code was sent").request.code
    }

    /// Waits until the withdrawal behind an address is in this state.
    pub async fn reaches(&self, address: &Url, state: State) -> Result<()> {
        let id = self.withdrawal_at(address).await?.request.id;
        self.scene.reaches(&id, state).await;
        Ok(())
    }

    /// The withdrawal whose page this is, or with which a user came back to the shop.
    pub async fn withdrawal_at(&self, address: &Url) -> Result<Withdrawal> {
        let named = address.query_pairs().find(|(name, _)| name == "order_id");
        let in_path = || address.path_segments()?.nth(1).map(str::to_owned);
        let id = named.map(|(_, id)| id.into_owned()).or_else(in_path);
        let id: WithdrawalId = id.context("an address of no withdrawal")?.parse()?;
        self.scene.find(&id).await
    }

    /// The bank sends the money of a withdrawal back, and an operator has Huifu asked about it.
    pub async fn is_sent_back(&self, address: &Url) -> Result<()> {
        let id = self.withdrawal_at(address).await?.request.id;
        let connection = self.scene.store.connection().await?;
        let attempts = store::attempts::of(&connection, &id).await?;
        let serial = attempts
            .first()
            .context("it was never sent")?
            .req_seq_id
            .to_string();
        ensure!(self.scene.huifu.bank_return(&serial), "it was not paid");
        let ask = ["withdrawal", "ask", id.as_str(), "--yes"];
        let why = ["--reason", "the user called"];
        self.scene.opsctl().run(&[&ask[..], &why].concat()).await?;
        Ok(())
    }

    /// Lets the time of a draft run out.
    pub async fn expire(&self, address: &Url) -> Result<()> {
        let id = self.withdrawal_at(address).await?.request.id;
        let sql = self.scene.sql().await?;
        let past = "update withdrawals set expires_at = now() - interval '1 second' where id = $1";
        sql.execute(past, &[&id.as_str()]).await?;
        Ok(())
    }
}
