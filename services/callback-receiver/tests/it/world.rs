//! One partner, one user with a card, withdrawals that were sent, and a Huifu that calls back.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use callback_receiver::app;
use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::huifu::ReqDate;
use contract::ids::{HtouhuiUserId, PartnerId, ReqSeqId, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, State, Transition};
use jiff::{SignedDuration, Timestamp};
use runtime::service::{Running, start_in_process};
use runtime::settings::Env;
use runtime::{clock, ids};
use sandbox::SigningKey;
use serde_json::json;
use stand::TestDatabase;
use store::attempts::{self, Attempt, NewAttempt};
use store::cases::Case;
use store::progress::{Advanced, NewIds, Step, advance};
use store::timeline::Entry;
use store::users::{NewCard, NewUser};
use store::withdrawals::{self, Change};
use store::{Store, cases, outbox, partners, timeline, users};

pub(crate) const HUIFU_ID: &str = "6666000021291985";
pub(crate) const TOKEN_NO: &str = "10004053462";
pub(crate) const FEE: i64 = 105;

pub(crate) static HUIFU_KEY: LazyLock<SigningKey> = LazyLock::new(|| key(1));

/// The same key in every run: number 0 is the merchant's, 1 Huifu's, 2 a stranger's.
pub(crate) fn key(number: usize) -> SigningKey {
    SigningKey::read(&stand::keys::rsa_2048(number).private_pkcs8_pem).unwrap()
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) running: Running,
    http: reqwest::Client,
    card_id: i64,
    database: TestDatabase,
}

/// A withdrawal of 100.00 that was sent, and what a callback about it says.
pub(crate) struct Sent {
    pub(crate) id: WithdrawalId,
    pub(crate) attempt: ReqSeqId,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

impl Sent {
    /// 02, the account was debited.
    pub(crate) fn accounting(&self) -> BTreeMap<&'static str, String> {
        self.with(&[
            ("msg_type", "02"),
            ("acct_status", "S"),
            ("channel_status", "P"),
            ("trans_status", "P"),
        ])
    }

    /// 01, the money is on the card.
    pub(crate) fn paid(&self) -> BTreeMap<&'static str, String> {
        self.with(&[
            ("msg_type", "01"),
            ("acct_status", "S"),
            ("channel_status", "S"),
            ("trans_status", "S"),
        ])
    }

    /// 01, the bank refused and the money is booked back.
    pub(crate) fn failed(&self) -> BTreeMap<&'static str, String> {
        self.with(&[
            ("msg_type", "01"),
            ("acct_status", "B"),
            ("channel_status", "F"),
            ("trans_status", "F"),
        ])
    }

    pub(crate) fn with(&self, changes: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
        let mut fields = self.fields.clone();
        fields.extend(
            changes
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        fields
    }

    pub(crate) fn acknowledgement(&self) -> (u16, String) {
        (200, format!("RECV_ORD_ID_{}", self.attempt))
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let running = start_receiver(database.url()).await;
        let store = Store::new(database.url(), 8, "callback-receiver test").unwrap();
        let card_id = seed(&store).await;
        Self {
            store,
            running,
            http: client(),
            card_id,
            database,
        }
    }

    /// Changes the schema below the store.
    pub(crate) async fn alter(&self, sql: &str) {
        self.database.tamper(sql).await.unwrap();
    }

    /// A withdrawal whose attempt is open: `Dispatching`.
    pub(crate) async fn sent(&self) -> Sent {
        let now = clock::now();
        let id = ids::new_withdrawal_id();
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: accept").await.unwrap();
        let draft = draft(&id, now);
        assert!(withdrawals::insert_draft(&tx, now, &draft).await.unwrap());
        let agreed = Confirmation {
            cash_type: CashType::D0,
            fee: Fen::new(FEE).unwrap(),
            arrival: draft.amount.minus(Fen::new(FEE).unwrap()).unwrap(),
            card_id: self.card_id,
            accepted_at: now,
        };
        let change = Change {
            confirmation: Some(&agreed),
            ..Change::default()
        };
        let moved = step(&tx, now, &id, Transition::Confirm, change).await;
        assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
        tx.commit().await.unwrap();
        let attempt = self.open_attempt(&id).await;
        self.sent_as(id, attempt)
    }

    /// What Huifu would say about this attempt.
    pub(crate) fn sent_as(&self, id: WithdrawalId, attempt: ReqSeqId) -> Sent {
        let fields = BTreeMap::from([
            ("req_seq_id", attempt.to_string()),
            ("req_date", ReqDate::at(clock::now()).to_string()),
            ("hf_seq_id", format!("HF{attempt}")),
            ("huifu_id", HUIFU_ID.to_owned()),
            ("cash_amt", "100.00".to_owned()),
            ("fee_amt", "1.05".to_owned()),
            ("sub_resp_code", "00000000".to_owned()),
            ("sub_resp_desc", "处理成功".to_owned()),
            ("trans_type", "ENCHASHMENT".to_owned()),
        ]);
        Sent {
            id,
            attempt,
            fields,
        }
    }

    pub(crate) async fn open_attempt(&self, id: &WithdrawalId) -> ReqSeqId {
        let moved = self.advance(id, Transition::OpenAttempt).await;
        assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: open attempt").await.unwrap();
        let req_seq_id = open_attempt(&tx, id).await;
        tx.commit().await.unwrap();
        req_seq_id
    }

    /// The dispatcher found out that it never left.
    pub(crate) async fn not_sent(&self, sent: &Sent) {
        self.advance(&sent.id, Transition::NotSent).await;
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: not sent").await.unwrap();
        assert!(
            attempts::prove_unsent(&tx, clock::now(), &sent.attempt)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
    }

    /// Takes an edge as the dispatcher would.
    pub(crate) async fn advance(&self, id: &WithdrawalId, transition: Transition) -> Advanced {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: advance").await.unwrap();
        let advanced = step(&tx, clock::now(), id, transition, Change::default()).await;
        tx.commit().await.unwrap();
        advanced
    }

    /// Signs these fields as Huifu does and posts them.
    pub(crate) async fn call(&self, fields: &BTreeMap<&'static str, String>) -> (u16, String) {
        let text = serde_json::to_string(fields).unwrap();
        let sign = HUIFU_KEY.sign(text.as_bytes());
        self.post(&form(&text, Some(&sign))).await
    }

    /// Posts a body as it is.
    pub(crate) async fn post(&self, body: &str) -> (u16, String) {
        post_to(&self.http, &self.url(), body).await
    }

    /// Posts a body to where reviews are taken.
    pub(crate) async fn post_review(&self, body: &str) -> (u16, String) {
        post_to(&self.http, &self.review_url(), body).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/huifu/callback", self.running.address())
    }

    pub(crate) fn review_url(&self) -> String {
        format!("http://{}/huifu/onboarding", self.running.address())
    }

    pub(crate) async fn state(&self, id: &WithdrawalId) -> (State, bool) {
        let connection = self.store.connection().await.unwrap();
        let found = withdrawals::find(&connection, id).await.unwrap().unwrap();
        (found.state, found.held)
    }

    pub(crate) async fn attempt(&self, sent: &Sent) -> Attempt {
        let connection = self.store.connection().await.unwrap();
        attempts::find(&connection, &sent.attempt)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn cases(&self) -> Vec<Case> {
        let connection = self.store.connection().await.unwrap();
        cases::list_open(&connection, 100).await.unwrap()
    }

    pub(crate) async fn case_kinds(&self) -> Vec<String> {
        self.cases()
            .await
            .into_iter()
            .map(|case| case.kind)
            .collect()
    }

    pub(crate) async fn timeline(&self, id: &WithdrawalId) -> Vec<Entry> {
        let connection = self.store.connection().await.unwrap();
        timeline::of(&connection, id).await.unwrap()
    }

    pub(crate) async fn events(&self, id: &WithdrawalId) -> Vec<String> {
        let told = self.timeline(id).await;
        told.into_iter().skip(3).map(|entry| entry.event).collect()
    }

    /// How many notices about withdrawals wait to be published.
    pub(crate) async fn notices(&self) -> usize {
        let waiting = self.outbox().await;
        assert!(
            waiting.iter().all(|kind| kind == "notice.due.v1"),
            "{waiting:?}"
        );
        waiting.len()
    }

    /// The types of the messages that wait to be published.
    pub(crate) async fn outbox(&self) -> Vec<String> {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: look").await.unwrap();
        let tomorrow = clock::now() + SignedDuration::from_hours(24);
        // Rolled back: only looked at.
        let rows = outbox::claim(&tx, tomorrow, Duration::from_secs(1), 100)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.message_type).collect()
    }
}

/// The service as it runs, without a broker: what must be said to it waits in the outbox.
pub(crate) async fn start_receiver(database_url: &str) -> Running {
    let env = Env::new([
        ("LISTEN", "127.0.0.1:0".to_owned()),
        ("HUIFU_PUBLIC_KEY", stand::keys::rsa_2048(1).public_spki_pem),
        ("DATABASE_URL", database_url.to_owned()),
        (
            "AMQP_URL",
            format!("amqp://127.0.0.1:{}", stand::free_port()),
        ),
        ("ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
    ]);
    start_in_process("callback-receiver", env, app::start)
        .await
        .unwrap()
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) async fn post_to(http: &reqwest::Client, url: &str, body: &str) -> (u16, String) {
    let answer = http
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_owned())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

pub(crate) fn form(text: &str, sign: Option<&str>) -> String {
    form_with("resp_data", text, sign)
}

/// A form with its business text in this field.
pub(crate) fn form_with(field: &str, text: &str, sign: Option<&str>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("resp_code", "10000")
        .append_pair("resp_desc", "成功调用");
    if let Some(sign) = sign {
        form.append_pair("sign", sign);
    }
    form.append_pair(field, text).finish()
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
pub(crate) async fn open_attempt(tx: &store::Transaction<'_>, id: &WithdrawalId) -> ReqSeqId {
    let now = clock::now();
    let req_seq_id = ids::new_req_seq_id();
    let new = NewAttempt {
        req_seq_id: &req_seq_id,
        withdrawal: id,
        req_date: &ReqDate::at(now).to_string(),
        huifu_id: &HUIFU_ID.parse().unwrap(),
        token_no: &TOKEN_NO.parse().unwrap(),
        amount: Fen::new(10_000).unwrap(),
        next_query_at: now + SignedDuration::from_secs(30),
    };
    attempts::open(tx, now, &new).await.unwrap();
    req_seq_id
}

fn draft(id: &WithdrawalId, now: Timestamp) -> NewWithdrawal {
    NewWithdrawal {
        id: id.clone(),
        partner_id: "shop".parse().unwrap(),
        third_party_user_id: "u-1".parse().unwrap(),
        htouhui_user_id: "10001".parse().unwrap(),
        amount: Fen::new(10_000).unwrap(),
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
        fix: Fen::new(FEE).unwrap(),
        rate: BasisPoints::new(0).unwrap(),
        bearer: FeeBearer::Inner,
    };
    users::cash_rules::set(&tx, now, &user, CashType::D0, &rule.into())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    users::cards::of(&connection, &user).await.unwrap()[0].id
}
