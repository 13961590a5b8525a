//! One partner, one user with a card, a Huifu, and the two verbs of the dispatcher.

use std::sync::Arc;
use std::time::Duration;

use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, PartnerId, WithdrawalId};
use contract::message::{Envelope, WithdrawalAccepted};
use contract::money::Fen;
use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, State, Transition};
use huifu_dispatcher::dispatch::Dispatch;
use huifu_dispatcher::huifu::Huifu;
use huifu_dispatcher::reconcile::Reconcile;
use huifu_dispatcher::settings::{DispatchSettings, DispatcherSettings, ResendSettings};
use jiff::{SignedDuration, Timestamp};
use runtime::amqp::{Handler as _, HandlerError};
use runtime::settings::{Env, Settings as _};
use runtime::{clock, ids};
use sandbox::huifu::{AccountOpening, BoundCard, HuifuConfig, HuifuHandle, HuifuSandbox};
use sandbox::{SigningKey, VerifyingKey};
use serde_json::json;
use stand::TestDatabase;
use store::attempts::{self, Attempt, AttemptOutcome, NewAttempt};
use store::progress::{Advanced, NewIds, Step, advance};
use store::users::{NewCard, NewUser};
use store::withdrawals::{self, Change};
use store::{Store, cases, outbox, partners, timeline, users};
use tokio_util::sync::CancellationToken;

pub(crate) const HUIFU_ID: &str = "6666000021291985";
pub(crate) const TOKEN_NO: &str = "10004053462";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) huifu: HuifuHandle,
    pub(crate) client: Arc<Huifu>,
    dispatch: Dispatch,
    reconcile: Reconcile,
    pub(crate) database: TestDatabase,
    card_id: i64,
}

/// What a withdrawal looks like from outside.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: State,
    pub(crate) held: bool,
    pub(crate) outcomes: Vec<Option<AttemptOutcome>>,
    /// How often money left, after Huifu's own book.
    pub(crate) executions: u32,
    pub(crate) cases: Vec<String>,
}

impl Seen {
    pub(crate) fn is(state: State, outcome: Option<AttemptOutcome>, executions: u32) -> Self {
        Self {
            state,
            held: false,
            outcomes: vec![outcome],
            executions,
            cases: Vec::new(),
        }
    }
}

/// What `--check` would be given.
pub(crate) fn environment(huifu_base_url: &str) -> Vec<(&'static str, String)> {
    let (merchant, huifu) = (stand::keys::rsa_2048(0), stand::keys::rsa_2048(1));
    vec![
        ("HUIFU_BASE_URL", huifu_base_url.to_owned()),
        ("HUIFU_SYS_ID", HUIFU_ID.to_owned()),
        ("HUIFU_PRODUCT_ID", "YYZY".to_owned()),
        ("HUIFU_MERCHANT_PRIVATE_KEY", merchant.private_pkcs8_pem),
        ("HUIFU_PUBLIC_KEY", huifu.public_spki_pem),
        // Nobody listens there: what callbacks do is the receiver's test.
        (
            "CALLBACK_URL",
            "http://127.0.0.1:9/huifu/callback".to_owned(),
        ),
        (
            "ONBOARDING_CALLBACK_URL",
            "http://127.0.0.1:9/huifu/onboarding".to_owned(),
        ),
        ("DATA_KEYS", stand::system::DATA_KEYS.to_owned()),
        ("HUIFU_CONNECT_TIMEOUT_MS", "500".to_owned()),
        ("HUIFU_ANSWER_TIMEOUT_MS", "700".to_owned()),
        ("RESEND_PAUSE_MS", "50".to_owned()),
        ("RECONCILE_FIRST_PAUSE_MS", "2000".to_owned()),
        ("RECONCILE_POLL_MS", "20".to_owned()),
        ("RECONCILE_CASE_AFTER", "2".to_owned()),
        ("STATEMENT_HOSTS", "127.0.0.1".to_owned()),
        ("ALLOW_LOOPBACK_HTTP", "true".to_owned()),
        ("SIGNING_KEY", stand::keys::rsa_2048(2).private_pkcs8_pem),
        ("SIGNING_KEY_ID", "tixian-1".to_owned()),
    ]
}

/// Listens on `port`, or on a free one for 0.
pub(crate) async fn start_huifu(port: u16) -> HuifuHandle {
    let (merchant, huifu) = (stand::keys::rsa_2048(0), stand::keys::rsa_2048(1));
    let merchant = VerifyingKey::read(&merchant.public_spki_pem).unwrap();
    let huifu = SigningKey::read(&huifu.private_pkcs8_pem).unwrap();
    let mut config = HuifuConfig::for_tests(merchant, huifu);
    config.listen.set_port(port);
    config.callback_retries = 0;
    config.accounts = vec![AccountOpening {
        huifu_id: HUIFU_ID.to_owned(),
        acct_id: None,
        balance: sandbox::Fen(10_000_000),
    }];
    config.cards = vec![BoundCard {
        huifu_id: HUIFU_ID.to_owned(),
        token_no: TOKEN_NO.to_owned(),
    }];
    HuifuSandbox::start(config).await.unwrap()
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut DispatcherSettings)) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let store = Store::new(database.url(), 8, "huifu-dispatcher test").unwrap();
        let huifu = start_huifu(0).await;
        let mut env = Env::new(environment(&huifu.base_url));
        let mut settings = DispatcherSettings::read(&mut env)
            .unwrap_or_else(|| panic!("bad settings: {:?}", env.errors()));
        change(&mut settings);
        let client = Arc::new(Huifu::new(&settings.huifu).unwrap());
        let dispatch = Dispatch::new(
            store.clone(),
            Arc::clone(&client),
            settings.dispatch.clone(),
            CancellationToken::new(),
        );
        let reconcile = Reconcile::new(
            store.clone(),
            Arc::clone(&client),
            settings.reconcile.clone(),
        );
        let card_id = seed(&store).await;
        Self {
            store,
            huifu,
            client,
            dispatch,
            reconcile,
            database,
            card_id,
        }
    }

    /// A confirmed withdrawal and the message that asks for it.
    pub(crate) async fn accept(&self, amount_fen: i64) -> Envelope<WithdrawalAccepted> {
        self.accept_at(clock::now(), amount_fen).await
    }

    /// As [`World::accept`], at another time.
    pub(crate) async fn accept_at(
        &self,
        now: Timestamp,
        amount_fen: i64,
    ) -> Envelope<WithdrawalAccepted> {
        let id = ids::new_withdrawal_id();
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: accept").await.unwrap();
        let draft = draft(&id, amount_fen, now);
        assert!(withdrawals::insert_draft(&tx, now, &draft).await.unwrap());
        let agreed = Confirmation {
            cash_type: CashType::D0,
            fee: Fen::ZERO,
            arrival: draft.amount,
            card_id: self.card_id,
            accepted_at: now,
        };
        let change = Change {
            confirmation: Some(&agreed),
            ..Change::default()
        };
        let moved = step(&tx, now, &id, Transition::Confirm, change).await;
        assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
        let accepted = Envelope {
            message_id: ids::new_message_id(),
            at: now,
            causation_id: None,
            traceparent: None,
            body: WithdrawalAccepted { withdrawal_id: id },
        };
        outbox::enqueue(&tx, &accepted, now).await.unwrap();
        tx.commit().await.unwrap();
        accepted
    }

    pub(crate) async fn handle(
        &self,
        message: &Envelope<WithdrawalAccepted>,
    ) -> Result<(), HandlerError> {
        self.dispatch.handle(message.clone()).await
    }

    /// Sends a withdrawal of this world to the Huifu of another.
    pub(crate) async fn handle_at(&self, other: &Self, message: &Envelope<WithdrawalAccepted>) {
        let settings = DispatchSettings {
            callback_url: "http://127.0.0.1:9/huifu/callback".to_owned(),
            resend: ResendSettings {
                pause: Duration::from_secs(1),
                longest: Duration::from_secs(1),
            },
            first_query_after: Duration::from_secs(1),
        };
        let huifu = Arc::clone(&other.client);
        let stopping = CancellationToken::new();
        let dispatch = Dispatch::new(self.store.clone(), huifu, settings, stopping);
        dispatch.handle(message.clone()).await.unwrap();
    }

    /// Accepts and sends; answers the withdrawal.
    pub(crate) async fn send(&self, amount_fen: i64) -> WithdrawalId {
        let message = self.accept(amount_fen).await;
        self.handle(&message).await.unwrap();
        message.body.withdrawal_id
    }

    /// A committed attempt that nobody sends: what a crash leaves behind.
    pub(crate) async fn open_attempt(&self, id: &WithdrawalId, amount_fen: i64) -> Attempt {
        let now = clock::now();
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: open attempt").await.unwrap();
        let moved = step(&tx, now, id, Transition::OpenAttempt, Change::default()).await;
        assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
        open_attempt(&tx, id, amount_fen).await;
        tx.commit().await.unwrap();
        self.attempts(id).await.pop().unwrap()
    }

    /// Takes an edge as somebody else would.
    pub(crate) async fn advance(&self, id: &WithdrawalId, transition: Transition) -> Advanced {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: advance").await.unwrap();
        let advanced = step(&tx, clock::now(), id, transition, Change::default()).await;
        tx.commit().await.unwrap();
        advanced
    }

    /// Asks about everything that is open: its pauses are short, those after an end begin with a
    /// day.
    pub(crate) async fn ask(&self) -> usize {
        let tonight = clock::now() + SignedDuration::from_hours(12);
        self.round(tonight).await
    }

    /// Asks about everything that is due at `now`.
    pub(crate) async fn round(&self, now: Timestamp) -> usize {
        let stopping = CancellationToken::new();
        self.reconcile.round(now, &stopping).await.unwrap()
    }

    pub(crate) async fn attempts(&self, id: &WithdrawalId) -> Vec<Attempt> {
        let connection = self.store.connection().await.unwrap();
        attempts::of(&connection, id).await.unwrap()
    }

    pub(crate) async fn events(&self, id: &WithdrawalId) -> Vec<String> {
        let connection = self.store.connection().await.unwrap();
        let told = timeline::of(&connection, id).await.unwrap();
        told.into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) async fn see(&self, id: &WithdrawalId) -> Seen {
        let connection = self.store.connection().await.unwrap();
        let withdrawal = withdrawals::find(&connection, id).await.unwrap().unwrap();
        let attempts = attempts::of(&connection, id).await.unwrap();
        let serials: Vec<&str> = attempts.iter().map(|one| one.req_seq_id.as_str()).collect();
        let book = self.huifu.book();
        assert_eq!(book.audit(), Vec::<String>::new());
        let cases = cases::list_open(&connection, 100).await.unwrap();
        Seen {
            state: withdrawal.state,
            held: withdrawal.held,
            outcomes: attempts.iter().map(|one| one.outcome).collect(),
            executions: book.executions(&serials),
            cases: cases.into_iter().map(|case| case.kind).collect(),
        }
    }

    /// The reason that the partner will be told.
    pub(crate) async fn reason(&self, id: &WithdrawalId) -> Option<String> {
        let connection = self.store.connection().await.unwrap();
        let found = withdrawals::find(&connection, id).await.unwrap();
        found.unwrap().reason_code
    }

    /// The messages that are in the outbox, due or not: type and withdrawal.
    pub(crate) async fn outbox(&self) -> Vec<outbox::Claimed> {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: look").await.unwrap();
        let tomorrow = clock::now() + SignedDuration::from_hours(24);
        let lease = Duration::from_secs(1);
        // Rolled back: only looked at.
        outbox::claim(&tx, tomorrow, lease, 100).await.unwrap()
    }

    /// The one message that sends `id` again.
    pub(crate) async fn message_for(&self, id: &WithdrawalId) -> Envelope<WithdrawalAccepted> {
        let rows = self.outbox().await;
        let mine: Vec<_> = rows
            .iter()
            .filter(|row| row.message_type == "withdrawal.accepted.v1")
            .filter(|row| row.correlation_id == id.as_str())
            .collect();
        assert_eq!(mine.len(), 1, "{rows:?}");
        Envelope {
            message_id: mine[0].message_id,
            at: mine[0].created_at,
            causation_id: mine[0].causation_id,
            traceparent: None,
            body: serde_json::from_str(&mine[0].body).unwrap(),
        }
    }
}

pub(crate) async fn step(
    tx: &store::Transaction<'_>,
    now: Timestamp,
    id: &WithdrawalId,
    transition: Transition,
    change: Change<'_>,
) -> Advanced {
    let detail = json!({});
    let step = Step {
        withdrawal: id,
        transition,
        change,
        detail: &detail,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    };
    advance(tx, now, &step).await.unwrap()
}

/// The row of an attempt, without the edge.
pub(crate) async fn open_attempt(tx: &store::Transaction<'_>, id: &WithdrawalId, amount_fen: i64) {
    open_attempt_at(tx, clock::now(), id, amount_fen).await;
}

/// As [`open_attempt`], at another time.
pub(crate) async fn open_attempt_at(
    tx: &store::Transaction<'_>,
    now: Timestamp,
    id: &WithdrawalId,
    amount_fen: i64,
) {
    let new = NewAttempt {
        req_seq_id: &ids::new_req_seq_id(),
        withdrawal: id,
        req_date: &contract::huifu::ReqDate::at(now).to_string(),
        huifu_id: &HUIFU_ID.parse().unwrap(),
        token_no: &TOKEN_NO.parse().unwrap(),
        amount: Fen::new(amount_fen).unwrap(),
        next_query_at: now,
    };
    attempts::open(tx, now, &new).await.unwrap();
}

fn draft(id: &WithdrawalId, amount_fen: i64, now: Timestamp) -> NewWithdrawal {
    NewWithdrawal {
        id: id.clone(),
        partner_id: "shop".parse().unwrap(),
        third_party_user_id: "u-1".parse().unwrap(),
        htouhui_user_id: "10001".parse().unwrap(),
        amount: Fen::new(amount_fen).unwrap(),
        out_order_no: None,
        return_url: "https://shop.example/return".to_owned(),
        notify_url: "https://shop.example/notify".to_owned(),
        from_url: "https://shop.example/".to_owned(),
        cash_type: None,
        language: Language::default(),
        expires_at: now + SignedDuration::from_mins(15),
    }
}

async fn seed(store: &Store) -> i64 {
    let now = clock::now();
    let mut connection = store.connection().await.unwrap();
    let tx = connection.begin("test: seed").await.unwrap();
    let partner: PartnerId = "shop".parse().unwrap();
    partners::add(&tx, now, &partner, "A shop").await.unwrap();
    let user: HtouhuiUserId = "10001".parse().unwrap();
    let new = NewUser {
        htouhui_user_id: &user,
        partner_id: &partner,
        third_party_user_id: &"u-1".parse().unwrap(),
        huifu_id: &HUIFU_ID.parse().unwrap(),
        kind: SubjectKind::IndividualUser,
        password_hash: None,
    };
    users::add(&tx, now, &new).await.unwrap();
    let card = NewCard {
        token_no: &TOKEN_NO.parse().unwrap(),
        tail: "3462",
        bank_name: "A bank",
        is_default: true,
    };
    users::cards::add(&tx, now, &user, &card).await.unwrap();
    let rule = FeeRule {
        fix: Fen::ZERO,
        rate: BasisPoints::new(0).unwrap(),
        bearer: FeeBearer::Inner,
    };
    users::cash_rules::set(&tx, now, &user, CashType::D0, &rule.into())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    users::cards::of(&connection, &user).await.unwrap()[0].id
}
