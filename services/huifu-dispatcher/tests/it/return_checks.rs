//! After the end: asked about for some days more, because only a question tells of a bank return.

use contract::ids::WithdrawalId;
use contract::withdrawal::{State, Transition, return_check};
use jiff::{SignedDuration, Timestamp};
use sandbox::huifu::{Fault, Selector};
use store::attempts::AttemptOutcome::{Refused, Submitted};
use store::attempts::{self, Asked};
use store::dead_letters::Decision;
use store::notices;

use crate::world::{Seen, World};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl World {
    /// At Huifu, and at work there until the test says otherwise.
    async fn at_work(&self) -> (WithdrawalId, String) {
        let faults = [Fault::ProcessingForever];
        self.huifu.set_fault(Selector::any(), &faults, Some(1));
        let id = self.send(10_000).await;
        let serial = self.attempts(&id).await[0].req_seq_id.to_string();
        (id, serial)
    }

    /// Paid at Huifu, and told so by a callback.
    async fn paid(&self) -> (WithdrawalId, String) {
        let (id, serial) = self.at_work().await;
        assert!(self.huifu.settle(&serial).await);
        self.advance(&id, Transition::Pay).await;
        (id, serial)
    }

    /// When it is asked about next.
    async fn next(&self, id: &WithdrawalId) -> Option<Timestamp> {
        self.attempts(id).await[0].next_query_at
    }

    /// The notices so far: their numbers, and what they tell.
    async fn notices(&self, id: &WithdrawalId) -> Vec<(i32, &'static str)> {
        let connection = self.store.connection().await.unwrap();
        let told = notices::of(&connection, id).await.unwrap();
        told.iter()
            .map(|notice| (notice.sequence, notice.outcome.as_str()))
            .collect()
    }
}

#[tokio::test]
async fn money_that_comes_back_after_the_payment_is_a_second_notice_and_the_last_question() {
    let world = World::start().await;
    let (id, serial) = world.paid().await;
    let first = world.next(&id).await.unwrap();
    assert_eq!(
        world.round(first - HOUR).await,
        0,
        "not before a day is over"
    );
    assert_eq!(world.notices(&id).await, [(1, "paid")]);
    assert!(world.huifu.bank_return(&serial));
    assert_eq!(world.round(first).await, 1);
    let returned = Seen::is(State::Returned, Some(Submitted), 1);
    assert_eq!(world.see(&id).await, returned);
    assert_eq!(world.notices(&id).await, [(1, "paid"), (2, "returned")]);
    assert_eq!(world.reason(&id).await.as_deref(), Some("returned_by_bank"));
    assert_eq!(world.next(&id).await, None);
}

#[tokio::test]
async fn money_that_stays_is_asked_about_a_day_later_again_and_changes_nothing() {
    let world = World::start().await;
    let (id, _) = world.paid().await;
    let first = world.next(&id).await.unwrap();
    assert_eq!(world.round(first).await, 1);
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Paid, Some(Submitted), 1)
    );
    assert_eq!(world.notices(&id).await, [(1, "paid")]);
    // The test asked on the first day, so the question of the first day is still to come.
    assert_eq!(world.next(&id).await, Some(first));
}

#[tokio::test]
async fn the_questions_end() {
    let world = World::start_with(|settings| {
        settings.reconcile.return_check_until = std::time::Duration::ZERO;
    })
    .await;
    let (id, _) = world.paid().await;
    let first = world.next(&id).await.unwrap();
    assert_eq!(world.round(first).await, 1);
    assert_eq!(world.next(&id).await, None);
}

#[tokio::test]
async fn an_answer_that_never_came_is_asked_for_again_soon() {
    let world = World::start_with(|settings| {
        let nowhere = format!("http://127.0.0.1:{}", stand::free_port());
        settings.huifu.base_url = nowhere.parse().unwrap();
    })
    .await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    world.open_attempt(id, 10_000).await;
    world.advance(id, Transition::Pay).await;
    let first = world.next(id).await.unwrap();
    assert_eq!(world.round(first).await, 1);
    assert!(world.next(id).await.unwrap() < first - HOUR);
    assert_eq!(world.see(id).await.state, State::Paid);
}

#[tokio::test]
async fn a_failure_after_the_payment_changes_nothing_and_is_a_case() {
    let world = World::start().await;
    let (id, serial) = world.at_work().await;
    world.advance(&id, Transition::Pay).await;
    assert!(world.huifu.fail(&serial).await);
    assert_eq!(world.round(world.next(&id).await.unwrap()).await, 1);
    let seen = world.see(&id).await;
    assert_eq!((seen.state, seen.held), (State::Paid, true));
    assert_eq!(seen.cases, ["contradiction"]);
}

#[tokio::test]
async fn a_payment_after_the_failure_changes_nothing_and_is_a_case() {
    let world = World::start().await;
    let (id, serial) = world.at_work().await;
    world.advance(&id, Transition::Fail).await;
    assert!(world.huifu.settle(&serial).await);
    assert_eq!(world.round(world.next(&id).await.unwrap()).await, 1);
    let seen = world.see(&id).await;
    assert_eq!((seen.state, seen.held), (State::Failed, true));
    assert_eq!(seen.cases, ["contradiction"]);
    assert_eq!(world.notices(&id).await, [(1, "failed")]);
}

#[tokio::test]
async fn what_huifu_refused_is_not_asked_about() {
    let world = World::start().await;
    // The account holds less.
    let id = world.send(1_000_000_000).await;
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Failed, Some(Refused), 0)
    );
    assert_eq!(world.next(&id).await, None);
}

#[tokio::test]
async fn an_operator_need_not_wait_for_the_day_to_be_over() {
    let world = World::start().await;
    let (id, serial) = world.paid().await;
    assert!(world.huifu.bank_return(&serial));
    let now = runtime::clock::now();
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("test: ask").await.unwrap();
    let why = Decision {
        by: "lin",
        reason: "the user rang",
    };
    let asked = attempts::ask_now(&tx, now, &id, &why).await.unwrap();
    assert_eq!(asked, Asked::Due(serial.parse().unwrap()));
    tx.commit().await.unwrap();
    assert_eq!(world.round(now).await, 1);
    assert_eq!(world.see(&id).await.state, State::Returned);
    let first = return_check::first(State::Paid, now);
    assert!(first > Some(now), "long before it would have been asked");
}
