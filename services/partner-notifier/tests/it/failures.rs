//! Every wrong answer: what is remembered of it, and when it is tried again.

use std::time::Duration;

use contract::withdrawal::Transition;
use jiff::SignedDuration;
use runtime::clock;
use sandbox::partner::Mode;
use store::notices::{NoticeState, PastAttempt};

use crate::world::{ONE_SENDING, Partner, World};

/// Sends one notice to a partner in this mode and answers what was remembered.
async fn failed(mode: Mode, more: &[(&str, &str)]) -> (World, Partner, PastAttempt) {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(mode);
    let mut env = vec![ONE_SENDING];
    env.extend_from_slice(more);
    let service = world.start(&env).await;
    let due = world.ended(&partner, Transition::Pay).await;
    let attempt = world.attempts(&due, 1).await.remove(0);
    assert_eq!(world.summary(&due).await.state, NoticeState::Pending);
    assert_eq!(
        world.events(&due).await.last().map(String::as_str),
        Some("notice_failed")
    );
    service.stop().await.unwrap();
    (world, partner, attempt)
}

/// How far away the next sending is.
async fn next_due(world: &World) -> SignedDuration {
    let connection = world.connection().await;
    let due = store::outbox::next_due(&connection).await.unwrap();
    due.expect("a retry is in the outbox")
        .duration_since(clock::now())
}

#[tokio::test]
async fn a_status_other_than_200_is_tried_again_by_the_schedule() {
    let (world, _partner, attempt) = failed(Mode::Status { code: 500 }, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("status", Some(500))
    );
    let pause = next_due(&world).await;
    let expected = SignedDuration::from_hours(1);
    assert!(
        pause <= expected && pause > expected - SignedDuration::from_mins(5),
        "{pause}"
    );
}

#[tokio::test]
async fn two_hundred_with_another_word_is_not_success() {
    let (_world, _partner, attempt) = failed(Mode::WrongBody, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("body", Some(200))
    );
    assert_eq!(attempt.answer.as_deref(), Some("<html>sucess</html>"));
}

#[tokio::test]
async fn other_2xx_statuses_are_not_success() {
    let (_world, _partner, attempt) = failed(Mode::Status { code: 204 }, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("status", Some(204))
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (_world, partner, attempt) = failed(Mode::Redirect, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("redirect", Some(307))
    );
    assert_eq!(partner.shop.followed_redirects(), 0);
}

#[tokio::test]
async fn a_huge_body_is_cut_although_success_comes_in_the_end() {
    let (_world, _partner, attempt) = failed(Mode::HugeBody, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("body", Some(200))
    );
    assert!(attempt.answer.unwrap().chars().count() <= 200);
}

#[tokio::test]
async fn a_partner_that_never_answers_is_given_up_after_the_time_out() {
    let (_world, _partner, attempt) = failed(Mode::Hang, &[("NOTICE_TIMEOUT_MS", "300")]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("timeout", None)
    );
    assert!(attempt.duration_ms >= 300, "{attempt:?}");
}

#[tokio::test]
async fn a_partner_that_hangs_up_without_an_answer_may_have_taken_the_notice() {
    let (_world, partner, attempt) = failed(Mode::Down, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("no_answer", None)
    );
    assert_eq!(partner.shop.notices().len(), 1, "it read the whole notice");
}

#[tokio::test]
async fn a_partner_that_asks_for_time_is_given_it() {
    let (world, _partner, attempt) = failed(Mode::RetryAfter { seconds: 7200 }, &[]).await;
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("status", Some(503))
    );
    let pause = next_due(&world).await;
    let expected = SignedDuration::from_hours(2);
    assert!(
        pause <= expected && pause > expected - SignedDuration::from_mins(5),
        "{pause}"
    );
}

#[tokio::test]
async fn a_partner_that_asks_for_a_year_gets_a_day() {
    let (world, _partner, _attempt) = failed(
        Mode::RetryAfter {
            seconds: 31_536_000,
        },
        &[],
    )
    .await;
    assert!(next_due(&world).await <= SignedDuration::from_hours(24));
}

#[tokio::test]
async fn nobody_listening_is_a_failure_to_connect_and_the_next_try_delivers() {
    let world = World::new().await;
    let mut partner = world.partner("shop").await;
    partner.shop.stop_listening().await;
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "50,3600000")]).await;
    let due = world.ended(&partner, Transition::Pay).await;
    assert_eq!(world.attempts(&due, 1).await[0].outcome, "connect");
    drop(world.attempts(&due, 2).await);

    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner
        .shop
        .set_mode_for_next(1, Mode::Status { code: 502 });
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "50,3600000")]).await;
    let due = world.ended(&partner, Transition::Pay).await;
    let attempts = world.attempts(&due, 2).await;
    let outcomes: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt.outcome.as_str())
        .collect();
    assert_eq!(outcomes, ["status", "delivered"]);
    let apart = attempts[1].at.duration_since(attempts[0].at);
    assert!(
        apart >= SignedDuration::try_from(Duration::from_millis(50)).unwrap(),
        "{apart}"
    );
    let heard = partner.shop.notices();
    assert_eq!(heard[0].notice_id, heard[1].notice_id);
    assert_ne!(heard[0].fields["nonce"], heard[1].fields["nonce"]);
    assert!(heard.iter().all(|notice| notice.verdict.is_good()));
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_is_told_apart() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world.start(&[ONE_SENDING]).await;
    let url = partner.shop.base_url.replace("http://", "https://");
    let due = world
        .ended_with_url(&partner, Transition::Pay, &format!("{url}/notify"))
        .await;
    assert_eq!(world.attempts(&due, 1).await[0].outcome, "tls");
}
