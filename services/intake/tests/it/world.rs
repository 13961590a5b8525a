//! A database, intake in this process, a partner, an SMS gateway, and users who may withdraw.

use std::time::Duration;

use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, PartnerId, WithdrawalId};
use contract::message::{ApplicationReceived, BalanceWanted, Message as _, WithdrawalAccepted};
use contract::money::Fen;
use contract::signing::keys::PublicKey;
use contract::withdrawal::{CashType, State, Withdrawal};
use jiff::SignedDuration;
use runtime::data_keys::DataKeys;
use runtime::service::{Running, start_in_process};
use runtime::settings::{Env, Secret};
use sandbox::SigningKey;
use sandbox::partner::{PartnerConfig, PartnerHandle, PartnerSandbox};
use sandbox::sms::{SmsConfig, SmsHandle, SmsSandbox};
use sandbox::user::{Page, UserAgent, UserError};
use stand::TestDatabase;
use stand::keys::rsa_2048;
use stand::system::{DATA_KEYS, SMS_TOKEN};
use store::outbox::Claimed;
use store::partners::PartnerKey;
use store::users::{NewCard, NewUser};
use store::{Store, Transaction};
use url::Url;

pub(crate) const PASSWORD: &str = "246810";
pub(crate) const USER: &str = "10000000001";
pub(crate) const USER_AT_SHOP: &str = "shop-user-1";
/// A user of another partner.
pub(crate) const STRANGER: &str = "10000000002";
/// A user of the shop without a card.
pub(crate) const CARDLESS: &str = "10000000003";
/// A user of the shop with two cards and no password.
pub(crate) const TWO_CARDS: &str = "10000000004";
/// A user of the shop with a card, no password, and no mobile number.
pub(crate) const UNREACHABLE: &str = "10000000005";
/// Of everybody who can be reached.
pub(crate) const MOBILE: &str = "13812345678";
const PEPPER: &str = "a pepper for tests";

pub(crate) struct World {
    pub(crate) intake: Running,
    pub(crate) base: String,
    pub(crate) partner: PartnerHandle,
    pub(crate) sms: SmsHandle,
    pub(crate) store: Store,
    database: TestDatabase,
}

impl World {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// With further settings.
    pub(crate) async fn open_with(settings: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let store = Store::new(database.url(), 4, "intake test").unwrap();
        let base = format!("http://127.0.0.1:{}", stand::free_port());
        let sms = SmsSandbox::start(SmsConfig::for_tests(SMS_TOKEN)).await;
        let sms = sms.unwrap();
        let intake = start(&base, database.url(), &sms.url(), settings).await;
        let partner = shop(&base, "shop", 3).await;
        register(&store).await;
        Self {
            intake,
            base,
            partner,
            sms,
            store,
            database,
        }
    }

    /// Opens the page of a fresh form with these fields.
    pub(crate) async fn page(&self, user: &mut UserAgent, fields: &[(&str, &str)]) -> Page {
        let form = self.partner.signed_form(fields);
        user.open(&self.partner.withdraw_url(), &form)
            .await
            .unwrap()
    }

    /// Posts the form and answers the error page that must come.
    pub(crate) async fn refusal(&self, form: &[(String, String)]) -> Page {
        let mut user = UserAgent::new().unwrap();
        let opened = user.open(&self.partner.withdraw_url(), form).await;
        match opened {
            Err(UserError::Shown(page)) => *page,
            other => panic!("an error page was due: {other:?}"),
        }
    }

    /// Changes rows as nothing of ours would.
    pub(crate) async fn sql(&self, statements: &str) {
        assert!(self.holds(statements).await, "{statements}");
    }

    /// Moves every code into the past.
    pub(crate) async fn codes_grow_older(&self, by: &str) {
        let statement = include_str!("sql/codes_grow_older.sql");
        self.sql(&statement.replace("{by}", by)).await;
    }

    /// Whether the database carries the statements out.
    pub(crate) async fn holds(&self, statements: &str) -> bool {
        self.database.tamper(statements).await.is_ok()
    }

    pub(crate) async fn find(&self, id: &WithdrawalId) -> Withdrawal {
        let connection = self.store.connection().await.unwrap();
        store::withdrawals::find(&connection, id)
            .await
            .unwrap()
            .unwrap()
    }

    /// What is on the timeline, in order.
    pub(crate) async fn events(&self, id: &WithdrawalId) -> Vec<String> {
        let connection = self.store.connection().await.unwrap();
        let entries = store::timeline::of(&connection, id).await.unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) async fn state(&self, id: &WithdrawalId) -> State {
        self.find(id).await.state
    }

    /// Withdrawals for huifu-dispatcher to send, whether the relay holds them or not.
    pub(crate) async fn messages(&self) -> Vec<Claimed> {
        self.outbox(WithdrawalAccepted::TYPE).await
    }

    /// Balances for huifu-dispatcher to ask for.
    pub(crate) async fn wishes(&self) -> Vec<Claimed> {
        self.outbox(BalanceWanted::TYPE).await
    }

    /// Applications for huifu-dispatcher to work off.
    pub(crate) async fn received(&self) -> Vec<Claimed> {
        self.outbox(ApplicationReceived::TYPE).await
    }

    async fn outbox(&self, message_type: &str) -> Vec<Claimed> {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("intake test: look").await.unwrap();
        // Far enough ahead that a relay's claim has run out.
        let later = runtime::clock::now() + SignedDuration::from_hours(1);
        let claimed = store::outbox::claim(&tx, later, Duration::ZERO, 100);
        let mut claimed = claimed.await.unwrap();
        claimed.retain(|message| message.message_type == message_type);
        claimed
    }

    /// Whether a refused form left neither draft nor nonce.
    pub(crate) async fn left_nothing(&self, form: &[(String, String)]) -> bool {
        let value = |name: &str| {
            let found = form.iter().find(|(field, _)| field == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let partner: PartnerId = "shop".parse().unwrap();
        let mut connection = self.store.connection().await.unwrap();
        let drafted = match value("out_order_no").parse() {
            Ok(number) => store::withdrawals::find_by_out_order_no(&connection, &partner, &number)
                .await
                .unwrap(),
            Err(_) => None,
        };
        let now = runtime::clock::now();
        let tx = connection.begin("intake test: look").await.unwrap();
        let unused = store::nonces::use_once(&tx, now, &partner, value("nonce"), now);
        drafted.is_none() && unused.await.unwrap()
    }
}

/// The order that a page is about.
pub(crate) fn order_of(url: &Url) -> WithdrawalId {
    let mut path = url.path_segments().unwrap();
    assert_eq!(path.next(), Some("w"), "{url}");
    path.next().unwrap().parse().unwrap()
}

/// A value in the query of the address that the user is sent to.
pub(crate) fn returned(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(field, _)| field == name);
    found
        .unwrap_or_else(|| panic!("{url} has no {name}"))
        .1
        .into_owned()
}

/// The partner sandbox, signing with the key of this number.
pub(crate) async fn shop(base: &str, partner_id: &str, key: usize) -> PartnerHandle {
    let key = SigningKey::read(&rsa_2048(key).private_pkcs8_pem).unwrap();
    let mut config = PartnerConfig::for_tests(partner_id, "key-1", key);
    USER_AT_SHOP.clone_into(&mut config.third_party_user_id);
    USER.clone_into(&mut config.htouhui_user_id);
    config.intake_url = base.parse().unwrap();
    config.jwks_url = format!("{base}/.well-known/jwks.json").parse().unwrap();
    PartnerSandbox::start(config).await.unwrap()
}

async fn start(
    base: &str,
    database_url: &str,
    sms_url: &str,
    settings: &[(&str, &str)],
) -> Running {
    let address = base.trim_start_matches("http://");
    let key = rsa_2048(1).private_pkcs8_pem;
    let mut env = vec![
        ("LISTEN", address),
        ("PUBLIC_URL", base),
        ("SIGNING_KEY", &key),
        ("SIGNING_KEY_ID", "ours-1"),
        ("PASSWORD_PEPPER", PEPPER),
        ("PAGE_KEY", "a page key that is long enough to be one"),
        ("WITHDRAWAL_MAX_FEN", "5000000"),
        ("ALLOW_LOOPBACK_HTTP", "true"),
        ("DATA_KEYS", DATA_KEYS),
        ("SMS_GATEWAY_URL", sms_url),
        ("SMS_GATEWAY_TOKEN", SMS_TOKEN),
        ("SMS_GATEWAY_TIMEOUT_MS", "1000"),
        // Nobody asks Huifu here; a test of waiting waits longer.
        ("BALANCE_WAIT_MS", "0"),
        ("ADMIN_LISTEN", "127.0.0.1:0"),
        ("DATABASE_URL", database_url),
        // Nobody listens there: intake takes withdrawals while the broker is away.
        ("AMQP_URL", "amqp://127.0.0.1:1"),
        ("LOG_LEVEL", "error"),
    ];
    env.extend_from_slice(settings);
    start_in_process("intake", Env::new(env), intake::app::start)
        .await
        .unwrap()
}

async fn register(store: &Store) {
    let mut connection = store.connection().await.unwrap();
    let tx = connection.begin("intake test: register").await.unwrap();
    add_partner(&tx, "shop", "阳光小店", 3).await;
    add_partner(&tx, "other", "Other shop", 4).await;
    let hash = runtime::password::hash(PASSWORD, &Secret::new(PEPPER)).unwrap();
    add_user(&tx, "shop", (USER, USER_AT_SHOP), Some(&hash), &["6217"]).await;
    add_user(&tx, "other", (STRANGER, "x"), Some(&hash), &["1111"]).await;
    add_user(&tx, "shop", (CARDLESS, "cardless"), Some(&hash), &[]).await;
    add_user(
        &tx,
        "shop",
        (TWO_CARDS, "two-cards"),
        None,
        &["2222", "3333"],
    )
    .await;
    let unreachable = (UNREACHABLE, "unreachable");
    add_user(&tx, "shop", unreachable, None, &["4444"]).await;
    let keys = DataKeys::parse(DATA_KEYS).unwrap();
    let mobile = MOBILE.parse().unwrap();
    for user in [USER, TWO_CARDS] {
        let user = user.parse().unwrap();
        let sealed = runtime::mobile::seal(&keys, &user, &mobile);
        let now = runtime::clock::now();
        store::users::mobile::set(&tx, now, &user, &sealed)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn add_partner(tx: &Transaction<'_>, id: &str, name: &str, key: usize) {
    let now = runtime::clock::now();
    let id: PartnerId = id.parse().unwrap();
    store::partners::add(tx, now, &id, name).await.unwrap();
    store::partners::add_host(tx, now, &id, "127.0.0.1")
        .await
        .unwrap();
    let key: PublicKey = rsa_2048(key).public_spki_pem.parse().unwrap();
    let key = PartnerKey {
        key_id: "key-1".parse().unwrap(),
        spki: key.to_spki_der().to_vec(),
        fingerprint: key.fingerprint().to_owned(),
        not_before: now,
        retired_at: None,
    };
    store::partners::add_key(tx, now, &id, &key).await.unwrap();
}

async fn add_user(
    tx: &Transaction<'_>,
    partner: &str,
    (user, third): (&str, &str),
    hash: Option<&str>,
    cards: &[&str],
) {
    let now = runtime::clock::now();
    let user: HtouhuiUserId = user.parse().unwrap();
    let new = NewUser {
        htouhui_user_id: &user,
        partner_id: &partner.parse().unwrap(),
        third_party_user_id: &third.parse().unwrap(),
        huifu_id: &"6666000021291985".parse().unwrap(),
        kind: SubjectKind::IndividualUser,
        password_hash: hash,
    };
    store::users::add(tx, now, &new).await.unwrap();
    for (at, tail) in cards.iter().enumerate() {
        let card = NewCard {
            token_no: &format!("1000405{tail}").parse().unwrap(),
            tail,
            bank_name: "中国工商银行",
            is_default: at == 0,
        };
        store::users::cards::add(tx, now, &user, &card)
            .await
            .unwrap();
    }
    for (cash_type, fix, rate) in [(CashType::D0, 100, 5), (CashType::T1, 0, 0)] {
        let rule = FeeRule {
            fix: Fen::new(fix).unwrap(),
            rate: BasisPoints::new(rate).unwrap(),
            bearer: FeeBearer::Inner,
        };
        store::users::cash_rules::set(tx, now, &user, cash_type, &rule.into())
            .await
            .unwrap();
    }
}
