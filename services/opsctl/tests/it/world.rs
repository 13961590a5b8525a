//! A database with fixed ids and times in it, so that what is printed can be a snapshot.

use contract::application::SubjectKind;
use contract::ids::{NoticeId, ReqSeqId, WithdrawalId};
use contract::message::{Message as _, NoticeDue};
use contract::money::Fen;
use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, Transition};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use stand::TestDatabase;
use store::attempts::{self, AttemptOutcome, NewAttempt};
use store::dead_letters::{self, NewDeadLetter};
use store::notices::{self, Attempted, NoticeState, Passage};
use store::progress::{self, Advanced, NewIds, Step};
use store::users::{NewCard, NewUser};
use store::withdrawals::{self, Change};
use store::{Connection, Store, Transaction, outbox, partners, users};
use uuid::Uuid;

use crate::tool::Tool;

const MILLIS: u64 = 1_800_000_000_000;

pub(crate) struct World {
    pub(crate) now: Timestamp,
    store: Store,
    database: TestDatabase,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn empty() -> Self {
        let database = TestDatabase::create().await.unwrap();
        Self {
            now: "2026-11-22T04:00:00Z".parse().unwrap(),
            store: Store::new(database.url(), 2, "test").unwrap(),
            database,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With a partner, a user and a card.
    pub(crate) async fn with_user() -> Self {
        let world = Self::empty().await;
        let mut connection = world.connection().await;
        let tx = connection.begin("tests: add user").await.unwrap();
        let partner = "shop".parse().unwrap();
        partners::add(&tx, world.now, &partner, "小店")
            .await
            .unwrap();
        let user = NewUser {
            htouhui_user_id: &"10000000001".parse().unwrap(),
            partner_id: &partner,
            third_party_user_id: &"u-1".parse().unwrap(),
            huifu_id: &"6666000021291985".parse().unwrap(),
            kind: SubjectKind::IndividualUser,
            password_hash: None,
        };
        users::add(&tx, world.now, &user).await.unwrap();
        let card = NewCard {
            token_no: &"10004053462".parse().unwrap(),
            tail: "6789",
            bank_name: "招商银行",
            is_default: true,
        };
        users::cards::add(&tx, world.now, user.htouhui_user_id, &card)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        drop(connection);
        world
    }

    pub(crate) fn tool(&self) -> Tool {
        Tool::new().with("DATABASE_URL", self.database.url())
    }

    pub(crate) fn database_url(&self) -> &str {
        self.database.url()
    }

    pub(crate) async fn connection(&self) -> Connection {
        self.store.connection().await.unwrap()
    }

    /// Changes rows as nobody may.
    pub(crate) async fn tamper(&self, statements: &str) {
        self.database.tamper(statements).await.unwrap();
    }

    pub(crate) fn public_key_file(&self, number: usize) -> String {
        let file = self.folder.path().join(format!("{number}.pem"));
        std::fs::write(&file, stand::keys::rsa_2048(number).public_spki_pem).unwrap();
        file.to_str().unwrap().to_owned()
    }

    fn later(&self, seconds: i64) -> Timestamp {
        self.now + SignedDuration::from_secs(seconds)
    }

    /// A withdrawal that was drafted and confirmed, and walked along `road` after that, a second a
    /// step.
    pub(crate) async fn walked(&self, number: u128, road: &[Transition]) -> WithdrawalId {
        let new = NewWithdrawal {
            id: WithdrawalId::from_parts(MILLIS, number),
            partner_id: "shop".parse().unwrap(),
            third_party_user_id: "u-1".parse().unwrap(),
            htouhui_user_id: "10000000001".parse().unwrap(),
            amount: Fen::new(10_000).unwrap(),
            out_order_no: Some(format!("order-{number}").parse().unwrap()),
            return_url: "https://shop.example/return".to_owned(),
            notify_url: "https://shop.example/notify?token=secret".to_owned(),
            from_url: "https://shop.example/from".to_owned(),
            cash_type: None,
            language: Language::Chinese,
            expires_at: self.later(900),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: walk").await.unwrap();
        assert!(
            withdrawals::insert_draft(&tx, self.now, &new)
                .await
                .unwrap()
        );
        for (at, transition) in (1..).zip([&[Transition::Confirm], road].concat()) {
            let moved = self.take(&tx, &new.id, transition, at).await;
            assert!(
                matches!(moved, Advanced::Moved { .. }),
                "{transition:?}: {moved:?}"
            );
        }
        tx.commit().await.unwrap();
        new.id
    }

    /// Takes one edge so many seconds after the beginning.
    pub(crate) async fn take(
        &self,
        tx: &Transaction<'_>,
        withdrawal: &WithdrawalId,
        transition: Transition,
        seconds: i64,
    ) -> Advanced {
        let agreed = Confirmation {
            cash_type: CashType::T1,
            fee: Fen::new(105).unwrap(),
            arrival: Fen::new(9_895).unwrap(),
            card_id: 1,
            accepted_at: self.now,
        };
        let failed = transition == Transition::Fail;
        let step = Step {
            withdrawal,
            transition,
            change: Change {
                confirmation: (transition == Transition::Confirm).then_some(&agreed),
                reason_code: failed.then_some("account_frozen"),
                reason_detail: failed.then_some("账户已冻结[90000]"),
            },
            detail: &json!({ "trans_stat": "S", "step": seconds }),
            ids: NewIds {
                notice: notice_of(withdrawal),
                message: message_of(withdrawal),
            },
            causation_id: None,
        };
        progress::advance(tx, self.later(seconds), &step)
            .await
            .unwrap()
    }

    /// A sending of it to Huifu that was taken.
    pub(crate) async fn sent_to_huifu(&self, withdrawal: &WithdrawalId) {
        let req_seq_id = ReqSeqId::from_parts(MILLIS, 7);
        let attempt = NewAttempt {
            req_seq_id: &req_seq_id,
            withdrawal,
            req_date: "20261122",
            huifu_id: &"6666000021291985".parse().unwrap(),
            token_no: &"10004053462".parse().unwrap(),
            amount: Fen::new(10_000).unwrap(),
            next_query_at: self.later(60),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: attempt").await.unwrap();
        attempts::open(&tx, self.later(2), &attempt).await.unwrap();
        let closed = attempts::close(
            &tx,
            self.later(3),
            &req_seq_id,
            AttemptOutcome::Submitted,
            Some("hf-1"),
            Some("00000100"),
        );
        closed.await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The notice was sent, and this came of it.
    pub(crate) async fn told(
        &self,
        withdrawal: &WithdrawalId,
        seconds: i64,
        state: NoticeState,
        status: i32,
    ) {
        let attempted = Attempted {
            at: self.later(seconds),
            state,
            outcome: if state == NoticeState::Delivered {
                "delivered"
            } else {
                "status"
            },
            http_status: Some(status),
            duration_ms: 12,
            answer: Some("…"),
            passage: &Passage {
                address: Some("198.51.100.7:443".to_owned()),
                reused: Some(state == NoticeState::Delivered),
                dns_us: (state != NoticeState::Delivered).then_some(800),
                connect_us: (state != NoticeState::Delivered).then_some(2_300),
                tls_us: (state != NoticeState::Delivered).then_some(4_100),
                first_byte_us: Some(3_950),
            },
            event: match state {
                NoticeState::Pending => "notice_failed",
                NoticeState::Delivered => "notice_delivered",
                NoticeState::DeadLettered => "notice_dead_lettered",
            },
            detail: &serde_json::json!({}),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: tell").await.unwrap();
        let at = self.later(seconds);
        notices::record_attempt(&tx, at, &notice_of(withdrawal), &attempted)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Settles its message, if it is in the outbox.
    pub(crate) async fn settled(&self, withdrawal: &WithdrawalId) -> bool {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: settle").await.unwrap();
        let settled = outbox::settle(&tx, message_of(withdrawal)).await.unwrap();
        tx.commit().await.unwrap();
        settled
    }

    /// Its notice was given up.
    pub(crate) async fn dead_lettered(&self, withdrawal: &WithdrawalId) {
        self.told(withdrawal, 60, NoticeState::DeadLettered, 500)
            .await;
        let body = NoticeDue {
            notice_id: notice_of(withdrawal),
            withdrawal_id: withdrawal.clone(),
        };
        let letter = NewDeadLetter {
            message_id: Some(message_of(withdrawal)),
            service: "partner-notifier",
            queue: NoticeDue::QUEUE.name,
            exchange: NoticeDue::QUEUE.exchange.name,
            routing_key: NoticeDue::QUEUE.routing_key,
            message_type: Some(NoticeDue::TYPE),
            correlation_id: Some(withdrawal.as_str()),
            causation_id: None,
            partner_id: Some("shop"),
            reason: "the partner did not take the notice; the last failure was status",
            error_class: "status",
            attempt_count: 16,
            headers: &json!({}),
            body: &serde_json::to_vec(&body).unwrap(),
            first_failed_at: self.later(5),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: give up").await.unwrap();
        assert!(outbox::settle(&tx, message_of(withdrawal)).await.unwrap());
        dead_letters::insert(&tx, self.later(60), &letter)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Something that was no message of ours.
    pub(crate) async fn unreadable(&self) {
        let letter = NewDeadLetter {
            message_id: None,
            service: "partner-notifier",
            queue: NoticeDue::QUEUE.name,
            exchange: "",
            routing_key: "",
            message_type: None,
            correlation_id: None,
            causation_id: None,
            partner_id: None,
            reason: "the message has no type",
            error_class: "unreadable",
            attempt_count: 1,
            headers: &json!({ "x": "y" }),
            body: b"\xffnoise",
            first_failed_at: self.later(70),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: dead letter").await.unwrap();
        dead_letters::insert(&tx, self.later(70), &letter)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

fn number(withdrawal: &WithdrawalId) -> u128 {
    let last = withdrawal.as_str().bytes().last().unwrap();
    u128::from(last - b'0')
}

fn notice_of(withdrawal: &WithdrawalId) -> NoticeId {
    NoticeId::from_parts(MILLIS, number(withdrawal))
}

fn message_of(withdrawal: &WithdrawalId) -> Uuid {
    Uuid::from_u128(number(withdrawal))
}
