//! Two statements about an application that exclude each other: nothing changes, and a person is
//! told.

use std::time::Duration;

use contract::application::{State, Step, SubjectKind};
use runtime::clock;
use serde_json::json;
use store::applications::attempts;
use store::applications::progress::{Advanced, Event, Granted};
use store::attempts::AttemptOutcome;

use crate::applicant::{OPENED, Review, open_attempt_row, take};
use crate::world::World;

#[tokio::test]
async fn yes_and_no_leave_the_first_and_open_one_case() {
    for (passed_first, state) in [(true, State::InReview), (false, State::Refused)] {
        let world = World::start().await;
        let applied = world.merchant_sent().await;
        let (mut first, mut second) = (applied.passed(), applied.refused());
        if !passed_first {
            std::mem::swap(&mut first, &mut second);
        }
        assert_eq!(world.review(&first).await, applied.acknowledgement());
        // The case is stored, so the receipt is honest; repeats add nothing.
        for _ in 0..2 {
            assert_eq!(world.review(&second).await, applied.acknowledgement());
        }
        assert_eq!(world.stands(&applied).await, (state, true));
        assert_eq!(world.case_kinds().await, ["contradiction"]);
        let case = world.cases().await.remove(0);
        assert_eq!(case.application_id.as_deref(), Some(applied.id.as_str()));
        assert_eq!(
            world.is_asked_now(&applied).await,
            passed_first,
            "Huifu's own answer settles what its callbacks do not"
        );
        assert_eq!(world.outbox().await.len(), usize::from(!passed_first));
    }
}

#[tokio::test]
async fn yes_and_no_at_once_are_a_contradiction_whoever_is_first() {
    for _ in 0..5 {
        let world = World::start().await;
        let applied = world.merchant_sent().await;
        let (passed, refused) = (applied.passed(), applied.refused());
        let answers = tokio::join!(world.review(&passed), world.review(&refused));
        assert_eq!(answers.0, applied.acknowledgement());
        assert_eq!(answers.1, applied.acknowledgement());
        let (state, held) = world.stands(&applied).await;
        assert!([State::InReview, State::Refused].contains(&state) && held);
        assert_eq!(world.case_kinds().await, ["contradiction"]);
    }
}

#[tokio::test]
async fn a_no_after_the_account_is_open_closes_nothing() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    let granted = Granted {
        huifu_id: &OPENED.parse().unwrap(),
        card: None,
        rules: &[],
        mobile: None,
    };
    world
        .application_takes(&applied, Event::Pass(&granted))
        .await;
    for status in ["N", "F"] {
        let callback = applied.says(&Review::of(status));
        assert_eq!(world.review(&callback).await, applied.acknowledgement());
    }
    assert_eq!(world.stands(&applied).await, (State::Passed, true));
    assert_eq!(world.case_kinds().await, ["contradiction"; 2]);
    assert_eq!(world.application(&applied).await.reason_code, None);
    assert_eq!(world.outbox().await.len(), 1, "the partner hears the first");
}

#[tokio::test]
async fn a_callback_that_says_nothing_we_know_is_shown_to_a_person() {
    let world = World::start().await;
    let merchant = world.merchant_sent().await;
    let mut unknown_letter = merchant.passed();
    unknown_letter["audit_status"] = json!("C");
    let mut none = merchant.passed();
    none.as_object_mut().unwrap().remove("audit_status");
    let mut contradicts_itself = merchant.passed();
    contradicts_itself["sub_resp_code"] = json!("90000000");
    for callback in [unknown_letter, none, contradicts_itself] {
        assert_eq!(world.review(&callback).await, merchant.acknowledgement());
        assert_eq!(world.stands(&merchant).await, (State::Sending, true));
    }
    let kinds = ["review_unclear"; 3];
    assert_eq!(world.case_kinds().await, kinds, "each says another thing");
    // It hides nothing that comes later.
    world.review(&merchant.passed()).await;
    assert_eq!(world.stands(&merchant).await.0, State::InReview);

    let user = world.user_sent().await;
    let mut unreadable = user.passed();
    unreadable["audit_info"] = json!("{not JSON");
    assert_eq!(world.review(&unreadable).await, user.acknowledgement());
    assert_eq!(world.stands(&user).await, (State::Sending, true));
    assert_eq!(world.case_kinds().await, ["review_unclear"; 4]);
}

#[tokio::test]
async fn a_review_of_what_was_never_sent_stops_it_from_being_sent() {
    let world = World::start().await;
    for status in ["P", "Y", "N"] {
        let applied = world.merchant_sent().await;
        world.application_takes(&applied, Event::NotSent).await;
        world.attempt_ends(&applied, AttemptOutcome::NotSent).await;
        let callback = applied.says(&Review::of(status));
        assert_eq!(world.review(&callback).await, applied.acknowledgement());
        assert_eq!(world.stands(&applied).await, (State::Received, true));
        let sending = world.application_takes(&applied, Event::OpenAttempt).await;
        assert_eq!(sending, Advanced::Held(State::Received));
    }
    assert_eq!(world.case_kinds().await, ["review_for_closed_attempt"; 3]);
    assert!(world.outbox().await.is_empty());
}

#[tokio::test]
async fn what_huifu_refused_and_then_looks_at_is_shown_to_a_person() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    world.review(&applied.refused()).await;
    world.attempt_ends(&applied, AttemptOutcome::Refused).await;
    world.review(&applied.pending()).await;
    world.review(&applied.passed()).await;
    assert_eq!(world.stands(&applied).await, (State::Refused, true));
    assert_eq!(
        world.case_kinds().await,
        ["review_for_closed_attempt", "contradiction"]
    );
}

#[tokio::test]
async fn what_is_heard_late_of_a_step_that_is_done_does_not_mark_the_next() {
    let world = World::start().await;
    let base = world.opening_sent(SubjectKind::EnterpriseUser).await;
    let business = world.base_done(&base).await;
    assert_eq!(world.review(&base.passed()).await, base.acknowledgement());
    assert_eq!(world.stands(&business).await, (State::Sending, false));
    assert!(!world.is_asked_now(&business).await);
    assert_eq!(world.heard(&business).await, ["review_callback"]);
    // That it is not there excludes that the next step was sent.
    assert_eq!(world.review(&base.refused()).await, base.acknowledgement());
    assert_eq!(world.stands(&business).await, (State::Sending, true));
    assert_eq!(world.case_kinds().await, ["contradiction"]);
    // The present step's own review counts.
    world.review(&business.passed()).await;
    assert_eq!(world.stands(&business).await.0, State::InReview);
    assert!(world.is_asked_now(&business).await);
}

#[tokio::test]
async fn an_attempt_that_is_closed_while_its_review_is_written_marks_no_other() {
    let world = World::start().await;
    let first = world.merchant_sent().await;
    let mut connection = world.store.connection().await.unwrap();
    let sender = connection.begin("test: sender").await.unwrap();
    let not_sent = take(&sender, &first.id, Step::Base, Event::NotSent).await;
    assert!(matches!(not_sent, Advanced::Moved { .. }));
    let passed = first.passed();
    let calling = world.review(&passed);
    tokio::pin!(calling);
    // It has read the attempt as open, and waits for the sender's transaction.
    let waits = tokio::time::timeout(Duration::from_millis(500), &mut calling).await;
    assert!(waits.is_err(), "the callback must wait: {waits:?}");
    let unsent = attempts::prove_unsent(&sender, clock::now(), &first.attempt).await;
    assert!(unsent.unwrap());
    take(&sender, &first.id, Step::Base, Event::OpenAttempt).await;
    let second = open_attempt_row(&sender, &first.id, Step::Base).await;
    sender.commit().await.unwrap();
    assert_eq!(calling.await, first.acknowledgement());
    assert_eq!(world.stands(&first).await, (State::Sending, true));
    assert_eq!(world.application(&first).await.huifu_id, None);
    let connection = world.store.connection().await.unwrap();
    let second = attempts::find(&connection, &second).await.unwrap().unwrap();
    assert_eq!(second.outcome, None);
    assert_eq!(world.case_kinds().await, ["review_for_closed_attempt"]);
}
