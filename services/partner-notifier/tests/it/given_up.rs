//! The schedule is used up: a dead letter, and what becomes of it when an operator replays it.

use contract::message::{Message as _, NoticeDue};
use contract::withdrawal::Transition;
use runtime::clock;
use runtime::trace::{Span, SpanKind};
use sandbox::partner::Mode;
use serde_json::json;
use stand::eventually;
use store::dead_letters::{self, DeadLetter, DeadLetterState, Decision, Filter};
use store::notices::NoticeState;

use crate::world::{DEADLINE, World};

#[tokio::test]
async fn a_used_up_schedule_ends_in_a_dead_letter_and_a_replay_delivers_the_same_notice() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Status { code: 500 });
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "20,20")]).await;
    let due = world.ended(&partner, Transition::Pay).await;

    let attempts = world.attempts(&due, 3).await;
    assert_eq!(world.summary(&due).await.state, NoticeState::DeadLettered);
    let letters = open_letters(&world).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert_eq!(
        (letter.error_class.as_str(), letter.attempt_count),
        ("status", 3)
    );
    assert_eq!(letter.service, "partner-notifier");
    assert_eq!(letter.queue, NoticeDue::QUEUE.name);
    assert_eq!(letter.first_failed_at, attempts[0].at);
    assert_eq!(
        letter.correlation_id.as_deref(),
        Some(due.withdrawal.as_str())
    );
    let body: NoticeDue = serde_json::from_slice(&letter.body).unwrap();
    assert_eq!(body, due.body());
    let connection = world.connection().await;
    assert_eq!(store::outbox::next_due(&connection).await.unwrap(), None);
    drop(connection);

    partner.shop.set_mode(Mode::Ok);
    replay(&world, letter.id).await;
    let attempts = world.attempts(&due, 4).await;
    assert_eq!(attempts[3].outcome, "delivered");
    let heard = partner.shop.notices();
    assert!(
        heard
            .iter()
            .all(|notice| notice.notice_id == due.notice.as_str())
    );
    assert!(heard[3].accepted && !heard[3].duplicate);
    assert_eq!(
        world.events(&due).await[5..],
        [
            "notice_failed",
            "notice_failed",
            "notice_dead_lettered",
            "dead_letter_replayed",
            "notice_delivered"
        ]
    );
}

#[tokio::test]
async fn a_letter_and_what_is_replayed_of_it_belong_to_the_trace_of_the_notice() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::WrongBody);
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "20")]).await;
    // Where nothing is exported, what is caused by a step has its ids.
    let step = Span::begin(SpanKind::Server, "the end of a withdrawal");
    let end = world.ended(&partner, Transition::Fail);
    let due = step.around(end).await;
    world.attempts(&due, 2).await;
    let letter = open_letters(&world).await.remove(0);
    let kept = json!({ "traceparent": step.traceparent() });
    assert_eq!(letter.headers, kept);

    replay(&world, letter.id).await;
    world.attempts(&due, 4).await;
    let again = open_letters(&world).await.remove(0);
    assert_ne!(again.id, letter.id);
    assert_eq!(again.headers, kept);
}

#[tokio::test]
async fn a_replay_to_a_partner_that_is_still_down_begins_the_schedule_anew() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::WrongBody);
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "20")]).await;
    let due = world.ended(&partner, Transition::Fail).await;
    world.attempts(&due, 2).await;
    let connection = world.connection().await;
    let first = dead_letters::page(&connection, &Filter::default(), 0, 10)
        .await
        .unwrap()
        .remove(0);
    replay(&world, first.id).await;

    world.attempts(&due, 4).await;
    let letters = eventually(DEADLINE, "a second dead letter", async || {
        let letters = dead_letters::page(&connection, &Filter::default(), 0, 10)
            .await
            .unwrap();
        (letters.len() == 2).then_some(letters)
    })
    .await;
    assert_eq!(letters[0].state, DeadLetterState::Replayed);
    assert_eq!(
        (letters[1].state, letters[1].attempt_count),
        (DeadLetterState::Open, 4)
    );
}

/// What the partner "shop" did not take, and nobody has decided about.
pub(crate) async fn open_letters(world: &World) -> Vec<DeadLetter> {
    let open = Filter {
        state: Some(DeadLetterState::Open),
        partner: Some("shop".to_owned()),
        ..Filter::default()
    };
    let connection = world.connection().await;
    dead_letters::page(&connection, &open, 0, 10).await.unwrap()
}

pub(crate) async fn replay(world: &World, id: i64) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: replay").await.unwrap();
    let decision = Decision {
        by: "sre",
        reason: "the partner is back",
    };
    assert!(
        dead_letters::replay(&tx, clock::now(), id, decision)
            .await
            .unwrap()
    );
    store::outbox::notify(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
