//! Reviews in any order, any number, early and late.

use contract::application::State;
use contract::partner::ApplicationReason;
use store::applications::progress::{Advanced, Event, Granted};
use store::attempts::AttemptOutcome;

use crate::applicant::{APPLY_NO, Applied, CARD_TOKEN, OPENED, Review};
use crate::world::World;

const NOTICE: &str = "application-notice.due.v1";

/// What the dispatcher does once Huifu's answer to the question says so too.
async fn concludes(world: &World, applied: &Applied) {
    let granted = Granted {
        huifu_id: &OPENED.parse().unwrap(),
        card: None,
        rules: &[],
        mobile: None,
    };
    let moved = world
        .application_takes(applied, Event::Pass(&granted))
        .await;
    assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
}

async fn numbers(world: &World, applied: &Applied) -> [Option<String>; 3] {
    let found = world.application(applied).await;
    [
        found.huifu_id.map(Into::into),
        found.apply_no,
        found.token_no.map(Into::into),
    ]
}

#[tokio::test]
async fn a_review_that_passed_leaves_its_numbers_and_is_asked_about_at_once() {
    let world = World::start().await;
    for applied in [world.merchant_sent().await, world.user_sent().await] {
        assert!(!world.is_asked_now(&applied).await);
        let passed = applied.passed();
        assert_eq!(world.review(&passed).await, applied.acknowledgement());
        assert_eq!(world.stands(&applied).await, (State::InReview, false));
        let known = [OPENED, APPLY_NO, CARD_TOKEN].map(|text| Some(text.to_owned()));
        assert_eq!(numbers(&world, &applied).await, known);
        let attempt = world.application_attempt(&applied).await;
        assert_eq!(attempt.outcome, Some(AttemptOutcome::Submitted));
        assert!(world.is_asked_now(&applied).await);
        assert_eq!(world.heard(&applied).await, ["review"]);
        let told = world.outbox().await;
        assert!(!told.contains(&NOTICE.to_owned()), "only the end is told");
    }
    assert!(world.cases().await.is_empty());
}

#[tokio::test]
async fn a_merchant_whose_answer_was_lost_is_found_by_its_review() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    world.application_takes(&applied, Event::LoseTrack).await;
    world.attempt_ends(&applied, AttemptOutcome::Unknown).await;
    assert_eq!(numbers(&world, &applied).await, [None, None, None]);
    assert_eq!(
        world.review(&applied.passed()).await,
        applied.acknowledgement()
    );
    let known = [OPENED, APPLY_NO, CARD_TOKEN].map(|text| Some(text.to_owned()));
    assert_eq!(numbers(&world, &applied).await, known);
    assert_eq!(world.stands(&applied).await, (State::InReview, false));
    assert!(world.is_asked_now(&applied).await);
}

#[tokio::test]
async fn a_review_that_overtakes_the_answer_agrees_with_it() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    world.review(&applied.passed()).await;
    for late in [Event::Submit, Event::Review, Event::LoseTrack] {
        let advanced = world.application_takes(&applied, late).await;
        assert_eq!(advanced, Advanced::Agreed(State::InReview), "{late:?}");
    }
    world
        .attempt_ends(&applied, AttemptOutcome::Submitted)
        .await;
    assert!(
        world.is_asked_now(&applied).await,
        "the answer puts off no question"
    );
}

#[tokio::test]
async fn still_looked_at_and_passed_may_come_in_either_order() {
    for passed_first in [true, false] {
        let world = World::start().await;
        let applied = world.user_sent().await;
        let mut callbacks = [applied.passed(), applied.pending()];
        if !passed_first {
            callbacks.reverse();
        }
        for callback in &callbacks {
            assert_eq!(world.review(callback).await, applied.acknowledgement());
        }
        assert_eq!(world.stands(&applied).await, (State::InReview, false));
        assert!(world.is_asked_now(&applied).await);
        assert_eq!(
            world.heard(&applied).await,
            ["review", "review_callback"],
            "{passed_first}"
        );
    }
}

#[tokio::test]
async fn still_looked_at_makes_no_question_due() {
    let world = World::start().await;
    let applied = world.user_sent().await;
    world.review(&applied.pending()).await;
    assert_eq!(world.stands(&applied).await, (State::InReview, false));
    assert!(!world.is_asked_now(&applied).await);
}

#[tokio::test]
async fn a_no_ends_the_application_with_a_reason_and_tells_the_partner() {
    for (status, end, code) in [
        ("N", State::Refused, "material_refused"),
        ("F", State::Failed, "material_refused"),
    ] {
        let world = World::start().await;
        let applied = world.merchant_sent().await;
        let review = Review {
            audit_desc: "样个人的营业执照照片不清晰, 证件号310104198512120015",
            ..Review::of(status)
        };
        let callback = applied.says(&review);
        assert_eq!(world.review(&callback).await, applied.acknowledgement());
        let found = world.application(&applied).await;
        assert_eq!((found.state, found.held), (end, false));
        assert_eq!(found.reason_code.as_deref(), Some(code), "{status}");
        // A reviewer names people, and nobody here can tell which words do.
        let ours = ApplicationReason::MaterialRefused.zh();
        let kept = format!("00000000: {ours}");
        assert_eq!(found.reason_detail.as_deref(), Some(kept.as_str()));
        assert_eq!(world.outbox().await, [NOTICE]);
        let attempt = world.application_attempt(&applied).await;
        assert_eq!(attempt.next_query_at, None, "nothing is left to ask");
    }
}

#[tokio::test]
async fn a_part_that_failed_is_a_no_although_the_review_passed() {
    let world = World::start().await;
    let applied = world.user_sent().await;
    let mut callback = applied.passed();
    callback["audit_info"] = serde_json::json!(
        r#"{"audit_status":"Y","resp_business":[{"type":"1","code":"F","msg":"卡号与户名不符"}]}"#
    );
    assert_eq!(world.review(&callback).await, applied.acknowledgement());
    assert_eq!(world.stands(&applied).await.0, State::Failed);
}

#[tokio::test]
async fn repeats_are_acknowledged_and_have_no_effect() {
    let world = World::start().await;
    let (passed, refused) = (world.merchant_sent().await, world.merchant_sent().await);
    for _ in 0..3 {
        assert_eq!(
            world.review(&passed.passed()).await,
            passed.acknowledgement()
        );
        assert_eq!(
            world.review(&refused.refused()).await,
            refused.acknowledgement()
        );
    }
    assert_eq!(world.heard(&passed).await, ["review"]);
    assert_eq!(world.heard(&refused).await, ["refuse"]);
    assert_eq!(world.outbox().await, [NOTICE]);
    assert!(world.cases().await.is_empty());
}

#[tokio::test]
async fn many_at_once_have_the_effect_of_one() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    let refused = applied.refused();
    let answers = tokio::join!(
        world.review(&refused),
        world.review(&refused),
        world.review(&refused),
        world.review(&refused),
    );
    let expected = applied.acknowledgement();
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(answer, expected);
    }
    assert_eq!(world.stands(&applied).await, (State::Refused, false));
    assert_eq!(world.outbox().await, [NOTICE]);
}

#[tokio::test]
async fn what_comes_after_the_end_and_agrees_is_noted_and_asks_nothing() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    concludes(&world, &applied).await;
    for callback in [applied.pending(), applied.passed()] {
        assert_eq!(world.review(&callback).await, applied.acknowledgement());
    }
    assert_eq!(world.stands(&applied).await, (State::Passed, false));
    let attempt = world.application_attempt(&applied).await;
    assert_eq!(attempt.next_query_at, None);
    assert_eq!(world.outbox().await, [NOTICE], "told once");

    let refused = world.merchant_sent().await;
    world.review(&refused.refused()).await;
    for status in ["P", "F"] {
        let callback = refused.says(&Review::of(status));
        assert_eq!(world.review(&callback).await, refused.acknowledgement());
    }
    assert_eq!(world.stands(&refused).await, (State::Refused, false));
    assert!(world.cases().await.is_empty());
}

#[tokio::test]
async fn a_number_that_comes_later_is_written_down() {
    let world = World::start().await;
    let applied = world.user_sent().await;
    let without = Review {
        apply_no: None,
        token_no: None,
        ..Review::of("Y")
    };
    world.review(&applied.says(&without)).await;
    assert_eq!(world.application(&applied).await.token_no, None);
    world.review(&applied.passed()).await;
    let known = [OPENED, APPLY_NO, CARD_TOKEN].map(|text| Some(text.to_owned()));
    assert_eq!(numbers(&world, &applied).await, known);
}

#[tokio::test]
async fn the_news_of_an_electronic_account_settles_nothing() {
    let world = World::start().await;
    let applied = world.user_sent().await;
    let mut callback = applied.passed();
    callback.as_object_mut().unwrap().remove("audit_info");
    callback["notify_type"] = serde_json::json!("Z");
    callback["elec_acct_result"] = serde_json::json!({ "status": "S" });
    assert_eq!(world.review(&callback).await, applied.acknowledgement());
    assert_eq!(world.stands(&applied).await, (State::Sending, false));
    assert_eq!(world.heard(&applied).await, ["review_callback"]);
    assert!(world.cases().await.is_empty());
}
