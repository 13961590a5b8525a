//! A database with one partner, one user and one card in it.

use contract::application::SubjectKind;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, NoticeId, PartnerId, ReqSeqId, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, State, Transition};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::attempts::NewAttempt;
use store::progress::{Advanced, NewIds, Step};
use store::withdrawals::Change;
use store::{Connection, Store};
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) database: stand::TestDatabase,
    pub(crate) now: Timestamp,
    card_id: i64,
}

pub(crate) fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn user_id() -> HtouhuiUserId {
    id("10000000001")
}

pub(crate) fn partner_id() -> PartnerId {
    id("demo-shop")
}

pub(crate) fn req_seq_id(number: u128) -> ReqSeqId {
    ReqSeqId::from_parts(1_800_000_000_000, number)
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = stand::TestDatabase::create().await.unwrap();
        let store = Store::new(database.url(), 8, "store-tests").unwrap();
        let now = "2026-11-22T04:00:00Z".parse().unwrap();
        let mut connection = store.connection().await.unwrap();
        let tx = connection.begin("tests: make world").await.unwrap();
        store::partners::add(&tx, now, &partner_id(), "Demo shop")
            .await
            .unwrap();
        let (third_party, huifu) = (id("u-1"), id("6666000021291985"));
        let user = store::users::NewUser {
            htouhui_user_id: &user_id(),
            partner_id: &partner_id(),
            third_party_user_id: &third_party,
            huifu_id: &huifu,
            kind: SubjectKind::IndividualUser,
            password_hash: Some("$argon2id$stand-in"),
        };
        store::users::add(&tx, now, &user).await.unwrap();
        let token = id("10004053462");
        let card = store::users::NewCard {
            token_no: &token,
            tail: "6789",
            bank_name: "招商银行",
            is_default: true,
        };
        store::users::cards::add(&tx, now, &user_id(), &card)
            .await
            .unwrap();
        let rule = FeeRule {
            fix: Fen::new(100).unwrap(),
            rate: BasisPoints::new(5).unwrap(),
            bearer: FeeBearer::Inner,
        };
        store::users::cash_rules::set(&tx, now, &user_id(), CashType::T1, &rule.into())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let card_id = store::users::cards::of(&connection, &user_id())
            .await
            .unwrap()[0]
            .id;
        drop(connection);
        Self {
            store,
            database,
            now,
            card_id,
        }
    }

    pub(crate) async fn connection(&self) -> Connection {
        self.store.connection().await.unwrap()
    }

    pub(crate) fn later(&self, seconds: i64) -> Timestamp {
        self.now + SignedDuration::from_secs(seconds)
    }

    pub(crate) fn new_withdrawal(&self, number: u128, out_order_no: Option<&str>) -> NewWithdrawal {
        NewWithdrawal {
            id: WithdrawalId::from_parts(1_800_000_000_000, number),
            partner_id: partner_id(),
            third_party_user_id: id("u-1"),
            htouhui_user_id: user_id(),
            amount: Fen::new(10_000).unwrap(),
            out_order_no: out_order_no.map(id),
            return_url: "https://shop.example/return".to_owned(),
            notify_url: "https://shop.example/notify".to_owned(),
            from_url: "https://shop.example/from".to_owned(),
            cash_type: None,
            language: Language::Chinese,
            expires_at: self.later(900),
        }
    }

    /// A withdrawal in `Draft`.
    pub(crate) async fn draft(&self, number: u128) -> WithdrawalId {
        let new = self.new_withdrawal(number, None);
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: draft").await.unwrap();
        assert!(
            store::withdrawals::insert_draft(&tx, self.now, &new)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        new.id
    }

    /// Takes one edge in a transaction of its own.
    pub(crate) async fn take(&self, id: &WithdrawalId, transition: Transition) -> Advanced {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: take edge").await.unwrap();
        let advanced = self.advance(&tx, id, transition).await.unwrap();
        tx.commit().await.unwrap();
        advanced
    }

    pub(crate) async fn advance(
        &self,
        tx: &store::Transaction<'_>,
        id: &WithdrawalId,
        transition: Transition,
    ) -> Result<Advanced, store::StoreError> {
        let confirmation = Confirmation {
            cash_type: CashType::T1,
            fee: Fen::new(105).unwrap(),
            arrival: Fen::new(9_895).unwrap(),
            card_id: self.card_id,
            accepted_at: self.now,
        };
        let confirms = transition == Transition::Confirm;
        let failed = matches!(transition, Transition::Fail | Transition::Refuse);
        let unique = Uuid::new_v4();
        let step = Step {
            withdrawal: id,
            transition,
            change: Change {
                confirmation: confirms.then_some(&confirmation),
                reason_code: failed.then_some("refused_by_provider"),
                reason_detail: None,
            },
            detail: &json!({}),
            ids: NewIds {
                notice: NoticeId::from_parts(1_800_000_000_000, unique.as_u128()),
                message: unique,
            },
            causation_id: None,
        };
        store::progress::advance(tx, self.now, &step).await
    }

    /// A withdrawal that was walked to `state` along the shortest road.
    pub(crate) async fn walked_to(&self, number: u128, state: State) -> WithdrawalId {
        use Transition::{
            Cancel, Confirm, Expire, Fail, LoseTrack, OpenAttempt, Pay, Return, Submit,
        };
        let road: &[Transition] = match state {
            State::Draft => &[],
            State::Accepted => &[Confirm],
            State::Dispatching => &[Confirm, OpenAttempt],
            State::Submitted => &[Confirm, OpenAttempt, Submit],
            State::Unconfirmed => &[Confirm, OpenAttempt, LoseTrack],
            State::Paid => &[Confirm, OpenAttempt, Submit, Pay],
            State::Failed => &[Confirm, OpenAttempt, Submit, Fail],
            State::Returned => &[Confirm, OpenAttempt, Submit, Pay, Return],
            State::Cancelled => &[Cancel],
            State::Expired => &[Expire],
        };
        let id = self.draft(number).await;
        for transition in road {
            let advanced = self.take(&id, *transition).await;
            assert!(
                matches!(advanced, Advanced::Moved { .. }),
                "{transition:?}: {advanced:?}"
            );
        }
        id
    }

    /// Opens an attempt and answers what the database said.
    pub(crate) async fn open_attempt(
        &self,
        id: &WithdrawalId,
        number: u128,
    ) -> Result<(), store::StoreError> {
        let (serial, huifu, token) = (
            req_seq_id(number),
            self::id("6666000021291985"),
            self::id("10004053462"),
        );
        let attempt = NewAttempt {
            req_seq_id: &serial,
            withdrawal: id,
            req_date: "20261122",
            huifu_id: &huifu,
            token_no: &token,
            amount: Fen::new(10_000).unwrap(),
            next_query_at: self.later(30),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: open attempt").await?;
        store::attempts::open(&tx, self.now, &attempt).await?;
        tx.commit().await
    }

    /// A connection below the store, to look at rows and to break them.
    pub(crate) async fn raw(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(self.database.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
        tokio::spawn(connection);
        client
    }
}
