//! Notices about applications: told, tried again, given up and replayed like those about
//! withdrawals, and out of the same share of this process.

use contract::message::{ApplicationNoticeDue, Envelope, Message as _};
use contract::withdrawal::Transition;
use runtime::clock;
use sandbox::partner::Mode;
use stand::eventually;
use store::dead_letters::{self, DeadLetterState, Decision, Filter, Verb};
use store::notices::{self, NoticeState};

use crate::applicant::End;
use crate::given_up::{open_letters, replay};
use crate::world::{DEADLINE, ONE_SENDING, World};

#[tokio::test]
async fn an_application_that_passed_is_told_signed_and_the_duty_ends() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let service = world.start(&[ONE_SENDING]).await;
    let due = world.applied(&partner, End::Passed).await;

    let attempts = world.attempts_of(&due.notice, 1).await;
    assert_eq!(attempts[0].outcome, "delivered");
    let heard = partner.shop.notices();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].verdict.is_good(), "{:?}", heard[0].verdict);
    assert!(heard[0].is_about_application());
    assert_eq!(heard[0].application_id, due.application.as_str());
    assert_eq!(heard[0].notice_id, due.notice.as_str());
    assert_eq!(
        (heard[0].status.as_str(), heard[0].sequence),
        ("1", Some(1))
    );
    for (name, value) in [
        ("event", "application.finished"),
        ("application_no", due.application.as_str()),
        ("kind", "opening"),
        ("subject", "individual_merchant"),
        ("third_party_user_id", due.application.as_str()),
        ("htouhui_user_id", "20000000001"),
        ("card_tail", "4455"),
        ("key_id", "ours-1"),
    ] {
        assert_eq!(heard[0].fields[name], value);
    }
    assert_eq!(
        world.application_events(&due).await,
        ["receive", "open_attempt", "pass", "notice_delivered"]
    );
    let connection = world.connection().await;
    assert_eq!(store::outbox::next_due(&connection).await.unwrap(), None);
    service.stop().await.unwrap();
}

#[tokio::test]
async fn an_application_that_came_to_nothing_is_told_with_its_reason() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world.start(&[ONE_SENDING]).await;
    for (end, code, reason) in [
        (
            End::Refused("card_mismatch"),
            "card_mismatch",
            "银行卡号、户名与证件号码不一致",
        ),
        (
            End::Failed("provider_failed"),
            "provider_failed",
            "支付渠道处理失败",
        ),
        // Written by a newer service.
        (
            End::Refused("solar_flare"),
            "refused_by_provider",
            "支付渠道拒绝了本次申请",
        ),
    ] {
        let due = world.applied(&partner, end).await;
        world.attempts_of(&due.notice, 1).await;
        let heard = partner.shop.notices().pop().unwrap();
        assert!(heard.accepted, "{:?}", heard.verdict);
        assert_eq!(heard.status, "0");
        assert_eq!(heard.fields["reason_code"], code);
        assert_eq!(heard.fields["reason"], reason);
    }
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again_by_the_schedule_as_the_same_notice() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner
        .shop
        .set_mode_for_next(1, Mode::Status { code: 502 });
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "50,3600000")]).await;
    let due = world.applied(&partner, End::Passed).await;
    let attempts = world.attempts_of(&due.notice, 2).await;
    let outcomes: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt.outcome.as_str())
        .collect();
    assert_eq!(outcomes, ["status", "delivered"]);
    let heard = partner.shop.notices();
    assert_eq!(heard[0].notice_id, heard[1].notice_id);
    assert_ne!(heard[0].fields["nonce"], heard[1].fields["nonce"]);
    assert!(heard.iter().all(|notice| notice.verdict.is_good()));
    assert_eq!(
        world.application_events(&due).await[3..],
        ["notice_failed", "notice_delivered"]
    );
}

#[tokio::test]
async fn a_used_up_schedule_ends_in_a_dead_letter_and_a_replay_delivers_the_same_notice() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Status { code: 500 });
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "20,20")]).await;
    let due = world.applied(&partner, End::Refused("card_mismatch")).await;

    let attempts = world.attempts_of(&due.notice, 3).await;
    let letters = open_letters(&world).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert_eq!(letter.queue, ApplicationNoticeDue::QUEUE.name);
    assert_eq!(
        letter.message_type.as_deref(),
        Some(ApplicationNoticeDue::TYPE)
    );
    assert_eq!(
        letter.correlation_id.as_deref(),
        Some(due.application.as_str())
    );
    assert_eq!(letter.first_failed_at, attempts[0].at);
    let body: ApplicationNoticeDue = serde_json::from_slice(&letter.body).unwrap();
    assert_eq!(body, due.body());

    partner.shop.set_mode(Mode::Ok);
    replay(&world, letter.id).await;
    let attempts = world.attempts_of(&due.notice, 4).await;
    assert_eq!(attempts[3].outcome, "delivered");
    let heard = partner.shop.notices();
    assert!(
        heard
            .iter()
            .all(|notice| notice.notice_id == due.notice.as_str())
    );
    assert_eq!(
        world.application_events(&due).await[3..],
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
async fn a_replay_to_a_partner_that_is_still_down_begins_the_schedule_anew() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::WrongBody);
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "20")]).await;
    let due = world.applied(&partner, End::Passed).await;
    world.attempts_of(&due.notice, 2).await;
    let connection = world.connection().await;
    let letters = dead_letters::page(&connection, &Filter::default(), 0, 10).await;
    let first = letters.unwrap().remove(0);
    replay(&world, first.id).await;
    world.attempts_of(&due.notice, 4).await;
    let second = eventually(DEADLINE, "a second dead letter", async || {
        let open = Filter {
            state: Some(DeadLetterState::Open),
            ..Filter::default()
        };
        let letters = dead_letters::page(&connection, &open, 0, 10);
        letters.await.unwrap().pop()
    })
    .await;
    assert_eq!(
        (second.attempt_count, second.message_id.is_some()),
        (4, true)
    );

    // An operator gives it up: the application's timeline tells who and why.
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: discard").await.unwrap();
    let decision = Decision {
        by: "sre",
        reason: "they were told by telephone",
    };
    let all = Filter::default();
    let discarded =
        dead_letters::decide_many(&tx, clock::now(), &all, second.id, Verb::Discard, decision);
    assert_eq!(discarded.await.unwrap(), [second.id]);
    tx.commit().await.unwrap();
    let events = world.application_events(&due).await;
    assert_eq!(events.last().unwrap(), "dead_letter_discarded");
}

#[tokio::test]
async fn a_message_about_a_notice_of_the_other_kind_tells_nothing() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world.start(&[ONE_SENDING]).await;
    let withdrawal = world.ended(&partner, Transition::Pay).await;
    let application = world.applied(&partner, End::Passed).await;
    world.attempts(&withdrawal, 1).await;
    world.attempts_of(&application.notice, 1).await;
    let mixed_up = Envelope {
        message_id: runtime::ids::new_message_id(),
        at: clock::now(),
        causation_id: None,
        traceparent: None,
        body: ApplicationNoticeDue {
            notice_id: withdrawal.notice.clone(),
            application_id: application.application.clone(),
        },
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: enqueue").await.unwrap();
    store::outbox::enqueue(&tx, &mixed_up, mixed_up.at)
        .await
        .unwrap();
    store::outbox::notify(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let letter = eventually(DEADLINE, "the dead letter", async || {
        let letters = dead_letters::page(&connection, &Filter::default(), 0, 10).await;
        letters.unwrap().pop()
    })
    .await;
    assert_eq!(letter.reason, "there is no such notice");
    assert_eq!(partner.shop.notices().len(), 2);
}

#[tokio::test]
async fn a_partner_has_one_share_of_this_process_for_both_kinds() {
    let world = World::new().await;
    let (dead, alive) = (world.partner("dead").await, world.partner("alive").await);
    dead.shop.set_mode(Mode::Hang);
    // Nothing sent to the dead partner comes to an end while this test runs.
    let service = world
        .start(&[
            ("NOTICE_PARTNER_CONCURRENCY", "1"),
            ("NOTICE_TIMEOUT_MS", "120000"),
            ("SHUTDOWN_GRACE_MS", "0"),
        ])
        .await;
    world.ended(&dead, Transition::Pay).await;
    eventually(DEADLINE, "the place to be taken", async || {
        dead.shop.notices().len() == 1
    })
    .await;
    let waiting = world.applied(&dead, End::Passed).await;
    eventually(DEADLINE, "the other kind to be parked", async || {
        let connection = world.connection().await;
        let stored = notices::application_for_delivery(
            &connection,
            &waiting.notice,
            waiting.message,
            runtime::clock::now(),
        );
        stored.await.unwrap().unwrap().posting.message_is_parked
    })
    .await;
    assert_eq!(dead.shop.notices().len(), 1, "its only place is taken");
    let connection = world.connection().await;
    let found = notices::of_application(&connection, &waiting.application)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (found.state, found.attempt_count),
        (NoticeState::Pending, 0)
    );
    // Nobody else is held up by that.
    let told = world.applied(&alive, End::Passed).await;
    world.attempts_of(&told.notice, 1).await;
    drop(service);
}
