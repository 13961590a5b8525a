//! A database, a virtual host, our published key, and partners that really listen.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use contract::application::SubjectKind;
use contract::ids::{NoticeId, PartnerId, WithdrawalId};
use contract::message::NoticeDue;
use contract::money::Fen;
use contract::signing::keys::PrivateKey;
use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, Transition};
use jiff::SignedDuration;
use runtime::service::{Running, start_in_process};
use runtime::settings::Env;
use runtime::{clock, ids};
use sandbox::SigningKey;
use sandbox::partner::{PartnerConfig, PartnerHandle, PartnerSandbox};
use serde_json::json;
use stand::{TestDatabase, TestVhost, eventually};
use store::notices::{self, PastAttempt, Summary};
use store::progress::{Advanced, NewIds, Step};
use store::users::{NewCard, NewUser};
use store::withdrawals::Change;
use store::{Connection, Store, Transaction, partners, progress, users, withdrawals};
use uuid::Uuid;

/// Above everything that a test waits for, on a machine that is compiling something else.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// So long that nothing is sent a second time while a test looks.
pub(crate) const ONE_SENDING: (&str, &str) = ("NOTICE_SCHEDULE_MS", "3600000");

/// What the secrets of partners lie under.
pub(crate) const DATA_KEYS: &str = "k:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) vhost: TestVhost,
    database: TestDatabase,
    key_pem: String,
}

/// A partner with one user, and the shop that stands for it.
pub(crate) struct Partner {
    pub(crate) id: PartnerId,
    pub(crate) shop: PartnerHandle,
    card_id: i64,
}

/// A notice that is due, and the message that says so.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) withdrawal: WithdrawalId,
    pub(crate) notice: NoticeId,
    pub(crate) message: Uuid,
}

impl Due {
    pub(crate) fn body(&self) -> NoticeDue {
        NoticeDue {
            notice_id: self.notice.clone(),
            withdrawal_id: self.withdrawal.clone(),
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let vhost = TestVhost::create().await.unwrap();
        let store = Store::new(database.url(), 4, "test").unwrap();
        let key_pem = stand::keys::rsa_2048(0).private_pkcs8_pem;
        Self {
            store,
            vhost,
            database,
            key_pem,
        }
    }

    /// The service with a short patience, unless `more` says otherwise.
    pub(crate) async fn start(&self, more: &[(&str, &str)]) -> Running {
        let mut env: Vec<(String, String)> = [
            ("DATABASE_URL", self.database.url()),
            ("AMQP_URL", self.vhost.amqp_url()),
            ("ADMIN_LISTEN", "127.0.0.1:0"),
            ("LOG_LEVEL", "warn"),
            ("SIGNING_KEY", &self.key_pem),
            ("SIGNING_KEY_ID", "ours-1"),
            ("DATA_KEYS", DATA_KEYS),
            ("NOTICE_JITTER_PERCENT", "0"),
            ("NOTICE_TIMEOUT_MS", "30000"),
            ("ALLOW_LOOPBACK_HTTP", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        env.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        start_in_process(
            "partner-notifier",
            Env::new(env),
            partner_notifier::app::start,
        )
        .await
        .unwrap()
    }

    pub(crate) async fn connection(&self) -> Connection {
        self.store.connection().await.unwrap()
    }

    /// Registers a partner on this machine and starts its shop.
    pub(crate) async fn partner(&self, name: &str) -> Partner {
        let key = SigningKey::read(&stand::keys::rsa_2048(1).private_pkcs8_pem).unwrap();
        let config = PartnerConfig::for_tests(name, "shop-1", key);
        let shop = PartnerSandbox::start(config).await.unwrap();
        let jwks = format!("{}/jwks.json", self.publish_our_key().await);
        shop.connect_to("http://127.0.0.1:9".parse().unwrap(), jwks.parse().unwrap());
        let id: PartnerId = name.parse().unwrap();
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: add partner").await.unwrap();
        partners::add(&tx, clock::now(), &id, name).await.unwrap();
        partners::add_host(&tx, clock::now(), &id, "127.0.0.1")
            .await
            .unwrap();
        add_user(&tx, &id).await;
        tx.commit().await.unwrap();
        let cards = users::cards::of(&connection, &name.parse().unwrap())
            .await
            .unwrap();
        Partner {
            id,
            shop,
            card_id: cards[0].id,
        }
    }

    async fn publish_our_key(&self) -> String {
        let key: PrivateKey = self.key_pem.parse().unwrap();
        let set = json!({ "keys": [key.public().to_jwk("ours-1")] }).to_string();
        let router = Router::new().route("/jwks.json", get(async move || set));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        format!("http://{address}")
    }

    /// A withdrawal of this partner that came to its end, with its notice due now.
    pub(crate) async fn ended(&self, partner: &Partner, end: Transition) -> Due {
        let url = format!("{}/notify?shop=1", partner.shop.base_url);
        self.ended_with_url(partner, end, &url).await
    }

    /// As `ended`, for a notice to this URL, whatever it is.
    pub(crate) async fn ended_with_url(
        &self,
        partner: &Partner,
        end: Transition,
        url: &str,
    ) -> Due {
        let now = clock::now();
        let user = partner.id.as_str();
        let new = NewWithdrawal {
            id: ids::new_withdrawal_id(),
            partner_id: partner.id.clone(),
            third_party_user_id: "shop-user-1".parse().unwrap(),
            htouhui_user_id: user.parse().unwrap(),
            amount: Fen::new(10_000).unwrap(),
            out_order_no: None,
            return_url: url.to_owned(),
            notify_url: url.to_owned(),
            from_url: url.to_owned(),
            cash_type: None,
            language: Language::Chinese,
            expires_at: now + SignedDuration::from_secs(900),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: draft").await.unwrap();
        assert!(withdrawals::insert_draft(&tx, now, &new).await.unwrap());
        let mut due = None;
        for transition in [
            Transition::Confirm,
            Transition::OpenAttempt,
            Transition::Submit,
            end,
        ] {
            let ids = NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            };
            advance(&tx, partner, &new.id, transition, ids.clone()).await;
            due = Some(ids);
        }
        // Wakes the service's relay: this process has none of its own on this store.
        store::outbox::notify(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let ids = due.unwrap();
        Due {
            withdrawal: new.id,
            notice: ids.notice,
            message: ids.message,
        }
    }

    pub(crate) async fn summary(&self, due: &Due) -> Summary {
        let connection = self.connection().await;
        notices::of(&connection, &due.withdrawal)
            .await
            .unwrap()
            .remove(0)
    }

    /// Waits until the notice was sent this often, with the result written down.
    pub(crate) async fn attempts(&self, due: &Due, wanted: usize) -> Vec<PastAttempt> {
        self.attempts_of(&due.notice, wanted).await
    }

    /// As `attempts`, for a notice about anything.
    pub(crate) async fn attempts_of(&self, notice: &NoticeId, wanted: usize) -> Vec<PastAttempt> {
        eventually(DEADLINE, "the attempts to be recorded", async || {
            let connection = self.connection().await;
            let attempts = notices::attempts_of(&connection, notice).await.unwrap();
            if attempts.len() >= wanted {
                Ok(attempts)
            } else {
                Err(format!("{attempts:?}"))
            }
        })
        .await
    }

    /// The names of what happened to the withdrawal, in order.
    pub(crate) async fn events(&self, due: &Due) -> Vec<String> {
        let connection = self.connection().await;
        let entries = store::timeline::of(&connection, &due.withdrawal)
            .await
            .unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }
}

async fn add_user(tx: &Transaction<'_>, partner: &PartnerId) {
    let (user, token) = (
        partner.as_str().parse().unwrap(),
        "10004053462".parse().unwrap(),
    );
    let user = NewUser {
        htouhui_user_id: &user,
        partner_id: partner,
        third_party_user_id: &"shop-user-1".parse().unwrap(),
        huifu_id: &"6666000021291985".parse().unwrap(),
        kind: SubjectKind::IndividualUser,
        password_hash: None,
    };
    users::add(tx, clock::now(), &user).await.unwrap();
    let card = NewCard {
        token_no: &token,
        tail: "6789",
        bank_name: "招商银行",
        is_default: true,
    };
    users::cards::add(tx, clock::now(), user.htouhui_user_id, &card)
        .await
        .unwrap();
}

async fn advance(
    tx: &Transaction<'_>,
    partner: &Partner,
    withdrawal: &WithdrawalId,
    transition: Transition,
    ids: NewIds,
) {
    let now = clock::now();
    let agreed = Confirmation {
        cash_type: CashType::T1,
        fee: Fen::new(105).unwrap(),
        arrival: Fen::new(9_895).unwrap(),
        card_id: partner.card_id,
        accepted_at: now,
    };
    let step = Step {
        withdrawal,
        transition,
        change: Change {
            confirmation: (transition == Transition::Confirm).then_some(&agreed),
            reason_code: (transition == Transition::Fail).then_some("account_frozen"),
            reason_detail: None,
        },
        detail: &json!({}),
        ids,
        causation_id: None,
    };
    let advanced = progress::advance(tx, now, &step).await.unwrap();
    assert!(
        matches!(advanced, Advanced::Moved { .. }),
        "{transition:?}: {advanced:?}"
    );
}
