//! Balances: asked for once, bounded in time, and never in anybody's way.

use std::time::Duration;

use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::HtouhuiUserId;
use contract::message::{BalanceWanted, Envelope};
use contract::money::Fen;
use contract::withdrawal::{CashType, State};
use huifu_dispatcher::balance::AskBalance;
use huifu_dispatcher::huifu::Lane;
use huifu_dispatcher::settings::BalanceSettings;
use jiff::SignedDuration;
use runtime::amqp::Handler as _;
use runtime::{clock, ids};
use sandbox::huifu::{Fault, Operation, Selector};
use store::balances::{self, Known};
use store::{outbox, users};
use tokio_util::sync::CancellationToken;

use crate::world::{HUIFU_ID, World};

fn user() -> HtouhuiUserId {
    "10001".parse().unwrap()
}

impl World {
    fn ask_balance(&self) -> AskBalance {
        let settings = BalanceSettings {
            concurrency: 2,
            timeout: Duration::from_millis(600),
            dm_quota_field: "dm_avl_amt".to_owned(),
        };
        let lane = Lane::new(self.client.clone(), settings.concurrency);
        let stopping = CancellationToken::new();
        AskBalance::new(self.store.clone(), lane, settings, stopping)
    }

    /// Somebody wished to know this user's balance `ago`.
    pub(crate) async fn wish(
        &self,
        user: &HtouhuiUserId,
        ago: SignedDuration,
    ) -> Envelope<BalanceWanted> {
        let now = clock::now();
        let wish = Envelope {
            message_id: ids::new_message_id(),
            at: now - ago,
            causation_id: None,
            traceparent: None,
            body: BalanceWanted {
                htouhui_user_id: user.clone(),
            },
        };
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: wish").await.unwrap();
        outbox::enqueue(&tx, &wish, now).await.unwrap();
        tx.commit().await.unwrap();
        wish
    }

    pub(crate) async fn balance(&self) -> Option<Known> {
        let connection = self.store.connection().await.unwrap();
        balances::find(&connection, &user()).await.unwrap()
    }

    async fn open_dm(&self) {
        let free = FeeRule {
            fix: Fen::ZERO,
            rate: BasisPoints::new(0).unwrap(),
            bearer: FeeBearer::Inner,
        };
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: open DM").await.unwrap();
        let dm = CashType::Dm;
        users::cash_rules::set(&tx, clock::now(), &user(), dm, &free.into())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    fn fail(&self, operation: Operation, fault: Fault) {
        let selector = Selector::operation(operation);
        self.huifu.set_fault(selector, &[fault], None);
    }
}

const JUST_NOW: SignedDuration = SignedDuration::ZERO;

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

#[tokio::test]
async fn a_wish_brings_what_can_be_taken_now_and_what_was_there_yesterday() {
    let world = World::start().await;
    let yesterday = Some(sandbox::Fen(30_000));
    world
        .huifu
        .set_balances(HUIFU_ID, "01", sandbox::Fen(50_000), yesterday);
    world
        .huifu
        .set_balances(HUIFU_ID, "02", sandbox::Fen(70_000), None);
    let wish = world.wish(&user(), JUST_NOW).await;
    world.ask_balance().handle(wish.clone()).await.unwrap();
    let known = world.balance().await.unwrap();
    assert_eq!(known.balance.available, fen(50_000), "of the basic account");
    assert_eq!(known.balance.yesterday, fen(30_000));
    assert_eq!(known.balance.dm_quota, None, "DM is closed to this user");
    assert!(known.asked_at >= wish.at);
    assert!(world.outbox().await.is_empty(), "settled");
}

#[tokio::test]
async fn who_may_use_dm_is_told_its_quota() {
    let world = World::start().await;
    world.open_dm().await;
    let yesterday = Some(sandbox::Fen(30_000));
    world
        .huifu
        .set_balances(HUIFU_ID, "01", sandbox::Fen(50_000), yesterday);
    let wish = world.wish(&user(), JUST_NOW).await;
    world.ask_balance().handle(wish).await.unwrap();
    let known = world.balance().await.unwrap();
    assert_eq!(known.balance.dm_quota, Some(fen(30_000)));
    assert_eq!(known.balance.withdrawable(CashType::Dm), Some(fen(30_000)));
}

#[tokio::test]
async fn a_quota_that_nobody_got_is_unknown_and_the_balance_is_still_told() {
    let world = World::start().await;
    world.open_dm().await;
    world.fail(Operation::DmQuota, Fault::TimeoutWithoutPaying);
    let wish = world.wish(&user(), JUST_NOW).await;
    world.ask_balance().handle(wish).await.unwrap();
    let known = world.balance().await.unwrap();
    assert_eq!(known.balance.available, fen(10_000_000));
    assert_eq!(known.balance.withdrawable(CashType::Dm), None);
    assert!(world.outbox().await.is_empty());
}

#[tokio::test]
async fn several_wishes_for_one_user_at_once_ask_once() {
    let world = World::start().await;
    let handler = world.ask_balance();
    let mut wishes = Vec::new();
    for _ in 0..5 {
        wishes.push(world.wish(&user(), JUST_NOW).await);
    }
    let all = wishes.iter().map(|wish| handler.handle(wish.clone()));
    for handled in futures_util::future::join_all(all).await {
        handled.unwrap();
    }
    // One that comes later by another way finds an answer that is younger than the wish.
    handler.handle(wishes[0].clone()).await.unwrap();
    assert_eq!(world.huifu.questions(Operation::Balance), 1);
    assert!(world.outbox().await.is_empty(), "all are settled");
}

#[tokio::test]
async fn a_wish_that_waited_too_long_is_let_go_without_asking() {
    let world = World::start().await;
    let wish = world.wish(&user(), SignedDuration::from_secs(31)).await;
    world.ask_balance().handle(wish).await.unwrap();
    assert_eq!(world.balance().await, None);
    assert_eq!(world.huifu.questions(Operation::Balance), 0);
    assert!(world.outbox().await.is_empty());
}

#[tokio::test]
async fn a_user_nobody_knows_is_no_dead_letter() {
    let world = World::start().await;
    let wish = world.wish(&"99999".parse().unwrap(), JUST_NOW).await;
    world.ask_balance().handle(wish).await.unwrap();
    assert!(world.outbox().await.is_empty());
}

#[tokio::test]
async fn whatever_goes_wrong_leaves_the_old_balance_with_its_age() {
    let world = World::start().await;
    let handler = world.ask_balance();
    let wish = world.wish(&user(), JUST_NOW).await;
    handler.handle(wish).await.unwrap();
    let old = world.balance().await;
    assert!(old.is_some());
    for fault in [
        Fault::TimeoutWithoutPaying,
        Fault::CutAnswer,
        Fault::WrongSignature,
        Fault::NoSignature,
        Fault::ServerError {
            http_status: 914,
            paid: false,
        },
        Fault::Refuse {
            resp_code: "20000005".to_owned(),
        },
    ] {
        world.huifu.clear_faults();
        world.fail(Operation::Balance, fault.clone());
        let wish = world.wish(&user(), JUST_NOW).await;
        let started = std::time::Instant::now();
        handler.handle(wish).await.unwrap();
        let took = started.elapsed();
        assert!(took < Duration::from_secs(5), "{fault:?} took {took:?}");
        assert_eq!(world.balance().await, old, "{fault:?}");
        assert!(world.outbox().await.is_empty(), "{fault:?}");
    }
    // "Too often", said about balances, stopped no withdrawal.
    world.huifu.clear_faults();
    let started = std::time::Instant::now();
    let id = world.send(10_000).await;
    assert_eq!(world.see(&id).await.state, State::Submitted);
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_huifu_that_hangs_does_not_keep_withdrawals_out() {
    let world = World::start_with(|settings| settings.huifu.max_connections = 3).await;
    world.fail(Operation::Balance, Fault::TimeoutWithoutPaying);
    let handler = world.ask_balance();
    let wish = world.wish(&user(), JUST_NOW).await;
    let (asked, id) = tokio::join!(handler.handle(wish), world.send(10_000));
    asked.unwrap();
    assert_eq!(world.see(&id).await.state, State::Submitted);
}
