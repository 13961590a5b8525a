//! A day's withdrawals on both sides, at a noon that no test can miss: tomorrow's.
//!
//! Huifu's clock is set ahead, and ours is a parameter. So a test that runs over midnight still
//! has its whole day on one day.

use contract::ids::WithdrawalId;
use contract::partner::time::{beijing_date, beijing_day};
use contract::withdrawal::Transition;
use huifu_dispatcher::settings::{DispatcherSettings, StatementSettings};
use huifu_dispatcher::statement::Statements;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use runtime::clock;
use runtime::settings::{Env, Settings as _, SigningSettings};
use sandbox::huifu::{Fault, Selector};
use store::cases::{self, Case};
use store::dead_letters::Decision;
use store::statements::{self, DifferenceKind, Statement};
use store::withdrawals::Change;
use tokio_util::sync::CancellationToken;

use crate::reconcile::post;
use crate::world::{World, environment, open_attempt_at, step};

pub(crate) struct Books {
    pub(crate) world: World,
    pub(crate) day: Date,
    pub(crate) noon: Timestamp,
    settings: StatementSettings,
    signing: SigningSettings,
    statements: Statements,
}

impl Books {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut StatementSettings)) -> Self {
        let world = World::start().await;
        let mut env = Env::new(environment(&world.huifu.base_url));
        let mut settings = DispatcherSettings::read(&mut env).unwrap();
        change(&mut settings.statement);
        let day = beijing_date(clock::now()).tomorrow().unwrap();
        let books = Self {
            statements: statements_of(&world, &settings.statement, &settings.signing),
            noon: beijing_day(day).start + SignedDuration::from_hours(12),
            day,
            settings: settings.statement,
            signing: settings.signing,
            world,
        };
        books.set_huifus_clock(books.noon);
        books
    }

    /// Another replica; `change` makes it one that was told something else.
    pub(crate) fn replica(&self, change: impl FnOnce(&mut StatementSettings)) -> Statements {
        let mut settings = self.settings.clone();
        change(&mut settings);
        statements_of(&self.world, &settings, &self.signing)
    }

    pub(crate) fn set_huifus_clock(&self, now: Timestamp) {
        let ahead = now.duration_since(clock::now());
        let ahead = std::time::Duration::try_from(ahead).unwrap();
        self.world.huifu.set_clock_ahead(ahead);
    }

    pub(crate) async fn take(&self, id: &WithdrawalId, transition: Transition) {
        let mut connection = self.world.store.connection().await.unwrap();
        let tx = connection.begin("test: take").await.unwrap();
        step(&tx, self.noon, id, transition, Change::default()).await;
        tx.commit().await.unwrap();
    }

    /// Accepted here and at work at Huifu.
    pub(crate) async fn sent(&self, amount_fen: i64) -> (WithdrawalId, String) {
        let world = &self.world;
        let accepted = world.accept_at(self.noon, amount_fen).await;
        let id = accepted.body.withdrawal_id;
        self.take(&id, Transition::OpenAttempt).await;
        let mut connection = world.store.connection().await.unwrap();
        let tx = connection.begin("test: open attempt").await.unwrap();
        open_attempt_at(&tx, self.noon, &id, amount_fen).await;
        tx.commit().await.unwrap();
        let attempt = world.attempts(&id).await.pop().unwrap();
        let forever = [Fault::ProcessingForever];
        world.huifu.set_fault(Selector::any(), &forever, Some(1));
        post(world, &attempt, amount_fen).await;
        self.take(&id, Transition::Submit).await;
        (id, attempt.req_seq_id.to_string())
    }

    /// Paid on both sides.
    pub(crate) async fn paid(&self, amount_fen: i64) -> (WithdrawalId, String) {
        let (id, serial) = self.sent(amount_fen).await;
        assert!(self.world.huifu.settle(&serial).await);
        self.take(&id, Transition::Pay).await;
        (id, serial)
    }

    /// The next day at noon, on both sides: the statement is there.
    pub(crate) async fn next_noon(&self) -> usize {
        self.at(self.noon + SignedDuration::from_hours(24)).await
    }

    /// A round at `now`, on both sides.
    pub(crate) async fn at(&self, now: Timestamp) -> usize {
        self.set_huifus_clock(now);
        let stopping = CancellationToken::new();
        self.statements.round(now, &stopping).await.unwrap()
    }

    /// An operator wants the day once more, and gets it at the next noon.
    pub(crate) async fn again(&self) -> usize {
        self.wish_again().await;
        self.next_noon().await
    }

    /// An operator wants the day once more.
    pub(crate) async fn wish_again(&self) {
        let now = self.noon + SignedDuration::from_hours(24);
        let mut connection = self.world.store.connection().await.unwrap();
        let tx = connection.begin("test: run again").await.unwrap();
        let why = Decision {
            by: "lin",
            reason: "Huifu wrote it anew",
        };
        let members = statements::run_again(&tx, now, self.day, None, &why).await;
        assert_eq!(members.unwrap().len(), 1);
        tx.commit().await.unwrap();
    }

    pub(crate) async fn statement(&self) -> Statement {
        let connection = self.world.store.connection().await.unwrap();
        let mut of_day = statements::of(&connection, self.day).await.unwrap();
        assert_eq!(of_day.len(), 1);
        of_day.remove(0)
    }

    /// What differs: kind and serial.
    pub(crate) async fn differences(&self) -> Vec<(DifferenceKind, String)> {
        let connection = self.world.store.connection().await.unwrap();
        let found = statements::differences(&connection, self.day, 100).await;
        let found = found.unwrap().into_iter();
        found.map(|one| (one.kind, one.req_seq_id)).collect()
    }

    pub(crate) async fn cases(&self) -> Vec<Case> {
        let connection = self.world.store.connection().await.unwrap();
        cases::list_open(&connection, 100).await.unwrap()
    }

    pub(crate) async fn case_kinds(&self) -> Vec<String> {
        let cases = self.cases().await.into_iter();
        cases.map(|case| case.kind).collect()
    }
}

fn statements_of(
    world: &World,
    settings: &StatementSettings,
    signing: &SigningSettings,
) -> Statements {
    let (store, huifu) = (world.store.clone(), world.client.clone());
    Statements::new(store, huifu, settings.clone(), signing.clone()).unwrap()
}
